"""In what a document differs from what it should be, and what is sent to make it that."""

from datetime import date
from typing import Any

import pytest

from posbridge_dagster.loading.mplus_differences import changed_members, differences, payment_differences

EDE = {"name": "Eva Smit", "city": "Ede"}


def line(article: int, quantity: int = 1, price: int = 1000, **more: Any) -> dict[str, Any]:
    return {"articleNumber": article, "text": "x", "data": {"quantity": quantity, "price": price, "vatCode": 2}, **more}


def document(*lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "relationNumber": 7,
        "reference": "#1",
        "financialDate": date(2026, 11, 20),
        "deliveryMethod": None,
        "deliveryAddress": None,
        "invoiceAddress": EDE,
        "lineList": list(lines or (line(1), line(2, 3))),
        **members,
    }


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"lineList": [line(2, 3, lineId="b"), line(1, lineId="a")]},
        {"lineList": [line(1), {**line(2), "data": {"quantity": 30, "decimalPlaces": 1, "price": 1000, "vatCode": 2}}]},
        {"lineList": [line(1), line(2, 3), line(9, 1, 0)]},  # a part of a composite article
        {"deliveryMethod": "AFHALEN"},
        {"invoiceAddress": {**EDE, "addressId": "8", "contact": ""}},
        {"deliveryAddress": {"name": "", "city": ""}},
    ],
)
def test_what_says_the_same_is_no_difference(found: dict[str, Any]) -> None:
    assert differences(document(), document(**found)) == []


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ({"relationNumber": 1}, ["relation"]),
        ({"reference": "#2", "financialDate": date(2026, 11, 21)}, ["reference", "bookkeeping day"]),
        ({"invoiceAddress": {**EDE, "city": "Urk"}}, ["invoice address"]),
        ({"deliveryAddress": EDE}, ["delivery address"]),
        ({"lineList": [line(1), line(2, 2)]}, ["lines"]),
        ({"lineList": [line(1), line(2, 3, 999)]}, ["lines"]),
        ({"lineList": [line(1), line(2, 3), line(1)]}, ["lines"]),
        ({"lineList": []}, ["lines"]),
    ],
)
def test_what_differs_is_named(found: dict[str, Any], named: list[str]) -> None:
    assert differences(document(), document(**found)) == named


def test_lines_of_the_same_article_keep_their_ids_and_an_address_that_is_gone_is_emptied() -> None:
    found = document(line(1, lineId="a"), line(2, lineId="b"), line(1, lineId="c"), deliveryAddress=EDE)
    sent = changed_members(document(line(1, 5), line(3), line(1), line(1)), found)
    assert [each.get("lineId") for each in sent["lineList"]] == ["a", None, "c", None]
    assert set(sent["deliveryAddress"].values()) == {""}
    assert sent["invoiceAddress"] == EDE
    assert "deliveryMethod" not in sent


def test_payments_that_are_missing_or_too_many_are_told_one_by_one() -> None:
    pin, cash = {"method": "PIN", "amount": 500}, {"method": "CONTANT", "amount": 500}
    assert payment_differences([pin, pin, cash], [pin]) == ([pin, cash], [])
    assert payment_differences([cash], [{**pin, "paymentId": "x"}, cash]) == ([], [("PIN", 500)])
