"""What a walk has still to ask for, and in which order."""

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import frontier as table
from scanner.ledger.walks import frontier
from scanner.ledger.walks.frontier import Place, PlaceKind
from tests.ledger.world import NOON, after, rows


def put(connection, *paths, walk_id=1, kind=PlaceKind.FOLDER):
    frontier.add(connection, walk_id, kind, paths)


def taken(connection, walk_id=1, now=NOON):
    """Paths in the order in which they come, each answered at once."""
    found = []
    while (place := frontier.take(connection, walk_id, now)) is not None:
        found.append(place.path)
        frontier.drop(connection, place)
    return found


def test_the_newest_comes_first_and_each_path_once(database: Database):
    def act(connection):
        put(connection, "/a", "/b")
        put(connection, "/b", "/c")
        put(connection, "/d", walk_id=2)
        return taken(connection), taken(connection, 2)

    assert database.run_here(act) == (["/c", "/b", "/a"], ["/d"])


def test_a_folder_listed_in_part_comes_before_all_others_with_its_last_page(database: Database):
    def act(connection):
        put(connection, "/a")
        place = frontier.take(connection, 1, NOON)
        frontier.go_on(connection, place, 950, ["x", "y"], None)
        put(connection, "/a/b")
        return frontier.take(connection, 1, NOON)

    assert database.run_here(act) == Place(1, PlaceKind.FOLDER, "/a", 950, ("x", "y"), 0)


def test_a_step_back_is_made_later_and_counts_as_a_try(database: Database):
    def act(connection):
        put(connection, "/a")
        frontier.go_on(connection, frontier.take(connection, 1, NOON), 0, ["x"], after(60))
        return (
            frontier.take(connection, 1, NOON),
            frontier.next_due(connection, 1),
            frontier.take(connection, 1, after(60)),
        )

    assert database.run_here(act) == (None, after(60), Place(1, PlaceKind.FOLDER, "/a", 0, ("x",), 1))


def test_what_was_put_off_comes_when_it_is_due(database: Database):
    def act(connection):
        put(connection, "/a", "/b")
        frontier.put_off(connection, frontier.take(connection, 1, NOON), after(60))
        return taken(connection), frontier.next_due(connection, 1), taken(connection, now=after(60))

    assert database.run_here(act) == (["/a"], after(60), ["/b"])


def test_a_refused_folder_is_kept_and_a_refused_file_is_not(database: Database):
    def act(connection):
        put(connection, "/a")
        put(connection, "g-1", kind=PlaceKind.FILE)
        for _ in range(2):
            frontier.refuse(connection, frontier.take(connection, 1, NOON), NOON)
        return frontier.refused(connection, 1), taken(connection), rows(connection, table, "path")

    assert database.run_here(act) == (("/a",), [], [("/a",)])


def test_nobody_came_to_a_folder_until_it_was_taken(database: Database):
    def act(connection):
        put(connection, "/a", "/b")
        frontier.take(connection, 1, NOON)
        query = table.select().where(frontier.nobody_came(["/a", "/b"]))
        left = [row.path for row in connection.execute(query)]
        frontier.drop_all(connection, 1)
        return left, rows(connection, table, "path")

    assert database.run_here(act) == (["/a"], [])
