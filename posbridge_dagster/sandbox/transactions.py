"""A shop from a file of real transactions: invoices become sales, stock codes become goods, customers get an address.

The file is Parquet with the columns of ``COLUMNS``, one row per line of an invoice, times in the shop's own zone, prices
including VAT. An invoice whose number has a leading ``C`` is a credit, one with an ``A`` a book entry; neither is a sale,
nor is a line whose quantity is not above zero (a stock write-off). Nothing is left out without being counted in the report.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from posbridge_dagster.sandbox.assortment import families_of, goods_by_code, spelled
from posbridge_dagster.sandbox.countries import address_in, country_code
from posbridge_dagster.sandbox.credits import match_credits, refunds_by_sale, returns_without_receipt
from posbridge_dagster.sandbox.generator.services import DEFAULT_DEBTOR, SERVICE_CODES, service_family
from posbridge_dagster.sandbox.seed import AddressSeed, CustomerSeed, GroupSeed, LineSeed, LocationSeed, OrderSeed, PaymentSeed, Seed

COLUMNS = ("invoice", "stock_code", "description", "quantity", "invoice_date", "unit_price", "customer_id", "country")
SHOP = LocationSeed(1, "Winkel", 1)
GROUP = GroupSeed(1, "Assortiment")
CARD, CASH = "shopify_payments", "cash"


def shop_from_transactions(path: Path, first_day: date, last_day: date, *, with_credits: bool = False) -> Seed:
    """Return the shop of a transaction file with the sales of the days from ``first_day`` to ``last_day``, both included.

    Goods and their numbers come from the whole file, so they are the same whatever days are loaded. The report counts
    lines: ``lines_in_window`` is the sum of ``lines_loaded`` and of each class of lines left out (``left_out_lines``).
    With ``with_credits``, credit lines become refunds of the sales of the same days where one matches (``match_credits``). The
    others become returns without a receipt: how Shopify shows one is not known, so each is an order of its own on which nothing
    was sold and whose refund carries the money, and the credit's number as its note.

    Raises ValueError when the days are in the wrong order, the file lacks a column or names an unknown country.
    """
    if last_day < first_day:
        raise ValueError(f"the last day, {last_day}, is before the first, {first_day}")
    lines = read_lines(path)
    day = lines["moment"].dt.normalize()
    window = lines[(day >= pd.Timestamp(first_day)) & (day <= pd.Timestamp(last_day))]
    goods = goods_by_code(lines)
    sold = _sold(window, {code: known.description for code, known in goods.items()})
    credit_lines = window[window["kind"] == "credits"].iloc[: None if with_credits else 0]
    families = families_of(goods)
    seed = Seed(
        families=[*families, service_family()],
        groups=[GROUP],
        locations=[SHOP],
        customers=_customers(pd.concat([sold["customer"], credit_lines["customer"]]), lines),
        relations=[DEFAULT_DEBTOR],
        report={"lines_in_file": len(lines), **_report(window, sold), "articles": len(goods), "families": len(families)},
    )
    seed.orders = list(_orders(sold, seed.timezone))
    if with_credits:
        _give_back(seed, sold, credit_lines)
    return seed


def read_lines(path: Path) -> pd.DataFrame:
    """Return every line of a file in the words of this module, in the order of the file.

    ``kind`` is sales, credits, book_entries or other_documents, by the invoice's leading letter. ``moment`` is the wall clock
    of the shop, the first that the file gives for the invoice. ``customer`` is missing for a walk-in. Shopify holds cents, so
    a ``price_cents`` that needed more is rounded and marked ``below_a_cent``; a code that is written otherwise elsewhere is
    marked ``respelled``. Raises ValueError when a column is missing.
    """
    rows = pd.read_parquet(path)
    missing = [column for column in COLUMNS if column not in rows.columns]
    if missing:
        raise ValueError(f"{path} has no column {', '.join(missing)}; a transaction file has {', '.join(COLUMNS)}")
    cents = rows["unit_price"].astype("float64") * 100
    invoice = rows["invoice"].astype("str").str.strip()
    code = spelled(rows["stock_code"].astype("str"))
    return pd.DataFrame(
        {
            "invoice": invoice,
            "kind": _kinds(invoice),
            "code": code,
            "respelled": code != rows["stock_code"],
            "title": rows["description"].astype("str").fillna("").str.strip(),
            "quantity": rows["quantity"].astype("int64"),
            "price_cents": cents.round().astype("int64"),
            "below_a_cent": (cents - cents.round()).abs() > 1e-6,
            "moment": rows["invoice_date"].groupby(invoice).transform("first"),
            "customer": rows["customer_id"].astype("Int64"),
            "country": rows["country"].astype("str").str.strip(),
        }
    )


def left_out_lines(report: Mapping[str, int]) -> dict[str, int]:
    """Return the classes of lines of a report that did not become lines of a sale, with their counts."""
    return {name: count for name, count in report.items() if name.startswith("lines_left_out_")}


def _kinds(invoice: "pd.Series[str]") -> "pd.Series[str]":
    numbered = invoice.str.fullmatch(r"\d+")
    letters = invoice.where(~numbered, "").str[:1]
    kinds = letters.map({"": "sales", "C": "credits", "A": "book_entries"})
    return kinds.fillna("other_documents")


def _sold(window: pd.DataFrame, descriptions: Mapping[str, str]) -> pd.DataFrame:
    """Return the lines that are sales, with ``line``, their position in the invoice, oldest invoice first."""
    sold = window[(window["kind"] == "sales") & (window["quantity"] > 0) & (window["price_cents"] >= 0)]
    sold = sold.sort_values(["moment", "invoice"], kind="stable")
    fallback = sold["code"].map(descriptions).fillna(sold["code"])
    return sold.assign(title=sold["title"].where(sold["title"] != "", fallback), line=sold.groupby("invoice").cumcount())


def _report(window: pd.DataFrame, sold: pd.DataFrame) -> dict[str, int]:
    kinds = window["kind"].value_counts()
    totals = (sold["quantity"] * sold["price_cents"]).groupby(sold["invoice"]).sum()
    first_lines = sold[sold["line"] == 0]
    return {
        "lines_in_window": len(window),
        "lines_loaded": len(sold),
        "lines_left_out_not_positive": int(kinds.get("sales", 0)) - len(sold),
        "lines_left_out_credits": int(kinds.get("credits", 0)),
        "lines_left_out_book_entries": int(kinds.get("book_entries", 0)),
        "lines_left_out_other_documents": int(kinds.get("other_documents", 0)),
        "credit_invoices": int(window.loc[window["kind"] == "credits", "invoice"].nunique()),
        "orders": len(totals),
        "orders_of_walk_ins": int(first_lines["customer"].isna().sum()),
        "orders_of_zero_total": int((totals == 0).sum()),
        "trading_days": int(sold["moment"].dt.normalize().nunique()),
        "cents_sold": int(totals.sum()),
        "price_below_a_cent": int(sold["below_a_cent"].sum()),
        "codes_respelled": int(sold["respelled"].sum()),
        "service_lines": int(sold["code"].isin(list(SERVICE_CODES)).sum()),
    }


def _customers(numbers: "pd.Series[int]", lines: pd.DataFrame) -> list[CustomerSeed]:
    """Return who has one of these numbers, in their order; somebody who moved lives where the file first says."""
    wanted = set(numbers.dropna().astype("int64"))
    first_seen = lines.dropna(subset=["customer"]).drop_duplicates("customer")
    countries = dict(zip(first_seen["customer"].astype("int64"), first_seen["country"], strict=True))
    return [
        CustomerSeed(number, f"customer{number}@example.com", *_name(number), address=_address(number, countries[number]))
        for number in sorted(wanted)
    ]


def _name(number: int) -> tuple[str, str]:
    return "Customer", str(number)


def _address(number: int, country: str) -> AddressSeed | None:
    return address_in(country_code(country), number, *_name(number))


def _orders(sold: pd.DataFrame, zone: str) -> Iterator[OrderSeed]:
    """Yield a paid sale per invoice, in the order of the lines."""
    moments = _utc(sold.loc[sold["line"] == 0, "moment"], zone)
    columns = (sold["invoice"], sold["customer"].astype("object"), sold["country"], _line_seeds(sold))
    rows = zip(*columns, strict=True)
    for moment, (invoice, members) in zip(moments, groupby(rows, key=lambda row: row[0]), strict=True):
        _, customers, countries, lines = zip(*members, strict=True)
        yield _order(invoice, moment, None if pd.isna(customers[0]) else int(customers[0]), countries[0], lines)


def _line_seeds(sold: pd.DataFrame) -> Iterator[LineSeed]:
    columns = ("title", "quantity", "price_cents", "code")
    for title, quantity, price_cents, code in zip(*(sold[column].tolist() for column in columns), strict=True):
        yield LineSeed(title, quantity, price_cents, code=code)


def _order(invoice: str, moment: datetime, customer: int | None, country: str, lines: tuple[LineSeed, ...]) -> OrderSeed:
    total = sum(line.quantity * line.unit_price_cents for line in lines)
    return OrderSeed(
        number=int(invoice),
        name=f"#{invoice}",
        created_at=moment,
        location_number=SHOP.number,
        lines=lines,
        payments=(PaymentSeed(CASH if customer is None else CARD, total),) if total else (),
        customer_number=customer,
        billing=None if customer is None else _address(customer, country),
    )


def _utc(moments: "pd.Series[pd.Timestamp]", zone: str) -> list[datetime]:
    """Return wall-clock times as aware UTC; an hour that happens twice is its first, one that never happens the next."""
    first = np.ones(len(moments), dtype=bool)
    return list(moments.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").dt.tz_convert("UTC").dt.to_pydatetime())


def _give_back(seed: Seed, sold: pd.DataFrame, credit_lines: pd.DataFrame) -> None:
    """Fill the refunds of the orders and count the credit lines that became one."""
    matched = match_credits(sold, credit_lines)
    gateways = {str(order.number): order.payments[0].gateway for order in seed.orders if order.payments}
    refunds = refunds_by_sale(matched, gateways, seed.timezone)
    seed.orders = [replace(order, refunds=refunds.get(str(order.number), ())) for order in seed.orders]
    unmatched = credit_lines.iloc[sorted(matched.without_sale)]
    without_receipt = list(returns_without_receipt(unmatched, SHOP.number, seed.timezone))
    seed.orders = sorted([*seed.orders, *without_receipt], key=lambda order: order.created_at)
    seed.report["credit_lines_refunded"] = len(credit_lines) - len(matched.without_sale)
    seed.report["credit_lines_without_sale"] = len(matched.without_sale)
    seed.report["refunds"] = sum(map(len, refunds.values()))
    seed.report["cents_refunded"] = sum(found.quantity * found.price_cents for found in matched.returns)
    seed.report["returns_without_receipt"] = len(without_receipt)
    seed.report["cents_returned_without_receipt"] = sum(paid.amount_cents for each in without_receipt for paid in each.refunds[0].payments)
