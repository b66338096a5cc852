from __future__ import annotations

import pytest

from demo import samples
from scanner import __version__
from scanner.inspection.containers import PARTIAL, Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.selftest.samples import archives, rars
from scanner.inspection.within import BEHIND, ZIP_WITHIN
from scanner.model import Gap, Inspection, Unscannable
from tests.contents import Spooled
from tests.inspection import VERSION

MIB = 1024**2
DOCX = samples.docx("hello")


@pytest.mark.parametrize(
    ("data", "gap"),
    [
        (b"", None),
        (DOCX, None),
        (b"hello", None),
        (DOCX[:-30], Gap(Unscannable.CORRUPT, "zip: no central directory")),
        (
            samples.encrypted_zip_of("a\x1b\n.txt", b"a", b"secret"),
            Gap(Unscannable.ENCRYPTED, "zip member 'a\\x1b\\n.txt' is encrypted"),
        ),
        (samples.zip_of({"a": bytes(2 * MIB)}), Gap(Unscannable.LIMITS, f"zip member 'a' has {2 * MIB} bytes")),
        (b"MZ" + bytes(500) + rars.rar5(b"hello"), BEHIND),
        (b"hello\n" + rars.rar4(b"hello"), BEHIND),
        (samples.png() + archives.written(b"hello", "7zip"), BEHIND),
        (b"hello" + samples.zip_of({"a": b"a"}) + b"hello", ZIP_WITHIN),
        (b"hello" + samples.zip_of({"a": b"a"}), None),
        # What an archive holds is its member.
        (archives.tar(samples.zip_of({"a": b"a"})), None),
        (archives.tar(rars.rar5(b"hello")), None),
        (b"From: a\r\nContent-Type:\r\n message/Partial; number=1\r\n\r\nTVqQ", PARTIAL),
        (b"From a@b\nSubject: a\nTo: b\ncontent-type: message/partial\n\nTVqQ", PARTIAL),
        (b"From: a\nContent-Type: text/plain\n\nContent-Type: message/partial\n", None),
        (b"Content-Types: message/partial\n", None),
        (b"\x28\xb5\x2f\xfd", Gap(Unscannable.FORMAT, "zstd or lz4: no engine opens it")),
    ],
)
def test_a_gap_says_what_nobody_could_look_into(spooled: Spooled, data: bytes, gap: Gap | None) -> None:
    engine = Containers(max_stream=MIB)

    assert engine.ready() is None
    assert engine.inspect(VERSION, NobodyToAsk(), spooled(data)) == Inspection(
        "containers", f"scanner {__version__}", gap=gap
    )
