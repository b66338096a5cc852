"""`http.listen` alone: who asks a running service must not fail of a setting that has nothing to do with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from scanner.document import read_document, validation_problems
from scanner.errors import ConfigurationError
from scanner.settings.environment import PREFIX, lay_over
from scanner.settings.load import Sources
from scanner.settings.sections import HttpSettings

SECTION = "http"


def load_listen(path: Path, environ: Mapping[str, str] | None = None) -> str:
    """`host:port` as in the file, with the environment over it. Problems of other sections are not looked for. Raises
    ConfigurationError."""
    document = read_document(path)
    value = document.value if isinstance(document.value, dict) else {}
    ours = {SECTION: value[SECTION]} if SECTION in value else {}
    given = os.environ if environ is None else environ
    variables, problems = lay_over(ours, {name: text for name, text in given.items() if _is_ours(name)})
    sources = Sources(document, variables)
    try:
        settings = HttpSettings.model_validate(ours.get(SECTION, {}))
    except ValidationError as error:
        raise ConfigurationError(
            problems + validation_problems(error, sources, prefix=(SECTION,), model=HttpSettings)
        ) from error
    if problems:
        raise ConfigurationError(problems)
    return settings.listen


def _is_ours(variable: str) -> bool:
    return variable.removeprefix(PREFIX).split("__")[0] == SECTION.upper() and variable.startswith(PREFIX)
