"""Corpora made of the machine's own files: the same for the same machine, so that runs can be compared.

`raw` is 800 small files as they lie there: texts, pages, pictures, archives, libraries, scripts. `office` is as many
small office documents, each a zip of ten of the machine's texts laid out like a word-processing document: what an
Egnyte domain mostly holds, and dearer for clamd, which opens each member.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOTS = ("/usr/share", "/usr/lib/python3", "/usr/lib/x86_64-linux-gnu", "/usr/bin", "/etc/ssl")
SMALLEST, LARGEST = 2_000, 300_000
TARGET_MEDIAN = 30_000
SEED = 20261124
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CONTROL = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")
TEXTS = frozenset({".html", ".xml", ".txt", ".py", ".pl", ".pm", ".cmake", ".vim", ".h"})


def small_files(count: int) -> list[Path]:
    """`count` files with a median near 30 KB, chosen by a fixed seed, no more than a fifth of one suffix."""
    chosen: list[Path] = []
    per_suffix: dict[str, int] = {}
    candidates = sorted(_candidates())
    random.Random(SEED).shuffle(candidates)
    below, above = 0, 0
    for size, path in candidates:
        if per_suffix.get(path.suffix, 0) >= count // 5:
            continue
        if size < TARGET_MEDIAN:
            if below >= count // 2:
                continue
            below += 1
        else:
            if above >= count - count // 2:
                continue
            above += 1
        per_suffix[path.suffix] = per_suffix.get(path.suffix, 0) + 1
        chosen.append(path)
        if len(chosen) == count:
            return chosen
    raise RuntimeError(f"only {len(chosen)} of {count} suitable files on this machine")


def write_raw(folder: Path, count: int) -> None:
    """`count` files of the machine, copied."""
    for number, path in enumerate(small_files(count)):
        (folder / f"{number:04d}{path.suffix}").write_bytes(path.read_bytes())


def write_office(folder: Path, count: int) -> None:
    """`count` documents of a dozen members each, some 30 KB at the median."""
    texts = [path for path in small_files(count) if path.suffix in TEXTS]
    chance = random.Random(SEED)
    for number in range(count):
        with zipfile.ZipFile(folder / f"{number:04d}.docx", "w", zipfile.ZIP_DEFLATED) as document:
            document.writestr("[Content_Types].xml", "<Types/>")
            document.writestr("_rels/.rels", "<Relationships/>")
            for part in range(10):
                text = chance.choice(texts).read_bytes()[: chance.choice((2_000, 8_000, 30_000))]
                document.writestr(f"word/part{part}.xml", _paragraphs(text))


def _paragraphs(text: bytes) -> str:
    """As a word processor writes them: each line in a run of its own, well-formed."""
    lines = (escape(CONTROL.sub(" ", line)) for line in text.decode("latin-1").splitlines())
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'


def describe(folder: Path) -> dict[str, object]:
    sizes = [path.stat().st_size for path in folder.iterdir()]
    return {"files": len(sizes), "bytes": sum(sizes), "median_bytes": statistics.median(sizes)}


def _candidates() -> Iterator[tuple[int, Path]]:
    for root in ROOTS:
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in names:
                path = Path(folder, name)
                if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
                    continue
                size = path.stat().st_size
                if SMALLEST <= size <= LARGEST:
                    yield size, path
