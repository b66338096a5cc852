"""The table of everything that is installed with the product: what for, and under which licence."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
PURPOSES = {
    "alembic": "migrations of the ledger",
    "asyncpg": "PostgreSQL",
    "cryptography": "signatures of statements (Ed25519)",
    "google-re2": "regular expressions of rules in linear time",
    "httptools": "parsing HTTP for the operations port and downloads",
    "httpx": "HTTP to Egnyte and to receivers of notices",
    "libarchive-c": "7z, rar, tar, iso, cab and others",
    "msoffcrypto-tool": "Office documents under a known password",
    "olefile": "compound files (doc, xls, msg)",
    "oletools": "macros",
    "opentelemetry-exporter-otlp-proto-http": "traces, where they are asked for: to a collector",
    "opentelemetry-sdk": "traces, where they are asked for",
    "pgqueuer": "who works next",
    "prometheus-client": "metrics",
    "pyclamd": "control commands of clamd",
    "pydantic": "settings and rules: types, limits, messages",
    "pypdf": "PDF",
    "python-magic": "types by content",
    "pyyaml": "settings and rules",
    "rich": "tables and progress on a terminal",
    "sqlalchemy": "SQL of the ledger",
    "sqlmodel": "tables of the ledger",
    "starlette": "health, metrics, webhooks",
    "structlog": "the log",
    "typer": "commands",
    "tzdata": "time zones for rules, which slim images lack",
    "uvicorn": "serving them",
    "uvloop": "the event loop",
    "yara-x": "YARA rules",
}
"""What each package that pyproject.toml names is there for."""
LICENCES = {
    "MIT License": "MIT",
    "MIT": "MIT",
    "MIT-0": "MIT-0",
    "BSD-3-Clause": "BSD-3-Clause",
    "BSD License": "BSD",
    "BSD": "BSD",
    "ISC License": "ISC",
    "CC0": "CC0",
    "MPL-2.0": "MPL-2.0",
    "Apache-2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "GPL": "GPL-3.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
"""The words that packages without an SPDX expression use, and what they mean."""
PERMISSIVE = {
    "Apache-2.0", "Apache-2.0 AND BSD-2-Clause", "Apache-2.0 OR BSD-3-Clause", "BSD", "BSD-2-Clause", "BSD-3-Clause",
    "CC0", "ISC", "MIT", "MIT AND PSF-2.0", "MIT OR Apache-2.0", "MIT-0", "PSF-2.0",
}  # fmt: skip
LOOKED_AT = {
    "certifi": ("MPL-2.0", "a list of certificates; used unchanged"),
    "pcodedmp": ("GPL-3.0", "oletools imports it for an option that is never asked for; the image leaves it out"),
    "pyclamd": ("LGPL-3.0-or-later", "used unchanged, as a library that can be replaced"),
}
"""Licences that are not permissive, each with why it is borne."""


def dependencies_table() -> str:
    """Every package of requirements.txt, those that we name ourselves with their purpose."""
    direct = direct_dependencies()
    rows = [f"| `{name}` | {PURPOSES[name] if name in direct else ''} | {licence_of(name)} |" for name in locked()]
    return "\n".join(["| package | for | licence |", "| --- | --- | --- |", *rows])


def direct_dependencies() -> set[str]:
    """The names in pyproject.toml, with those of the extra that the image has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = project["dependencies"] + project["optional-dependencies"]["traces"]
    return {re.split(r"[\[~<>=!; ]", one)[0] for one in named}


def locked() -> list[str]:
    """The names in requirements.txt that this system installs."""
    names = re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    return [name for name in names if _metadata(name) is not None]


def licence_of(name: str) -> str:
    """As an SPDX expression, where the package tells one; "unknown" where it says what is not in LICENCES."""
    told = _metadata(name)
    assert told is not None
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License")]
    words = [str(told.get("License") or ""), *classifiers]
    return next((LICENCES[word] for word in words if word in LICENCES), "unknown")


def _metadata(name: str) -> PackageMetadata | None:
    try:
        return metadata(name)
    except PackageNotFoundError:
        return None
