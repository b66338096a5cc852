"""The page of all commands, from their own help."""

from __future__ import annotations

import re
from collections.abc import Iterator

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from scanner.cli.commands import app

EVERYWHERE = {"--config", "--json", "--help"}
"""Options that nearly every command has, told once at the top of the page."""

EXAMPLE = r"Example: (scanner [^;]*?)(?=$|;)"


def commands_page() -> str:
    """Each command with its arguments, what it does, and its options."""
    return "\n\n".join(_told(words, command) for words, command in each_command())


def each_command() -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """All that can be typed, in the order of the help; groups only where they do something themselves."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    yield from _below("scanner", root)


def _below(words: str, group: TyperGroup) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    for name, command in group.commands.items():
        typed = f"{words} {name}"
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield typed, command
            yield from _below(typed, command)
        else:
            yield typed, command


def _told(words: str, command: TyperCommand | TyperGroup) -> str:
    arguments = [_argument(one) for one in command.params if isinstance(one, TyperArgument)]
    parts = [f"### {words}", f"`{' '.join([words, *arguments])}`", _paragraphs(command.help or "")]
    own = [one for one in command.params if isinstance(one, TyperOption) and not EVERYWHERE & set(one.opts)]
    if own:
        parts.append("\n".join(["| option | meaning |", "| --- | --- |", *map(_option, own)]))
    return "\n\n".join(parts)


def _argument(one: TyperArgument) -> str:
    name = (one.metavar or one.name or "").upper()
    name += "…" if one.nargs == -1 else ""
    return name if one.required else f"[{name}]"


def _option(one: TyperOption) -> str:
    names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
    meaning = " ".join((one.help or "").split()).replace("|", "\\|")
    return f"| {names} | {meaning}{' Required.' if one.required else ''} |"


def _paragraphs(told: str) -> str:
    """Help is wrapped for a terminal; here each paragraph is one line, and angle brackets are no tags."""
    paragraphs = (" ".join(one.split()) for one in told.split("\n\n"))
    return "\n\n".join(re.sub(EXAMPLE, r"Example: `\1`", one).replace("<", "&lt;") for one in paragraphs if one)
