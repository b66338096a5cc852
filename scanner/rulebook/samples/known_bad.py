"""The harmless test file of the antivirus industry, put together at run time: written anywhere, it upsets scanners."""

from __future__ import annotations


def known_bad() -> bytes:
    """The 68 bytes of EICAR (www.eicar.org), which every signature database for clamd knows."""
    words = b"-".join([b"EICAR", b"STANDARD", b"ANTIVIRUS", b"TEST", b"FILE!"])
    return b"X5O!P%@AP[4" + b"\\PZX54(P^)7CC)7}$" + words + b"$H+H*"
