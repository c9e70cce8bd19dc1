from posbridge_dagster.clients.mplus.groups import groups, groups_since
from posbridge_dagster_tests.clients.mplus.scripted import Say, answer, serving

ROW = (
    "<changedArticleGroups><groupNumber>{0}</groupNumber><parentGroupNumber>1</parentGroupNumber><syncMarker>{1}</syncMarker>"
    "<name>Thee</name><text>Warm</text><sortOrder>2</sortOrder><productNumbers><number>71</number><number>70</number></productNumbers>"
    "<isDeleted>true</isDeleted></changedArticleGroups>"
)


def page(*rows: tuple[int, int]) -> Say:
    inside = "".join(ROW.format(*row) for row in rows)
    return answer("GetArticleGroupChangesResponse", f"<changedArticleGroupList>{inside}</changedArticleGroupList>")


def test_changes_are_read_until_an_empty_page_by_the_highest_marker() -> None:
    with serving([page((5, 9), (6, 4)), page((7, 10)), page()]) as (client, served):
        pages = list(groups_since(client, 3))
    assert [marker for _, marker in pages] == [10, 11]
    assert [asked.text("request/syncMarker") for asked in served.asked] == ["3", "10", "11"]
    row = pages[0][0][0]
    assert (row["groupNumber"], row["parentGroupNumber"], row["name"], row["isDeleted"]) == (5, 1, "Thee", True)
    assert row["productNumbers"] == [71, 70]


def test_groups_are_asked_by_number_without_a_marker() -> None:
    with serving([page((5, 9)), page((6, 4))]) as (client, served):
        rows = list(groups(client, [5, 6], batch=1))
    assert [row["groupNumber"] for row in rows] == [5, 6]
    assert [(asked.text("request/groupNumbers"), asked.has("request/syncMarker")) for asked in served.asked] == [("5", False), ("6", False)]


def test_nothing_asked_costs_no_call() -> None:
    with serving([]) as (client, served):
        assert list(groups(client, [])) == []
    assert served.operations == []
