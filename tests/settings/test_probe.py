"""How often a probe goes, and how long a leg of it may take."""

import pytest
from pydantic import ValidationError

from scanner.settings import ProbeSettings


def test_one_goes_each_hour_where_there_is_a_folder_for_it():
    assert ProbeSettings() == ProbeSettings(every="60m", patience="15m")


@pytest.mark.parametrize("wrong", [{"every": "10s"}, {"patience": "200ms"}, {"every": "often"}])
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        ProbeSettings(**wrong)
