"""`scanner healthcheck`: what a running service says of itself, asked over its own operations port.

A container's HEALTHCHECK starts this twice a minute. Nothing heavy may be imported here: all commands together take two
seconds of CPU to load, this one a tenth of that.
"""

from __future__ import annotations

import http.client
import json as json_format
from contextlib import closing
from dataclasses import dataclass, field
from typing import Annotated

import typer

from scanner.cli.common import ConfigOption, ExitCode, JsonOption, note, print_json, say, stop, stopped_by_user_errors
from scanner.settings.listening import load_listen

PATIENCE = 8.0
"""Seconds for each answer; below the ten that the image's HEALTHCHECK allows."""
LARGEST = 64 * 1024
"""Bytes of an answer; the real ones have a few hundred."""
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- who listens everywhere is asked on loopback


class NoAnswer(Exception):
    """Nobody answers there, or not as this service does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one probe: yes or no, with the reasons of those checks that say no."""

    ok: bool
    checks: dict[str, str] = field(default_factory=dict)


def healthcheck(
    config: ConfigOption,
    ready: Annotated[bool, typer.Option("--ready", help="Ask whether it could scan now, too.")] = False,
    json: JsonOption = False,
) -> None:
    """Ask the service that runs on these settings whether its loops turn. Exit 1 where it says no, 3 where it does not
    answer.

    Example: scanner healthcheck --ready --config scanner.yaml
    """
    with stopped_by_user_errors():
        listen = load_listen(config)
    host, port = address_of(listen)
    if port == 0:
        stop("http.listen has port 0, which is any free one: give it a number to ask there.", code=ExitCode.USAGE)
    try:
        answers = {"alive": asked(host, port, "/livez")}
        if ready:
            answers["ready"] = asked(host, port, "/readyz")
    except NoAnswer as error:
        stop(f"{error}. Does `scanner run` run here, with these settings?", code=ExitCode.UNFINISHED)
    if json:
        print_json(answers)
    else:
        for question, answer in answers.items():
            _say(question, answer)
    well = all(answer.ok for answer in answers.values())
    raise typer.Exit(ExitCode.NOTHING_FOUND if well else ExitCode.FOUND)


def address_of(listen: str) -> tuple[str, int]:
    """Where somebody on the same machine reaches what listens there."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    return ANYWHERE.get(host, host), int(port)


def asked(host: str, port: int, path: str) -> Answer:
    """What a probe says. Raises NoAnswer. No proxy is asked, whatever the environment says."""
    where = f"{host}:{port}{path}"
    try:
        with closing(http.client.HTTPConnection(host, port, timeout=PATIENCE)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            status, body = response.status, response.read(LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{where} does not answer: {str(error) or type(error).__name__}") from error
    answer = understood(status, body)
    if answer is None:
        raise NoAnswer(f"{where} answers {status}, but not as scanner does")
    return answer


def understood(status: int, body: bytes) -> Answer | None:
    """None for what is not an answer of ours: another program may listen there. Yes needs status and body to agree."""
    try:
        value = json_format.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("checks"), dict) or status not in (200, 503):
        return None
    ok = status == 200 and value.get("ok") is True
    return Answer(ok, {str(name): _reason(check) for name, check in value["checks"].items() if not _passed(check)})


def _passed(check: object) -> bool:
    return isinstance(check, dict) and check.get("ok") is True


def _reason(check: object) -> str:
    return str(check.get("reason", "")) if isinstance(check, dict) else ""


def _say(question: str, answer: Answer) -> None:
    say(f"{question}: {'yes' if answer.ok else 'no'}")
    for name, reason in answer.checks.items():
        note(f"  {name}: {reason}")


def alone() -> None:
    """This command as the whole program."""
    app = typer.Typer(name="scanner", add_completion=False, pretty_exceptions_enable=False)
    # With one command only typer would take its name for an argument.
    app.callback()(lambda: None)
    app.command()(healthcheck)
    app()
