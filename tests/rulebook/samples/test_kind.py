"""How large a content can become is known before it is made."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from scanner.rulebook.samples.kind import Kind, Line, Sized, named


class Doubled(Kind[Line]):
    """A line twice, with eight bytes around it."""

    growth, frame, largest = 2, 8, 10

    def texts(self) -> Iterable[str]:
        return (self.root,)


class Around(Kind[dict[str, Doubled]]):
    """Others, under names."""

    per_member = 100

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return self.root.items()


def test_what_goes_in_grows_and_has_a_frame() -> None:
    assert Doubled("größe").most == 2 * 7 + 8


def test_of_others_it_is_their_most_with_room_for_their_names() -> None:
    assert Around({"ab": Doubled("a"), "c": Doubled("")}).most == (10 + 8) + (100 + 24) + (100 + 12)


def test_more_than_may_go_in_is_refused() -> None:
    with pytest.raises(ValidationError, match="holds more than 0MiB"):
        Doubled("12345678901")


@pytest.mark.parametrize("name", ["", "a" * 251, "a\nb", "\ud800"])
def test_a_member_needs_a_name_that_can_be_written(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 250 characters"):
        named({name: "content"})
