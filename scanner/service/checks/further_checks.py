"""May the further tokens of a domain download what is watched? What they are refused costs a call of the first one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from pathlib import Path

from scanner.cloud.client import EgnyteClient
from scanner.cloud.token_store import TokenStore
from scanner.errors import CloudRefused, RetryLater
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import DomainSettings


async def check_further(settings: DomainSettings, reading: Collection[str]) -> AsyncIterator[Diagnosis]:
    """A line for each of them. `reading`: levels of a folder's rights that allow a download."""
    for number, path in enumerate(settings.download_token_files, start=2):
        yield await _checked(_alone(settings, path), f"{settings.name}: token {number}", reading)


def _alone(settings: DomainSettings, path: Path) -> DomainSettings:
    """As if this token were the first."""
    change: dict[str, object]
    if settings.oauth is not None and TokenStore.looks_like(path):
        change = {"oauth": settings.oauth.model_copy(update={"token_store": path})}
    else:
        change = {"oauth": None, "token_file": path}
    return settings.model_copy(update={**change, "download_token_files": ()})


async def _checked(settings: DomainSettings, subject: str, reading: Collection[str]) -> Diagnosis:
    cloud = EgnyteClient(settings)
    try:
        username = (await cloud.account()).username
        levels = {folder: await cloud.own_level(folder) for folder in settings.watch}
    except RetryLater as error:
        return Diagnosis(Level.UNREACHABLE, subject, str(error), "Until it is accepted the first token downloads.")
    except CloudRefused as error:
        return Diagnosis(Level.WARN, subject, str(error), "Give its user the right to see all that is watched.")
    finally:
        await cloud.close()
    unseen = [folder for folder, level in levels.items() if level not in reading]
    if unseen:
        finding = f"belongs to {username}, who may not download from {', '.join(unseen)}"
        return Diagnosis(Level.WARN, subject, finding, "Give this user Viewer there.")
    return Diagnosis(Level.OK, subject, f"belongs to {username}; downloads")
