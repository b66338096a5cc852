"""Egnyte's own Python client, unchanged, against the emulator: what it took for granted of the real API holds here."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from egnyte import EgnyteClient, exc
from egnyte.resources import File

from tests.emulator.test_main import started


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EgnyteClient]:
    with started("--https-port", "0", "--qps", "10000", "--daily", "100000", lines=2) as (_, [plain, tls]):
        certificate: Path = tmp_path_factory.mktemp("tls") / "certificate.pem"
        certificate.write_text(httpx.get(f"{plain}/_emulator/certificate", trust_env=False).text)
        httpx.post(f"{plain}/_emulator/switches", json={"min_chunk": 1024}, trust_env=False)
        client = EgnyteClient({"domain": tls.removeprefix("https://"), "access_token": "demo-token"})
        client._session.verify = str(certificate)
        client._session.trust_env = False
        client.folder("/Shared/Docs").create()
        yield client
        client.close()


def test_user_info(sdk: EgnyteClient) -> None:
    assert sdk.user_info["username"] == "svc-scanner"


def test_an_existing_folder_is_recognised_by_status_and_text(sdk: EgnyteClient) -> None:
    sdk.folder("/Shared/Docs").create(ignore_if_exists=True)
    with pytest.raises(exc.InsufficientPermissions):
        sdk.folder("/Shared/Docs").create(ignore_if_exists=False)


def test_upload_download_and_versions(sdk: EgnyteClient) -> None:
    file = sdk.file("/Shared/Docs/Iñtërnâtiônàl ☃.txt")
    for text in (b"one", b"twenty"):
        file.upload(io.BytesIO(text))
    assert sdk.file(file.path)._fetch_attributes()["num_versions"] == 2
    assert file.download().read() == b"twenty"
    assert file.download((1, 3)).read() == b"wen"


def test_chunked_upload(sdk: EgnyteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(File, "_upload_chunk_size", 1024)
    file = sdk.file("/Shared/Docs/chunked.bin")
    file.upload(io.BytesIO(b"x" * 2500))
    assert file.download().read() == b"x" * 2500
    assert sdk.file(file.path).checksum.startswith("2-3-1024-")


def test_move_copy_and_delete(sdk: EgnyteClient) -> None:
    file = sdk.file("/Shared/Docs/a.txt")
    file.upload(io.BytesIO(b"a"))
    moved = file.move("/Shared/Docs/b.txt")
    copied = moved.copy("/Shared/Docs/c.txt")
    with pytest.raises(exc.NotFound):
        sdk.file("/Shared/Docs/a.txt").check()
    copied.delete()
    with pytest.raises(exc.NotFound):
        copied.check()


def test_the_event_of_a_new_folder_is_listed_at_once(sdk: EgnyteClient) -> None:
    folder = sdk.folder("/Shared/Docs/Event").create()
    events = sdk.events.filter(sdk.events.latest_event_id - 1)
    [event] = events.poll(count=1)
    assert (event.action, event.action_source, event.data["target_path"]) == ("create", "PublicAPI", folder.path)
    assert events.poll() in ((), [])


def test_a_folder_lists_what_is_in_it(sdk: EgnyteClient) -> None:
    folder = sdk.folder("/Shared/Docs/Listed").create()
    folder.file("a.txt").upload(b"a")
    folder.folder("Below").create()
    folder.list()
    assert ([each.path for each in folder.files], [each.path for each in folder.folders]) == (
        ["/Shared/Docs/Listed/a.txt"], ["/Shared/Docs/Listed/Below"],
    )  # fmt: skip


def test_comments_are_made_listed_and_deleted(sdk: EgnyteClient) -> None:
    file = sdk.file("/Shared/Docs/commented.txt")
    file.upload(b"x")
    comment = file.add_note("test comment")
    assert (comment.file_path, comment.message, comment.get_file()) == (file.path, "test comment", file)
    assert comment in sdk.notes.list()
    assert [note.id for note in file.get_notes()] == [comment.id]
    comment.delete()
    assert (list(file.get_notes()), comment in sdk.notes.list()) == ([], False)
    with pytest.raises(exc.NotFound):
        comment.check()


def test_a_comment_on_a_missing_file_is_forbidden(sdk: EgnyteClient) -> None:
    with pytest.raises(exc.InsufficientPermissions):
        sdk.file("/Shared/Docs/missing.txt").add_note("x")


def test_comments_are_in_the_feed(sdk: EgnyteClient) -> None:
    file = sdk.file("/Shared/Docs/fed.txt")
    file.upload(b"x")
    events = sdk.events.filter(sdk.events.latest_event_id)
    comment = file.add_note("x")
    [event] = events.poll()
    assert (event.type, event.action, event.data) == ("note", "create", {"note_id": comment.id})


def test_links_are_one_for_each_recipient_and_gone_when_deleted(sdk: EgnyteClient) -> None:
    folder = sdk.folder("/Shared/Docs/Linked").create()
    first, second = folder.link("anyone", recipients=["a@example.com", "b@example.com"], send_email=False)
    assert (first.path, first.type, first.accessibility, first.recipients) == (
        folder.path, "folder", "anyone", ["a@example.com"],
    )  # fmt: skip
    first.delete()
    second.check()
    with pytest.raises(exc.NotFound):
        first.check()


def test_links_are_listed_by_path_and_date(sdk: EgnyteClient) -> None:
    file = sdk.file("/Shared/Docs/linked.txt")
    file.upload(b"x")
    [link] = file.link("domain", expiry_clicks=3)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    found = sdk.links.list(path=file.path)
    assert ([each.id for each in found], found.total_count) == ([link.id], 1)
    assert list(sdk.links.list(created_after=tomorrow)) == []
    assert sdk.links.list(created_before=tomorrow) == sdk.links.list()


def test_permissions_are_set_and_read(sdk: EgnyteClient) -> None:
    folder = sdk.folder("/Shared/Docs/Permitted").create()
    assert folder.get_permissions().user_to_permission["svc-scanner"] == "Owner"
    assert folder.get_effective_permissions("svc-scanner") == "Owner"
    group = sdk.groups.create("Partners", members=[sdk.users.by_username("svc-scanner")])
    folder.set_permissions("Viewer", groups=["Partners"])
    assert folder.get_permissions().group_to_permission["Partners"] == "Viewer"
    assert sdk.groups.by_displayName("Partners").members[0]["username"] == "svc-scanner"
    group.delete()


def test_users_are_found(sdk: EgnyteClient) -> None:
    user = sdk.users.by_email("svc-scanner@example.org")
    assert (user.id, sdk.users.get(77).userName, sdk.users.by_username("nobody")) == (77, "svc-scanner", None)
    with pytest.raises(exc.NotFound):
        sdk.users.get(1).check()


def test_its_own_events_can_be_suppressed(sdk: EgnyteClient) -> None:
    events = sdk.events.filter(sdk.events.latest_event_id, suppress="app")
    sdk.folder("/Shared/Docs/Suppressed").create()
    assert events.poll() == ()


def test_settings_of_links(sdk: EgnyteClient) -> None:
    assert {"folder_links", "file_links", "expiration"} <= set(sdk.settings["links"])
