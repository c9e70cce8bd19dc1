"""Which lines of the shop's orders are on their way, and until when."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.ledger import Record, State
from posbridge_dagster.snapshots.shopify_sales import SALES, acknowledged_sales, merged_sales, sale_lines

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Node = dict[str, Any]


def line(number: int, quantity: int = 1, sku: str = "100101", variant: int | None = 7) -> Node:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "quantity": quantity,
        "sku": sku,
        "variant": variant and {"id": f"gid://shopify/ProductVariant/{variant}"},
    }


def order(number: int, *lines: Node, sold_at: datetime = NOW, **more: Any) -> Node:
    return {
        "id": f"gid://shopify/Order/{number}",
        "createdAt": sold_at.isoformat(),
        "updatedAt": NOW.isoformat(),
        "sourceIdentifier": None,
        "retailLocation": {"id": "gid://shopify/Location/1"},
        "lineItems": list(lines),
        "refunds": [],
        "returns": [],
        **more,
    }


def refund(number: int, quantity: int, restock_type: str) -> Node:
    return {
        "refundLineItems": [{"quantity": quantity, "restockType": restock_type, "lineItem": {"id": f"gid://shopify/LineItem/{number}"}}]
    }


def lines_of(node: Node) -> dict[str, Node]:
    return {row["line_id"]: row for row in sale_lines(node, NOW, sold_after=NOW - timedelta(days=3))}


def nobody(_: Collection[str]) -> Mapping[str, Record]:
    return {}


def held(state: State = State.DONE, version: datetime | None = None) -> Record:
    """Return what the ledger says of an order: in which state, and as of which change it was read."""
    texts = dict.fromkeys(("outcome", "target_id", "target_number", "source_fingerprint", "payload_fingerprint", "idempotency_key"), "")
    facts = {field.name: None for field in fields(Record)} | texts | {"state": state, "source_version": str(version or "")}
    return Record(**facts)  # type: ignore[arg-type]


def test_what_came_back_to_the_shelf_is_taken_off_and_what_was_broken_is_not() -> None:
    node = order(1, line(11, 5), refunds=[refund(11, 1, "RETURN"), refund(11, 1, "NO_RESTOCK"), refund(11, 1, "CANCEL")])
    assert lines_of(node)["11"]["quantity"] == 3


@pytest.mark.parametrize(
    ("current", "refunds", "out"),
    [
        (5, [], 5),
        (2, [], 2),  # an edit took three off
        (4, [refund(11, 1, "RETURN")], 4),
        (4, [refund(11, 1, "NO_RESTOCK")], 5),  # broken: gone from the shelf all the same
        (1, [refund(11, 1, "NO_RESTOCK"), refund(11, 2, "RETURN")], 2),  # and an edit took one off
    ],
)
def test_what_left_the_shelf_is_what_was_sold_without_edits_and_returns(current: int, refunds: list[Node], out: int) -> None:
    assert lines_of(order(1, line(11, 5) | {"currentQuantity": current}, refunds=refunds))["11"]["quantity"] == out


def test_goods_of_an_exchange_wait_for_the_record_of_the_exchange() -> None:
    exchange = {
        "id": "gid://shopify/Return/5",
        "createdAt": NOW.isoformat(),
        "exchangeLineItems": [{"lineItems": [{"id": "gid://shopify/LineItem/12"}]}],
    }
    node = order(1, line(11), line(12), sold_at=NOW - timedelta(days=90), returns=[exchange])
    rows = lines_of(node)
    assert set(rows) == {"12"}
    assert rows["12"]["record_id"] == "1:e5"


def test_a_custom_sale_takes_no_stock_and_an_order_may_name_no_location() -> None:
    node = order(1, line(11, sku="", variant=None), line(12, variant=None), retailLocation=None)
    rows = lines_of(node)
    assert set(rows) == {"12"}
    assert (rows["12"]["sku"], rows["12"]["variant_id"], rows["12"]["location_id"]) == ("100101", None, None)


def merged(known: Any, *nodes: Node, records: Mapping[str, Record] | None = None, now: datetime = NOW) -> Any:
    def standing(asked: Collection[str]) -> Mapping[str, Record]:
        return {key: record for key, record in (records or {}).items() if key in asked}

    return merged_sales(known, nodes, standing, now, timedelta(days=3))


def column(sales: Any, name: str) -> dict[str, Any]:
    return dict(zip(sales["line_id"], sales[name], strict=True))


def two_orders() -> Any:
    """Return the lines of two orders, the second of which MplusKASSA holds."""
    return merged(SALES.frame(), order(1, line(11)), order(2, line(21)), records={"2": held()})


def test_a_line_keeps_when_it_was_first_seen_and_that_it_was_acknowledged() -> None:
    first = two_orders()
    assert column(first, "acknowledged") == {"11": False, "21": True}
    again = merged(first, order(1, line(11)), now=NOW + timedelta(hours=1))
    assert column(again, "quantity") == {"11": 1, "21": 1}
    assert column(again, "seen_at") == column(first, "seen_at")
    assert again.attrs["newest_at"] == NOW.isoformat()


def test_what_an_edit_adds_to_an_order_that_was_sent_is_on_its_way_until_the_order_was_sent_again() -> None:
    edited_at = NOW + timedelta(minutes=5)
    edited = order(2, line(21, 4), line(22), updatedAt=edited_at.isoformat())
    sales = merged(two_orders(), edited, records={"2": held(version=NOW)}, now=edited_at)
    assert column(sales, "quantity") == {"11": 1, "21": 1, "21+1": 3, "22": 1}
    assert column(sales, "acknowledged") == {"11": False, "21": True, "21+1": False, "22": False}
    assert column(sales, "waits") == {"11": False, "21": False, "21+1": True, "22": True}
    sent = acknowledged_sales(sales, lambda _: {"2": held(version=edited_at)})
    assert column(sent, "acknowledged") == {"11": False, "21": True, "21+1": True, "22": True}


def test_pieces_that_go_back_are_those_that_came_last() -> None:
    more = merged(two_orders(), order(2, line(21, 4)), records={"2": held()})
    fewer = merged(more, order(2, line(21, 4), refunds=[refund(21, 2, "RETURN")]))
    assert column(fewer, "quantity") == {"11": 1, "21": 1, "21+1": 1}
    none = merged(fewer, order(2, line(21, 4), refunds=[refund(21, 4, "RETURN")]))
    assert column(none, "quantity") == {"11": 1, "21": 0, "21+1": 0}


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_the_rows_of_a_line_always_add_up_to_what_the_order_says(quantities: list[int]) -> None:
    sales = SALES.frame()
    for quantity in quantities:
        sales = merged(sales, order(1, line(11, quantity)))
        assert int(sales["quantity"].sum()) == quantity
        assert sales["line_id"].is_unique


def test_what_the_ledger_does_not_know_is_let_go_after_the_look_back_and_what_waits_there_is_not() -> None:
    first = merged(SALES.frame(), order(1, line(11)), order(2, line(21)), records={"2": held(State.QUARANTINED)})
    assert column(merged(first, now=NOW + timedelta(hours=73)), "waits") == {"21": True}
    assert merged(first, now=NOW + timedelta(days=61)).empty


def test_a_late_change_of_an_order_that_waits_is_still_followed() -> None:
    first = merged(SALES.frame(), order(2, line(21, 2)), records={"2": held(State.QUARANTINED)})
    late = NOW + timedelta(days=10)
    cancelled = order(2, line(21, 2), refunds=[refund(21, 2, "CANCEL")], updatedAt=late.isoformat())
    assert column(merged(first, cancelled, now=late), "quantity") == {"21": 0}


def test_the_ledger_is_asked_only_for_what_waits_and_the_mark_stays() -> None:
    first = two_orders()
    asked: list[Collection[str]] = []

    def standing(record_ids: Collection[str]) -> Mapping[str, Record]:
        asked.append(record_ids)
        return dict.fromkeys(record_ids, held())

    after = acknowledged_sales(first, standing)
    assert asked == [["1"]]
    assert list(after["acknowledged"]) == [True, True]
    assert after.attrs == first.attrs
    assert acknowledged_sales(None, nobody).empty
