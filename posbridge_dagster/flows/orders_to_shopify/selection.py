"""Which documents do not travel: those that came from the shop, those that go with another, those that cannot be read."""

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify.exchanges import RETURN, TAKEN_BACK
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.flows.verdicts import quarantine
from posbridge_dagster.model.outcome import Outcome

OF_ANOTHER = frozenset({"own_document", "invoice_of_order"})
"""Reason codes of documents that another record, of this flow or of the other direction, stands for."""

_WANTED = {"orders": ("order", "credit"), "invoices": ("invoice", "credit"), "both": ("order", "invoice", "credit")}


_WITHOUT_SALE = (
    "money is given back, and MplusKASSA knows no earlier sale of the goods to this relation: "
    "book it as a credit of their invoice, or refund their order in Shopify by hand"
)
_PARTLY_CANCELLED = (
    "some of its lines were cancelled, and MplusKASSA does not say whether its total still holds them: "
    "cancel it and book what is left as a new order"
)


def own_mark(shop: str) -> str:
    """Return how the external ids begin of what posbridge made of orders of this shop."""
    return f"shopify:{shop}:"


def is_own(origins: pd.Series, shop: str) -> pd.Series:
    """Return which documents posbridge itself made of orders of this shop; they, and what is made of them, never travel back."""
    mark = own_mark(shop)
    own = [any(each.startswith(mark) for each in str(text or "").split()) for text in origins.fillna("")]
    return pd.Series(own, index=origins.index, dtype=bool)


def belongs_elsewhere(documents: pd.DataFrame, shop: str, options: OrdersToShopifyOptions) -> pd.DataFrame:
    """Return the verdict ``skipped`` for documents that are no record of this flow's own, in the order of its weight.

    own_document: it came from this shop. invoice_of_order: its order travels. not_wanted: the mapping's ``documents`` says so.
    cancelled_return, not_back_yet: goods that were to come back and did not.
    """
    own = is_own(documents["origins"], shop)
    is_return = documents["kind"] == RETURN
    cancelled, back = documents["cancelled"].fillna(False), documents["delivered"].fillna(False)
    form = documents["kind"].where(~is_return, documents["document_id"].str.replace(r":.*", "", regex=True))
    of_order = (form == "invoice") & documents["order_ids"].notna()
    unwanted = ~form.isin(_WANTED[options.documents])
    return pd.concat(
        [
            _skip(documents[own], "own_document", "it came from this shop and does not travel back"),
            _skip(documents[of_order & ~own], "invoice_of_order", "its order travels, the invoice goes with it"),
            _skip(documents[unwanted & ~own & ~of_order], "not_wanted", f"documents: {options.documents} leaves it out"),
            _skip(documents[is_return & cancelled], "cancelled_return", "it was cancelled, so nothing came back"),
            _skip(documents[is_return & ~cancelled & ~back], "not_back_yet", "the goods that are to come back are not there yet"),
        ],
        ignore_index=True,
    )


def unreadable(documents: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for documents that could not be read."""
    rows = documents[documents["fault"].notna()]
    return quarantine(rows[["document_id"]], "document_unreadable", "the document cannot be read: " + rows["fault"])


def incomplete(documents: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for documents that say less, or other, than an order of Shopify must."""
    readable = documents[documents["fault"].isna()]
    credited = readable[readable["kind"] == "credit"]
    sales = readable[~readable["kind"].isin(TAKEN_BACK)]
    return pd.concat(
        [
            _quarantine(sales[sales["total_minor"] < 0], "return_without_sale", _WITHOUT_SALE),
            _quarantine(readable[readable["partly_cancelled"].fillna(False)], "partly_cancelled", _PARTLY_CANCELLED),
            _quarantine(
                credited[credited["credited_id"].isna()], "credited_unknown", "what it credits cannot be found, or is of several orders"
            ),
            _quarantine(credited[credited["total_minor"] > 0], "credit_with_debit", "it is a credit but takes money"),
        ],
        ignore_index=True,
    )


def _skip(documents: pd.DataFrame, code: str, reason: str) -> pd.DataFrame:
    return documents[["document_id"]].assign(outcome=Outcome.SKIPPED.value, code=code, reason=reason)


def _quarantine(documents: pd.DataFrame, code: str, reason: str) -> pd.DataFrame:
    return quarantine(documents[["document_id"]], code, reason)
