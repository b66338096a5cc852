"""Who can open the quarantine folder, and closing it: only the account and the built-in group of administrators may be
left (fact sheet 7.2)."""

from __future__ import annotations

from scanner.cloud.port import Cloud, FolderPermissions
from scanner.cloud.wire import ADMINISTRATORS
from scanner.errors import CloudRefused
from scanner.model import Account


def open_to(permissions: FolderPermissions, account: Account) -> str:
    """Who else can open a folder; empty where nobody can. Pure."""
    us = account.username.lower()
    others = {who for who, level in permissions.groups.items() if level != "None" and who != ADMINISTRATORS}
    others |= {who for who, level in permissions.users.items() if level != "None" and who.lower() != us}
    if others:
        return ", ".join(sorted(others))
    return "those of the folder above" if permissions.inherits else ""


async def close(cloud: Cloud, folder: str, account: Account) -> str:
    """Leave only the account, and look whether it is so. Gives what is wrong, empty if nothing. Raises RetryLater."""
    try:
        await cloud.close_folder(folder, {account.username: "Owner"})
        others = open_to(await cloud.permissions(folder), account)
    except CloudRefused as error:
        return f"{folder} could not be closed: {error}"
    return f"{folder} is still open to {others}" if others else ""
