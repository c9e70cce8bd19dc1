"""Whatever a till sells and takes back on one document, its two parts are the document, to the cent and in each rate of VAT."""

from collections import Counter
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.orders_to_shopify.exchanges import EXCHANGED, RETURN, told_apart
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.sandbox.generator import services
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_SHAPES
from posbridge_dagster_tests.flows.little_shop import BAG
from posbridge_dagster_tests.flows.orders_to_shopify.test_mapped import MAPPING

INCLUSIVE, EXCLUSIVE = "VAT-METHOD-INCLUSIVE", "VAT-METHOD-EXCLUSIVE"
RATES = {1: 900, 2: 2100}
Line = tuple[int, int, int, int]
"""Article, pieces, what they come to as the document states prices, VAT code."""


def vat(minor: int, rate: int, method: str) -> int:
    return int((Decimal(minor * rate) / (10_000 + rate if method == INCLUSIVE else 10_000)).quantize(Decimal(1), ROUND_HALF_UP))


def rows_of(lines: list[Line], method: str) -> list[dict[str, Any]]:
    """Return the lines as the till keeps them, VAT rounded once per line."""
    rows = []
    for position, (article, pieces, minor, code) in enumerate(lines, 1):
        on_line = vat(minor, RATES[code], method)
        incl, excl = (minor, minor - on_line) if method == INCLUSIVE else (minor + on_line, minor)
        row = {"line_id": f"l{position}", "position": position, "article_number": article, "quantity": Decimal(pieces), "text": "Tas"}
        rows.append(row | {"total_minor": incl, "total_excl_minor": excl, "vat_code": code, "vat_rate": RATES[code]})
    return rows


def taxes_of(lines: list[Line], method: str) -> list[dict[str, Any]]:
    """Return the VAT by rate as the till keeps it, rounded once for the whole document."""
    sums = Counter[int]()
    for _, _, minor, code in lines:
        sums[code] += minor
    taxes = []
    for code, minor in sorted(sums.items()):
        cents = vat(minor, RATES[code], method)
        excl = minor - cents if method == INCLUSIVE else minor
        rate = {"position": code, "vat_code": code, "vat_rate": RATES[code], "percentage": "x%"}
        taxes.append(rate | {"vat_minor": cents, "excl_minor": excl})
    return taxes


def booked(lines: list[Line], method: str = INCLUSIVE, paid: bool = True, **members: Any) -> dict[str, pd.DataFrame]:
    """Return a document as a till books it."""
    taxes = taxes_of(lines, method)
    excl = sum(tax["excl_minor"] for tax in taxes)
    total = excl + sum(tax["vat_minor"] for tax in taxes)
    payments = [{"payment_id": "p1", "method": "PIN", "amount_minor": total}] if paid and total else []
    head = {"kind": "order", "vat_method": method, "earlier_ids": "order:b", "delivered": paid, "cancelled": False}
    head |= {"total_minor": total, "total_excl_minor": excl, "entered_at": datetime(2025, 10, 20, 9, tzinfo=UTC)}
    head |= {"paid_minor": total if payments else 0, "payment_count": len(payments), "relation_number": 201, **members}
    tables = {"documents": [head], "document_lines": rows_of(lines, method), "document_taxes": taxes, "document_payments": payments}
    return {name: shape.frame({"document_id": "order:a", **row} for row in tables[name]) for name, shape in DOCUMENT_SHAPES.items()}


def kinds(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    return {row["document_id"]: row["kind"] for row in plain_rows(frames["documents"])}


goods = st.builds(
    lambda article, pieces, price, code: (article, pieces, pieces * price, code),
    st.integers(BAG, BAG + 5),
    st.integers(-4, 4).filter(bool),
    st.integers(1, 20_000),
    st.sampled_from(sorted(RATES)),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(goods, min_size=1, max_size=6), st.sampled_from([INCLUSIVE, EXCLUSIVE]))
def test_both_parts_together_are_the_document(lines: list[Line], method: str) -> None:
    whole = booked(lines, method)
    apart = told_apart(whole, MAPPING)
    for frame, columns in {
        "documents": ["total_minor", "total_excl_minor", "paid_minor"],
        "document_lines": ["total_minor", "total_excl_minor", "quantity"],
        "document_payments": ["amount_minor"],
    }.items():
        assert [apart[frame][name].sum() for name in columns] == [whole[frame][name].sum() for name in columns]
    for column in ("vat_minor", "excl_minor"):
        sums = [frames["document_taxes"].groupby("vat_code")[column].sum() for frames in (whole, apart)]
        assert {code: cents for code, cents in sums[1].items() if cents} == {code: cents for code, cents in sums[0].items() if cents}
    children = {name: rows_by(apart[name], "document_id") for name in DOCUMENT_SHAPES if name != "documents"}
    for document in plain_rows(apart["documents"]):
        own = {name: rows.get(document["document_id"], []) for name, rows in children.items()}
        sign = -1 if document["kind"] == RETURN else 1
        column = "total_minor" if method == INCLUSIVE else "total_excl_minor"
        assert sum(row[column] for row in own["document_lines"]) == document[column]
        assert sum(row["vat_minor"] for row in own["document_taxes"]) == document["total_minor"] - document["total_excl_minor"]
        assert all(sign * row["vat_minor"] >= 0 for row in own["document_taxes"])
        assert sum(row["amount_minor"] for row in own["document_payments"]) == document["total_minor"]


def test_what_is_exchanged_pays_the_sale_and_is_paid_out_by_the_return() -> None:
    apart = told_apart(booked([(BAG, 1, 3000, 2), (BAG, -1, -1000, 2)]), MAPPING)
    assert kinds(apart) == {"order:a": "order", "order:a:return": RETURN}
    paid = [(row["document_id"], row["method"], row["amount_minor"]) for row in plain_rows(apart["document_payments"])]
    assert paid == [("order:a", EXCHANGED, 1000), ("order:a", "PIN", 2000), ("order:a:return", EXCHANGED, -1000)]


def test_goods_that_only_come_back_are_one_return() -> None:
    assert kinds(told_apart(booked([(BAG, -1, -1000, 2)]), MAPPING)) == {"order:a": RETURN}


@pytest.mark.parametrize(
    ("lines", "members"),
    [
        ([(BAG, 1, 3000, 2), (BAG, -1, -1000, 2)], {"earlier_ids": None}),
        ([(BAG, 1, 3000, 2), (BAG, -1, -1000, 2)], {"kind": "credit"}),
        ([(BAG, 1, 3000, 2), (BAG, -1, -1000, 2)], {"total_minor": 2001}),
        ([(BAG, 1, 3000, 2), (services.DISCOUNT, -1, -1000, 2)], {}),
        ([(BAG, 1, 3000, 2), (BAG, 2, 1000, 2)], {}),
    ],
    ids=["no earlier sale", "a credit", "lines that are not the total", "a discount", "nothing comes back"],
)
def test_a_document_stays_whole(lines: list[Line], members: dict[str, Any]) -> None:
    whole = booked(lines, **members)
    assert kinds(told_apart(whole, MAPPING)) == kinds(whole)


def test_nothing_is_exchanged_before_the_goods_are_back() -> None:
    apart = told_apart(booked([(BAG, 1, 3000, 2), (BAG, -1, -1000, 2)], paid=False), MAPPING)
    assert apart["document_payments"].empty
    assert [row["delivered"] for row in plain_rows(apart["documents"])] == [False, False]
