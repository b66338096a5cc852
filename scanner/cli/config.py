"""`scanner config check|show|schema`: are the settings right, what is in force, what can be written."""

from __future__ import annotations

import json
from collections.abc import Iterator

import typer
import yaml

from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    print_json,
    say,
    stop,
    stopped_by_user_errors,
    told,
)
from scanner.document import Loc, dotted, parse_document
from scanner.errors import ConfigurationError
from scanner.settings import Loaded, Settings, load_with_origins

config_app = typer.Typer(name="config", help="Check and show the settings.", no_args_is_help=True)


@config_app.command()
def check(config: ConfigOption, as_json: JsonOption = False) -> None:
    """Say everything that is wrong with the settings, with its place and what to do.

    Example: scanner config check --config scanner.yaml
    """
    try:
        load_with_origins(config)
    except ConfigurationError as error:
        if not as_json:
            stop(*told(error.problems), code=ExitCode.USAGE)
        for problem in error.problems:
            print_json(problem)
        raise typer.Exit(ExitCode.USAGE) from error
    if not as_json:
        say(f"{config}: no problem found")


@config_app.command()
def show(config: ConfigOption, as_json: JsonOption = False) -> None:
    """Print the settings in force: file, environment and defaults together. They hold no secrets.

    Example: scanner config show --json
    """
    with stopped_by_user_errors():
        loaded = load_with_origins(config)
    if as_json:
        values = loaded.settings.model_dump(mode="json")
        print_json({"settings": values, "origins": {dotted(loc): origin for loc, origin in _origins(loaded, values)}})
    else:
        say(*annotated(loaded))


@config_app.command()
def schema(as_json: JsonOption = False) -> None:
    """Print the JSON schema of the settings file, for editors and other tools.

    Example: scanner config schema > scanner.schema.json
    """
    contents = Settings.model_json_schema()
    if as_json:
        print_json(contents)
    else:
        say(*json.dumps(contents, indent=2).split("\n"))


def annotated(loaded: Loaded) -> list[str]:
    """The settings as YAML. Each value that is not left at its default says where it came from."""
    values = loaded.settings.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=10**6)
    lines = text.removesuffix("\n").split("\n")
    places = parse_document(text, "").lines
    for loc, origin in _origins(loaded, values):
        lines[places[loc] - 1] += f"  # {origin}"
    return lines


def _origins(loaded: Loaded, value: object, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """The single values that are not defaults, and what gave them."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    origin = loaded.origin(loc)
    if origin is not None and not isinstance(value, dict) and not (isinstance(value, list) and value):
        yield loc, origin
    for key, one in inner:
        yield from _origins(loaded, one, (*loc, key))
