from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.snapshots.mplus_relations import MARK, RELATIONS, read_relations
from posbridge_dagster_tests.clients.mplus.scripted import Say, answer, serving


def relation(number: int, marker: int, name: str = "Jan", **members: str) -> str:
    more = "".join(f"<{member}>{value}</{member}>" for member, value in members.items())
    ids = f"<relationNumber>{number}</relationNumber><syncMarker>{marker}</syncMarker>"
    return f"<relation>{ids}<name>{name}</name>{more}</relation>"


def page(*relations: str) -> Say:
    return answer("GetRelationsResponse", f"<relationList>{''.join(relations)}</relationList>")


def test_everything_is_read_once_and_then_only_what_changed() -> None:
    first = [page(relation(7, 40, email="j@x.nl", priceGroupNumber="3"), relation(3, 25, active="false")), page()]
    with serving([*first, page(relation(7, 40), relation(3, 41, "Piet")), page()]) as (client, served):
        stored = read_relations(client, None)
        again = read_relations(client, stored)
    rows = {row["relation_number"]: row for row in plain_rows(stored)}
    assert list(rows) == [3, 7]
    assert (rows[7]["email"], rows[7]["price_group_number"], rows[7]["active"], rows[3]["active"]) == ("j@x.nl", 3, True, False)
    assert stored.attrs == {MARK: 41}
    assert [asked.text("request/syncMarker") for asked in served.asked] == ["0", "41", "21", "42"]
    assert [row["name"] for row in plain_rows(again)] == ["Piet", "Jan"]
    assert plain_rows(again)[1] == rows[7]
    assert again.attrs == {MARK: 42}


def test_of_two_states_on_two_pages_the_newer_one_holds() -> None:
    with serving([page(relation(7, 1, "Oud")), page(relation(7, 2, "Nieuw")), page()]) as (client, _):
        frame = read_relations(client, None)
    assert [row["name"] for row in plain_rows(frame)] == ["Nieuw"]


def test_a_frame_of_another_shape_is_read_anew() -> None:
    stored = RELATIONS.frame([{"relation_number": 1, "sync_marker": 9}]).drop(columns="email")
    stored.attrs = {MARK: 10}
    with serving([page()]) as (client, served):
        assert read_relations(client, stored).empty
    assert served.asked[0].text("request/syncMarker") == "0"
