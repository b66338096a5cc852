"""An event as a line of CEF, for receivers of syslog (operations.md section 8.2). Pure.

Whatever stands in an event, it stays in its field: what separates fields is escaped, control characters are gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SEVERITIES = {1: 1, 2: 3, 3: 5, 4: 8, 5: 10}
"""From OCSF's to CEF's, which go from 0 to 10."""


def line(event: Mapping[str, Any]) -> str:
    """Of an event as ocsf.py makes it."""
    info, more = event["finding_info"], event["unmapped"]
    file = event["evidences"][0]["file"]
    signature = info.get("analytic", {}).get("uid") or more["verdict"]
    severity = _SEVERITIES.get(event["severity_id"], 5)
    header = ("scanner", "scanner", event["metadata"]["product"]["version"], signature, info["title"], str(severity))
    sha256 = next((one["value"] for one in file.get("hashes", ()) if one["algorithm_id"] == 3), "")
    fields = {
        "rt": str(event["time"]),
        "act": ", ".join(f"{one['step']}={one['state']}" for one in more["steps"]),
        "fname": file["name"],
        "filePath": file["path"],
        "fileHash": sha256,
        "fsize": str(file.get("size", "")),
        "outcome": more["verdict"],
        "externalId": info["uid"],
        "suid": more.get("actor", ""),
        "cs1Label": "reasons",
        "cs1": info["desc"],
        "cs2Label": "domain",
        "cs2": more["domain"],
    }
    written = " ".join(f"{key}={_value(value)}" for key, value in fields.items() if value)
    return "CEF:0|" + "|".join(_header(part) for part in header) + f"|{written}"


def _header(text: str) -> str:
    return _CONTROL.sub(" ", text).replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    return _CONTROL.sub(" ", text).replace("\\", "\\\\").replace("=", "\\=")
