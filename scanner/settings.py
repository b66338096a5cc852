"""All configuration: one YAML file, environment over it, each value with its meaning, unit and reason.

A station is handed its own section, never the whole. Secrets are never values here, only the files that hold them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from scanner.document import Document, Loc, read_document, validation_problems
from scanner.errors import ConfigurationError, Problem
from scanner.model import PLANNED_STEPS, StepKind, VerdictKind

ENV_PREFIX = "SCANNER__"
_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def _duration(value: object) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a duration; write 200ms, 5s, 5m, 2h or 1d")
    return float(match[1]) * _DURATION_UNITS[match[2]]


def _size(value: object) -> int:
    match = re.fullmatch(r"(\d+)(B|KiB|MiB|GiB)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a size; write 64KiB, 400MiB or 2GiB")
    return int(match[1]) * _SIZE_UNITS[match[2]]


def _folder(path: str) -> str:
    segments = path.split("/")[1:]
    if not path.startswith("/") or not all(segments) or any(part in (".", "..") for part in segments):
        raise ValueError(
            f"{path!r} is not a folder path; write it from the root without a slash at the end, like /Shared/Projects"
        )
    return path


Duration = Annotated[
    float, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m|h|d)$"})
]
"""Seconds; written 200ms, 5s, 5m, 2h, 1d."""
Size = Annotated[int, BeforeValidator(_size), WithJsonSchema({"type": "string", "pattern": r"^\d+(B|KiB|MiB|GiB)$"})]
"""Bytes; written 64KiB, 400MiB, 2GiB."""
Folder = Annotated[str, AfterValidator(_folder)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, validate_default=True)


class DomainSettings(_Section):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    """Label of the domain in ledger, metrics and logs."""
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(:\d+)?$")] | None = None
    """Host of the domain, such as acme.egnyte.com; HTTPS always."""
    base_url: str | None = None
    """Instead of host, for an emulator: http only to loopback, https anywhere."""
    ca_file: Path | None = None
    """CA certificates (PEM) to trust instead of the system's; for an emulator or an inspecting proxy."""
    token_file: Path
    """File that holds the access token; read again when the API refuses it."""
    watch: Annotated[list[Folder], Field(min_length=1)] = ["/Shared"]
    """Folders whose versions are scanned, with all below them."""
    ignore: list[Folder] = []
    """Folders below them that are not scanned. The quarantine folder never is."""
    quarantine_folder: Folder = "/Shared/Quarantine"
    """Where bad files are moved. Created with closed permissions if it does not exist."""

    @property
    def url(self) -> str:
        """Scheme and authority, without a slash at the end."""
        return self.base_url.rstrip("/") if self.base_url else f"https://{self.host}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.host is None) == (self.base_url is None):
            raise ValueError("give either host or base_url")
        if self.base_url is not None:
            _check_base_url(self.base_url)
        if not re.fullmatch(r"/Shared/.+", self.quarantine_folder):
            raise ValueError("quarantine_folder must lie below /Shared: permissions cannot be closed elsewhere")
        if self.quarantine_folder in self.watch:
            raise ValueError("quarantine_folder must not be a watched folder itself")
        return self


def _check_base_url(base_url: str) -> None:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"base_url {base_url!r} must be http(s)://host[:port] and nothing more")
    if parts.username or parts.password:
        raise ValueError("base_url must not hold a user or password")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("plain http is allowed to loopback only, since the token would travel in clear; use https")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class EventSettings(_Section):
    start: Literal["now", "oldest"] = "now"
    """Where a feed never read before begins: with what happens from now on, or with the oldest event kept."""
    min_interval: Annotated[Duration, Field(ge=0.05)] = Field(default="5s", validate_default=True)
    """Shortest pause between two polls of an active domain."""
    max_interval: Annotated[Duration, Field(ge=0.05)] = Field(default="5m", validate_default=True)
    """Longest pause between two polls of an idle one; Egnyte asks for five minutes."""
    page: Annotated[int, Field(ge=1, le=100)] = 100
    """Events asked for at once; the API gives 100 at most."""
    suppress: Literal["none", "app", "user"] = "none"
    """Sent to the API as it is. `app` and `user` hide whatever else is done with our key, so that a thief of it is not seen."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.max_interval < self.min_interval:
            raise ValueError("max_interval is shorter than min_interval")
        return self


class ClamavSettings(_Section):
    address: Annotated[str, Field(pattern=r"^(unix:/.+|tcp:(\[[0-9a-fA-F:]+\]|[^:\[\]]+):\d{1,5})$")] = (
        "unix:/run/clamav/clamd.sock"
    )
    """unix:/path/of/socket or tcp:host:port."""
    connections: Annotated[int, Field(ge=1, le=64)] = 4
    """Scans in flight at once. Above clamd's MaxThreads they only queue there."""
    scan_timeout: Annotated[Duration, Field(ge=1)] = Field(default="120s", validate_default=True)
    """Longest silence of clamd in one scan. Keep clamd's MaxScanTime below it: a client that gives up does not stop a scan."""
    max_stream: Annotated[Size, Field(ge=1024, lt=2 * 1024**3)] = Field(default="400MiB", validate_default=True)
    """Largest content sent to clamd; larger ones are unscannable (too-large). Not above clamd's own StreamMaxLength,
    MaxFileSize and MaxScanSize, and below 2 GiB, which is libclamav's ceiling."""


class RuleSettings(_Section):
    paths: Annotated[list[Path], Field(min_length=1)] = [Path("rules")]
    """Files and folders of rules."""
    reload: bool = True
    """Load changed rules without a restart; a broken change is refused and the old rules stay."""


class LedgerSettings(_Section):
    url: Annotated[str, Field(pattern=r"^sqlite:///.+$")] = "sqlite:////data/ledger.db"
    """sqlite:////absolute/path or sqlite:///relative/path. Never on a network file system."""

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))


class WorkerSettings(_Section):
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    """Versions worked on at once."""
    lease: Annotated[Duration, Field(ge=1)] = Field(default="60s", validate_default=True)
    """A worker silent for this long has lost its work to another."""
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """Starts that may end without a result before a version is parked as unchecked."""


class SpoolSettings(_Section):
    dir: Path = Path("/tmp")  # noqa: S108 -- files in it are unlinked at once and opened by us alone
    """Folder for content larger than a memory buffer; files in it are unlinked while open."""
    max_total: Annotated[Size, Field(ge=1024**2)] = Field(default="4GiB", validate_default=True)
    """Bytes all contents may take together; a download waits for room."""
    max_file: Annotated[Size, Field(ge=1024)] = Field(default="2GiB", validate_default=True)
    """Largest content downloaded; larger ones are unscannable (too-large) without a download."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.max_file > self.max_total:
            raise ValueError("max_file is larger than max_total, so that such a file would wait for ever")
        return self


class RemediationSettings(_Section):
    mode: Literal["enforce", "dry-run"] = "enforce"
    """dry-run records the same plans and performs nothing."""
    max_per_hour: Annotated[int, Field(ge=1)] = 100
    """Files quarantined per hour and domain; beyond it acts are held until there is room."""
    max_per_rule_per_hour: Annotated[int, Field(ge=1)] = 25
    """The same for one rule or signature: a bad rule must not empty a domain."""


class HttpSettings(_Section):
    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\[\]]+):\d{1,5}$")] = "127.0.0.1:9464"
    """Address of /metrics, /livez and /readyz; port 0 takes any free one."""


def _policy_actions(steps: list[StepKind]) -> list[StepKind]:
    wrong = [step for step in steps if step not in PLANNED_STEPS]
    if wrong:
        raise ValueError(f"{wrong[0]} is not an action; use {', '.join(PLANNED_STEPS)}")
    return steps


Actions = Annotated[list[StepKind], AfterValidator(_policy_actions)]


class PolicySettings(_Section):
    flagged: Actions = []
    """For versions a rule of ours matched, beside what the rule itself asks for."""
    infected: Actions = [StepKind.REVOKE_LINKS, StepKind.QUARANTINE, StepKind.COMMENT]
    """For versions in which an engine names malware."""
    unscannable: Actions = [StepKind.COMMENT]
    """For versions nobody can look into."""
    unchecked: Actions = []
    """For versions given up after all attempts."""

    def actions_for(self, kind: VerdictKind) -> tuple[StepKind, ...]:
        return () if kind is VerdictKind.CLEAN else tuple(getattr(self, kind.value))


class Settings(_Section):
    domains: Annotated[list[DomainSettings], Field(min_length=1)]
    events: EventSettings = EventSettings()
    clamav: ClamavSettings = ClamavSettings()
    rules: RuleSettings = RuleSettings()
    ledger: LedgerSettings = LedgerSettings()
    workers: WorkerSettings = WorkerSettings()
    spool: SpoolSettings = SpoolSettings()
    remediation: RemediationSettings = RemediationSettings()
    policy: PolicySettings = PolicySettings()
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [domain.name for domain in self.domains]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two domains are named {', '.join(twice)}; names must differ")
        return self


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from a file with environment over it. Raises ConfigurationError with every problem found."""
    document = read_document(path)
    value = document.value if document.value is not None else {}
    if not isinstance(value, dict):
        raise ConfigurationError([Problem(document.where(()), "settings must be a mapping of sections")])
    origins = _apply_environment(value, os.environ if environ is None else environ)
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        raise ConfigurationError(_with_origins(error, document, origins)) from error
    problems = _unreadable_tokens(settings, document)
    if problems:
        raise ConfigurationError(problems)
    return settings


def _apply_environment(value: dict[str, Any], environ: Mapping[str, str]) -> dict[Loc, str]:
    """Overlay SCANNER__SECTION__KEY (a number picks an item of a list); give the variable each leaf came from."""
    origins: dict[Loc, str] = {}
    problems = []
    for name in sorted(key for key in environ if key.startswith(ENV_PREFIX)):
        loc: Loc = tuple(
            int(part) if part.isdigit() else part.lower() for part in name.removeprefix(ENV_PREFIX).split("__")
        )
        try:
            _put(value, loc, yaml.safe_load(environ[name]))
        except (LookupError, TypeError, yaml.YAMLError):
            problems.append(
                Problem(name, "does not name a setting, or its value is not YAML", "See `scanner config schema`.")
            )
        origins[loc] = name
    if problems:
        raise ConfigurationError(problems)
    return origins


def _put(value: Any, loc: Loc, leaf: object) -> None:
    for part in loc[:-1]:
        value = value.setdefault(part, {}) if isinstance(value, dict) else value[part]
    if isinstance(value, list) != isinstance(loc[-1], int):
        raise TypeError(loc)
    value[loc[-1]] = leaf


def _with_origins(error: ValidationError, document: Document, origins: Mapping[Loc, str]) -> list[Problem]:
    problems = validation_problems(error, document)
    for index, item in enumerate(error.errors(include_url=False, include_input=False)):
        name = next(
            (origins[item["loc"][:end]] for end in range(len(item["loc"]), 0, -1) if item["loc"][:end] in origins), None
        )
        if name is not None:
            problems[index] = Problem(f"environment variable {name}", problems[index].what)
    return problems


def _unreadable_tokens(settings: Settings, document: Document) -> list[Problem]:
    problems = []
    for index, domain in enumerate(settings.domains):
        where = document.where(("domains", index, "token_file"))
        try:
            token = domain.token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not plain text"
            problems.append(
                Problem(
                    where, f"token_file {domain.token_file} cannot be read: {reason}", "Check the path and its rights."
                )
            )
            continue
        if not token or any(character.isspace() for character in token):
            problems.append(
                Problem(
                    where,
                    f"token_file {domain.token_file} does not hold one token",
                    "Put the access token alone into it.",
                )
            )
    return problems
