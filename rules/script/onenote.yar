// Files embedded in sections of OneNote ([MS-ONESTORE] 2.6.13, FileDataStoreObject).

rule embeds_what_runs : onenote
{
    meta:
        description = "A OneNote section with a program, shortcut or script as an embedded file"
    strings:
        // guidHeader, then 20 bytes of lengths and reserve, then the file.
        $program = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC [20] 4D 5A }
        $shortcut = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC [20] 4C 00 00 00 01 14 02 00 }
        $script = /\xE7\x16\xE3\xBD\x65\x26\x11\x45\xA4\xC4\x8D\x4D\x0B\x7A\x9E\xAC.{20}(\xEF\xBB\xBF)?\s{0,20}(<script|<job|<\?xml[^>]{0,80}>\s{0,20}<(job|package|scriptlet)|<html|<!doctype html|<hta:|@echo|powershell|on error resume|dim |set |var |function |start )/is
    condition:
        filesize < 64MB and uint32be(0) == 0xE4525C7B and any of them
}
