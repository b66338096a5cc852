"""Pages that hand over a file."""

from __future__ import annotations

import base64
import re

import pytest

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.pages import html_smuggling
from tests.rulebook.samples.inside import inside


@pytest.mark.parametrize("content", [b"", b"MZ" * 4000], ids=["empty", "large"])
def test_a_page_smuggles_whatever_its_file(unpacker: Unpacker, content: bytes) -> None:
    found = inside(unpacker, html_smuggling("</script>.iso", content))
    assert (found.mime, found.traits, found.gap) == ("text/html", {Trait.HTML_SMUGGLING}, None)


def test_the_file_stands_in_it() -> None:
    data = re.search(r'atob\("(.*?)"\)', html_smuggling("a.iso", b"MZ" * 4000).decode())
    assert data is not None
    assert base64.b64decode(data[1]) == b"MZ" * 4000
