"""The file of passwords: taken as it stands, or refused without a word of what is in it."""

import pytest

from scanner.errors import ConfigurationError
from scanner.inspection.unpack.passwords import LONGEST, MOST, read_passwords


def refused(path) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read_passwords(path)
    return str(raised.value)


def test_without_a_file_there_are_none():
    assert read_passwords(None) == ()


def test_each_line_is_one_blanks_included_and_each_counts_once(tmp_path):
    path = tmp_path / "passwords"
    path.write_bytes("infected\n\n with blanks \r\nпароль\ninfected\n".encode())

    assert read_passwords(path) == ("infected", " with blanks ", "пароль")


def test_a_file_that_cannot_be_read_is_a_problem_with_its_reason(tmp_path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")

    assert "unpack.passwords_file: the file cannot be read: No such file or directory" in refused(tmp_path / "none")
    assert "unpack.passwords_file: the file cannot be read: not UTF-8" in refused(binary)


def test_too_many_are_refused(tmp_path):
    path = tmp_path / "passwords"
    path.write_text("\n".join(map(str, range(MOST + 1))))

    assert f"{MOST + 1} passwords" in refused(path)


def test_what_no_archive_takes_is_refused_by_its_line_and_not_repeated(tmp_path):
    path = tmp_path / "passwords"
    path.write_text(f"good\nhush\0hush\n{'hush' * LONGEST}\n")

    told = refused(path)

    assert "line 2" in told
    assert "line 3" in told
    assert "hush" not in told
