"""What variables do to the values of a file."""

import pytest

from scanner.errors import Problem
from scanner.settings.environment import lay_over

COMPARE = "Compare it with `scanner config schema`."


def test_a_text_stays_a_text_and_a_list_is_read_as_yaml() -> None:
    value = {"domains": [{"name": "a"}]}
    origins, problems = lay_over(
        value, {"SCANNER__DOMAINS__0__NAME": "123", "SCANNER__RULES__PATHS": "[a]", "SCANNER_CONFIG": "x", "HOME": "/"}
    )
    assert (value, problems) == ({"domains": [{"name": "123"}], "rules": {"paths": ["a"]}}, [])
    assert origins == {
        ("domains", 0, "name"): "SCANNER__DOMAINS__0__NAME",
        ("rules", "paths"): "SCANNER__RULES__PATHS",
        ("rules", "paths", 0): "SCANNER__RULES__PATHS",
    }


@pytest.mark.parametrize("text", ["[::1]:9464", "{half", "[", ""])
def test_brackets_that_hold_not_all_of_it_make_no_list(text: str) -> None:
    value: dict[str, object] = {}
    lay_over(value, {"SCANNER__HTTP__LISTEN": text})
    assert value == {"http": {"listen": text}}


def test_the_longer_name_refines_what_the_shorter_one_gave() -> None:
    value: dict[str, object] = {}
    lay_over(value, {"SCANNER__EVENTS__PAGE": "7", "SCANNER__EVENTS": "{page: 3, start: oldest}"})
    assert value == {"events": {"page": "7", "start": "oldest"}}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("SCANNER__DOMAINS__1__NAME", "the settings file has no item 1 there, but 1 items"),
        ("SCANNER__DOMAINS__HOST", "the settings file has no item host there, but 1 items"),
        ("SCANNER__EVENTS__0", "does not name a setting"),
        ("SCANNER__EVENTS__PAGE__X", "does not name a setting"),
        ("SCANNER__EVENTS__\u00b2", ""),
        ("SCANNER__", "does not name a setting"),
    ],
)
def test_a_way_that_leads_nowhere_is_a_problem_that_names_the_variable(name: str, what: str) -> None:
    value = {"domains": [{"name": "a"}], "events": {"page": 5}}
    _, problems = lay_over(value, {name: "a value"})
    assert problems == ([Problem(f"environment variable {name}", what, COMPARE)] if what else [])


def test_a_value_that_is_broken_yaml_is_a_problem_that_does_not_repeat_it() -> None:
    _, problems = lay_over({}, {"SCANNER__RULES__PATHS": "[hunter2: a: b]"})
    assert [problem.where for problem in problems] == ["environment variable SCANNER__RULES__PATHS"]
    assert "hunter2" not in str(problems)
