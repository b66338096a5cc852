"""The sections of the settings, one for each station: every key with its meaning, unit, default and reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from scanner.settings.section import Section
from scanner.settings.units import Duration, LocalPath, Size, Whole, at_least, size_between

HIGHEST_PORT = 65535
MOST_CLAMDS = 32
ADDRESS = "unix:/run/clamav/clamd.sock"


class EventSettings(Section):
    """Reading the feed of events."""

    start: Literal["now", "oldest"] = "now"
    """Where a feed never read before begins: with what happens from now on, or with the oldest event kept."""
    min_interval: Annotated[Duration, at_least("50ms")] = Field(default="5s", validate_default=True)
    """Shortest pause between two polls of an active domain."""
    max_interval: Annotated[Duration, at_least("50ms")] = Field(default="5m", validate_default=True)
    """Longest pause between two polls of an idle one; Egnyte asks for five minutes."""
    page: Annotated[int, Field(ge=1, le=100), Whole] = 100
    """Events asked for at once; the API gives 100 at most."""
    suppress: Literal["none", "app", "user"] = "none"
    """Sent to the API as it is. `app` and `user` hide whatever else is done with our key: a thief of it is not seen."""

    @field_validator("max_interval")
    @classmethod
    def _not_below_the_shortest(cls, longest: float, info: ValidationInfo) -> float:
        if longest < info.data.get("min_interval", 0.0):
            raise ValueError("is shorter than min_interval")
        return longest


def _clamd_address(address: str) -> str:
    tcp = re.fullmatch(r"tcp:(\[[0-9a-fA-F:]+\]|[^:\[\]\s/]+):([0-9]{1,5})", address)
    if not re.fullmatch(r"unix:/.+", address) and (tcp is None or not 0 < int(tcp[2]) <= HIGHEST_PORT):
        raise ValueError("must be unix:/path/of/socket or tcp:host:port")
    if tcp is not None and not _can_be_looked_up(tcp[1]):
        raise ValueError("has a host that can be no name: a part of it is empty, or longer than 63 letters")
    return address


def _can_be_looked_up(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def _all_differ(addresses: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(addresses)) < len(addresses):
        raise ValueError("names a clamd twice")
    if len(addresses) > MOST_CLAMDS:
        raise ValueError(f"names more than {MOST_CLAMDS} clamds")
    return addresses


class ClamavSettings(Section):
    """Talking to clamd."""

    address: Annotated[str, AfterValidator(_clamd_address)] = ADDRESS
    """unix:/path/of/socket or tcp:host:port. A name with several addresses (a headless service of Kubernetes) stands
    for as many clamds, and is looked up every ten seconds."""
    addresses: Annotated[tuple[Annotated[str, AfterValidator(_clamd_address)], ...], AfterValidator(_all_differ)] = ()
    """Of several clamds, instead of `address`: each scan goes to the one with the fewest, and one that fails gets none
    until it has seen a known-bad sample."""
    connections: Annotated[int, Field(ge=1, le=64), Whole] = 4
    """Scans in flight at once, for each clamd. Above clamd's MaxThreads they only queue there."""
    scan_timeout: Annotated[Duration, at_least("1s")] = Field(default="120s", validate_default=True)
    """Longest silence of clamd in one scan. Keep clamd's MaxScanTime below it: a client that gives up stops no scan."""
    max_stream: Annotated[Size, size_between("1KiB", "2047MiB")] = Field(default="400MiB", validate_default=True)
    """Largest content sent to clamd; larger ones are unscannable (too-large). Not above clamd's own StreamMaxLength,
    MaxFileSize and MaxScanSize, and below 2 GiB, which is libclamav's ceiling."""
    hand_over: Literal["auto", "stream"] = "auto"
    """How contents above 1 MiB come to a clamd on a Unix socket. auto: as descriptors of files in the spool, which are
    read in place, once it has shown that it takes them; else as streams, and a line in the log says so. stream: as all
    others, copied by clamd into its TemporaryDirectory."""
    oldest_signatures: Annotated[Duration, at_least("1h")] = Field(default="48h", validate_default=True)
    """Age from which the signatures that clamd has loaded are stale: not ready, a metric, and a warning of the
    doctor's. Signatures without a date (local files only) never are."""

    rescan_window: Duration = Field(default="3d", validate_default=True)
    """How far back contents are looked at once more when clamd has loaded new signatures, as the API's budget allows;
    0s looks at nothing again."""
    signature_folders: tuple[LocalPath, ...] = ()
    """Folders whose files clamd loads. When they change, all clamds load them, one after the other; without it, that is
    left to their SelfCheck. Turn SelfCheck and freshclam's NotifyClamd off then: they ask all at once."""

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Of all clamds."""
        return self.addresses or (self.address,)

    @model_validator(mode="after")
    def _one_or_several(self) -> ClamavSettings:
        # The default may stand there as well: `config show` writes it.
        if self.addresses and self.address != ADDRESS:
            raise ValueError("address and addresses are both set; write all of them as addresses")
        return self


class SuppressionSettings(Section):
    """Decisions that certain findings do not count."""

    paths: tuple[LocalPath, ...] = ()
    """Files and folders of suppressions; none unless written. A folder may be empty, but must be there."""
    reload: bool = True
    """Load changed suppressions without a restart; a broken change is refused and the old ones stay."""


class YaraSettings(Section):
    """Running the YARA rules beside the rules, in processes of their own."""

    processes: Annotated[int, Field(ge=1, le=64), Whole] = 2
    """Contents scanned at once; each process holds all YARA rules once more. More than there are cores is no gain."""
    memory: Annotated[Size, size_between("64MiB", "64GiB")] = Field(default="1GiB", validate_default=True)
    """Most that one process may take beside the content: rules, and what matched."""
    scan_timeout: Annotated[Duration, at_least("5s")] = Field(default="30s", validate_default=True)
    """Longest scan of one content, which is then unscannable (scan-time); whole seconds count. yara-x measures
    short times badly: hence not below 5 s."""
    compile_timeout: Annotated[Duration, at_least("1s")] = Field(default="60s", validate_default=True)
    """Longest time for compiling all YARA files; one that takes it alone is disabled."""


class WorkerSettings(Section):
    """How much is worked on, and when to give up."""

    concurrency: Annotated[int, Field(ge=1, le=256), Whole] = 8
    """Versions worked on at once, by each replica."""
    per_domain: Annotated[int, Field(ge=1, le=4096), Whole] | None = None
    """Most of these that may be of one domain, over all replicas; unset: no limit of its own. With it, a domain with a
    long backlog leaves room for others."""
    lease: Annotated[Duration, at_least("1s")] = Field(default="60s", validate_default=True)
    """A worker silent for this long has lost its work to another."""
    max_attempts: Annotated[int, Field(ge=1, le=100), Whole] = 5
    """Starts that may end without a result before a version is parked as unchecked."""


class SpoolSettings(Section):
    """Room for contents on their way to the engines."""

    dir: LocalPath = Path("/tmp")  # noqa: S108 -- files in it are unlinked at once and opened by us alone
    """Folder for content larger than a memory buffer; files in it are unlinked while open."""
    max_total: Annotated[Size, size_between("1MiB", "1024TiB")] = Field(default="4GiB", validate_default=True)
    """Bytes all contents may take together; a download waits for room."""
    max_file: Annotated[Size, size_between("1KiB", "1024TiB")] = Field(default="2GiB", validate_default=True)
    """Largest content downloaded; larger ones are unscannable (too-large) without a download."""

    @field_validator("max_file")
    @classmethod
    def _finds_room(cls, max_file: int, info: ValidationInfo) -> int:
        if max_file > info.data.get("max_total", max_file):
            raise ValueError("is larger than max_total, so that such a file would wait for ever")
        return max_file


class UnpackSettings(Section):
    """Taking contents apart, in processes of their own. Contents beyond a bound are unscannable, with its name."""

    processes: Annotated[int, Field(ge=1, le=32), Whole] = 2
    """Contents taken apart at once; further ones wait."""
    memory: Annotated[Size, size_between("256MiB", "64GiB")] = Field(default="1GiB", validate_default=True)
    """Address space of one process (memory)."""
    deadline: Annotated[Duration, at_least("1s")] = Field(default="60s", validate_default=True)
    """Longest time for one content (scan-time); some of it is kept for telling what was found until then."""
    max_depth: Annotated[int, Field(ge=1, le=100), Whole] = 10
    """Containers in containers (archive-depth). A .tar.gz has a depth of two."""
    max_members: Annotated[int, Field(ge=1, le=100_000), Whole] = 10_000
    """Members at all depths together (archive-members)."""
    max_total: Annotated[Size, size_between("1MiB", "1TiB")] = Field(default="2GiB", validate_default=True)
    """Bytes of all members and texts together (archive-size). Each process may fill as much of spool.dir."""
    max_ratio: Annotated[int, Field(ge=10, le=100_000), Whole] = 200
    """Bytes unpacked from one byte packed (archive-ratio), once they are more than 64 MiB."""
    passwords_file: LocalPath | None = None
    """Passwords to be tried on encrypted archives, one a line."""


def _listen_address(address: str) -> str:
    match = re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:\[\]\s/]+):([0-9]{1,5})", address)
    if match is None or int(match[2]) > HIGHEST_PORT:
        raise ValueError("must be host:port, like 127.0.0.1:9464 or [::1]:9464")
    return address


ListenAddress = Annotated[str, AfterValidator(_listen_address)]


class HttpSettings(Section):
    """The operations port."""

    listen: ListenAddress = "127.0.0.1:9464"
    """Address of /metrics, /livez and /readyz; port 0 takes any free one."""
