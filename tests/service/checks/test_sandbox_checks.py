"""What the doctor says of the processes that read contents."""

from __future__ import annotations

from scanner.sandbox.confinement import Confinement
from scanner.service.checks.diagnosis import Level
from scanner.service.checks.sandbox_checks import check_sandbox, found_in
from tests.journeys.world import World


def test_what_a_kernel_does_not_grant_is_named() -> None:
    refused = Confinement(files="Function not implemented", calls="not known for riscv64")
    lines = [found_in(granted) for granted in (Confinement(), refused)]

    assert [(line.level, line.finding) for line in lines] == [
        (Level.OK, "no network, no files, no programs for who takes a parser over"),
        (Level.WARN, "does not shut off files: Function not implemented; other processes: not known for riscv64"),
    ]


async def test_a_real_process_is_asked(world: World) -> None:
    assert (await check_sandbox(world.settings())).level in {Level.OK, Level.WARN}


async def test_a_sandbox_that_cannot_be_made_is_a_failure(world: World) -> None:
    passwords = world.folder / "passwords"
    passwords.write_text("infected")
    world.sections["unpack"] = {"passwords_file": str(passwords)}
    settings = world.settings()
    passwords.unlink()

    assert (await check_sandbox(settings)).level is Level.FAIL
