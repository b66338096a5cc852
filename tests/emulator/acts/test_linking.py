from __future__ import annotations

import pytest

from emulator.acts.linking import LinkTerms, add_links, delete_link, found_link
from emulator.acts.removal import delete, restore
from emulator.acts.upload import upload
from emulator.blobs import memory_blob
from emulator.domain import Domain, Notice
from emulator.errors import ApiError
from tests.emulator.conftest import actor

PATH = "/Shared/Docs/a.txt"


def test_webhooks_hear_of_download_and_upload_links(domain: Domain) -> None:
    heard: list[Notice] = []
    domain.listeners.append(heard.append)
    for type_ in ("folder", "upload"):
        [link] = add_links(domain, actor(domain), "/Shared/Docs", LinkTerms(type_))
        delete_link(domain, actor(domain), link.id)
    assert [each.event_type for each in heard] == [
        "link:create_download_link", "link:delete_download_link", "link:create_upload_link", "link:delete_upload_link",
    ]  # fmt: skip
    url = f"https://orchidworks.egnyte.com/ul/{link.id}"
    assert heard[-1].data == {"sourcePath": "/Shared/Docs", "linkId": link.id, "linkType": "upload", "linkURL": url}


def test_a_link_remembers_the_version_of_its_making(domain: Domain) -> None:
    first = upload(domain, actor(domain), PATH, memory_blob(b"1")).current.entry_id
    terms = LinkTerms("file", link_to_current=False, expiry_clicks=3)
    [link] = add_links(domain, actor(domain), PATH, terms)
    upload(domain, actor(domain), PATH, memory_blob(b"2"))
    assert (link.entry_id, link.link_to_current, link.expiry_clicks) == (first, False, 3)


def test_a_link_comes_back_with_its_file(domain: Domain) -> None:
    file = upload(domain, actor(domain), PATH, memory_blob(b"1"))
    [link] = add_links(domain, actor(domain), PATH, LinkTerms("file"))
    item = delete(domain, actor(domain), file)
    with pytest.raises(ApiError, match="does not exist"):
        found_link(domain, actor(domain).user, link.id)
    restore(domain, actor(domain), item.id)
    assert found_link(domain, actor(domain).user, link.id) == (link, file)
