"""Settings from one YAML file with the environment over it: every problem of both at once, each with its place."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from scanner.document import Document, Loc, dotted, read_document, validation_problems
from scanner.errors import ConfigurationError, Problem
from scanner.model import StepKind
from scanner.settings.cache import CacheSettings
from scanner.settings.domain import DomainSettings, authority
from scanner.settings.environment import Origins, label, lay_over
from scanner.settings.ledger import LedgerSettings
from scanner.settings.log import LogSettings
from scanner.settings.notify import ReceiverSettings
from scanner.settings.policy import PolicySettings
from scanner.settings.probe import ProbeSettings
from scanner.settings.reconcile import ReconcileSettings
from scanner.settings.remediation import QuarantineSettings, RemediationSettings
from scanner.settings.rules import RuleSettings
from scanner.settings.section import Section
from scanner.settings.sections import (
    ClamavSettings,
    EventSettings,
    HttpSettings,
    SpoolSettings,
    SuppressionSettings,
    UnpackSettings,
    WorkerSettings,
    YaraSettings,
)
from scanner.settings.statements import StatementSettings
from scanner.settings.units import not_empty
from scanner.settings.webhooks import WebhookSettings

LONGEST_TOKEN = 4096
"""Bytes. Egnyte's access tokens have 24 (fact sheet 2.3); the ceiling keeps a device file from being read for ever."""


class Settings(Section):
    """Everything that can be configured."""

    domains: Annotated[tuple[DomainSettings, ...], AfterValidator(not_empty)]
    """The Egnyte domains to watch."""
    events: EventSettings = EventSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    clamav: ClamavSettings = ClamavSettings()
    rules: RuleSettings = Field(default_factory=RuleSettings)
    suppressions: SuppressionSettings = SuppressionSettings()
    yara: YaraSettings = YaraSettings()
    ledger: LedgerSettings = LedgerSettings()
    workers: WorkerSettings = WorkerSettings()
    spool: SpoolSettings = SpoolSettings()
    cache: CacheSettings = CacheSettings()
    unpack: UnpackSettings = UnpackSettings()
    notify: tuple[ReceiverSettings, ...] = ()
    """Who is told, by the step `notify`."""
    remediation: RemediationSettings = RemediationSettings()
    quarantine: QuarantineSettings = QuarantineSettings()
    policy: PolicySettings = PolicySettings()
    statements: StatementSettings = StatementSettings()
    probe: ProbeSettings = ProbeSettings()
    log: LogSettings = LogSettings()
    http: HttpSettings = HttpSettings()
    webhooks: WebhookSettings = WebhookSettings()


class LocalSettings(Section):
    """What looking at local files needs: the same sections, of which none has to be written."""

    clamav: ClamavSettings = ClamavSettings()
    """Talking to clamd."""
    rules: RuleSettings = Field(default_factory=RuleSettings)
    """The rulebook."""
    yara: YaraSettings = YaraSettings()
    """Running the YARA rules of the rulebook."""
    spool: SpoolSettings = SpoolSettings()
    """Room for contents."""
    unpack: UnpackSettings = UnpackSettings()
    """Taking contents apart."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and where each value came from."""

    settings: Settings
    sources: Sources

    def origin(self, loc: Loc) -> str | None:
        """`file:line` or the environment variable that gave a value; None for a default."""
        return self.sources.exact(loc)


@dataclass(frozen=True, slots=True)
class Sources:
    """The file and the variables over it."""

    document: Document
    variables: Origins

    def exact(self, loc: Loc) -> str | None:
        """What gave just this value; None where nobody wrote it."""
        if loc in self.variables:
            return label(self.variables[loc])
        replaced = any(loc[:end] in self.variables for end in range(1, len(loc)))
        return self.document.where(loc) if loc in self.document.lines and not replaced else None

    def where(self, loc: Loc) -> str:
        """Where to look for a problem with a value, even if it is not there at all."""
        around = (loc[:end] for end in range(len(loc), 0, -1) if loc[:end] in self.variables)
        inside = (key for key in self.variables if key[: len(loc)] == loc and loc not in self.document.lines)
        variable = next(around, None) or next(inside, None)
        return label(self.variables[variable]) if variable else self.document.where(loc)


def load_settings(
    path: Path, environ: Mapping[str, str] | None = None, *, files_of: Collection[str] | None = None
) -> Settings:
    """Settings from a file with the environment over it. `files_of`: the sections whose files have to be there; all,
    unless written. Raises ConfigurationError with every problem found."""
    return load_with_origins(path, environ, files_of=files_of).settings


def load_with_origins(
    path: Path, environ: Mapping[str, str] | None = None, *, files_of: Collection[str] | None = None
) -> Loaded:
    """The same, and where each value came from."""
    document = read_document(path)
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        raise ConfigurationError([Problem(document.where(()), "settings must be a mapping of sections")])
    variables, problems = lay_over(value, os.environ if environ is None else environ)
    sources = Sources(document, variables)
    settings = None
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        problems += validation_problems(error, sources, model=Settings)
    problems += _same_names(value, sources)
    problems += _same_hosts(value, sources)
    problems += _nobody_to_tell(value, sources)
    problems += _unreadable_files(value if files_of is None else {key: value.get(key) for key in files_of}, sources)
    if problems or settings is None:
        raise ConfigurationError(sorted(problems, key=_line))
    return Loaded(settings, sources)


def load_local_settings(environ: Mapping[str, str] | None = None) -> LocalSettings:
    """From the environment alone; variables of other sections are left aside. Raises ConfigurationError."""
    value: dict[str, Any] = {}
    variables, problems = lay_over(value, os.environ if environ is None else environ)
    wanted = {key: one for key, one in value.items() if key in LocalSettings.model_fields}
    try:
        settings = LocalSettings.model_validate(wanted)
    except ValidationError as error:
        sources = Sources(Document("environment", None, {}), variables)
        problems += validation_problems(error, sources, model=LocalSettings)
    if problems:
        raise ConfigurationError(problems)
    return settings


def _line(problem: Problem) -> int:
    line = problem.where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def _items(value: dict[str, Any], section: str) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """The items of a list as written: wrong ones too, so that one problem does not hide the next."""
    items = value.get(section)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield (section, index), item


def _same_names(value: dict[str, Any], sources: Sources) -> Iterator[Problem]:
    for section, one in (("domains", "domain"), ("notify", "receiver")):
        first: dict[str, Loc] = {}
        for loc, item in _items(value, section):
            name = item.get("name")
            if not isinstance(name, str):
                continue
            if name in first:
                where = sources.where((*loc, "name"))
                there = sources.where((*first[name], "name"))
                what = f"{section}[{loc[1]}].name: {name} is taken ({there})"
                yield Problem(where, what, f"Give each {one} its own name.")
            first.setdefault(name, loc)


def _same_hosts(value: dict[str, Any], sources: Sources) -> Iterator[Problem]:
    """Two domains at one place would each scan, move and comment everything there."""
    first: dict[tuple[str, int], Loc] = {}
    for loc, item in _items(value, "domains"):
        key = "host" if item.get("host") is not None else "base_url"
        try:
            place = authority(str(item.get(key) or ""))
        except ValueError:
            continue  # told by itself
        if place in first:
            there = sources.where(first[place])
            what = f"{dotted((*loc, key))}: {place[0]} is watched already ({there})"
            yield Problem(sources.where((*loc, key)), what, "Write one domain, with all that is to be watched there.")
        first.setdefault(place, (*loc, key))


def _nobody_to_tell(value: dict[str, Any], sources: Sources) -> Iterator[Problem]:
    for loc, steps in _lists(value.get("policy"), ("policy",)):
        if StepKind.NOTIFY.value in steps and not value.get("notify"):
            what = f"{dotted(loc)}: notify tells nobody, since there is no receiver"
            yield Problem(sources.where(loc), what, "Write receivers under notify, see docs/notify.md.")


def _lists(value: object, loc: Loc) -> Iterator[tuple[Loc, list[Any]]]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, list):
            yield (*loc, key), inner
        else:
            yield from _lists(inner, (*loc, key))


def _unreadable_files(value: dict[str, Any], sources: Sources) -> Iterator[Problem]:
    """The paths are not repeated in the messages: somebody may have put the token itself there."""
    keys = (
        ("domains", (("token_file", _token_fault), ("ca_file", _certificates_fault))),
        ("notify", (("secret_file", _file_fault), ("ca_file", _certificates_fault))),
    )
    asked = ((loc, item, *key) for section, checks in keys for loc, item in _items(value, section) for key in checks)
    for loc, item, key, check in asked:
        path = item.get(key)
        fault = check(Path(path)) if isinstance(path, str) and path and "\0" not in path else None
        if fault is not None:
            yield Problem(sources.where((*loc, key)), f"{loc[0]}[{loc[1]}].{key}: {fault[0]}", fault[1])
    yield from _unreadable_keys(value, sources)
    for name, key in (("ledger", "password_file"), ("unpack", "passwords_file"), ("webhooks", "secret_file")):
        section = value.get(name)
        path = section.get(key) if isinstance(section, dict) else None
        fault = _file_fault(Path(path)) if isinstance(path, str) and path and "\0" not in path else None
        if fault is not None:
            yield Problem(sources.where((name, key)), f"{name}.{key}: {fault[0]}", fault[1])


def _unreadable_keys(value: dict[str, Any], sources: Sources) -> Iterator[Problem]:
    """Of signing in, and further tokens. A store may be missing: `scanner auth login` makes it."""
    for loc, item in _items(value, "domains"):
        oauth, further = item.get("oauth"), item.get("download_token_files")
        keys = oauth if isinstance(oauth, dict) else {}
        files = further if isinstance(further, list) else []
        written = [((*loc, "oauth", key), keys.get(key)) for key in ("client_id_file", "client_secret_file")]
        written += [((*loc, "download_token_files", at), one) for at, one in enumerate(files)]
        for place, path in written:
            fault = _file_fault(Path(path)) if isinstance(path, str) and path and "\0" not in path else None
            if fault is not None:
                yield Problem(sources.where(place), f"{dotted(place)}: {fault[0]}", fault[1])


def _file_fault(path: Path) -> tuple[str, str] | None:
    try:
        # Asked before opening: opening a pipe would wait for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            return "that is not a file", "Give the path of a file."
        with path.open("rb"):
            return None
    except OSError as error:
        return f"the file cannot be read: {error.strerror}", "Check the path and the rights of the file."


def _certificates_fault(path: Path) -> tuple[str, str] | None:
    fault = _file_fault(path)
    if fault is not None:
        return fault
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        return "the file holds no certificates", "Give PEM certificates."
    return None


def _token_fault(path: Path) -> tuple[str, str] | None:
    fault = _file_fault(path)
    if fault is not None:
        return fault
    with path.open("rb") as file:
        token = file.read(LONGEST_TOKEN + 1).strip()
    if (
        len(token) <= LONGEST_TOKEN
        and token.isascii()
        and token.decode("ascii").isprintable()
        and token.split() == [token]
    ):
        return None
    return "the file does not hold one token", "Put the access token alone into it."
