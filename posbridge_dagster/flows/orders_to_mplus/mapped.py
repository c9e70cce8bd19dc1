"""From snapshots to what MplusKASSA should hold: pure functions on frames.

Every order of the snapshot is in the mapped frame exactly once, with an empty outcome or with the reason why it may not be
written. Reasons are collected, not raised: an order with three faults names the first by code and all in its sentence.
"""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.line_prices import price_lines
from posbridge_dagster.flows.orders_to_mplus.amounts import amount_problems, document_totals, gross_totals
from posbridge_dagster.flows.orders_to_mplus.lines import match_articles
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.flows.orders_to_mplus.returns import does_not_add_up, return_headers, returns, sales, unsettled_returns
from posbridge_dagster.flows.orders_to_mplus.selection import foreign_currency, selected_out
from posbridge_dagster.flows.orders_to_mplus.shapes import MAPPED_CUSTOMERS, MAPPED_LINES, MAPPED_ORDERS, MAPPED_PAYMENTS
from posbridge_dagster.flows.verdicts import first_verdicts, quarantine, verdicts_of_problems
from posbridge_dagster.loading.payload import payload_fingerprints
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.identity import external_id
from posbridge_dagster.model.outcome import Outcome

NOTHING_SOLD = "nothing_sold"

Flow = Mapping[OrdersToMplusOptions]
Frames = MappingOf[str, pd.DataFrame]
Target = dict[str, pd.DataFrame]


def map_customers(frames: Frames, mapping: Flow) -> pd.DataFrame:
    """Return MAPPED_CUSTOMERS: one relation in MplusKASSA's terms per customer of the snapshot."""
    mapped = mapping.apply("customers", frames)
    customers = frames["customers"][["customer_key", "customer_id", "changed_at"]].merge(mapped.frame, on="customer_key")
    verdicts = first_verdicts([verdicts_of_problems(mapped.problems, "customer_key")], "customer_key")
    customers["fingerprint"] = payload_fingerprints(customers, key="customer_key")
    return MAPPED_CUSTOMERS.conform(_with_verdicts(customers, verdicts, "customer_key"))


def map_orders(frames: Frames, articles: pd.DataFrame, mapping: Flow, shop: str) -> Target:
    """Return the frames ``orders``, ``order_lines`` and ``order_payments`` in MplusKASSA's terms.

    ``frames`` are the snapshot frames of a day, ``articles`` the ARTICLES its lines may mean, ``shop`` the handle in external ids.
    """
    sold = sales(frames)
    source = sold["orders"]
    first = [*selected_out(sold, mapping), _unreadable(source), _nothing_sold(source)]
    last = [amount_problems(source, sold["order_lines"]), _nameless(source, frames["customers"], mapping.settings)]
    return _map_documents(sold, articles, mapping, shop, first, last)


def map_returns(frames: Frames, articles: pd.DataFrame, mapping: Flow, shop: str) -> Target:
    """Return the refunds and exchanges of the day's orders in the same three frames, under their record ids.

    They follow their order: what is not selected is not sent, and neither is what comes back of it, so only the order is selected.
    """
    if frames["refunds"].empty and frames["exchanges"].empty:  # on most days of a small shop
        return {shape.name: shape.frame() for shape in (MAPPED_ORDERS, MAPPED_LINES, MAPPED_PAYMENTS)}
    given_back = returns(frames)
    ignored = given_back["orders"][["order_id"]].iloc[: None if mapping.settings.refunds == "ignore" else 0]
    first = [
        ignored.assign(outcome=Outcome.SKIPPED.value, code="refunds_ignored", reason="the mapping says refunds: ignore"),
        unsettled_returns(frames),
    ]
    last = [does_not_add_up(amount_problems(given_back["orders"], given_back["order_lines"]))]
    originals = return_headers(frames)[["order_id", "original_id", "run_day"]]
    return _map_documents(given_back, articles, mapping, shop, first, last, originals)


def _map_documents(
    frames: Frames,
    articles: pd.DataFrame,
    mapping: Flow,
    shop: str,
    first: list[pd.DataFrame],
    last: list[pd.DataFrame],
    originals: pd.DataFrame | None = None,
) -> Target:
    """Return documents in MplusKASSA's terms; ``first`` and ``last`` are verdicts that weigh more and less than the mapping's.

    ``originals`` has original_id and run_day by order_id, where the documents are no sales.
    """
    options = mapping.settings
    source = frames["orders"]
    orders = mapping.apply("orders", frames)
    lines, line_problems = _map_lines(frames, articles, mapping, options)
    payments, payment_problems = _map_payments(frames, mapping)
    problems = [verdicts_of_problems(orders.problems, "order_id"), line_problems, payment_problems]
    told = [mapping.judge(frames, "orders"), foreign_currency(source, options), *problems]
    verdicts = first_verdicts([*first, *told, *last], "order_id")
    documents = _documents(source, frames["customers"], options, shop).merge(orders.frame, on="order_id")
    documents = (
        documents.assign(original_id=None, run_day=documents["day"]) if originals is None else documents.merge(originals, on="order_id")
    )
    documents = _with_verdicts(documents, verdicts, "order_id")
    documents["financial_date"] = documents["financial_date"].fillna(documents["day"])
    documents["payload_fingerprint"] = payload_fingerprints(documents, lines, payments)
    return {
        "orders": MAPPED_ORDERS.conform(documents.sort_values(["created_at", "order_id"], ignore_index=True)),
        "order_lines": MAPPED_LINES.conform(lines),
        "order_payments": MAPPED_PAYMENTS.conform(payments),
    }


def _documents(source: pd.DataFrame, customers: pd.DataFrame, options: OrdersToMplusOptions, shop: str) -> pd.DataFrame:
    """Return what every document has whatever the mapping file says: ids, kind, debtor rule, totals."""
    location = source["location_id"].fillna("")
    return source[["order_id", "name", "day", "currency", "created_at"]].assign(
        external_id=[external_id(shop, order_id) for order_id in source["order_id"]],
        document=[options.document_by_location.get(each, options.document) for each in location],
        customer_key=source["customer_key"].where(_has_debtor(source, customers, options)),
        default_debtor=[options.default_debtor_by_location.get(each, options.default_debtor) for each in location],
        cancelled_day=source["cancelled_day"],
        handed_over=source["fulfillment_status"].isin(options.handed_over),
        total_minor=document_totals(source),
        paid_minor=source["received_minor"],
        source_fingerprint=source["fingerprint"],
    )


def _has_debtor(source: pd.DataFrame, customers: pd.DataFrame, options: OrdersToMplusOptions) -> pd.Series:
    """Return which orders are billed to their customer; the others go to the default debtor."""
    if options.use_default_debtor == "always":
        return pd.Series(False, index=source.index)
    known = customers.loc[customers["email"].fillna("").str.strip() != "", "customer_key"]
    return source["customer_key"].isin(known)


def _nameless(source: pd.DataFrame, customers: pd.DataFrame, options: OrdersToMplusOptions) -> pd.DataFrame:
    """Return a verdict for orders of a customer without an e-mail address, where the mapping wants one."""
    strict = options.customer_without_email == "quarantine" and options.use_default_debtor != "always"
    rows = source[source["customer_key"].notna() & ~_has_debtor(source, customers, options) & strict]
    return quarantine(rows[["order_id"]], "customer_without_email", "the customer has no e-mail address to be found by")


def _nothing_sold(source: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for orders without lines and money, such as a return without a receipt: only their refunds are written."""
    rows = source[(source["line_count"] == 0) & (source["total_minor"] == 0) & source["fault"].isna()]
    return rows[["order_id"]].assign(outcome=Outcome.SKIPPED.value, code=NOTHING_SOLD, reason="nothing was sold on it")


def _unreadable(source: pd.DataFrame) -> pd.DataFrame:
    rows = source[source["fault"].notna()]
    return quarantine(rows[["order_id"]], "order_unreadable", "the order cannot be read: " + rows["fault"])


def _map_lines(frames: Frames, articles: pd.DataFrame, mapping: Flow, options: OrdersToMplusOptions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the priced lines and a verdict for each line that has a fault."""
    mapped = mapping.apply("order_lines", frames)
    source = frames["order_lines"][["order_id", "line_id", "position", "quantity"]]
    source = source.assign(total_minor=gross_totals(frames["order_lines"], frames["orders"]))
    lines = source.merge(mapped.frame, on=["order_id", "line_id"])
    lines["article_number"], missing = match_articles(lines, articles, options)
    problems = verdicts_of_problems(mapped.problems, "order_id")
    return price_lines(lines), pd.concat(
        [problems, quarantine(missing[["order_id"]], missing["code"], missing["reason"])], ignore_index=True
    )


def _map_payments(frames: Frames, mapping: Flow) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the money received per payment method, change taken off, and a verdict for each payment that has a fault.

    Payments that move no money (refused, pending, tests) need no method; several payments by one method stay apart unless
    change was given on it.
    """
    counted = frames["order_payments"][frames["order_payments"]["money_minor"] != 0]
    mapped = mapping.apply("order_payments", {**frames, "order_payments": counted})
    payments = counted[["order_id", "payment_id", "money_minor"]].merge(mapped.frame, on=["order_id", "payment_id"])
    method = payments["method"].fillna("")
    change = (payments["money_minor"] < 0).groupby([payments["order_id"], method]).transform("any")
    apart = payments["payment_id"].where(~change, "change")
    payments = payments.groupby(["order_id", method, apart], sort=False, as_index=False).agg(
        payment_id=("payment_id", "first"),
        method=("method", "first"),
        reference=("reference", "first"),
        amount_minor=("money_minor", "sum"),
    )
    return payments, verdicts_of_problems(mapped.problems, "order_id")


def _with_verdicts(frame: pd.DataFrame, verdicts: pd.DataFrame, key: str) -> pd.DataFrame:
    return frame.merge(verdicts, on=key, how="left").fillna({"outcome": "", "code": "", "reason": ""})
