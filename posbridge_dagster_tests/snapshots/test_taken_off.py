"""Pieces that an edit takes off: Shopify keeps them in quantity and total, the snapshot does not, and no refund counts them twice."""

from typing import Any

import pandas as pd
import pytest

from posbridge_dagster_tests.snapshots.nodes import line, money, order, payment
from posbridge_dagster_tests.snapshots.test_orders import frames_of, lines_add_up


def edited(*lines: dict[str, Any], total: str, current: str | None = None, paid: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an order as Shopify states it after an edit: every piece in the total, those that are left in the current one."""
    members: dict[str, Any] = {"currentTotalPriceSet": money(current)} if current else {}
    members |= {"displayFinancialStatus": "PAID" if paid else "PENDING", "displayFulfillmentStatus": "UNFULFILLED", "edited": True}
    transactions = [payment(1, "cash", paid)] if paid else []
    return order(total=total, lineItems=list(lines), transactions=transactions, **members, **more)


def mug(quantity: int, current: int, **more: Any) -> dict[str, Any]:
    taxes = [{"title": "BTW", "rate": 0.21, "priceSet": money(f"{1.74 * quantity:.2f}")}]
    return line(1, "Beker", quantity, "10.0", f"{10 * quantity}.0", currentQuantity=current, taxLines=taxes, **more)


def refund(number: int, *back: tuple[int, int, str, str], given: str = "", adjustment: str = "", of_return: int = 0) -> dict[str, Any]:
    """Return a refund of (line, pieces, restock type, amount), by one payment, with an adjustment as Shopify states it."""
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": "2026-10-21T10:00:00Z",
        "processedAt": "2026-10-21T10:00:00Z",
        "refundLineItems": [
            {
                "id": f"gid://shopify/RefundLineItem/{number}{item}",
                "lineItem": {"id": f"gid://shopify/LineItem/{item}"},
                "quantity": pieces,
                "restockType": restock,
                "subtotalSet": money(amount),
                "totalTaxSet": money("1.74"),
            }
            for item, pieces, restock, amount in back
        ],
        "refundShippingLines": [],
        "orderAdjustments": [{"id": f"gid://shopify/OrderAdjustment/{number}", "amountSet": money(adjustment)}] if adjustment else [],
        "transactions": [payment(number, "cash", given, kind="REFUND")] if given else [],
        "return": {"id": f"gid://shopify/Return/{of_return}"} if of_return else None,
    }


def sold(frames: dict[str, pd.DataFrame]) -> list[list[int]]:
    rows: list[list[int]] = frames["order_lines"][["quantity", "total_minor", "tax_minor"]].to_numpy().tolist()
    return rows


def given_back(frames: dict[str, pd.DataFrame], number: int) -> list[list[Any]]:
    lines = frames["refund_lines"]
    lines = lines[lines["refund_id"] == str(number)][["kind", "source_line_id", "quantity", "total_minor"]].astype(object)
    rows: list[list[Any]] = lines.where(lines.notna(), None).to_numpy().tolist()
    return rows


def test_what_nobody_paid_for_is_not_sold_any_more() -> None:
    frames = frames_of(edited(mug(3, 1), line(2, "Bord", 1, "5.0", "5.0", currentQuantity=0), total="35.0", current="10.0"))
    assert sold(frames) == [[1, 1000, 174], [0, 0, 0]]
    assert frames["order_lines"]["taken_off_quantity"].tolist() == [2, 1]
    assert frames["orders"][["total_minor", "taken_off_minor"]].to_numpy().tolist() == [[1000, 2500]]
    assert lines_add_up(frames)


def test_the_fingerprint_is_that_of_an_order_that_never_had_the_pieces_but_in_the_line_itself() -> None:
    plain = frames_of(order(total="30.0", lineItems=[mug(3, 3)], transactions=[]))["orders"]["fingerprint"].iloc[0]
    untouched = frames_of(edited(mug(3, 3), total="30.0", current="30.0"))["orders"]["fingerprint"].iloc[0]
    cut = frames_of(edited(mug(3, 2), total="30.0", current="20.0"))["orders"]["fingerprint"].iloc[0]
    assert plain == untouched != cut


@pytest.mark.parametrize(("current", "left"), [("6.67", 667), ("6.66", 666)])
def test_the_cents_are_those_that_the_shop_took_off(current: str, left: int) -> None:
    share = [{"allocatedAmountSet": money("20.0")}]
    frames = frames_of(edited(mug(3, 2, discountAllocations=share), total="10.0", current=current))
    assert frames["order_lines"]["total_minor"].tolist() == [left]
    assert lines_add_up(frames)


def test_a_total_that_the_pieces_do_not_explain_does_not_add_up() -> None:
    """A difference of more than a cent for each piece is no rounding: the order's own total stands against its lines."""
    frames = frames_of(edited(mug(3, 2), total="30.0", current="14.0"))
    assert frames["orders"]["total_minor"].tolist() == [1400]
    assert frames["order_lines"]["total_minor"].tolist() == [2000]


def test_with_vat_on_top_the_vat_of_the_pieces_goes_too() -> None:
    frames = frames_of(edited(mug(2, 1), total="23.48", current="11.74", taxesIncluded=False))
    assert sold(frames) == [[1, 1000, 174]]
    assert frames["orders"][["total_minor", "tax_minor", "taken_off_minor"]].to_numpy().tolist() == [[1174, -74, 1174]]


@pytest.mark.parametrize(
    "members",
    [
        {"refunds": [refund(7, (1, 1, "CANCEL", "10.0"), given="10.0")]},
        {"refunds": [refund(7, (1, 1, "RETURN", "10.0"))]},
        {"refunds": [refund(7, (1, 1, "NO_RESTOCK", "10.0"), given="10.0", of_return=3)]},
        {"returns": [{"id": "gid://shopify/Return/3", "status": "OPEN", "returnLineItems": [{"quantity": 1}]}], "current": 2},
        {"cancelledAt": "2026-10-21T10:00:00Z"},
    ],
    ids=["refunded", "put back without money", "returned and refunded", "no pieces are gone", "cancelled"],
)
def test_what_came_back_another_way_stays_sold(members: dict[str, Any]) -> None:
    members = dict(members)
    frames = frames_of(edited(mug(2, members.pop("current", 1)), total="20.0", paid="20.0", **members))
    assert sold(frames) == [[2, 2000, 348]]
    assert frames["orders"]["taken_off_minor"].tolist() == [0]


def test_a_return_that_is_under_way_is_no_edit() -> None:
    back = {"quantity": 1, "fulfillmentLineItem": {"lineItem": {"id": "gid://shopify/LineItem/1"}}}
    node = edited(mug(2, 1), total="20.0", paid="20.0")
    under_way = [{"id": "gid://shopify/Return/3", "status": "OPEN", "createdAt": "2026-10-21T10:00:00Z", "returnLineItems": [back]}]
    assert sold(frames_of(node | {"returns": under_way})) == [[2, 2000, 348]]
    declined = [under_way[0] | {"status": "DECLINED"}]
    assert sold(frames_of(node | {"returns": declined})) == [[1, 1000, 174]]


@pytest.mark.parametrize("adjustment", ["-10.0", ""], ids=["as an adjustment", "without a word"])
def test_the_refund_of_their_money_takes_paid_pieces_back(adjustment: str) -> None:
    """Also where the edit made a refund of its own that moved no money: the pieces come back once."""
    edit = refund(6, (1, 1, "CANCEL", "10.0"), adjustment="10.0" if adjustment else "")
    frames = frames_of(edited(mug(2, 1), total="20.0", paid="20.0", refunds=[edit, refund(7, given="10.0", adjustment=adjustment)]))
    assert sold(frames) == [[2, 2000, 348]]
    assert given_back(frames, 7) == [["article", "1", 1, 1000]]
    assert frames["refunds"][["money_minor", "goods_minor", "tax_minor"]].to_numpy().tolist()[1] == [1000, 1000, 174]


def test_paid_pieces_that_are_not_given_back_leave_the_order_overpaid_for_a_person_to_see() -> None:
    frames = frames_of(edited(mug(2, 1), total="20.0", paid="20.0", current="10.0"))
    assert frames["orders"][["total_minor", "received_minor", "taken_off_minor"]].to_numpy().tolist() == [[1000, 2000, 1000]]


def test_a_refund_of_good_will_is_not_taken_for_the_pieces() -> None:
    node = edited(mug(3, 2), total="30.0", paid="30.0", refunds=[refund(7, given="5.0", adjustment="-5.0")])
    frames = frames_of(node | {"totalOutstandingSet": money("-10.0")})
    assert sold(frames) == [[2, 2000, 348]]
    assert given_back(frames, 7) == [["adjustment", None, 1, 500]]


def test_less_than_they_cost_settles_them_where_the_shop_says_that_nothing_is_owed() -> None:
    node = edited(mug(2, 1), total="20.0", paid="20.0", refunds=[refund(7, given="8.0", adjustment="-8.0")])
    frames = frames_of(node | {"totalOutstandingSet": money("0.0")})
    assert sold(frames) == [[2, 2000, 348]]
    assert given_back(frames, 7) == [["article", "1", 1, 1000], ["adjustment", None, 1, -200]]


def test_two_edits_with_a_refund_each_come_back_one_by_one() -> None:
    refunds = [refund(7, given="10.0", adjustment="-10.0"), refund(8, (2, 1, "CANCEL", "5.0"), given="25.0", adjustment="-20.0")]
    node = edited(mug(4, 1), line(2, "Bord", 1, "5.0", "5.0", currentQuantity=0), total="45.0", paid="45.0", refunds=refunds)
    frames = frames_of(node)
    assert [row[0] for row in sold(frames)] == [4, 1]
    assert given_back(frames, 7) == [["article", "1", 1, 1000]]
    assert given_back(frames, 8) == [["article", "2", 1, 500], ["article", "1", 2, 2000]]


@pytest.mark.parametrize(
    ("paid", "left"), [(None, [1, 1000, 174]), ("10.0", [1, 1000, 174]), ("20.0", [2, 2000, 348])], ids=["unpaid", "deposit", "paid"]
)
def test_goods_on_account_that_come_back_before_they_are_paid_are_not_owed_any_more(paid: str | None, left: list[int]) -> None:
    members = {"refunds": [refund(7, (1, 1, "RETURN", "10.0"))], "displayFulfillmentStatus": "FULFILLED"}
    frames = frames_of(edited(mug(2, 1), total="20.0", paid=paid, current="10.0") | members)
    assert sold(frames) == [left]
    assert lines_add_up(frames)


def test_free_goods_that_come_back_stay_given_away() -> None:
    share = [{"allocatedAmountSet": money("20.0")}]
    node = edited(mug(2, 1, discountAllocations=share), total="0.0", current="0.0", refunds=[refund(7, (1, 1, "RETURN", "0.0"))])
    assert sold(frames_of(node)) == [[2, 0, 348]]
