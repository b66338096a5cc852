"""The passwords that are tried on encrypted archives."""

from __future__ import annotations

from pathlib import Path

from scanner.errors import ConfigurationError, Problem

MOST = 1000
"""Each is tried on each encrypted member, and deriving a key takes a millisecond."""
LONGEST = 256


def read_passwords(path: Path | None) -> tuple[str, ...]:
    """One a line, as it stands there; empty lines are left out. Raises ConfigurationError."""
    if path is None:
        return ()
    try:
        lines = path.read_bytes().decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigurationError(
            [Problem("unpack.passwords_file", f"the file cannot be read: {reason}", "Check the path and the file.")]
        ) from error
    passwords = tuple(dict.fromkeys(line for line in lines if line))
    problems = []
    if len(passwords) > MOST:
        problems.append(Problem("unpack.passwords_file", f"{len(passwords)} passwords", f"Keep it to {MOST}."))
    # Neither the password nor its text is repeated.
    problems += [
        Problem(f"unpack.passwords_file, line {number}", "a password with a zero in it, or of over 256 characters")
        for number, line in enumerate(lines, 1)
        if "\0" in line or len(line) > LONGEST
    ]
    if problems:
        raise ConfigurationError(problems)
    return passwords
