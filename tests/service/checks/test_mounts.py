"""On what kind of file system a folder lies."""

from pathlib import Path

import pytest

from scanner.service.checks.mounts import kind_of, mounted
from tests.service.checks.test_deploy_checks import TABLE


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "overlay"),
        ("/data", "ext4"),
        ("/data/share/deep/er", "nfs4"),
        ("/database", "overlay"),
        ("/with blank", "tmpfs"),
        ("/twice/x", "xfs"),
    ],
)
def test_the_deepest_and_last_mount_above_it_counts(folder: str, kind: str) -> None:
    assert kind_of(Path(folder), TABLE) == kind


def test_a_table_that_says_nothing_leaves_it_open() -> None:
    assert (kind_of(Path("/data"), ""), kind_of(Path("/data"), "one - two\n\n - ")) == ("", "")


def test_this_machine_has_a_table() -> None:
    assert kind_of(Path("/proc/self"), mounted()) == "proc"
