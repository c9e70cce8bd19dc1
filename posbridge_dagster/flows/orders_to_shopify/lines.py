"""The lines of the documents in Shopify's terms: which variant, how many pieces, at what price, with what VAT."""

from decimal import Decimal
from typing import Any

import pandas as pd

from posbridge_dagster.flows.line_prices import price_lines
from posbridge_dagster.flows.orders_to_shopify.amounts import Amount, Kind, Rate, Unbalanced, settled
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.flows.verdicts import quarantine
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape
from posbridge_dagster.model.money import spread

LONGEST_NOTE = 5000
_REST = 60
"""Characters kept free for the words that say that a note goes on."""
INCLUSIVE = "VAT-METHOD-INCLUSIVE"
SHARED, DELIVERED = "tax_shares_minor", "delivered_of_line"

_SETTLED = FrameShape(
    "settled_lines",
    ("document_id", "line_id"),
    {
        **{name: Column(TEXT) for name in ("document_id", "line_id", "kind", "ext_article_id", "variant_id", "title", "tax_title")},
        **{name: Column(WHOLE) for name in ("position", "article_number", "quantity", "total_minor", "tax_rate", SHARED, DELIVERED)},
    },
)


def stated_totals(documents: pd.DataFrame) -> pd.Series:
    """Return what the lines of each document add up to: its total with VAT where prices include VAT, else without."""
    return documents["total_minor"].where(documents["vat_method"] == INCLUSIVE, documents["total_excl_minor"])


def line_totals(lines: pd.DataFrame, documents: pd.DataFrame) -> pd.Series:
    """Return the total of each line as its document states prices, with or without VAT."""
    inclusive = documents.loc[documents["vat_method"] == INCLUSIVE, "document_id"]
    return lines["total_minor"].where(lines["document_id"].isin(inclusive), lines["total_excl_minor"])


def goods(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that are no text: those with an article, or with money."""
    return lines[(lines["article_number"] != 0) | (lines["total_minor"] != 0)]


def text_lines(lines: pd.DataFrame) -> pd.Series:
    """Return the lines of text of each document, one below the other, by document id."""
    texts = lines[(lines["article_number"] == 0) & (lines["total_minor"] == 0) & lines["text"].notna()].sort_values("position")
    return texts.groupby("document_id")["text"].agg("\n".join)


def shortened(note: str) -> str:
    """Return a note as long as Shopify takes it; one that is longer says how much of it stands in MplusKASSA only."""
    if len(note) <= LONGEST_NOTE:
        return note
    rest = f"... (nog {len(note) - LONGEST_NOTE + _REST} tekens in MplusKASSA)"
    return note[: LONGEST_NOTE - _REST] + rest[:_REST]


def variant_problems(lines: pd.DataFrame, options: OrdersToShopifyOptions) -> pd.DataFrame:
    """Return a verdict for each line of goods without a variant, naming it; none where the mapping makes custom lines of them.

    ``lines`` has document_id, position, kind, article_number, title, variant_id and candidates. A SKU that several variants
    share is never guessed.
    """
    goods_lines = lines[(lines["kind"] == "article") & lines["variant_id"].isna()]
    several = goods_lines["candidates"].fillna(0) > 1
    chosen = goods_lines if options.unknown_article == "quarantine" else goods_lines[several]
    codes = ["variant_ambiguous" if each else "variant_not_found" for each in several[chosen.index]]
    reasons = [_sentence(row) for row in plain_rows(chosen)]
    return quarantine(chosen[["document_id"]], codes, reasons)


def settle_lines(documents: pd.DataFrame, lines: pd.DataFrame, taxes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the priced lines of the documents, and a verdict for each document that cannot be told in Shopify's terms.

    ``documents`` has document_id, stated_minor and tax_minor; ``lines`` the columns of the snapshot with ``stated_minor``, ``sign`` (-1
    on what is given back), kind, title and variant_id; ``taxes`` those of the snapshot with ``title``. ``stated_minor`` and
    ``vat_minor`` of what is given back are positive already.
    """
    by_lines, by_taxes = rows_by(lines, "document_id"), rows_by(taxes, "document_id")
    rows: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    for document in plain_rows(documents):
        key = document["document_id"]
        try:
            rows += _settled(document, by_lines.get(key, []), by_taxes.get(key, []))
        except Unbalanced as unbalanced:
            problems.append({"document_id": key, "code": unbalanced.code, "reason": str(unbalanced)})
    found = pd.DataFrame(problems, columns=["document_id", "code", "reason"])
    priced = _with_deliveries_by_part(_with_tax_by_part(price_lines(_SETTLED.frame(rows), "document_id")))
    return priced, quarantine(found[["document_id"]], found["code"], found["reason"])


def _settled(document: dict[str, Any], lines: list[dict[str, Any]], taxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rates: dict[Rate, int] = {}
    titles: dict[Rate, str] = {}
    for tax in taxes:
        rate = (tax["vat_code"], tax["vat_rate"])
        rates[rate] = rates.get(rate, 0) + tax["vat_minor"]
        titles[rate] = tax["title"]
    if off := sum(rates.values()) - document["tax_minor"]:
        raise Unbalanced("vat_differs", f"its VAT by rate differs from that of its total by {off} cents")
    source = {line["line_id"]: line for line in lines}
    is_credit = any(line["sign"] < 0 for line in lines)
    amounts = settled([_amount(line, rates) for line in lines], rates, document["stated_minor"], credit=is_credit)
    rows = [_row(source[amount.line_id], amount, titles.get(amount.rate)) for amount in amounts]
    if not is_credit and all(row["kind"] == "shipping" for row in rows):  # an order of Shopify needs at least one line of goods
        return [{**row, "kind": "custom"} for row in rows]
    return rows


def _amount(line: dict[str, Any], rates: dict[Rate, int]) -> Amount:
    code = line["vat_code"] or 0
    known = [rate for rate in rates if rate[0] == code]
    rate = (code, line["vat_rate"]) if line["vat_rate"] is not None else known[0] if known else (code, 0)
    quantity = line["quantity"] * line["sign"]
    kind: Kind = "discount" if line["stated_minor"] < 0 < quantity else line["kind"]
    return Amount(line["line_id"], line["position"], kind, quantity, line["stated_minor"], rate)


def _row(line: dict[str, Any], amount: Amount, tax_title: str | None) -> dict[str, Any]:
    whole = amount.quantity == amount.quantity.to_integral_value() and amount.kind != "shipping"
    return {
        "document_id": line["document_id"],
        "line_id": line["line_id"],
        "position": line["position"],
        "kind": "custom" if amount.kind == "article" and line["variant_id"] is None else amount.kind,
        "article_number": line["article_number"],
        "ext_article_id": line["ext_article_id"],
        "variant_id": line["variant_id"],
        "title": line["title"] if whole or amount.kind == "shipping" else f"{line['title']} ({_number(amount.quantity)} x)",
        "quantity": int(amount.quantity) if whole else 1,
        DELIVERED: int(line["delivered"]) if whole else int(line["delivered"] >= line["quantity"]),
        "total_minor": amount.total,
        "tax_rate": amount.rate[1],
        "tax_title": tax_title,
        SHARED: amount.tax,
    }


def _with_tax_by_part(lines: pd.DataFrame) -> pd.DataFrame:
    """Share the VAT of a line out over the parts it was split into."""
    shares: list[int] = []
    for _, parts in lines.groupby(["document_id", "position", "line_id"], sort=False):
        shares += spread(int(parts[SHARED].iloc[0]), [int(total) for total in parts["total_minor"]])
    return lines.assign(tax_minor=pd.array(shares, dtype="int64[pyarrow]")).drop(columns=SHARED)


def _with_deliveries_by_part(lines: pd.DataFrame) -> pd.DataFrame:
    """Say of the parts a line was split into which of their pieces were handed over, the first part first."""
    before = lines.groupby(["document_id", "line_id"])["quantity"].cumsum() - lines["quantity"]
    delivered = (lines[DELIVERED] - before).clip(lower=0)
    return lines.assign(delivered=delivered.where(delivered < lines["quantity"], lines["quantity"])).drop(columns=DELIVERED)


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}".replace(".", ",")


def _sentence(line: dict[str, Any]) -> str:
    what = f"line {line['position']}: article {line['article_number']} ({line['title']})"
    if (line["candidates"] or 0) > 1:
        return f"{what} is the SKU of {line['candidates']} variants of the shop"
    return f"{what} is no variant of the shop"
