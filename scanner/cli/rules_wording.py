"""What conditions came to, as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.rulebook.explain import Explained


def conditions_in_words(conditions: Iterable[Explained], indent: int) -> Iterator[str]:
    """`extension: no (invoice.pdf)`; what is in `all`, `any` and `not` stands below it."""
    for one in conditions:
        yield f"{' ' * indent}{one.key}: {one.answer}" + (f" ({one.fact})" if one.fact else "")
        yield from conditions_in_words(one.inner, indent + 2)
