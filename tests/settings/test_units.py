"""How durations, sizes, counts and folders are written."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scanner.settings.units import (
    Folder,
    LocalPath,
    Whole,
    inside,
    seconds,
    shown,
    size,
    written_duration,
    written_size,
)


@pytest.mark.parametrize(
    ("written", "value"), [("200ms", 0.2), ("5s", 5.0), ("1.5s", 1.5), ("5m", 300.0), ("2h", 7200.0), ("1d", 86400.0)]
)
def test_a_duration_is_a_number_with_its_unit(written: str, value: float) -> None:
    assert seconds(written) == value


@pytest.mark.parametrize(
    "written", ["5", "5 s", "-5s", "5S", "s", "1e3s", "5s\n", "٥s", "1:30", "", 5, 5.0, True, None, ["5s"]]
)
def test_anything_else_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="is not a duration; write 200ms, 5s, 5m, 2h or 1d"):
        seconds(written)


@pytest.mark.parametrize(
    ("written", "value"), [("0B", 0), ("64KiB", 65536), ("400MiB", 419430400), ("2GiB", 2147483648)]
)
def test_a_size_is_a_whole_number_with_a_binary_unit(written: str, value: int) -> None:
    assert size(written) == value


@pytest.mark.parametrize("written", ["5", "5MB", "5 MiB", "1.5GiB", "-1B", "5mib", "", 5, None])
def test_anything_else_is_no_size(written: object) -> None:
    with pytest.raises(ValueError, match="is not a size; write 64KiB, 400MiB or 2GiB"):
        size(written)


@given(st.integers(min_value=0, max_value=10**12))
def test_what_is_written_out_is_read_back_as_the_same_size(value: int) -> None:
    assert size(written_size(value)) == value


@given(st.integers(min_value=0, max_value=10**8).map(lambda milliseconds: milliseconds / 1000))
def test_what_is_written_out_is_read_back_as_the_same_duration(value: float) -> None:
    assert seconds(written_duration(value)) == pytest.approx(value)


@pytest.mark.parametrize(("written", "value"), [(5, 5), ("5", 5), (-1, -1)])
def test_a_count_is_a_whole_number_also_as_text(written: object, value: int) -> None:
    assert TypeAdapter(Annotated[int, Whole]).validate_python(written) == value


@pytest.mark.parametrize("written", [True, False, 2.0, "2.0", "", "five", None, [], "9" * 5000])
def test_a_yes_is_no_count(written: object) -> None:
    with pytest.raises(ValidationError, match="is not a whole number"):
        TypeAdapter(Annotated[int, Whole]).validate_python(written)


@pytest.mark.parametrize(
    "path", ["/", "", "Shared", "/Shared/", "//Shared", "/Shared/..", "/Shared/./x", "/Shared/a\nb"]
)
def test_a_folder_is_written_from_the_root_without_tricks(path: str) -> None:
    with pytest.raises(ValidationError, match="is not a folder"):
        TypeAdapter(Folder).validate_python(path)


@pytest.mark.parametrize("path", ["", "a\0b", "a\nb", "a\u2028b", 5, None])
def test_a_path_holds_no_invisible_characters(path: object) -> None:
    with pytest.raises(ValidationError, match="is not a path"):
        TypeAdapter(LocalPath).validate_python(path)


@pytest.mark.parametrize(
    ("path", "folder", "answer"),
    [
        ("/Shared/A", "/Shared/A", True),
        ("/shared/a/b", "/Shared/A", True),
        ("/Shared/AB", "/Shared/A", False),
        ("/Shared", "/Shared/A", False),
    ],
)
def test_a_folder_is_inside_itself_and_what_is_above_whatever_the_case(path: str, folder: str, answer: bool) -> None:
    assert inside(path, folder) is answer


def test_a_long_value_is_cut_in_a_message() -> None:
    assert shown("x" * 100) == '"' + "x" * 39 + "…"
