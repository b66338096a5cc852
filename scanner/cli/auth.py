"""`scanner auth`: sign in to a domain, see whose the tokens are, move and end them. No secret is ever an option."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.answers import minute
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.cli.domains import DomainOption, chosen, the_one
from scanner.cloud.grants import ClientRefused, GrantRefused, Issued, Page
from scanner.cloud.identity import identity
from scanner.service.assembly import utc_now
from scanner.service.calls.signing_in import (
    LONGEST_PASSWORD,
    SCOPES,
    Consent,
    by_consent,
    by_login,
    imported,
    kept,
    oauth_of,
    password_in,
    secret_manifest,
)
from scanner.service.calls.signing_in import revoke as revoke_at_egnyte
from scanner.service.calls.token_reports import TokenReport, reports
from scanner.settings import DomainSettings

auth_app = typer.Typer(help="Sign in to a domain, and see whose its tokens are.", no_args_is_help=True)
_LONGEST_ADDRESS = 16_384
_BY_HAND = (
    "{name} takes its token from {file}, and only the key's secret, which the settings do not name, can revoke it.",
    "At Egnyte, change the password of the token's user: all tokens of that user end with it. Then delete the file.",
)


@auth_app.command()
def login(
    config: ConfigOption,
    *,
    domain: DomainOption = None,
    scopes: Annotated[str, typer.Option(help="What the token may do; separated by spaces.")] = " ".join(SCOPES),
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of 127.0.0.1, where the browser comes back to.")] = 8765,
    redirect_uri: Annotated[
        str | None, typer.Option(help="The address registered with the key, where it is another one; then you paste.")
    ] = None,
    paste: Annotated[
        bool, typer.Option("--paste", help="The browser is on another machine: paste the address.")
    ] = False,
    page: Annotated[str, typer.Option(help="Where Egnyte asks you: token or, in newer clients, authorize.")] = "token",
    pkce: Annotated[bool, typer.Option("--pkce/--no-pkce", help="Bind the code to this command (RFC 7636).")] = True,
    user: Annotated[
        str | None, typer.Option(help="Without a browser: with the password of this user, for an internal key.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File whose first line is that password; else you are asked for it.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="Write the tokens here instead: of a further user, who only downloads.")
    ] = None,
    kubernetes_secret: Annotated[
        str | None, typer.Option(help="Store nothing; print a manifest of a Secret of this name, tokens in it.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Get a token for a domain from Egnyte, and store it for the service, which renews it.

    The key's client id and secret are in the files that domains[].oauth names. docs/sign-in.md says what to click.

    Example: scanner auth login --domain acme
    """
    settings = the_one(load_or_exit(config), domain)
    if page not in ("token", "authorize"):
        stop("--page is token or authorize.", code=ExitCode.USAGE)
    if kubernetes_secret is not None and not re.fullmatch(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", kubernetes_secret):
        stop("A Secret's name has small letters, digits, hyphens and dots.", code=ExitCode.USAGE)
    if password_file is not None and user is None:
        stop("--password-file needs --user.", code=ExitCode.USAGE)
    wanted: Page = "token" if page == "token" else "authorize"
    how = Consent(scopes.split(), wanted, port, redirect_uri, paste, pkce)
    with _stopped_by_refusals():
        place = store or oauth_of(settings).token_store
        found = (
            by_consent(settings, how, _show, _pasted) if user is None else _by_login(settings, user, password_file, how)
        )
        account = identity(settings, found.access_token).account
        now = utc_now()
        if kubernetes_secret is not None:
            note(f"This is the token of {account.username} at {settings.name}. Whoever reads it can use it.")
            typer.echo(secret_manifest(kubernetes_secret, found, now), nl=False)
            raise typer.Exit(ExitCode.NOTHING_FOUND)
        expires_at = kept(place, found, now).expires_at
    value = {"domain": settings.name, "username": account.username, "store": place, "expires_at": expires_at}
    if json:
        print_json({**value, "renewed": found.refresh_token is not None})
    else:
        say(f"Signed in to {settings.name} as {account.username}; the tokens are in {place}")
        say(_ending(found, expires_at))
    raise typer.Exit(ExitCode.NOTHING_FOUND)


@auth_app.command("import")
def import_(
    config: ConfigOption,
    file: Annotated[Path, typer.Argument(help="Another store, such as the key `store` of a Secret.")],
    *,
    domain: DomainOption = None,
    json: JsonOption = False,
) -> None:
    """Take the tokens of another sign-in into a domain's token store, unless it holds newer ones. Asks nobody.

    For what `login --kubernetes-secret` printed: a Secret cannot be written to, and the service renews tokens.

    Example: scanner auth import --domain acme /etc/scanner/secrets/login-acme/store
    """
    settings = the_one(load_or_exit(config), domain)
    with stopped_by_user_errors():
        store = oauth_of(settings).token_store
        taken = imported(file, store)
    if json:
        print_json({"domain": settings.name, "store": store, "imported": taken})
    elif taken:
        say(f"The tokens of {settings.name} are in {store}")
    else:
        say(f"{store} holds tokens of {settings.name} that are as new or newer; they stay.")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


@auth_app.command()
def status(config: ConfigOption, *, domain: DomainOption = None, json: JsonOption = False) -> None:
    """Show whose each token is, what it may do, when it ends and what it may still call; two calls for each.

    Exit 1 where one is refused, missing or about to be lost; 3 where Egnyte could not be asked.

    Example: scanner auth status --json
    """
    settings = load_or_exit(config)
    with stopped_by_user_errors():
        found = [one for each in chosen(settings, domain) for one in reports(each, utc_now())]
    for one in found:
        if json:
            print_json(one)
        else:
            say(*_lines(one))
    if any(one.unreachable for one in found):
        raise typer.Exit(ExitCode.UNFINISHED)
    raise typer.Exit(ExitCode.FOUND if any(one.problem for one in found) else ExitCode.NOTHING_FOUND)


@auth_app.command()
def revoke(
    config: ConfigOption,
    *,
    domain: Annotated[str, typer.Option(help="The domain whose tokens end.")],
    json: JsonOption = False,
) -> None:
    """End a domain's token and its refresh token at Egnyte, and remove their store. The service of this domain stops
    scanning until somebody signs in again.

    Example: scanner auth revoke --domain acme
    """
    settings = the_one(load_or_exit(config), domain)
    if settings.oauth is None:
        stop(*(line.format(name=settings.name, file=settings.token_file) for line in _BY_HAND), code=ExitCode.USAGE)
    with _stopped_by_refusals():
        removed = revoke_at_egnyte(settings)
    if json:
        print_json({"domain": settings.name, "removed": removed})
    else:
        say(f"The tokens of {settings.name} are revoked, and {removed} is removed.")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


@contextmanager
def _stopped_by_refusals() -> Iterator[None]:
    """What a person gave and Egnyte does not accept is exit 2: waiting would not help."""
    with stopped_by_user_errors():
        try:
            yield
        except (GrantRefused, ClientRefused) as error:
            stop(str(error), code=ExitCode.USAGE)


def _show(url: str) -> None:
    note("Open this address in a browser, log in as the scanner's service account, and allow the access:", "", url, "")


def _pasted() -> str:
    note("Paste the address at which the browser ended, and press Enter:")
    return sys.stdin.readline(_LONGEST_ADDRESS)


def _by_login(settings: DomainSettings, user: str, password_file: Path | None, how: Consent) -> Issued:
    if password_file is not None:
        password = password_in(password_file)
    elif sys.stdin.isatty():
        password = str(typer.prompt(f"Password of {user}", hide_input=True, err=True))[:LONGEST_PASSWORD]
    else:
        stop("There is no terminal to ask for the password; name a file with --password-file.", code=ExitCode.USAGE)
    return by_login(settings, user, password, how.scopes)


def _ending(found: Issued, expires_at: datetime | None) -> str:
    if expires_at is None:
        return "It has no known end."
    if found.refresh_token is None:
        return f"It ends at {minute(expires_at)} and cannot be renewed: sign in again before."
    return f"It ends at {minute(expires_at)}; the service renews it before."


def _lines(one: TokenReport) -> list[str]:
    head = f"{one.domain}, token {one.token} ({one.source}): {one.username or 'not known whose'}"
    lines = [head + (f", {one.user_type}" if one.user_type else "")]
    if one.username is not None:
        lines.append(f"  scopes: {', '.join(one.scopes) if one.scopes else 'not told'}")
        if one.calls_a_day is not None:
            second = f", {one.calls_a_second:,} a second" if one.calls_a_second else ""
            lines.append(f"  calls: {one.calls_today or 0:,} of {one.calls_a_day:,} today{second}")
    if one.expires_at is not None:
        lines.append(f"  ends: {minute(one.expires_at)}{', renewed by the service' if one.renewed else ''}")
    elif not one.problem:
        lines.append("  ends: not known")
    return [*lines, *(f"  PROBLEM: {one.problem}".split("\n") if one.problem else [])]
