"""VBA projects, read by olevba."""

from __future__ import annotations

import warnings

from scanner.rulebook.samples.vba import vba_project

with warnings.catch_warnings():  # olevba uses what its own dependency advises against
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Parser


def test_the_sources_come_out_again() -> None:
    sources = {"Module1": "Sub Greet()\r\nEnd Sub\r\n", "Other": "' " + "long " * 2000 + "\r\n"}
    parser = VBA_Parser("vbaProject.bin", data=vba_project(sources))
    found = {name: code for _, _, name, code in parser.extract_all_macros() if name.endswith(".vba")}
    assert found == {f"{name}.vba": f'Attribute VB_Name = "{name}"\r\n{code}' for name, code in sources.items()}
