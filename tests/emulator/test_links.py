from __future__ import annotations

import json

from emulator.links import Link
from emulator.table import Table


def test_links_survive_json() -> None:
    links, copy = Table(Link), Table(Link)
    links.add(Link("a", "g", "file", "recipients", 1, 2, ["x@example.org"], expiry_clicks=3))
    copy.load(json.loads(json.dumps(links.dump())))
    assert copy.rows == links.rows
