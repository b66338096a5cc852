"""The known-bad samples, at least one for each kind of container and each limit. Built when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples import archives, documents, limits, mails, ole, rars, streams, zips

Build = Callable[[bytes], bytes]
"""From the known-bad content to a container that holds it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One way of hiding a content. A kind of container may have several; it is seen when all of them are."""

    name: str
    format: Format
    build: Build


def _tar(packing: str) -> Build:
    return partial(archives.written, kind="gnutar", packing=packing)


SAMPLES = (
    Sample("zip, stored", Format.ZIP_STORED, zips.stored),
    Sample("zip, deflated", Format.ZIP_DEFLATED, zips.deflated),
    Sample("zip, deflate64", Format.ZIP_DEFLATE64, zips.deflated64),
    Sample("zip, bzip2", Format.ZIP_BZIP2, zips.bzipped),
    Sample("zip, lzma", Format.ZIP_LZMA, zips.lzma_packed),
    Sample("zip, xz", Format.ZIP_XZ, zips.xz_packed),
    Sample("zip64", Format.ZIP64, zips.with_64_bit_sizes),
    Sample("zip with sizes behind the data", Format.ZIP_SIZES_BEHIND, zips.with_sizes_behind),
    Sample("zip behind a script", Format.ZIP_APPENDED, zips.appended),
    Sample("zip behind a tag", Format.ZIP_APPENDED, zips.tagged),
    Sample("gzip", Format.GZIP, streams.gzipped),
    Sample("tar.gz", Format.GZIP, _tar("gzip")),
    Sample("bzip2", Format.BZIP2, streams.bzipped),
    Sample("tar.bz2", Format.BZIP2, _tar("bzip2")),
    Sample("tar.bz2 of two streams", Format.BZIP2, streams.in_two_streams),
    Sample("xz", Format.XZ, streams.xz_packed),
    Sample("tar.xz", Format.XZ, _tar("xz")),
    Sample("lzma", Format.LZMA, streams.lzma_alone),
    Sample("tar.lzma", Format.LZMA, _tar("lzma")),
    Sample("zstd", Format.ZSTD, streams.zstd_stored),
    Sample("tar.zst", Format.ZSTD, _tar("zstd")),
    Sample("tar.lz4", Format.LZ4, _tar("lz4")),
    Sample("tar.lz", Format.LZIP, _tar("lzip")),
    Sample("tar.Z", Format.COMPRESS, _tar("compress")),
    Sample("tar", Format.TAR, archives.tar),
    Sample("tar, size in a pax header", Format.TAR, archives.tar_with_size_elsewhere),
    Sample("tar, size in base 256", Format.TAR, archives.tar_with_size_in_base_256),
    Sample("7z", Format.SEVEN_ZIP, partial(archives.written, kind="7zip")),
    Sample("7z, deflated", Format.SEVEN_ZIP, partial(archives.seven_zip, method="deflate")),
    Sample("7z, bzip2", Format.SEVEN_ZIP, partial(archives.seven_zip, method="bzip2")),
    Sample("rar 4", Format.RAR4, rars.rar4),
    Sample("rar 5", Format.RAR5, rars.rar5),
    Sample("cab", Format.CAB, archives.cab),
    Sample("arj", Format.ARJ, archives.arj),
    Sample("lzh", Format.LZH, archives.lzh),
    Sample("cpio, odc", Format.CPIO, partial(archives.written, kind="cpio")),
    Sample("cpio, newc", Format.CPIO, partial(archives.written, kind="cpio_newc")),
    Sample("iso", Format.ISO, partial(archives.written, kind="iso9660")),
    Sample("xar", Format.XAR, partial(archives.written, kind="xar")),
    Sample("ar", Format.AR, archives.ar),
    Sample("deb", Format.DEB, archives.deb),
    Sample("warc", Format.WARC, partial(archives.written, kind="warc")),
    Sample("stream of a compound file", Format.OLE, ole.ole),
    Sample("attachment in a .msg", Format.MSG, ole.msg),
    Sample("object in a docx", Format.OOXML, documents.docx),
    Sample("object in an xlsx", Format.OOXML, documents.xlsx),
    Sample("object in an odt", Format.ODF, documents.odt),
    Sample("file in a PDF", Format.PDF, documents.pdf),
    Sample("file in an encrypted PDF that needs no password", Format.PDF, documents.encrypted_pdf),
    Sample("object in an RTF", Format.RTF, documents.rtf),
    Sample("file behind a shortcut", Format.SHORTCUT, documents.shortcut_with),
    Sample("attachment of a mail", Format.EML, mails.eml),
    Sample("attachment of a forwarded mail", Format.EML, mails.forwarded),
    Sample("attachment in a mailbox", Format.MBOX, mails.mbox),
    Sample("winmail.dat", Format.TNEF, mails.tnef),
    Sample("3 zips in each other", Format.NESTED, zips.nested),
    Sample("15 zips in each other", Format.DEPTH_WITHIN, partial(zips.nested, levels=limits.DEPTH_WITHIN)),
    Sample("110 zips in each other", Format.DEPTH_BEYOND, partial(zips.nested, levels=limits.DEPTH_BEYOND)),
    Sample("zip, last of 9,990 members", Format.MEMBERS_WITHIN, partial(limits.last_of, members=limits.MEMBERS_WITHIN)),
    Sample(
        "zip, last of 10,050 members", Format.MEMBERS_BEYOND, partial(limits.last_of, members=limits.MEMBERS_BEYOND)
    ),
)
"""All but those of a size, which are too large to be built in memory."""
