from typing import Any
from xml.sax.saxutils import escape

import pytest

from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.snapshots.mplus_groups import LONGEST_HANDLE, handle_of, read_groups
from posbridge_dagster_tests.clients.mplus.scripted import Asked, Say, answer, serving


def group(number: int, marker: int, parent: int = 0, name: str = "", products: tuple[int, ...] = (), deleted: str = "false") -> str:
    above = f"<parentGroupNumber>{parent}</parentGroupNumber>" if parent else ""
    members = "".join(f"<number>{product}</number>" for product in products)
    return (
        f"<changedArticleGroups><groupNumber>{number}</groupNumber>{above}<syncMarker>{marker}</syncMarker>"
        f"<name>{escape(name) or number}</name><text/><sortOrder>1</sortOrder><productNumbers>{members}</productNumbers>"
        f"<isDeleted>{deleted}</isDeleted></changedArticleGroups>"
    )


def product(number: int, marker: int, groups: tuple[int, ...], *articles: int) -> str:
    held = "".join(f"<article><articleNumber>{each}</articleNumber><syncMarker>{marker}</syncMarker></article>" for each in articles)
    placed = "".join(f"<groupNumbers>{each}</groupNumbers>" for each in groups)
    ids = f"<productNumber>{number}</productNumber><syncMarker>{marker}</syncMarker><description>P</description>"
    return f"<product>{ids}<articleList>{held}</articleList>{placed}</product>"


class Administration:
    """Answers both listings from what it holds, by marker or by number."""

    def __init__(self) -> None:
        self.groups: dict[int, tuple[int, str]] = {}
        self.products: dict[int, tuple[int, str]] = {}

    def __call__(self, asked: Asked) -> Say:
        rows = self.groups if asked.operation == "getArticleGroupChanges" else self.products
        wanted = {int(element.text or 0) for element in asked.call.iter("{urn:mplusqapi}groupNumbers")}
        since = int(asked.text("request/syncMarker") or 0)
        found = "".join(text for number, (marker, text) in rows.items() if marker >= since and (not wanted or number in wanted))
        if asked.operation == "getArticleGroupChanges":
            return answer("GetArticleGroupChangesResponse", f"<changedArticleGroupList>{found}</changedArticleGroupList>")
        return answer("GetProductsResponse", f"<productList>{found}</productList>")


def told(frames: dict[str, Any], *columns: str) -> dict[int, tuple[Any, ...]]:
    return {row["group_number"]: tuple(row[column] for column in columns) for row in plain_rows(frames["groups"])}


@pytest.fixture
def till() -> Administration:
    till = Administration()
    till.groups = {
        1: (1, group(1, 1, name="Eten")),
        2: (2, group(2, 2, 1, "Café & bar", (70,))),
        3: (3, group(3, 3, 2, "Thee", (71, 70))),
        4: (4, group(4, 4, 99, "Wees")),
    }
    till.products = {70: (1, product(70, 1, (2, 3), 700, 701)), 71: (2, product(71, 2, (3,), 710))}
    return till


def test_a_group_knows_its_path_and_its_products_in_their_order(till: Administration) -> None:
    with serving(till) as (client, _):
        frames = read_groups(client, {})
    assert told(frames, "parent_number", "level", "path", "path_handle", "families") == {
        1: (0, 1, "Eten", "eten", []),
        2: (1, 2, "Eten / Café & bar", "eten-cafe-bar", [70]),
        3: (2, 3, "Eten / Café & bar / Thee", "eten-cafe-bar-thee", [71, 70]),
        4: (99, 1, "Wees", "wees", []),
    }
    articles = [(row["family_number"], row["article_number"]) for row in plain_rows(frames["family_articles"])]
    assert articles == [(70, 0), (70, 700), (70, 701), (71, 0), (71, 710)]


def test_a_renamed_group_renames_the_paths_below_it_and_a_deleted_one_deletes_them(till: Administration) -> None:
    with serving(till) as (client, _):
        frames = read_groups(client, {})
        till.groups[1] = (5, group(1, 5, name="Drinken"))
        frames = read_groups(client, frames)
        assert told(frames, "path")[3] == ("Drinken / Café & bar / Thee",)
        till.groups[2] = (6, group(2, 6, 1, "Café", deleted="true"))
        frames = read_groups(client, frames)
    assert told(frames, "deleted", "gone") == {1: (False, False), 2: (True, True), 3: (True, False), 4: (False, False)}


def test_a_product_that_moves_without_a_marker_of_its_groups_has_them_read_again(till: Administration) -> None:
    with serving(till) as (client, served):
        frames = read_groups(client, {})
        till.groups[2], till.groups[1] = (2, group(2, 2, 1, "Café & bar")), (1, group(1, 1, name="Eten", products=(70,)))
        till.products[70] = (3, product(70, 3, (1, 3), 700, 701))
        frames = read_groups(client, frames)
        again = read_groups(client, frames)
    assert told(frames, "families") == {1: ([70],), 2: ([],), 3: ([71, 70],), 4: ([],)}
    asked = [asked for asked in served.asked if asked.operation == "getArticleGroupChanges" and not asked.has("request/syncMarker")]
    assert [[element.text for element in each.call.iter("{urn:mplusqapi}groupNumbers")] for each in asked] == [["1", "2", "3"]]
    assert told(again, "families") == told(frames, "families")


def test_a_quiet_reading_changes_nothing(till: Administration) -> None:
    with serving(till) as (client, _):
        frames = read_groups(client, {})
        again = read_groups(client, frames)
    assert all(again[name].equals(frames[name]) and again[name].attrs == frames[name].attrs for name in frames)


def test_a_group_that_a_whole_reading_no_longer_finds_is_deleted(till: Administration) -> None:
    with serving(till) as (client, _):
        frames = read_groups(client, {})
        del till.groups[4]
        assert told(read_groups(client, frames), "deleted")[4] == (False,)
        whole = read_groups(client, frames, everything=True)
    assert told(whole, "deleted") == {1: (False,), 2: (False,), 3: (False,), 4: (True,)}


def test_groups_that_stand_in_a_circle_are_read_all_the_same() -> None:
    till = Administration()
    till.groups = {1: (1, group(1, 1, 2)), 2: (2, group(2, 2, 1))}
    with serving(till) as (client, _):
        assert told(read_groups(client, {}), "level") == {1: (2,), 2: (2,)}


def test_a_handle_keeps_the_end_of_a_long_path() -> None:
    assert handle_of(["Crème brûlée", "100% Ørganic"]) == "creme-brulee-100-rganic"
    long = handle_of(["a" * 300, "einde"])
    assert len(long) <= LONGEST_HANDLE
    assert long.endswith("-einde")
