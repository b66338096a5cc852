"""Who exists, in which groups, and on whose behalf a call is made.

An Actor is not a User: it also says through which surface (`action_source`) and which application (client id) something
is done, which is what `suppress` and webhooks go by.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class User:
    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    user_type: str = "power"  # admin | power | standard
    password: str = ""
    active: bool = True
    is_service_account: bool = False
    created: int = 0
    trash_role: bool = False
    external_id: str = ""

    @property
    def is_admin(self) -> bool:
        return self.user_type == "admin"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True)
class Group:
    id: str
    name: str
    members: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Actor:
    """`user` holds the rights; `impersonator` is the admin behind an Act-As call."""

    user: User
    source: str = "PublicAPI"
    client_id: str = ""
    impersonator: User | None = None


class Directory:
    """Users by id, name and e-mail (names and e-mails compare without case), and groups by name."""

    def __init__(self) -> None:
        self.by_id: dict[int, User] = {}
        self._by_name: dict[str, User] = {}
        self._by_email: dict[str, User] = {}
        self.groups: dict[str, Group] = {}

    def add(self, user: User) -> User:
        self.by_id[user.id] = user
        self._by_name[user.username.casefold()] = user
        self._by_email[user.email.casefold()] = user
        return user

    def named(self, username: str) -> User | None:
        return self._by_name.get(username.casefold())

    def with_email(self, email: str) -> User | None:
        return self._by_email.get(email.casefold())

    def groups_of(self, user: User) -> list[Group]:
        """The groups a user is listed in; the built-in ones (`All Administrators`) go by user type."""
        builtin = {"admin": "All Administrators", "power": "All Power Users"}.get(user.user_type)
        named = [g for g in self.groups.values() if user.id in g.members]
        return named if builtin is None else [*named, Group(id=builtin, name=builtin)]

    def dump(self) -> dict[str, Any]:
        groups = [{"id": g.id, "name": g.name, "members": sorted(g.members)} for g in self.groups.values()]
        return {"users": [asdict(user) for user in self.by_id.values()], "groups": groups}

    def load(self, saved: dict[str, Any]) -> None:
        for row in saved["users"]:
            self.add(User(**row))
        for row in saved["groups"]:
            self.groups[row["name"]] = Group(row["id"], row["name"], set(row["members"]))
