"""Egnyte's own Python client, unchanged, against the emulator: what it took for granted of the real API holds here."""

from __future__ import annotations

import io
from collections.abc import Iterator
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
