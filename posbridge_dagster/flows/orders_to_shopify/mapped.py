"""From snapshots to what Shopify should hold: pure functions on frames.

Every document of the snapshot is in the mapped frame exactly once (an exchange as its two parts), with an empty outcome or with the
reason why it may not be written. Reasons are collected, not raised: a document with three faults names the first by code and all in
its sentence.
"""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify.exchanges import TAKEN_BACK, told_apart
from posbridge_dagster.flows.orders_to_shopify.lines import (
    goods,
    line_totals,
    settle_lines,
    shortened,
    stated_totals,
    text_lines,
    variant_problems,
)
from posbridge_dagster.flows.orders_to_shopify.many_lines import fold_lines
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.flows.orders_to_shopify.payments import map_payments, payment_problems
from posbridge_dagster.flows.orders_to_shopify.selection import belongs_elsewhere, incomplete, unreadable
from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_CUSTOMERS, MAPPED_LINES, MAPPED_ORDERS, MAPPED_PAYMENTS
from posbridge_dagster.flows.verdicts import first_verdicts, quarantine, verdicts_of_problems
from posbridge_dagster.loading.payload import payload_fingerprints
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Flow = Mapping[OrdersToShopifyOptions]
Frames = MappingOf[str, pd.DataFrame]
KEY = "document_id"
KINDS = ("article", "shipping", "discount", "custom")


def map_customers(frames: Frames, mapping: Flow) -> pd.DataFrame:
    """Return MAPPED_CUSTOMERS: one customer in Shopify's terms per relation of the snapshot."""
    mapped = mapping.apply("customers", frames)
    verdicts = first_verdicts(
        [verdicts_of_problems(mapped.problems.astype({"relation_number": "string[pyarrow]"}), "relation_number")], "relation_number"
    )
    customers = mapped.frame
    customers["fingerprint"] = payload_fingerprints(customers, key="relation_number")
    return MAPPED_CUSTOMERS.conform(_with_verdicts(customers, verdicts.astype({"relation_number": "int64[pyarrow]"}), "relation_number"))


def map_documents(frames: Frames, variants: pd.DataFrame, mapping: Flow, shop: str, administration: str) -> dict[str, pd.DataFrame]:
    """Return the frames ``orders``, ``order_lines`` and ``order_payments`` in Shopify's terms.

    ``frames`` are the snapshot frames of a day with ``relations``, ``variants`` the VARIANTS of its articles, ``shop`` the handle
    by which own documents are known, ``administration`` the name in custom ids.
    """
    frames = told_apart(frames, mapping)
    options, source = mapping.settings, frames["documents"]
    orders = mapping.apply("orders", frames)
    lines, line_problems = _map_lines(frames, variants, mapping)
    payments, gateway_problems = map_payments(frames, mapping)
    verdicts = first_verdicts(
        [
            belongs_elsewhere(source, shop, options),
            mapping.select(frames, "documents"),
            unreadable(source),
            _empty(source, frames["document_lines"]),
            mapping.judge(frames, "documents"),
            incomplete(source),
            verdicts_of_problems(orders.problems, KEY),
            line_problems,
            gateway_problems,
            payment_problems(source),
            _nameless(source, frames["relations"], options),
        ],
        KEY,
    )
    documents = _documents(source, frames["relations"], administration).merge(orders.frame, on=KEY)
    documents["note"] = _notes(documents, frames["document_lines"])
    documents = _with_verdicts(documents, verdicts, KEY)
    documents["payload_fingerprint"] = payload_fingerprints(documents, lines, payments, key=KEY)
    return {
        "orders": MAPPED_ORDERS.conform(documents.sort_values(["processed_at", KEY], ignore_index=True)),
        "order_lines": MAPPED_LINES.conform(lines),
        "order_payments": MAPPED_PAYMENTS.conform(payments),
    }


def _documents(source: pd.DataFrame, relations: pd.DataFrame, administration: str) -> pd.DataFrame:
    """Return what every order has whatever the mapping file says: ids, customer rule, totals."""
    sign = _signs(source)
    company = relations.loc[relations["company_name"].fillna("").str.strip() != "", "relation_number"]
    known = relations.loc[relations["email"].fillna("").str.strip() != "", "relation_number"]
    return source[[KEY, "kind", "number", "credited_id", "earlier_ids", "day", "delivered", "cancelled", "currency"]].assign(
        custom_id=administration + ":" + source[KEY].str.replace(r"^[^:]*:", "", regex=True),
        relation_number=source["relation_number"].where(source["relation_number"].isin(known)),
        is_company=source["relation_number"].isin(company),
        processed_at=source["entered_at"],
        taxes_included=source["vat_method"] != "VAT-METHOD-EXCLUSIVE",
        total_minor=source["total_minor"] * sign,
        tax_minor=(source["total_minor"] - source["total_excl_minor"]) * sign,
        paid_minor=source["paid_minor"] * sign,
        source_fingerprint=source["fingerprint"],
    )


def _signs(documents: pd.DataFrame) -> pd.Series:
    """Return -1 for what is given back and 1 for others, so that every amount is what changes hands."""
    return documents["kind"].isin(TAKEN_BACK).map({True: -1, False: 1}).astype("int64[pyarrow]")


def _map_lines(frames: Frames, variants: pd.DataFrame, mapping: Flow) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the settled lines and a verdict for each document with a line that has a fault."""
    options = mapping.settings
    documents = frames["documents"][[KEY, "vat_method"]].assign(sign=_signs(frames["documents"]))
    documents["stated_minor"] = stated_totals(frames["documents"]) * documents["sign"]
    documents["tax_minor"] = (frames["documents"]["total_minor"] - frames["documents"]["total_excl_minor"]) * documents["sign"]
    documents = documents[frames["documents"]["fault"].isna()]
    source = goods(frames["document_lines"])
    mapped = mapping.apply("order_lines", {**frames, "document_lines": source})
    lines = source.merge(mapped.frame, on=[KEY, "line_id"]).merge(variants, on="article_number", how="left")
    lines = lines.merge(documents[[KEY, "sign"]], on=KEY)
    lines["stated_minor"] = line_totals(lines, frames["documents"]) * lines["sign"]
    lines["kind"] = lines["kind"].fillna("article")
    taxes = mapping.apply("order_taxes", frames)
    rates = frames["document_taxes"].merge(taxes.frame, on=[KEY, "position"]).merge(documents[[KEY, "sign"]], on=KEY)
    rates["vat_minor"] = rates["vat_minor"] * rates["sign"]
    settled, unbalanced = settle_lines(documents, lines, rates)
    problems = [verdicts_of_problems(mapped.problems, KEY), verdicts_of_problems(taxes.problems, KEY)]
    problems += [_kind_problems(lines), _discount_problems(lines, options), variant_problems(lines, options), unbalanced]
    return fold_lines(MAPPED_LINES.conform(settled)), pd.concat(problems, ignore_index=True)


def _kind_problems(lines: pd.DataFrame) -> pd.DataFrame:
    rows = lines[~lines["kind"].isin(KINDS)]
    reasons = [f"line {row['position']}: {row['kind']} is no kind of line; there are {', '.join(KINDS)}" for row in plain_rows(rows)]
    return quarantine(rows[[KEY]], "unknown_kind", reasons)


def _discount_problems(lines: pd.DataFrame, options: OrdersToShopifyOptions) -> pd.DataFrame:
    is_sold = (lines["quantity"] > 0) == (lines["sign"] > 0)
    rows = lines[(lines["stated_minor"] < 0) & is_sold & (options.discount_lines == "quarantine")]
    reasons = [f"line {position} is a discount line, which discount_lines: quarantine does not accept" for position in rows["position"]]
    return quarantine(rows[[KEY]], "discount_line", reasons)


def _notes(documents: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    texts = documents[KEY].map(text_lines(lines).to_dict())
    pairs = zip(documents["note"], texts, strict=True)
    notes = [shortened("\n".join(part for part in pair if isinstance(part, str) and part)) or None for pair in pairs]
    return pd.Series(notes, index=documents.index, dtype="string[pyarrow]")


def _empty(source: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the verdict ``skipped`` for documents of nothing but text: Shopify takes no order without goods."""
    sold = goods(lines)["document_id"]
    rows = source[source["fault"].isna() & (source["total_minor"] == 0) & ~source["document_id"].isin(sold)]
    return rows[[KEY]].assign(outcome=Outcome.SKIPPED.value, code="nothing_sold", reason="it has neither goods nor money")


def _nameless(source: pd.DataFrame, relations: pd.DataFrame, options: OrdersToShopifyOptions) -> pd.DataFrame:
    """Return a verdict for documents of a relation without an e-mail address, where the mapping wants one."""
    known = relations.loc[relations["email"].fillna("").str.strip() != "", "relation_number"]
    strict = options.customer_without_email == "quarantine"
    rows = source[~source["relation_number"].isin(known) & ~source["kind"].isin(TAKEN_BACK) & strict]
    return quarantine(rows[[KEY]], "customer_without_email", "its relation has no e-mail address to find a customer by")


def _with_verdicts(frame: pd.DataFrame, verdicts: pd.DataFrame, key: str) -> pd.DataFrame:
    return frame.merge(verdicts, on=key, how="left").fillna({"outcome": "", "code": "", "reason": ""})
