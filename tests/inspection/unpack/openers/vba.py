"""Sources of VBA that start by themselves, and such that do not."""

from scanner.rulebook.samples.vba import compressed, project, vba_project

__all__ = ["OPENS_ITSELF", "WAITS", "compressed", "project", "vba_project"]

OPENS_ITSELF = 'Sub AutoOpen()\r\n  MsgBox "hello"\r\nEnd Sub\r\n'
WAITS = 'Sub Greet()\r\n  MsgBox "hello"\r\nEnd Sub\r\n'
