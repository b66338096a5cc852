"""Files that nobody would call bad: what the machine itself holds, and documents out of Debian's and PyPI's packages.

Packages are downloaded by their ordinary clients and taken apart in a folder; none is installed, no code of theirs is
run by us (pip reads the metadata of source packages, as it does for everybody).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

DEBIAN = (
    *("debian-faq", "debian-handbook", "debian-reference-en", "developers-reference", "maint-guide"),
    *("gnumeric-doc", "libreoffice-common", "texlive-latex-base-doc"),
)
"""Manuals as pages, PDF and EPUB, and office documents and templates."""
SOURCES = ("odfpy", "openpyxl", "pdfminer.six", "pypdf", "python-docx", "python-pptx", "xlsxwriter")
"""Source packages of libraries for documents: their tests bring documents of many programs."""
MACHINE = (Path("/usr/share"), Path("/usr/lib/python3"), Path(sys.prefix))
"""The last is the environment that runs this: the contents of some hundred wheels."""
LARGEST = 32 * 1024**2
BAD = frozenset({"clamav-testfiles"})
"""Folders of files that are made to be found."""


def gather(folder: Path) -> tuple[Path, ...]:
    """The folders of the corpus. Whatever cannot be downloaded is missing, and said on standard error."""
    for name in DEBIAN:
        _debian(name, folder / "debian")
    for name in SOURCES:
        _source(name, folder / "sources")
    return (folder / "debian", folder / "sources", *(path for path in MACHINE if path.is_dir()))


def files_below(tops: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    """Regular files up to LARGEST, each content once by its inode, with the path it has in the domain."""
    seen: set[tuple[int, int]] = set()
    for top in tops:
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(set(folders) - BAD)
            for name in sorted(names):
                path = Path(folder, name)
                if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
                    continue
                status = path.stat()
                if status.st_size <= LARGEST and (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield f"/Shared/{top.name}/{path.relative_to(top)}", path


def _debian(name: str, folder: Path) -> None:
    into = folder / name
    into.mkdir(parents=True)
    if _ran(["apt-get", "download", "-q", name], into):
        for package in into.glob("*.deb"):
            _ran(["dpkg-deb", "-x", package.name, "x"], into)


def _source(name: str, folder: Path) -> None:
    into = folder / name
    into.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", ".", name]
    if _ran(pip, into):
        for package in into.glob("*.tar.gz"):
            with tarfile.open(package) as archive:
                archive.extractall(into / "x", filter="data")


def _ran(command: list[str], folder: Path) -> bool:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    if ended.returncode:
        print(f"{command[-1]} is left out: {ended.stderr.strip()[-200:]}", file=sys.stderr)
    return ended.returncode == 0
