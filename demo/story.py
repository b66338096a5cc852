"""What the people of the demo domain do, act by act, and what should come of it."""

from __future__ import annotations

from dataclasses import dataclass

from demo import samples
from demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload, and the verdict it should lead to."""

    path: str
    content: bytes
    actor: str
    expected: str


def uploads() -> list[Upload]:
    """The files of the story, in order."""
    eicar = samples.eicar()
    nested = samples.zip_of({"inner.zip": samples.zip_of({"invoice.com": eicar})})
    projects, finance = "/Shared/Projects/Kite", "/Shared/Finance"
    return [
        Upload(f"{projects}/minutes.txt", b"Minutes of the kick-off: all present.\n" * 20, "pnovak", "clean"),
        Upload(f"{projects}/plan.docx", samples.docx("A plan for the third quarter"), "pnovak", "clean"),
        Upload(f"{projects}/drawing.png", samples.png(64), "jdoe", "clean"),
        Upload(f"{projects}/report.pdf", samples.pdf("Annual report"), "jdoe", "clean"),
        Upload(
            f"{projects}/photos.zip", samples.zip_of({"a.png": samples.png(), "b.png": samples.png(9)}), "jdoe", "clean"
        ),
        Upload(
            f"{projects}/sources.tar.gz",
            samples.tar_gz_of({"main.c": b"int main(void) { return 0; }\n"}),
            "jdoe",
            "clean",
        ),
        Upload(f"{finance}/budget Q3 - final (ünïcødé).csv", b"item;amount\nkites;4200\n" * 40, "pnovak", "clean"),
        Upload(f"{finance}/eicar.com", eicar, "jdoe", "infected"),
        Upload(
            f"{finance}/archive.zip", samples.zip_of({"readme.txt": b"hello", "invoice.com": eicar}), "jdoe", "infected"
        ),
        Upload(f"{finance}/archive of archives.zip", nested, "jdoe", "infected"),
        Upload(f"{finance}/invoice.pdf", samples.windows_program(), "mallory", "flagged"),
        Upload(
            f"{finance}/payslips.zip",
            samples.encrypted_zip_of("payslips.csv", b"a;b\n" * 99, b"pw"),
            "pnovak",
            "unscannable",
        ),
    ]


def play(here: Stage) -> None:
    """All uploads, then the acts on files that are there already."""
    for upload in uploads():
        _upload(here, upload.path, upload.content, upload.actor)
    projects = "/Shared/Projects/Kite"
    _upload(here, f"{projects}/minutes.txt", samples.eicar(), "mallory")
    _act(here, "pnovak", "copy", path=f"{projects}/plan.docx", destination=f"{projects}/plan (copy).docx")
    _act(here, "pnovak", "move", path=f"{projects}/drawing.png", destination=f"{projects}/drawing-v2.png")
    _upload(here, f"{projects}/oops.txt", b"uploaded into the wrong folder\n", "jdoe")
    _act(here, "jdoe", "delete", path=f"{projects}/oops.txt")


def _upload(here: Stage, path: str, content: bytes, actor: str) -> None:
    here.control("POST", "upload", params={"path": path, "actor": actor, "source": "WebUI"}, content=content)


def _act(here: Stage, actor: str, action: str, **what: str) -> None:
    here.control("POST", "act", json={"as": actor, "source": "WebUI", "action": action, **what})
