"""The filter of calls; what it does to a real process is in test_confinement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.sandbox.seccomp import AARCH64, CLONE3, X86_64, Machine, filter_for

NUMBER = re.compile(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", re.MULTILINE)


@pytest.mark.parametrize(
    ("machine", "header"),
    [(X86_64, "x86_64-linux-gnu/asm/unistd_64.h"), (AARCH64, "asm-generic/unistd.h")],
    ids=["x86-64", "arm64"],
)
def test_numbers_of_calls_are_those_of_the_kernels_headers(machine: Machine, header: str) -> None:
    written = Path("/usr/include", header)
    if not written.exists():
        pytest.skip("the kernel's headers are not installed")
    numbers = {name: int(number) for name, number in NUMBER.findall(written.read_text())}
    ours = machine.refused | machine.of_own | {"clone": machine.clone, "clone3": CLONE3}
    assert ours == {name: numbers.get(name) for name in ours}


@pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=["x86-64", "arm64"])
def test_a_filter_has_no_more_instructions_than_the_kernel_takes_and_ends_in_an_answer(machine: Machine) -> None:
    instructions = list(filter_for(machine, 4711))
    assert len(instructions) < 4096
    assert {len(one) for one in instructions} == {8}
    assert instructions[-1][:2] == b"\x06\x00"
