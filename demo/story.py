"""What the people of the demo domain do, act by act, and what should come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo import samples
from demo.stage import Stage

MINUTES = "/Shared/Projects/Kite/minutes.txt"
"""A clean file that gets an infected second version."""


SHARED_BY_LINK = "/Shared/Finance/eicar.com"
"""A file with a public link, which must not lead into quarantine."""


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
        Upload(MINUTES, b"Minutes of the kick-off: all present.\n" * 20, "pnovak", "clean"),
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
        Upload(SHARED_BY_LINK, eicar, "jdoe", "infected"),
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


def play(here: Stage) -> list[str]:
    """All uploads, then the acts on files that are there already. Gives the ids of public links made to a bad file."""
    projects = "/Shared/Projects/Kite"
    here.control("POST", "users", json={"username": "mallory", "user_type": "power"})
    # The link is there before the bad version: one made between revoking and moving is not seen yet.
    _upload(here, SHARED_BY_LINK, b"A harmless first version.\n", "mallory")
    links = [_link(here, "mallory", SHARED_BY_LINK)]
    for upload in uploads():
        _upload(here, upload.path, upload.content, upload.actor)
    _upload(here, MINUTES, samples.eicar(), "mallory")
    _act(here, "pnovak", "copy", path=f"{projects}/plan.docx", destination=f"{projects}/plan (copy).docx")
    _act(here, "pnovak", "move", path=f"{projects}/drawing.png", destination=f"{projects}/drawing-v2.png")
    _upload(here, f"{projects}/oops.txt", b"uploaded into the wrong folder\n", "jdoe")
    _act(here, "jdoe", "delete", path=f"{projects}/oops.txt")
    return links


def problems(rows: list[dict[str, Any]], state: dict[str, Any], links: list[str]) -> list[str]:
    """What did not come as the story expects."""
    found = {(row["path"], row["kind"]) for row in rows}
    expected = [(upload.path, upload.expected) for upload in uploads()]
    expected += [(MINUTES, "infected"), ("/Shared/Projects/Kite/plan (copy).docx", "clean")]
    wrong = [f"{path} was not judged {kind}" for path, kind in expected if (path, kind) not in found]
    for file in state["files"]:
        judged = {row["kind"] for row in rows if row["entry_id"] == file["versions"][-1]["entry_id"]}
        if judged & {"infected", "flagged"} and not file["path"].startswith("/Shared/Quarantine/"):
            wrong.append(f"{file['path']} is {', '.join(judged)} and still where people reach it")
    left = {link["id"] for link in state["links"]}
    return wrong + [f"public link {one} still leads to a bad file" for one in links if one in left]


def gone(account: dict[str, Any]) -> int:
    """Versions of an account that were deleted before they could be scanned."""
    return sum(place["gone"] for place in account["places"])


def untold(account: dict[str, Any]) -> list[str]:
    """What of the account is not as the story expects: one file is deleted at once, and all else has a verdict."""
    wrong = [] if account["complete"] else ["the account is not complete: `scanner coverage` tells what is open"]
    return wrong + ([] if gone(account) == 1 else [f"{gone(account)} versions were recorded as gone"])


def _link(here: Stage, actor: str, path: str) -> str:
    body = {"as": actor, "source": "WebUI", "action": "add_link", "path": path, "accessibility": "anyone"}
    return str(here.control("POST", "act", json=body)["links"][0]["id"])


def _upload(here: Stage, path: str, content: bytes, actor: str) -> None:
    here.control("POST", "upload", params={"path": path, "actor": actor, "source": "WebUI"}, content=content)


def _act(here: Stage, actor: str, action: str, **what: str) -> None:
    here.control("POST", "act", json={"as": actor, "source": "WebUI", "action": action, **what})
