from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.blobs import memory_blob
from emulator.tree import File, Folder, Tree, Version


def grown() -> tuple[Tree, Folder, File]:
    tree = Tree("root", 0)
    folder = Folder("f1", "Docs", None, 0, 0)
    tree.attach(folder, tree.root)
    file = File("g1", "a.txt", folder, [Version("e1", memory_blob(b"1"), "c", 0, 0, "u")])
    tree.attach(file, folder)
    return tree, folder, file


def test_lookup_is_without_case_and_keeps_the_name() -> None:
    tree, folder, file = grown()
    assert tree.find("/DOCS/A.TXT") is file
    assert file.path == "/Docs/a.txt"
    assert tree.find("/") is tree.root
    assert tree.find("/docs") is folder


def test_what_is_below_a_file_or_nowhere_is_none() -> None:
    tree, *_ = grown()
    assert [tree.find(path) for path in ("/Docs/a.txt/b", "/none", "/Docs/none")] == [None, None, None]


def test_a_detached_folder_leaves_every_index_and_comes_back_whole() -> None:
    tree, folder, file = grown()
    tree.detach(folder)
    assert (tree.files, tree.entries, list(tree.folders)) == ({}, {}, ["root"])
    tree.attach(folder, tree.root)
    assert (tree.files, tree.entries) == ({"g1": file}, {"e1": file})


def test_versions_are_indexed_as_they_come_and_go() -> None:
    tree, _, file = grown()
    second = Version("e2", memory_blob(b"2"), "c", 0, 0, "u")
    tree.add_version(file, second)
    assert (file.current, file.version("e1"), set(tree.entries)) == (second, file.versions[0], {"e1", "e2"})
    tree.remove_version(file, file.versions[0])
    assert (file.versions, set(tree.entries), file.version("e1")) == ([second], {"e2"}, None)


def test_walk_gives_parents_first_and_not_itself() -> None:
    tree, folder, file = grown()
    assert list(tree.root.walk()) == [folder, file]
    assert list(folder.walk()) == [file]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=20))
def test_indexes_always_equal_what_a_walk_finds(moves: list[tuple[str, str]]) -> None:
    tree = Tree("root", 0)
    for name in "abc":
        tree.attach(Folder(name, name, None, 0, 0), tree.root)
    for source, target in moves:
        node, parent = tree.folders[source], tree.folders[target]
        if node is parent or node in _above(parent) or node.name in parent.folders:
            continue
        tree.detach(node)
        tree.attach(node, parent)
    assert {each.folder_id for each in tree.root.walk() if isinstance(each, Folder)} == {"a", "b", "c"}
    assert all(tree.find(folder.path) is folder for folder in tree.folders.values())


def _above(folder: Folder) -> list[Folder]:
    return [] if folder.parent is None else [folder.parent, *_above(folder.parent)]
