"""What a taken-apart content tells in sum."""

from scanner.rulebook.anatomy import Anatomy, Member, Trait


def test_what_is_no_container_has_no_depth_and_nothing_in_it():
    nothing = Anatomy()

    assert (nothing.depth, nothing.unpacked, nothing.all_traits) == (0, 0, frozenset())


def test_only_what_lies_directly_inside_counts_as_unpacked():
    taken_apart = Anatomy(
        members=(
            Member("a.zip", "a.zip", 1, 10, traits=frozenset({Trait.ENCRYPTED})),
            Member("a.zip!b", "b", 2, 99, traits=frozenset({Trait.MACRO})),
        ),
        traits=frozenset({Trait.SHORTCUT}),
    )

    assert taken_apart.depth == 2
    assert taken_apart.unpacked == 10
    assert taken_apart.all_traits == {Trait.ENCRYPTED, Trait.MACRO, Trait.SHORTCUT}
