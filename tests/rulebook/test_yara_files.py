"""YARA files as they are found and read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.rulebook import yara_files
from scanner.rulebook.yara_files import Ground, YaraFiles, read_yara_files

RULE = "rule r { condition: true }"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rules/malware").mkdir(parents=True)
    return Path("rules")


def write(name: str, content: str | bytes = RULE) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def namespaces(*paths: Path) -> list[str]:
    found = read_yara_files(paths)
    assert not found.disabled
    return [file.namespace for file in found.files]


def complaints(found: YaraFiles) -> list[str]:
    assert all(file.ground is Ground.UNUSABLE for file in found.disabled)
    return [f"{problem.where}: {problem.what}" for file in found.disabled for problem in file.problems]


def test_a_namespace_is_the_place_of_a_file_below_the_folder_of_rules(rules: Path) -> None:
    for name in ("rules/z.yar", "rules/malware/web.yara", "rules/malware/apt.28.yar", "rules/malware/x.yaml"):
        write(name)
    assert namespaces(rules) == ["malware/apt.28", "malware/web", "z"]


def test_an_ending_in_capitals_is_one_too(rules: Path) -> None:
    write("rules/a.YAR")
    write("rules/x/b.Yara")
    write("rules/x/c.yaml")
    assert (namespaces(rules), namespaces(Path("rules/x/c.yaml"))) == (["a", "x/b"], ["x/b"])


def test_linked_folders_are_read_once_as_in_a_configmap_with_folders(rules: Path) -> None:
    write("rules/..2026/web/a.yar")
    Path("rules/..data").symlink_to("..2026")
    Path("rules/web").symlink_to("..data/web")
    Path("rules/loop").symlink_to(".")
    assert namespaces(rules) == ["web/a"]


def test_hidden_files_and_folders_are_passed_over(rules: Path) -> None:
    for name in ("rules/..2026/a.yar", "rules/.b.yar", "rules/c.yar"):
        write(name)
    assert namespaces(rules) == ["c"]


def test_a_single_rule_has_the_files_beside_it_with_the_namespaces_of_the_whole_rulebook(rules: Path) -> None:
    write("rules/malware/web.yar")
    write("rules/other/x.yar")
    assert namespaces(write("rules/malware/shell.yaml")) == ["malware/web"]
    assert namespaces(rules / "malware/web.yar") == ["malware/web"]
    assert namespaces(rules, rules / "malware/shell.yaml") == ["malware/web", "other/x"]


def test_a_file_reached_twice_counts_once(rules: Path) -> None:
    write("rules/malware/web.yar")
    assert namespaces(rules, rules / "malware", rules.absolute()) == ["malware/web"]


def test_two_files_with_one_namespace_do_not_mix(rules: Path) -> None:
    write("rules/a.yar")
    write("rules/a.yara")
    write("more/a.yar", "")
    found = read_yara_files([rules, Path("more")])
    assert [str(file.path) for file in found.files] == ["more/a.yar"]
    assert complaints(found) == [f"rules/a.{end}: its namespace a is taken by more/a.yar" for end in ("yar", "yara")]


def test_what_is_no_text_says_in_which_line_and_stops_no_other(rules: Path) -> None:
    write("rules/bad.yar", b'rule a\n{ strings: $a = "\xe9" condition: $a }')
    write("rules/good.yar", b"\xef\xbb\xbf" + RULE.encode())
    found = read_yara_files([rules])
    assert [(file.namespace, file.source) for file in found.files] == [("good", RULE)]
    assert complaints(found) == ["rules/bad.yar:2: is not UTF-8"]


def test_what_is_no_file_is_disabled(rules: Path) -> None:
    (rules / "gone.yar").symlink_to("nowhere")
    os.mkfifo(rules / "pipe.yar")
    assert complaints(read_yara_files([rules])) == [
        "rules/gone.yar: is not a file that can be read",
        "rules/pipe.yar: is not a file that can be read",
    ]


def test_a_name_that_is_no_text_is_disabled(rules: Path) -> None:
    Path(os.fsdecode(b"rules/\xff.yar")).write_text(RULE)
    (complaint,) = complaints(read_yara_files([rules]))
    assert complaint.endswith("its name is not UTF-8")


def test_a_file_of_50_mb_is_refused_and_not_read_to_its_end(rules: Path) -> None:
    with write("rules/huge.yar").open("r+b") as file:
        file.truncate(50_000_000)
    assert complaints(read_yara_files([rules])) == ["rules/huge.yar: is larger than 16 MiB"]


def test_the_total_and_the_number_of_files_are_bounded(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yara_files, "LARGEST_TOTAL", 2 * len(RULE))
    monkeypatch.setattr(yara_files, "MOST_FILES", 3)
    for name in "abcd":
        write(f"rules/{name}.yar")
    found = read_yara_files([rules])
    assert [file.namespace for file in found.files] == ["a", "b"]
    assert complaints(found) == [
        "rules/c.yar: with it the YARA files have more than 0 MiB together",
        "rules/d.yar: there are more than 3 YARA files",
    ]


def test_the_digest_is_of_what_the_files_say_and_not_of_where_they_stand(rules: Path) -> None:
    write("rules/a.yar")
    write("elsewhere/a.yar")
    digest = read_yara_files([rules]).digest
    assert read_yara_files([Path("elsewhere")]).digest == digest
    write("rules/a.yar", RULE + "\n")
    assert read_yara_files([rules]).digest != digest


def test_a_file_that_is_disabled_counts_in_the_digest(rules: Path) -> None:
    write("rules/a.yar", b"\xff")
    one = read_yara_files([rules]).digest
    write("rules/a.yar", b"\xfe")
    assert read_yara_files([rules]).digest not in (one, "")


def test_without_files_there_is_no_digest(rules: Path) -> None:
    assert read_yara_files([rules, Path("nowhere")]) == YaraFiles((), (), "")
