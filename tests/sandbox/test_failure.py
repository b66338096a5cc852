"""Whatever may become of a question, somebody makes a gap of it."""

from scanner.inspection.unpack.unpacker import REASONS
from scanner.model import Unchecked, Unscannable
from scanner.sandbox.failure import Deadline, Died, NotStarted, OutOfMemory, SandboxFailure


def test_there_are_four_failures_and_each_is_caught_as_one():
    assert set(SandboxFailure.__subclasses__()) == {NotStarted, Deadline, OutOfMemory, Died}


def test_only_what_the_content_did_is_said_of_the_content():
    assert {failure: REASONS[failure] for failure in SandboxFailure.__subclasses__()} == {
        Deadline: Unscannable.SCAN_TIME,
        OutOfMemory: Unscannable.MEMORY,
        Died: Unchecked.INTERRUPTED,
        NotStarted: Unchecked.ENGINE_DOWN,
    }
