from __future__ import annotations

from emulator.domain import Domain
from emulator.seed import add_admin, seed_demo
from emulator.tree import File


def test_the_demo_has_people_folders_and_documents() -> None:
    domain = Domain()
    admin = add_admin(domain, "t")
    seed_demo(domain)
    files = sorted(each.path for each in domain.tree.root.walk() if isinstance(each, File))
    assert files == [
        "/Shared/Finance/Invoices/2026-03.csv", "/Shared/Inbox/welcome.txt", "/Shared/Projects/Kite/notes.md",
        "/Shared/Projects/Kite/plan.txt",
    ]  # fmt: skip
    assert (admin.is_admin, domain.users.named("pnovak") is not None, len(domain.events)) == (True, True, 10)
    domain.close()


def test_seeding_twice_changes_nothing() -> None:
    domain = Domain()
    for _ in range(2):
        add_admin(domain, "t")
        seed_demo(domain)
    assert (len(domain.events), len(domain.tokens.by_value), len(domain.users.by_id)) == (10, 1, 5)
    domain.close()


def test_the_admin_keeps_its_id_with_another_token() -> None:
    domain = Domain()
    assert add_admin(domain, "a") is add_admin(domain, "b")
    assert set(domain.tokens.by_value) == {"a", "b"}
    domain.close()
