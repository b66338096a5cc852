"""What may become of a question to a sandbox instead of an answer. Whoever asked turns it into a gap."""

from __future__ import annotations


class SandboxFailure(Exception):
    """No answer. The process that was asked is gone; the next question meets a fresh one."""


class NotStarted(SandboxFailure):
    """No process can be started, or the sandbox is closed. Says nothing about the content."""


class Deadline(SandboxFailure):
    """Not answered in time, of the clock or of the CPU."""


class OutOfMemory(SandboxFailure):
    """More memory was needed than is allowed."""


class Died(SandboxFailure):
    """The process went away, or answered what is no answer."""
