from __future__ import annotations

import pytest

from emulator.acts.upload import add_folder, promote_version, upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.errors import ApiError
from tests.emulator.conftest import actor


def test_a_first_upload_and_a_version_differ_in_ids_only(domain: Domain) -> None:
    first = upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(b"1"))
    second = upload(domain, actor(domain, "pnovak"), "/Shared/docs/A.TXT", memory_blob(b"2"), last_modified=5)
    assert first is second
    assert [version.uploaded_by for version in first.versions] == ["svc-scanner", "pnovak"]
    assert (first.name, first.current.last_modified) == ("a.txt", 5)


def test_the_creator_of_a_folder_owns_it(domain: Domain) -> None:
    folder = add_folder(domain, actor(domain, "pnovak"), "/Shared/Docs/Mine")
    assert domain.permission(actor(domain, "pnovak").user, folder).label == "Owner"


@pytest.mark.parametrize(("setting", "made"), [("refuse", False), ("make", True)])
def test_missing_parents_of_a_folder(domain: Domain, setting: str, made: bool) -> None:
    domain.switches.add_folder_parents = setting
    if made:
        assert add_folder(domain, actor(domain), "/Shared/New/Deep/Er").path == "/Shared/New/Deep/Er"
        return
    with pytest.raises(ApiError) as refused:
        add_folder(domain, actor(domain), "/Shared/New/Deep/Er")
    assert refused.value.status == 404


def test_a_file_in_a_personal_folder_is_its_owners(domain: Domain) -> None:
    upload(domain, actor(domain, "pnovak"), "/Private/pnovak/a.txt", memory_blob(b"1"))
    with pytest.raises(ApiError) as refused:
        upload(domain, actor(domain, "jdoe"), "/Private/pnovak/b.txt", memory_blob(b"1"))
    assert refused.value.status == 403
    upload(domain, actor(domain), "/Private/pnovak/b.txt", memory_blob(b"1"))


def test_an_empty_file_leaves_nothing_behind(domain: Domain) -> None:
    with pytest.raises(ApiError):
        upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(b""))
    assert domain.tree.files == {}


def test_a_promoted_version_is_a_new_one_with_old_bytes(domain: Domain) -> None:
    for text in (b"1", b"2"):
        file = upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(text))
    promoted = promote_version(domain, actor(domain), file, file.versions[0].entry_id)
    assert (file.current, promoted.blob, len(file.versions)) == (promoted, file.versions[0].blob, 3)
    with pytest.raises(ApiError):
        promote_version(domain, actor(domain), file, "none")


def test_the_folder_says_when_it_changed_last(domain: Domain) -> None:
    domain.clock.freeze()
    file = upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(b"1"))
    assert file.parent.last_modified == domain.clock.now()
