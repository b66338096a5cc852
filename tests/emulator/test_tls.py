from __future__ import annotations

import ssl
from pathlib import Path

from emulator.tls import make_certificate


def test_certificate_and_key_fit_and_the_key_is_private(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    assert key.stat().st_mode & 0o077 == 0
