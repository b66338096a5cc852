"""What a domain starts with: the admin whose token the scanner uses, and with `--seed demo` a small company."""

from __future__ import annotations

from dataclasses import replace

from emulator.acts.upload import add_folder, upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.users import Actor, User

ADMIN = "svc-scanner"

_PEOPLE = (
    User(3, "amiller", "amiller@example.org", "Anna", "Miller", "admin"),
    User(41, "pnovak", "pnovak@example.org", "Petra", "Novak", "power"),
    User(42, "jdoe", "jdoe@example.org", "Jordan", "Doe", "power"),
    User(5_000_000_043, "external", "external@example.com", "Ext", "Partner", "standard"),
)
_FOLDERS = (
    "/Shared/Projects",
    "/Shared/Projects/Kite",
    "/Shared/Finance",
    "/Shared/Finance/Invoices",
    "/Shared/Inbox",
)
_DOCUMENTS = (
    ("pnovak", "/Shared/Projects/Kite/plan.txt", "Kite: plan\n\n1. Measure the wind.\n2. Cut the frame.\n"),
    ("pnovak", "/Shared/Projects/Kite/plan.txt", "Kite: plan, second version\n\n1. Cut the frame.\n2. Sew.\n"),
    ("jdoe", "/Shared/Projects/Kite/notes.md", "# Notes\n\nThe frame holds up to five knots.\n"),
    ("jdoe", "/Shared/Finance/Invoices/2026-03.csv", "number,date,amount\n1001,2026-03-02,120.00\n"),
    ("amiller", "/Shared/Inbox/welcome.txt", "Drop files for the front desk here.\n"),
)


def add_admin(domain: Domain, token: str) -> User:
    """The user svc-scanner with its token; what a saved state already has is kept."""
    admin = domain.users.named(ADMIN)
    if admin is None:
        user = User(77, ADMIN, "svc-scanner@example.org", "Svc", "Scanner", "admin", is_service_account=True)
        admin = domain.add_user(user)
    if token not in domain.tokens.by_value:
        domain.issue_token(admin, value=token)
    return admin


def seed_demo(domain: Domain) -> None:
    """Nothing in a domain that already has these people: a restart with a state folder does not double them."""
    if domain.users.named(_PEOPLE[0].username) is not None:
        return
    for person in _PEOPLE:
        domain.add_user(replace(person))
    owner = Actor(_known(domain, "amiller"), source="WebUI")
    for path in _FOLDERS:
        add_folder(domain, owner, path)
    for username, path, text in _DOCUMENTS:
        upload(domain, Actor(_known(domain, username), source="WebUI"), path, memory_blob(text.encode()))


def _known(domain: Domain, username: str) -> User:
    user = domain.users.named(username)
    assert user is not None
    return user
