"""The inside of the sandbox that compiles YARA files: they are no stranger's, but compiling can be made to take ages.

yara-x names the rules of a compiled set only when they match. So each is made to draw a warning by name, and each tag:
its own parser, not one of ours, says what there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yara_x

from scanner.sandbox.worker import serve

OUTSIDE = ("console", "cuckoo", "time", "vt")
"""Modules that look at more than the content, or speak of it elsewhere: the same content must give the same answer."""
NOTHING = "^$"
"""No name of a rule and no tag can match it."""
MOST_PROBLEMS = 20
"""Of one file that are told."""
LONGEST = 300
"""Characters of what is told."""
PRIVATE = re.compile(rb"\bprivate[ \t]+(?:global[ \t]+)?rule[ \t]+$")
"""Before the name of a rule that never matches by itself. Written over several lines, it counts as one that may."""


@dataclass(slots=True)
class Told:
    """What yara-x said of one file."""

    rules: list[tuple[str, list[str]]] = field(default_factory=list)
    """Names and tags of the rules that can match."""
    errors: list[tuple[int, str]] = field(default_factory=list)
    """Lines and sentences."""
    warnings: list[tuple[int, str]] = field(default_factory=list)


def compile_files(request: dict[str, object], descriptors: list[int]) -> dict[str, object]:
    """`files`: namespace and length of each source, which stand one after the other in the first descriptor. The
    rules of all files without an error are written to the second."""
    sources, out = descriptors
    files: list[tuple[str, bytes]] = [
        (namespace, _read(sources, length))
        for namespace, length in request["files"]  # type: ignore[attr-defined]
    ]
    told = [Told() for _ in files]
    compiler = _compiled(files, told)
    if any(one.errors for one in told):
        compiler = _compiled([("", b"") if one.errors else file for file, one in zip(files, told, strict=True)], None)
    with open(out, "wb", closefd=False) as written:
        compiler.build().serialize_into(written)
    return {"files": [{"rules": one.rules, "errors": one.errors, "warnings": one.warnings} for one in told]}


def _read(descriptor: int, length: int) -> bytes:
    with open(descriptor, "rb", closefd=False, buffering=0) as file:
        parts = []
        while length and (part := file.read(length)):
            parts.append(part)
            length -= len(part)
    return b"".join(parts)


def _compiled(files: list[tuple[str, bytes]], told: list[Told] | None) -> yara_x.Compiler:
    """The sources in a compiler; with `told`, asked for all it can say."""
    compiler = yara_x.Compiler(includes_enabled=False)
    for module in OUTSIDE:
        compiler.ignore_module(module)
    compiler.max_warnings(10**9 if told is not None else 0)
    if told is not None:
        compiler.allowed_rule_name(NOTHING)
        compiler.allowed_tags_regex(NOTHING)
    for index, (namespace, source) in enumerate(files):
        if source:
            compiler.new_namespace(namespace)
            try:
                compiler.add_source(source.decode(), origin=str(index))
            except yara_x.CompileError:
                continue  # told below, with all others
    if told is not None:
        _sort_out(compiler, files, told)
    return compiler


def _sort_out(compiler: yara_x.Compiler, files: list[tuple[str, bytes]], told: list[Told]) -> None:
    for error in compiler.errors():
        _tell(told[_origin(error)].errors, error)
    for warning in compiler.warnings():
        index = _origin(warning)
        one, source = told[index], files[index][1]
        span = warning["labels"][0]["span"]
        if warning["type"] == "InvalidRuleName":
            private = PRIVATE.search(source, max(0, span["start"] - 100), span["start"])
            # A private rule keeps its place until its tags have come.
            one.rules.append(("" if private else source[span["start"] : span["end"]].decode(), []))
        elif warning["type"] == "InvalidTag":
            one.rules[-1][1].append(source[span["start"] : span["end"]].decode())
        elif warning["type"] == "IgnoredModule":
            one.errors.append((warning["line"], f"{warning['title']}: it looks at more than the content"))
        else:
            _tell(one.warnings, warning)
    for one in told:
        one.rules = [rule for rule in one.rules if rule[0]]


def _origin(report: dict[str, Any]) -> int:
    return int(report["labels"][0]["code_origin"])


def _tell(said: list[tuple[int, str]], report: dict[str, Any]) -> None:
    if len(said) < MOST_PROBLEMS:
        footers = [footer["text"] for footer in report["footers"]]
        sentence = ": ".join([report["title"], report["labels"][0]["text"], *footers])
        said.append((report["line"], sentence[:LONGEST]))


if __name__ == "__main__":
    serve(compile_files)
