"""Which lines of the shop's orders are on their way, and until when."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

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


def nobody(_: Collection[str]) -> Collection[str]:
    return ()


def test_what_came_back_to_the_shelf_is_taken_off_and_what_was_broken_is_not() -> None:
    node = order(1, line(11, 5), refunds=[refund(11, 1, "RETURN"), refund(11, 1, "NO_RESTOCK"), refund(11, 1, "CANCEL")])
    assert lines_of(node)["11"]["quantity"] == 3


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


def merged(known: Any, *nodes: Node, done: Collection[str] = (), now: datetime = NOW) -> Any:
    rows = {row["line_id"]: row for node in nodes for row in sale_lines(node, now, sold_after=now - timedelta(days=3))}

    def acknowledged(asked: Collection[str]) -> Collection[str]:
        return set(done) & set(asked)

    return merged_sales(known, rows, list(nodes), acknowledged, now - timedelta(days=3), now - timedelta(days=1))


def test_a_line_keeps_when_it_was_first_seen_and_that_it_was_acknowledged() -> None:
    first = merged(SALES.frame(), order(1, line(11)), order(2, line(21)), done=["2"])
    assert dict(zip(first["line_id"], first["acknowledged"], strict=True)) == {"11": False, "21": True}
    later = NOW + timedelta(hours=1)
    again = merged(first, order(1, line(11, 3)), now=later)
    assert dict(zip(again["line_id"], again["quantity"], strict=True)) == {"11": 3, "21": 1}
    assert set(again["seen_at"]) == {first["seen_at"].iloc[0]}
    assert again.attrs["newest_at"] == NOW.isoformat()


def test_acknowledged_lines_go_after_a_day_and_others_after_the_look_back() -> None:
    first = merged(SALES.frame(), order(1, line(11)), order(2, line(21)), done=["2"])
    assert set(merged(first, now=NOW + timedelta(hours=25))["line_id"]) == {"11"}
    assert merged(first, now=NOW + timedelta(hours=73)).empty


def test_the_ledger_is_asked_only_for_what_waits_and_the_mark_stays() -> None:
    first = merged(SALES.frame(), order(1, line(11)), order(2, line(21)), done=["2"])
    asked: list[Collection[str]] = []

    def acknowledged(record_ids: Collection[str]) -> Collection[str]:
        asked.append(record_ids)
        return record_ids

    after = acknowledged_sales(first, acknowledged)
    assert asked == [["1"]]
    assert list(after["acknowledged"]) == [True, True]
    assert after.attrs == first.attrs
    assert acknowledged_sales(None, nobody).empty
