"""An event as one line, whose fields nobody can forge."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Finding, Inspection, StepKind, Verdict, VerdictKind
from scanner.notify.cef import line
from scanner.notify.ocsf import detection
from tests.notify.world import NOW, VERSION, did, notice

KEYS = ["rt", "act", "fname", "filePath", "outcome", "externalId", "suid", "cs1Label", "cs1", "cs2Label", "cs2"]


def test_a_finding_is_a_line_with_its_fields() -> None:
    assert line(notice().event) == (
        "CEF:0|scanner|scanner|0.1.0|Win.Test|Malware in a file|10|rt=1772615700000 act=quarantine\\=success "
        "fname=a|b\\=c.exe filePath=/Shared/Kite/a|b\\=c.exe fileHash=" + "ab" * 32 + " fsize=5 outcome=infected "
        "externalId=acme/e1 suid=41 cs1Label=reasons cs1=Win.Test, double-extension cs2Label=domain cs2=acme"
    )


@given(name=st.text(min_size=1), path=st.text())
def test_strangers_words_stay_in_their_fields(name: str, path: str) -> None:
    found = (Finding("any", name, malware=True),)
    version = replace(VERSION, path=f"/Shared/{path}x")
    judged = Verdict(version, VerdictKind.INFECTED, (name,), (Inspection("any", "1", found),))
    written = line(detection(judged, [did(StepKind.COMMENT)], now=NOW))

    assert written.splitlines() == [written]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", written.partition(" rt=")[0].partition("|rt=")[0])) >= 6
    unescaped = re.findall(r"(?:^|[ |])([A-Za-z0-9]+)=", re.sub(r"\\.", "", written.partition("|rt=")[2]))
    assert ["rt", *unescaped] == KEYS
