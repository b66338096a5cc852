"""What a name declares a content to be, and to which family a type belongs. Pure.

Families, not types, are compared: libmagic's word for one format differs between its versions (a program is
`application/x-dosexec` or `application/vnd.microsoft.portable-executable`), and a docx may be called a zip.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache


class Family(StrEnum):
    """Coarse kinds of content."""

    PROGRAM = "program"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

MIME_BY_EXTENSION = {
    "exe": "application/vnd.microsoft.portable-executable",
    "dll": "application/vnd.microsoft.portable-executable",
    "scr": "application/vnd.microsoft.portable-executable",
    "com": "application/x-dosexec",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "dot": "application/msword",
    "docx": _OOXML + "wordprocessingml.document",
    "docm": "application/vnd.ms-word.document.macroenabled.12",
    "xls": "application/vnd.ms-excel",
    "xlsx": _OOXML + "spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": _OOXML + "presentationml.presentation",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    "odt": _ODF + "text",
    "ods": _ODF + "spreadsheet",
    "odp": _ODF + "presentation",
    "rtf": "text/rtf",
    "epub": "application/epub+zip",
    "zip": "application/zip",
    "7z": "application/x-7z-compressed",
    "rar": "application/x-rar",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
    "bz2": "application/x-bzip2",
    "xz": "application/x-xz",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "heic": "image/heic",
    "svg": "image/svg+xml",
    "mp3": "audio/mpeg",
    "wav": "audio/x-wav",
    "m4a": "audio/x-m4a",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "m4v": "video/x-m4v",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "wmv": "video/x-ms-asf",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/plain",
    "csv": "text/csv",
    "json": "application/json",
    "xml": "text/xml",
    "html": "text/html",
    "htm": "text/html",
}
"""Extensions whose meaning leaves no doubt; for any other, a name declares nothing."""

_DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/rtf",
        "text/rtf",
        "application/epub+zip",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-office",
        "application/cdfv2",
        "application/x-ole-storage",
        "application/encrypted",
    }
)
_ARCHIVES = frozenset(
    {
        "application/zip",
        "application/java-archive",
        "application/x-7z-compressed",
        "application/x-rar",
        "application/vnd.rar",
        "application/gzip",
        "application/x-gzip",
        "application/x-tar",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-lzma",
        "application/x-lz4",
        "application/x-lzip",
        "application/x-compress",
        "application/x-cpio",
        "application/x-archive",
        "application/x-arj",
        "application/x-lzh-compressed",
        "application/x-lha",
        "application/x-xar",
        "application/x-iso9660-image",
        "application/vnd.debian.binary-package",
        "application/vnd.ms-cab-compressed",
    }
)
_PROGRAMS = frozenset(
    {
        "application/x-dosexec",
        "application/vnd.microsoft.portable-executable",
        "application/x-executable",
        "application/x-pie-executable",
        "application/x-sharedlib",
        "application/x-mach-binary",
        "application/x-msi",
    }
)
_TEXTS = frozenset(
    {"application/json", "application/xml", "application/javascript", "application/x-ndjson", "image/svg+xml"}
)
"""Their subtypes are not to be trusted: libmagic calls text code, or code text, as it happens."""
_BY_PREFIX = {
    "application/vnd.openxmlformats-officedocument": Family.DOCUMENT,
    "application/vnd.oasis.opendocument": Family.DOCUMENT,
    "application/vnd.ms-word": Family.DOCUMENT,
    "application/vnd.ms-excel": Family.DOCUMENT,
    "application/vnd.ms-powerpoint": Family.DOCUMENT,
    "image/": Family.IMAGE,
    "audio/": Family.AUDIO,
    "video/": Family.VIDEO,
    "text/": Family.TEXT,
}
_ALIKE = (
    frozenset({Family.DOCUMENT, Family.ARCHIVE}),  # office files are zips, and libmagic often says no more
    frozenset({Family.AUDIO, Family.VIDEO}),  # the same containers hold both
)


@lru_cache(maxsize=4_096)
def family_of(mime: str) -> Family | None:
    """None for types that say nothing, such as `application/octet-stream` and an empty content."""
    mime = mime.lower()
    named = (
        (_DOCUMENTS, Family.DOCUMENT),
        (_ARCHIVES, Family.ARCHIVE),
        (_PROGRAMS, Family.PROGRAM),
        (_TEXTS, Family.TEXT),
    )
    for mimes, family in named:
        if mime in mimes:
            return family
    return next((family for prefix, family in _BY_PREFIX.items() if mime.startswith(prefix)), None)


def declared_by(name: str) -> str | None:
    """The MIME type that a (folded) name's last extension declares. Windows drops dots and spaces at the end."""
    stem, dot, extension = name.rstrip(". ").rpartition(".")
    return MIME_BY_EXTENSION.get(extension) if stem and dot else None


def contradicts(declared: str | None, found: str) -> bool:
    """Do both belong to families, and to different ones that are not also one another's containers?"""
    families = frozenset(family for family in (family_of(declared or ""), family_of(found)) if family is not None)
    return len(families) == 2 and families not in _ALIKE
