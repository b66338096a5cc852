"""Contents as examples write them: what is made of each, what is refused, and that none is larger than it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scanner.files.kind import mime_of
from scanner.rulebook.samples.kind import LARGEST
from scanner.rulebook.samples.known_bad import known_bad
from scanner.rulebook.samples.written import Sample

KINDS = {name: field.examples[0] for name, field in Sample.model_fields.items() if field.examples}
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIMES = {
    "text": "text/plain",
    "base64": "application/octet-stream",
    "utf16": "text/plain",
    "parts": "text/plain",
    "zip_of": "application/zip",
    "encrypted_zip_of": "application/zip",
    "tar_of": "application/x-tar",
    "gzip_of": "application/gzip",
    "seven_zip_of": "application/x-7z-compressed",
    "iso_of": "application/x-iso9660-image",
    "eml_of": "message/rfc822",
    "docx": OFFICE,
    "docx_with_macro": OFFICE,
    "docx_with_external_template": OFFICE,
    "ole_package": OFFICE,
    "pdf": "application/pdf",
    "pdf_with_javascript": "application/pdf",
    "pdf_with_launch": "application/pdf",
    "pdf_with_embedded_file": "application/pdf",
    "rtf_with_object": "text/rtf",
    "html_smuggling": "text/html",
    "lnk": "application/x-ms-shortcut",
    "pe": ("application/vnd.microsoft.portable-executable", "application/x-dosexec"),
    "elf": "application/x-executable",
    "eicar": "text/plain",
}


def sample(written: dict[str, Any]) -> Sample:
    return Sample.model_validate(written)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_of_its_type_and_the_same_each_time(kind: str) -> None:
    one, other = (sample({kind: KINDS[kind]}).build() for _ in range(2))
    assert one == other
    assert mime_of(one) in MIMES[kind]


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ({}, b""),
        ({"text": "é"}, "é".encode()),
        ({"utf16": "é"}, b"\xff\xfe\xe9\0"),
        ({"base64": "AAEC"}, b"\0\1\2"),
        ({"text": "ab", "times": 3}, b"ababab"),
        ({"parts": ["a", {"base64": "AA=="}, {"text": "b", "times": 2}]}, b"a\0bb"),
        ({"eicar": True}, known_bad()),
    ],
)
def test_plain_contents_are_the_bytes_that_are_written(written: dict[str, Any], content: bytes) -> None:
    assert sample(written).build() == content


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"text": "a", "base64": "AA=="}, "has more than one content: text, base64"),
        ({"base64": "!"}, "is no base64"),
        ({"text": None}, "has no value; write one or remove the key"),
        ({"text": "ab", "times": LARGEST}, "is larger than 32MiB"),
        ({"zip_of": {}, "times": LARGEST}, "is larger than 32MiB"),
        ({"eicar": True, "times": LARGEST}, "is larger than 32MiB"),
        ({"gzip_of": {"text": "a", "times": LARGEST - 9}}, "is larger than 32MiB"),
        ({"docx": "a" * 10_000_000}, "is larger than 32MiB"),
        ({"zip_of": {str(n): "a" for n in range(101)}}, "has more than 100 members"),
        (
            {"zip_of": {"a\nb": "a"}},
            "has a member whose name has control characters, or not 1 to 250 characters",
        ),
        ({"seven_zip_of": {"é": "a"}}, "has a member whose name is not in ASCII"),
        ({"iso_of": {"a/b": "a"}}, "has a member whose name has a slash or more than 64 characters"),
        (
            {"encrypted_zip_of": {"password": "a", "members": {"a": {"text": "a", "times": 2**20 + 1}}}},
            "holds more than 1MiB",
        ),
        ({"eml_of": {"subject": "a\nBcc: b"}}, "must be one line of at most 500 characters"),
        ({"pdf": "\ud800"}, "has half a character (a lone surrogate)"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_reason(written: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        sample(written)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {reason}"]


@pytest.mark.parametrize("written", [{"eicar": False}, {"tezt": "a"}, {"lnk": {"target": "a" * 251}}, {"pe": 1}])
def test_what_has_the_wrong_form_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sample(written)


TEXTS = st.text(max_size=30)
NAMES = st.text(min_size=1, max_size=20)
PLAIN = st.one_of(
    st.builds(lambda text: {"text": text}, TEXTS),
    st.builds(lambda text, times: {"utf16": text, "times": times}, TEXTS, st.integers(1, 3)),
    st.sampled_from([{kind: example} for kind, example in KINDS.items()]),
    *(st.builds(lambda text, kind=kind: {kind: text}, TEXTS) for kind in ("docx", "pdf", "pdf_with_javascript")),
    st.builds(lambda text: {"docx_with_macro": {"source": text}}, TEXTS),
    st.builds(lambda target, rest: {"lnk": {"target": target, "arguments": rest}}, NAMES, TEXTS),
    st.builds(lambda subject, text: {"eml_of": {"subject": subject, "text": text}}, NAMES, TEXTS),
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(NAMES, inner, max_size=3)
    archives = (
        "zip_of",
        "tar_of",
        "seven_zip_of",
        "iso_of",
        "ole_package",
        "pdf_with_embedded_file",
        "rtf_with_object",
    )
    return st.one_of(
        *(st.builds(lambda value, kind=kind: {kind: value}, members) for kind in archives),
        *(st.builds(lambda value, kind=kind: {kind: value}, inner) for kind in ("gzip_of", "pe", "elf")),
        st.builds(lambda value: {"parts": value}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda value: {"encrypted_zip_of": {"password": "pw", "members": value}}, members),
        st.builds(lambda value: {"eml_of": {"attachments": value}}, members),
        st.builds(lambda name, value: {"html_smuggling": {"name": name, "content": value}}, NAMES, inner),
    )


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(st.recursive(PLAIN, _around, max_leaves=6))
def test_whatever_is_accepted_can_be_made_and_is_no_larger_than_it_says(written: dict[str, Any]) -> None:
    try:
        accepted = sample(written)
    except ValidationError:
        return
    assert len(accepted.build()) <= accepted.most
