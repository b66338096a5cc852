"""The one content that every engine must know."""

from demo import samples
from scanner.rulebook.samples.known_bad import known_bad


def test_it_is_the_test_file_of_the_industry() -> None:
    assert known_bad() == samples.eicar()
