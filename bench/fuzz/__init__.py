"""Fuzzing of what reads hostile bytes: `python -m bench.fuzz TARGET --seconds N`, of `rules`, `shared`,
`suppressions`, `matcher` or `openers`.

    python -m bench.fuzz openers --seconds 600            # by atheris where it is installed, guided by coverage
    python -m bench.fuzz rules --engine mutations         # our own, blind: changes seeds, knows nothing of coverage
    python -m bench.fuzz all --seconds 600 --record       # writes bench/results/fuzz.json

A child process runs the target over and over; a finding is

- an exception that the target does not promise (the child goes on),
- a hang: one input that takes more than 5 s of CPU, or 60 s by the clock (the child is replaced),
- memory: more than 1 GiB of address space asked for, told as MemoryError or by the child's death,
- any other death of the child.

The input of each finding is kept in the folder `--findings`. Exits with 1 where there is one.
"""
