"""Signed statements of what was covered: every key with its meaning, unit, default and reason."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator

from scanner.settings.section import Section
from scanner.settings.units import LocalPath


class StatementSettings(Section):
    """A signed statement of each day's coverage (docs/coverage.md). None is made unless both keys are written."""

    folder: LocalPath | None = None
    """Folder for the statements, a file for each day."""
    key_file: LocalPath | None = None
    """Private key that signs them; `scanner coverage key` makes it. Readable for the service's user alone."""

    @field_validator("key_file")
    @classmethod
    def _both(cls, key_file: LocalPath | None, info: ValidationInfo) -> LocalPath | None:
        if key_file is not None and info.data.get("folder", key_file) is None:
            raise ValueError("is of no use without statements.folder")
        return key_file
