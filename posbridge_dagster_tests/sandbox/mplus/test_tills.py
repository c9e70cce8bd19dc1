"""The generated days at the tills: every kind of document, on the days asked for, the same for the same seed."""

from datetime import date
from typing import Any

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.mplus.tills import KINDS
from posbridge_dagster.sandbox.seed import LocationSeed

DAYS = [date(2025, 10, 20), date(2025, 10, 21), date(2025, 10, 22)]
DOCUMENTS = 150


def traded(seed: int = 1) -> tuple[dict[str, int], dict[str, Any]]:
    shop = generate_shop(1, DAYS[0], 1, 0, known_share=1.0)
    shop.locations.append(LocationSeed(3, "Laden Berlin", 3, country="DE"))
    sandbox = MplusSandbox(shop)
    return sandbox.book_days(DAYS, DOCUMENTS, seed), sandbox.state()


def test_every_kind_is_there_on_every_day_and_no_day_but_those_asked_for() -> None:
    kinds, state = traded()
    assert set(kinds) == set(KINDS)
    assert sum(kinds.values()) == DOCUMENTS
    sales = [*state["orders"], *(row for row in state["invoices"] if not row["orderIds"] and not row["creditedInvoiceId"])]
    assert len(sales) == DOCUMENTS
    assert {row["financialDate"] for row in [*sales, *state["invoices"]]} == {day.isoformat() for day in DAYS}
    assert {row["deliveryState"] for row in state["orders"]} == {"COMPLETE", "PARTIAL", "NOTHING"}
    assert sum(row["cancelled"] for row in state["orders"]) == kinds["cancelled"]
    assert len({row["branchNumber"] for row in sales}) == 3


def test_credits_never_take_back_more_than_was_sold_and_payments_never_exceed_the_total() -> None:
    _, state = traded()
    books = {row["invoiceId"]: row for row in state["invoices"]}
    credits_ = [row for row in books.values() if row["creditedInvoiceId"]]
    assert any(-row["totalInclAmount"] < books[row["creditedInvoiceId"]]["totalInclAmount"] for row in credits_)
    for invoice in books.values():
        back = sum(row["totalInclAmount"] for row in credits_ if row["creditedInvoiceId"] == invoice["invoiceId"])
        assert -back <= max(0, invoice["totalInclAmount"])
    for row in [*state["orders"], *books.values()]:
        assert abs(row["paidAmount"]) <= abs(row["totalInclAmount"])


def test_the_same_seed_gives_the_same_days() -> None:
    first, again, other = (traded(seed)[1] for seed in (1, 1, 2))
    totals = [[row["totalInclAmount"] for row in state["orders"]] for state in (first, again, other)]
    assert totals[0] == totals[1] != totals[2]
