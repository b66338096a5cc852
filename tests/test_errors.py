"""The error tree, and what a user sees of it."""

import inspect
import re

import pytest

from scanner import errors
from scanner.errors import ConfigurationError, Problem, RetryLater, ScannerError, Throttled

CLASSES = {name: one for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, ScannerError)}


def test_the_tree_drawn_at_the_top_is_the_tree_there_is() -> None:
    drawn: dict[str, str] = {}
    open_at: dict[int, str] = {-1: "Exception"}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"([│├└─ ]*)([A-Z][A-Za-z]+)(?:  |$)", line)
        if match is None:
            continue
        depth = len(match[1]) // 4
        open_at[depth] = match[2]
        drawn[match[2]] = open_at[depth - 1]
    assert drawn == {name: one.__bases__[0].__name__ for name, one in CLASSES.items()}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_error_says_what_it_means(name: str) -> None:
    assert CLASSES[name].__doc__


def test_a_problem_says_where_what_and_what_to_do() -> None:
    assert str(Problem("f:3", "is wrong", "Mend it.")) == "f:3: is wrong\n    Mend it."
    assert str(Problem("f:3", "is wrong")) == "f:3: is wrong"


def test_a_configuration_error_shows_all_its_problems() -> None:
    error = ConfigurationError([Problem("a", "x"), Problem("b", "y")])
    assert (str(error), error.problems) == ("a: x\nb: y", (Problem("a", "x"), Problem("b", "y")))


def test_a_throttle_says_how_long_and_for_what() -> None:
    error = Throttled("too many calls", 1.5, "qps")
    assert (error.after, error.scope, str(error)) == (1.5, "qps", "too many calls")
    assert RetryLater("no answer").after is None
