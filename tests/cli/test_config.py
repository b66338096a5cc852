"""`scanner config`: check, show, schema."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from scanner.cli.config import config_app
from scanner.settings import Settings, load_settings

WRITTEN = """\
domains:
  - name: acme
    host: acme.egnyte.com
    token_file: token
    watch: [/Shared/Projects, "/Shared/It's # here"]
events: {min_interval: 200ms}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("token").write_text("an-access-token")
    Path("scanner.yaml").write_text(WRITTEN)
    return tmp_path / "scanner.yaml"


def run(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(config_app, arguments, env=environ)


def test_right_settings_are_said_to_be_so_in_one_line(config: Path) -> None:
    assert run("check").output == "scanner.yaml: no problem found\n"


@pytest.mark.parametrize("where", ["option", "variable"])
def test_the_file_is_named_by_option_or_variable(config: Path, where: str) -> None:
    config.rename("other.yaml")
    result = run("check", "--config", "other.yaml") if where == "option" else run("check", SCANNER_CONFIG="other.yaml")
    assert (result.exit_code, result.stdout) == (0, "other.yaml: no problem found\n")


@pytest.mark.parametrize("command", ["check", "show"])
def test_wrong_settings_are_told_on_standard_error_with_exit_2(config: Path, command: str) -> None:
    config.write_text(WRITTEN + "evens: {}\nworkers: {concurrency: none}\n")
    result = run(command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "scanner.yaml:7: evens: unknown key\n    Did you mean events?\n"
        'scanner.yaml:8: workers.concurrency: "none" is not a whole number\n'
    )


def test_problems_as_json_are_one_object_a_line(config: Path) -> None:
    config.write_text(WRITTEN + "evens: {}\n")
    result = run("check", "--json")
    problem = {"where": "scanner.yaml:7", "what": "evens: unknown key", "remedy": "Did you mean events?"}
    assert (result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]) == (2, [problem])


def test_what_is_shown_is_what_is_in_force_and_can_be_read_again(config: Path) -> None:
    shown = run("show", SCANNER__EVENTS__PAGE="50").stdout
    Path("again.yaml").write_text(shown)
    assert load_settings(Path("again.yaml"), {}) == load_settings(config, {"SCANNER__EVENTS__PAGE": "50"})
    assert set(yaml.safe_load(shown)) == set(Settings.model_fields)


def test_each_value_that_is_not_a_default_says_where_it_came_from(config: Path) -> None:
    lines = run("show", SCANNER__EVENTS__PAGE="50", SCANNER__POLICY__FLAGGED="[comment]").stdout.splitlines()
    assert [line.strip() for line in lines if "  # " in line] == [
        "- name: acme  # scanner.yaml:2",
        "host: acme.egnyte.com  # scanner.yaml:3",
        "token_file: token  # scanner.yaml:4",
        "- /Shared/Projects  # scanner.yaml:5",
        "- '/Shared/It''s # here'  # scanner.yaml:5",
        "min_interval: 200ms  # scanner.yaml:6",
        "page: 50  # environment variable SCANNER__EVENTS__PAGE",
        "- comment  # environment variable SCANNER__POLICY__FLAGGED",
    ]


def test_the_same_as_json_has_values_and_origins(config: Path) -> None:
    shown = json.loads(run("show", "--json", SCANNER__EVENTS__PAGE="50").stdout)
    assert shown["settings"]["events"] == {
        "start": "now",
        "min_interval": "200ms",
        "max_interval": "5m",
        "page": 50,
        "suppress": "none",
    }
    assert shown["origins"]["events.page"] == "environment variable SCANNER__EVENTS__PAGE"
    assert shown["origins"]["domains[0].watch[0]"] == "scanner.yaml:5"


def test_no_token_is_shown(config: Path) -> None:
    assert "an-access-token" not in run("show").stdout + run("show", "--json").stdout


def test_the_schema_is_closed_and_explains_every_key(config: Path) -> None:
    schema = json.loads(run("schema").stdout)
    sections = [schema, *schema["$defs"].values()]
    assert all(section["additionalProperties"] is False for section in sections)
    assert schema["required"] == ["domains"]
    keys = {name: key for section in schema["$defs"].values() for name, key in section["properties"].items()}
    assert [name for name, key in keys.items() if not key.get("description")] == []
    assert (keys["page"]["minimum"], keys["page"]["maximum"], keys["mode"]["enum"]) == (1, 100, ["enforce", "dry-run"])


def test_the_schema_on_one_line_is_the_same_schema(config: Path) -> None:
    line = run("schema", "--json").stdout
    assert (line.count("\n"), json.loads(line)) == (1, json.loads(run("schema").stdout))


def test_a_ca_file_without_certificates_is_one_of_the_problems(config: Path) -> None:
    Path("ca.pem").write_text("no certificate")
    config.write_text(WRITTEN.replace("    token_file", "    ca_file: ca.pem\n    token_file"))
    told = "scanner.yaml:4: domains[0].ca_file: the file holds no certificates\n    Give PEM certificates.\n"
    assert (run("check").exit_code, run("check").stderr) == (2, told)
