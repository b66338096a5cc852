"""How much the log says is one of four words."""

import logging

import pytest
from pydantic import ValidationError

from scanner.settings.log import LogSettings


def test_each_level_is_the_standard_librarys() -> None:
    levels = [LogSettings(level=name).lowest for name in ("debug", "info", "warning", "error")]

    assert (LogSettings().lowest, levels) == (
        logging.INFO,
        [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR],
    )


@pytest.mark.parametrize("level", ["INFO", "trace", "", 10, None])
def test_any_other_level_is_refused(level: object) -> None:
    with pytest.raises(ValidationError):
        LogSettings.model_validate({"level": level})
