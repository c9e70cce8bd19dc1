from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from posbridge_dagster.snapshots.order_shapes import SHAPES
from posbridge_dagster.snapshots.orders import order_frames
from posbridge_dagster_tests.snapshots.nodes import line, money, order, payment

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def frames_of(*nodes: dict[str, Any]) -> dict[str, pd.DataFrame]:
    return order_frames(nodes, AMSTERDAM)


def lines_add_up(frames: dict[str, pd.DataFrame]) -> bool:
    orders = frames["orders"]
    return bool(frames["order_lines"]["total_minor"].sum() == (orders["total_minor"] + orders["rounding_minor"]).sum())


def test_an_order_becomes_one_row_and_its_children_rows_of_their_own() -> None:
    frames = frames_of(order())
    assert frames["orders"]["order_id"].tolist() == ["5001"]
    assert frames["orders"]["total_minor"].tolist() == [2000]
    assert frames["order_lines"][["order_id", "line_id", "quantity", "unit_price_minor"]].to_numpy().tolist() == [["5001", "1", 2, 1000]]
    assert frames["order_payments"]["money_minor"].tolist() == [2000]
    assert lines_add_up(frames)


def test_a_day_without_orders_has_the_same_columns_and_types_as_a_full_one() -> None:
    empty, full = frames_of(), frames_of(order())
    assert {name: list(frame.dtypes) for name, frame in empty.items()} == {name: list(frame.dtypes) for name, frame in full.items()}
    assert empty.keys() == SHAPES.keys()


@pytest.mark.parametrize(
    ("created_at", "day"),
    [
        ("2026-10-24T21:59:59Z", "2026-10-24"),  # 23:59:59 in summer time
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        ("2026-10-25T00:30:00Z", "2026-10-25"),  # 02:30 for the first time
        ("2026-10-25T01:30:00Z", "2026-10-25"),  # 02:30 for the second time
        ("2026-10-25T22:59:59Z", "2026-10-25"),  # the day has 25 hours
        ("2026-10-25T23:00:00Z", "2026-10-26"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),  # winter time before the night that loses an hour
    ],
)
def test_the_day_of_an_order_is_the_local_day_of_the_shop(created_at: str, day: str) -> None:
    assert frames_of(order(createdAt=created_at))["orders"]["day"].tolist() == [day]


def test_discounts_of_all_kinds_are_taken_off_their_line() -> None:
    shares = [{"allocatedAmountSet": money("1.0")}, {"allocatedAmountSet": money("0.5")}]
    frames = frames_of(order(total="18.5", lineItems=[line(1, "Beker", 2, "10.0", "20.0", discountAllocations=shares)]))
    assert frames["order_lines"][["discount_minor", "total_minor"]].to_numpy().tolist() == [[150, 1850]]
    assert lines_add_up(frames)


def test_shipping_tip_and_cash_rounding_are_lines_of_their_own() -> None:
    shipping = {
        "id": "gid://shopify/ShippingLine/7",
        "title": "Bezorgen",
        "originalPriceSet": money("5.0"),
        "discountedPriceSet": money("4.0"),
        "taxLines": [{"title": "BTW", "rate": 0.21, "priceSet": money("0.69")}],
    }
    node = order(
        total="26.02",
        shippingLines=[shipping],
        totalTipReceivedSet=money("2.02"),
        totalCashRoundingAdjustment={"paymentSet": money("-0.02")},
        transactions=[payment(1, "cash", "26.0", amountRoundingSet=money("-0.02"))],
    )
    frames = frames_of(node)
    assert frames["order_lines"]["kind"].tolist() == ["article", "shipping", "tip", "rounding"]
    assert frames["order_lines"]["total_minor"].tolist() == [2000, 400, 202, -2]
    assert lines_add_up(frames)
    assert frames["orders"]["received_minor"].tolist() == [2600]


@pytest.mark.parametrize("amount", ["26.0", "26.02"])
def test_cash_rounding_counts_once_whether_the_payment_states_it_or_not(amount: str) -> None:
    node = order(
        total="26.02",
        lineItems=[line(1, "Beker", 1, "26.02", "26.02")],
        totalCashRoundingAdjustment={"paymentSet": money("-0.02")},
        transactions=[payment(1, "cash", amount, amountRoundingSet=money("-0.02"))],
    )
    assert frames_of(node)["order_payments"]["money_minor"].tolist() == [2600]


def test_a_tip_that_stands_among_the_lines_is_not_counted_twice() -> None:
    tip = line(2, "Tip", 1, "2.0", "2.0", variant=None, product=None, sku=None, taxLines=[])
    node = order(
        total="22.0",
        lineItems=[line(1, "Beker", 2, "10.0", "20.0"), tip],
        nonFulfillableLineItems=[{"id": tip["id"]}],
        totalTipReceivedSet=money("2.0"),
        transactions=[payment(1, "cash", "22.0")],
    )
    frames = frames_of(node)
    assert frames["order_lines"]["kind"].tolist() == ["article", "tip"]
    assert lines_add_up(frames)


def test_only_money_that_was_received_counts_and_change_is_taken_off() -> None:
    payments = [
        payment(1, "cash", "50.0"),
        payment(2, "cash", "30.0", kind="CHANGE"),
        payment(3, "shopify_payments", "20.0", kind="AUTHORIZATION"),
        payment(4, "shopify_payments", "20.0", status="FAILURE"),
        payment(5, "shopify_payments", "5.0", test=True),
        payment(6, "cash", "7.0", kind="REFUND"),
    ]
    frames = frames_of(order(transactions=payments))
    assert frames["order_payments"]["money_minor"].tolist() == [5000, -3000, 0, 0, 0, 0]
    assert frames["orders"]["received_minor"].tolist() == [2000]


def test_a_custom_sale_and_a_gift_card_are_told_apart_from_articles() -> None:
    lines = [
        line(1, "Maatwerk", 1, "5.0", "5.0", variant=None, product=None, sku=None),
        line(2, "Cadeaukaart", 1, "15.0", "15.0", isGiftCard=True, taxLines=[]),
    ]
    frames = frames_of(order(lineItems=lines))
    assert frames["order_lines"]["kind"].tolist() == ["custom", "gift_card"]
    assert frames["order_lines"]["tax_rate"].tolist() == [2100, 0]


def test_a_walk_in_has_no_customer_and_an_address_alone_makes_one_that_can_be_found_again() -> None:
    walk_in, by_mail, again = order(1), order(2, email="Jan@Example.nl "), order(3, email="jan@example.nl")
    frames = frames_of(walk_in, by_mail, again)
    keys = frames["orders"]["customer_key"].tolist()
    assert pd.isna(keys[0])
    assert keys[1] == keys[2]
    assert len(frames["customers"]) == 1
    assert "jan" not in keys[1].lower()


def test_one_order_that_cannot_be_read_does_not_hide_the_others() -> None:
    broken = order(2, totalPriceSet=money("19.999"))
    frames = frames_of(order(1), broken, order(3))
    assert frames["orders"]["order_id"].tolist() == ["1", "2", "3"]
    assert frames["orders"]["fault"].notna().tolist() == [False, True, False]
    assert "19.999" in frames["orders"]["fault"].tolist()[1]
    assert set(frames["order_lines"]["order_id"]) == {"1", "3"}


def test_the_fingerprint_sees_content_and_not_time_stamps() -> None:
    plain = frames_of(order())["orders"]["fingerprint"].item()
    assert (
        frames_of(order(updatedAt="2026-11-01T00:00:00Z", displayFulfillmentStatus="UNFULFILLED"))["orders"]["fingerprint"].item() == plain
    )
    assert frames_of(order(note="Bel eerst"))["orders"]["fingerprint"].item() != plain


def test_a_three_hundred_line_order_keeps_every_line() -> None:
    lines = [line(number, "Beker", 1, "0.1", "0.1") for number in range(1, 301)]
    frames = frames_of(order(total="30.0", lineItems=lines, transactions=[payment(1, "cash", "30.0")]))
    assert len(frames["order_lines"]) == 300
    assert frames["orders"]["line_count"].tolist() == [300]
    assert lines_add_up(frames)


@pytest.mark.parametrize(
    ("amounts", "tip", "kinds"),
    [
        (("2.5",), "2.5", ["article", "tip"]),
        (("1.0", "1.5"), "2.5", ["article", "tip", "tip"]),
        (("2.5", "4.0"), "2.5", ["article", "tip", "custom"]),
        (("4.0",), "2.5", ["article", "custom", "tip"]),
    ],
    ids=["one line", "one for each payment", "beside a custom sale", "no line of its own"],
)
def test_a_tip_counts_once_whether_it_has_lines_or_not(amounts: tuple[str, ...], tip: str, kinds: list[str]) -> None:
    extra = [
        line(number, "Extra", 1, each, each, sku=None, variant=None, product=None, taxLines=[]) for number, each in enumerate(amounts, 2)
    ]
    outside = [{"id": each["id"]} for each in extra]
    total = 20 + sum(float(each) for each in amounts) + (float(tip) if kinds[-1] == "tip" and "custom" in kinds else 0)
    node = order(total=str(total), lineItems=[line(1, "Beker", 2, "10.0", "20.0"), *extra], nonFulfillableLineItems=outside)
    frames = frames_of(node | {"totalTipReceivedSet": money(tip)})
    assert frames["order_lines"]["kind"].tolist() == kinds
    assert lines_add_up(frames)
