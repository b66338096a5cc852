"""The JSON schema of rules, asked through check-jsonschema: takes every rule that is shipped, refuses wrong ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.rulebook.circumstances import When
from scanner.rulebook.content_conditions import Pattern
from scanner.rulebook.lifecycle import Canary, RuleException
from scanner.rulebook.match import Match, MemberMatch
from scanner.rulebook.rule import Rule
from scanner.rulebook.samples.written import Sample
from scanner.rulebook.schema import rule_schema

SHIPPED = Path(__file__).parents[2] / "rules"
GOOD: dict[str, Any] = {
    "id": "a-rule",
    "title": "A rule",
    "why": "Because.",
    "severity": "high",
    "status": "stable",
    "match": {"extension": "exe"},
    "message": "Found.",
    "examples": {"hit": [{"name": "a.exe"}], "miss": [{}]},
}
WRONG: dict[str, dict[str, Any]] = {
    "unknown-key": {"titel": "A rule"},
    "severity": {"severity": "huge"},
    "id": {"id": "A Rule"},
    "empty-title": {"title": ""},
    "long-message": {"message": "a" * 201},
    "no-link": {"references": ["somewhere"]},
    "canary-share": {"canary": {"part": "10%"}},
    "exception-without-end": {"exceptions": [{"match": {"size": "0B"}, "reason": "r", "author": "a"}]},
    "status": {"status": "draft"},
    "text-for-a-mapping": {"match": "exe"},
    "no-condition": {"match": {}},
    "unknown-condition": {"match": {"extensions": "exe"}},
    "null": {"match": {"extension": None}},
    "empty-list": {"match": {"extension": []}},
    "number-for-a-glob": {"match": {"name": 7}},
    "event": {"match": {"event": "delete"}},
    "text-for-a-truth": {"match": {"mismatch": "yes"}},
    "unknown-trait": {"match": {"has": "makro"}},
    "two-levels-down": {"match": {"any": [{"not": {"nam": "a"}}]}},
    "of-a-member": {"match": {"member": {"uploader": "a"}}},
    "pattern": {"match": {"text": {"regexp": "a"}}},
    "pattern-without-end": {"match": {"text": {"regex": "a", "within": "lots"}}},
    "member-count": {"match": {"members": True}},
    "action": {"actions": ["release"]},
    "no-action": {"actions": []},
    "no-hit": {"examples": {"miss": [{}]}},
    "empty-miss": {"examples": {"hit": [{}], "miss": []}},
    "unknown-content": {"examples": {"hit": [{"zipof": {}}], "miss": [{}]}},
    "content-of-a-number": {"examples": {"hit": [{"zip_of": {"a": 7}}], "miss": [{}]}},
    "eicar": {"examples": {"hit": [{"eicar": False}], "miss": [{}]}},
    "versions": {"examples": {"hit": [{"versions": 0}], "miss": [{}]}},
    "shortcut-to-nothing": {"examples": {"hit": [{"lnk": {"arguments": "/c"}}], "miss": [{}]}},
}
RIGHT: dict[str, dict[str, Any]] = {
    "one-or-more": {"match": {"extension": ["exe", {"list": "programs"}], "name": {"list": "names"}}},
    "macros": {"match": {"macro": "office", "any": [{"macro": "a"}, {"member": {"macro": "b"}}]}},
    "patterns": {"match": {"text": ["a", {"regex": "b", "within": "1MiB"}, {"detector": "payment-card"}]}},
    "numbers": {"match": {"members": 3, "depth": "2..5", "entropy": 7.5}},
    "canary": {"canary": {"share": "10%", "folders": "/Shared/IT"}},
    "exceptions": {
        "exceptions": [{"match": {"macro": "a"}, "reason": "r", "author": "a", "until": date(2026, 12, 31)}]
    },
    "digests": {"match": {"sha256": {"file": "known-bad.txt"}}},
    "moments": {"match": {"uploaded": {"between": "22:00-06:00", "days": ["sat", "sun"], "zone": "UTC"}}},
    "contents": {"examples": {"hit": [{"zip_of": {"a": "b", "c": {"pe": ""}}}], "miss": [{"gzip_of": "a"}]}},
}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return printed(tmp_path_factory.mktemp("schema") / "rule.json")


def printed(file: Path, *options: str) -> Path:
    """As the command prints it."""
    command = [sys.executable, "-m", "scanner", "rules", "schema", *options]
    file.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    return file


def check(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "check_jsonschema", "--output-format", "json", *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, check=False).stdout)


def written(folder: Path, rules: dict[str, dict[str, Any]]) -> list[Path]:
    for name, changed in rules.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(GOOD | changed))
    return sorted(folder.iterdir())


def test_the_schema_is_one(schema: Path) -> None:
    assert check("--check-metaschema", schema)["status"] == "ok"


def test_every_shipped_rule_is_right_by_it(schema: Path) -> None:
    assert check("--schemafile", schema, *SHIPPED.glob("[!_]*/*.yaml"))["status"] == "ok"


def test_lists_and_macros_have_a_schema_of_their_own(tmp_path: Path) -> None:
    shared = printed(tmp_path / "shared.json", "--shared")
    wrong = {"both": "list: [a]\nmacro: {size: 0B}", "none": "why: a", "empty": "list: []", "odd": "macro: {nam: a}"}
    for name, text in wrong.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    refused = check("--schemafile", shared, *tmp_path.glob("*.yaml"))
    assert check("--check-metaschema", shared)["status"] == "ok"
    assert check("--schemafile", shared, *SHIPPED.glob("_shared/*.yaml"))["status"] == "ok"
    assert {Path(error["filename"]).stem for error in refused["errors"]} == set(wrong)


def test_every_way_of_writing_values_is_right_by_it(schema: Path, tmp_path: Path) -> None:
    assert check("--schemafile", schema, *written(tmp_path, {"plain": {}, **RIGHT}))["status"] == "ok"


def test_wrong_rules_are_refused_by_it(schema: Path, tmp_path: Path) -> None:
    refused = check("--schemafile", schema, *written(tmp_path, WRONG))
    assert {Path(error["filename"]).stem for error in refused["errors"]} == set(WRONG)


@pytest.mark.parametrize("left_out", [name for name, field in Rule.model_fields.items() if field.is_required()])
def test_what_a_rule_cannot_do_without_is_required_by_it(left_out: str) -> None:
    assert left_out in rule_schema()["required"]


def descriptions(schema: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    for key, value in schema["$defs"][name]["properties"].items():
        referred = schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
        yield key, value.get("description") or referred.get("description") or ""


@pytest.mark.parametrize("model", [Match, MemberMatch, Sample, RuleException, Canary, Pattern, When])
def test_every_key_is_explained_but_those_that_join(model: type[Any]) -> None:
    dumb = {key for key, said in descriptions(rule_schema(), model.__name__) if not said}
    assert dumb <= {"all", "any", "not"}


def test_every_key_of_a_rule_is_explained() -> None:
    assert [key for key, one in rule_schema()["properties"].items() if not one.get("description")] == []


def test_nothing_else_may_stand_beside_the_keys_of_a_mapping() -> None:
    open_ones = {
        name
        for name, one in rule_schema()["$defs"].items()
        if "properties" in one and one.get("additionalProperties") is not False
    }
    assert open_ones == set()
