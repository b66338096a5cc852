"""Settings files, right and wrong. The wrong ones in tests/golden/settings are named for their fault."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.tls import make_certificate
from scanner.errors import ConfigurationError, Problem
from scanner.settings import (
    ClamavSettings,
    LocalSettings,
    Settings,
    load_local_settings,
    load_settings,
    load_with_origins,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "settings"
WRONG = sorted(path.name for path in GOLDEN.glob("*.yaml"))
MINIMAL = "domains: [{name: acme, host: acme.egnyte.com, token_file: token}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("token").write_text("an-access-token\n")
    Path("rules").mkdir()
    return tmp_path


def problems(text: str, environ: dict[str, str]) -> list[str]:
    Path("s.yaml").write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_settings(Path("s.yaml"), environ)
    return [str(problem) for problem in refused.value.problems]


def outcome(path: Path, environ: dict[str, str]) -> Settings | tuple[Problem, ...]:
    try:
        return load_settings(path, environ)
    except ConfigurationError as error:
        return error.problems


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_with_every_problem_its_place_and_what_to_do(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(ConfigurationError) as refused:
        load_settings(Path(name), {})
    assert str(refused.value) + "\n" == Path(name).with_suffix(".txt").read_text()


def test_no_message_repeats_a_secret_that_stands_in_the_wrong_place() -> None:
    messages = "".join(path.read_text() for path in GOLDEN.glob("*.txt"))
    assert "hunter2" not in messages
    assert "68zc95e3xv954u6k3hbuuucw" not in messages


def test_the_cause_of_a_refusal_holds_no_value_either(folder: Path) -> None:
    Path("s.yaml").write_text(MINIMAL + "ledger: {url: 'postgresql://u:hunter2@db/x'}\n")
    with pytest.raises(ConfigurationError) as refused:
        load_settings(Path("s.yaml"), {})
    assert "hunter2" not in f"{refused.value.__cause__}{refused.value.__context__}"


def test_one_domain_is_enough_and_all_else_has_the_defaults_of_the_design(folder: Path) -> None:
    Path("s.yaml").write_text(MINIMAL)
    written = load_settings(Path("s.yaml"), {}).model_dump(mode="json", exclude={"domains"})
    assert written == {
        "events": {"start": "now", "min_interval": "5s", "max_interval": "5m", "page": 100, "suppress": "none"},
        "reconcile": {"every": None},
        "clamav": {
            "address": "unix:/run/clamav/clamd.sock",
            "addresses": [],
            "connections": 4,
            "scan_timeout": "2m",
            "max_stream": "400MiB",
            "hand_over": "auto",
            "oldest_signatures": "2d",
            "rescan_window": "3d",
            "signature_folders": [],
        },
        "rules": {"paths": ["rules"], "reload": True},
        "suppressions": {"paths": [], "reload": True},
        "yara": {"processes": 2, "memory": "1GiB", "scan_timeout": "30s", "compile_timeout": "1m"},
        "ledger": {
            "url": "sqlite:////data/ledger.db",
            "password_file": None,
            "facts_for": "90d",
            "keep_events": "400d",
        },
        "workers": {"concurrency": 8, "per_domain": None, "lease": "1m", "max_attempts": 5},
        "spool": {"dir": "/tmp", "max_total": "4GiB", "max_file": "2GiB"},
        "cache": {"enabled": True, "max_age": "7d", "audit_share": 0.01, "list_from": 10},
        "unpack": {
            "processes": 2,
            "memory": "1GiB",
            "deadline": "1m",
            "max_depth": 10,
            "max_members": 10_000,
            "max_total": "2GiB",
            "max_ratio": 200,
            "passwords_file": None,
        },
        "notify": [],
        "remediation": {
            "mode": "enforce",
            "max_per_hour": 100,
            "max_per_rule_per_hour": 25,
            "max_per_signature_per_hour": 25,
            "max_share_percent": 5,
            "unusual_factor": 10,
            "share_min_found": 10,
            "share_min_judged": 100,
        },
        "quarantine": {"allow_released_for": "90d", "purge_after": None, "purge_needs": "two-people"},
        "policy": {
            "infected": ["revoke_links", "quarantine", "comment"],
            "flagged": [],
            "unscannable": ["comment"],
            "unchecked": [],
            "reasons": {},
        },
        "statements": {"folder": None, "key_file": None},
        "probe": {"every": "1h", "patience": "15m"},
        "log": {"level": "info"},
        "http": {"listen": "127.0.0.1:9464"},
        "webhooks": {"url": None, "secret_file": None, "listen": "127.0.0.1:9465"},
    }


def test_variables_win_over_the_file(folder: Path) -> None:
    Path("other").write_text("another-token")
    Path("s.yaml").write_text(MINIMAL + "events: {page: 10, start: oldest}\n")
    environ = {
        "SCANNER__EVENTS__PAGE": "50",
        "SCANNER__DOMAINS__0__TOKEN_FILE": "other",
        "SCANNER__RULES__PATHS": "[a, b]",
        "SCANNER__RULES__RELOAD": "false",
        "SCANNER__HTTP": "{listen: '127.0.0.1:0'}",
    }
    got = load_settings(Path("s.yaml"), environ)
    assert (got.events.page, got.events.start, got.http.listen) == (50, "oldest", "127.0.0.1:0")
    assert (got.domains[0].token_file, got.rules.paths) == (Path("other"), (Path("a"), Path("b")))
    assert got.rules.reload is False


def test_a_variable_that_is_broken_yaml_is_one_of_all_problems(folder: Path) -> None:
    got = problems(MINIMAL + "evens: {}\n", {"SCANNER__RULES__PATHS": "[a, &x b]", "SCANNER__EVENTS__PAGE": "0"})
    assert got == [
        "environment variable SCANNER__RULES__PATHS: anchors and aliases are not allowed\n    Write the value out.",
        "environment variable SCANNER__EVENTS__PAGE: events.page: must be greater than or equal to 1",
        "s.yaml:2: evens: unknown key\n    Did you mean events?",
    ]


def test_each_value_says_where_it_came_from(folder: Path) -> None:
    Path("s.yaml").write_text(MINIMAL + "events: {page: 10}\nrules: {reload: true}\n")
    environ = {"SCANNER__RULES": "{paths: [a]}", "SCANNER__WORKERS__CONCURRENCY": "2"}
    origin = load_with_origins(Path("s.yaml"), environ).origin
    assert origin(("events", "page")) == "s.yaml:2"
    assert origin(("events", "start")) is None
    assert origin(("rules", "paths", 0)) == "environment variable SCANNER__RULES"
    assert origin(("rules", "reload")) is None
    assert origin(("workers", "concurrency")) == "environment variable SCANNER__WORKERS__CONCURRENCY"


def test_a_pipe_as_token_file_is_refused_without_waiting_for_its_other_end(folder: Path) -> None:
    os.mkfifo("pipe")
    got = problems(MINIMAL.replace("token}", "pipe}"), {})
    assert got == ["s.yaml:1: domains[0].token_file: that is not a file\n    Give the path of a file."]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file or directory"):
        load_settings(tmp_path / "scanner.yaml", {})


FRAGMENTS = [
    *("domains", "events", "name", "host", "token_file", "page", "- ", ": ", "\n", "  ", "{", "}", "[", "]", ",", "#"),
    *(
        "&a ",
        "*a ",
        "!!int ",
        "'",
        '"',
        "5s",
        "1",
        "null",
        "yes",
        "<<",
        "|",
        ">",
        "? ",
        "---\n",
        "\t",
        "\x00",
        "\ufeff",
    ),
]


@settings(deadline=2000)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)))
def test_any_bytes_are_settings_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert outcome(path, {})


@given(st.dictionaries(st.from_regex(r"SCANNER__[A-Z0-9_]{0,30}", fullmatch=True), st.text(max_size=30), max_size=5))
def test_any_environment_is_settings_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "fixed.yaml"
    path.write_text(MINIMAL.replace("token}", f"{path}}}"))
    assert outcome(path, environ)


def test_what_local_files_need_comes_from_the_environment_alone() -> None:
    settings = load_local_settings({"SCANNER__CLAMAV__CONNECTIONS": "2", "SCANNER__DOMAINS": "[]", "OTHER": "x"})
    assert settings == LocalSettings(clamav=ClamavSettings(connections=2))


def test_all_wrong_variables_of_local_files_are_refused_with_their_names() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_local_settings({"SCANNER__CLAMAV__CONNECTIONS": "no", "SCANNER__SPOOL__MAX_FILE": "9"})
    named = [problem.where.removeprefix("environment variable ") for problem in refused.value.problems]
    assert named == ["SCANNER__CLAMAV__CONNECTIONS", "SCANNER__SPOOL__MAX_FILE"]


@pytest.mark.parametrize("written", ["", "no certificate"])
def test_a_ca_file_without_certificates_is_told_with_its_place(folder: Path, written: str) -> None:
    (folder / "ca.pem").write_text(written)
    got = problems(MINIMAL.replace("{name", "{ca_file: ca.pem, name"), {})
    assert got == ["s.yaml:1: domains[0].ca_file: the file holds no certificates\n    Give PEM certificates."]


def test_a_ca_file_with_a_certificate_is_in_order(folder: Path) -> None:
    certificate, _ = make_certificate(folder)
    (folder / "s.yaml").write_text(MINIMAL.replace("{name", f"{{ca_file: {certificate}, name"))
    assert load_settings(folder / "s.yaml", {}).domains[0].ca_file == certificate
