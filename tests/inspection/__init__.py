"""What engines are asked about in these tests."""

from scanner.model import EntryId, FileVersion, GroupId

VERSION = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.bin")
