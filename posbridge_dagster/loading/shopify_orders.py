"""Writes MplusKASSA's sales as Shopify orders.

``orderCreate`` has no idempotency key, so each order carries a custom id that a strongly consistent look-up finds the moment
after. An order that is found is completed: what is missing of payments, fulfilment and cancellation is done, whatever was cut
short and whatever happened to the sale since.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured, Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import ensure_definition, order_by_custom_id, orders_by_custom_ids
from posbridge_dagster.clients.shopify.fulfilment import fulfil
from posbridge_dagster.clients.shopify.order_cancelling import mark_cancelled
from posbridge_dagster.clients.shopify.order_writing import OrderCreated, create_order, written_order
from posbridge_dagster.loading.once import HalfWritten, Item, Written
from posbridge_dagster.loading.shopify_input import order_input
from posbridge_dagster.loading.shopify_lines import delivered_pieces
from posbridge_dagster.loading.shopify_payments import MoreReceived, record_missing_payments
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.money import decimal_amount, minor_units

FULFILLED = "FULFILLED"
ORDER_KEYS = {"order": ("mplus_order", "MplusKASSA order"), "invoice": ("mplus_invoice", "MplusKASSA invoice")}
"""Key and name of the custom id by kind of document."""


class ShopifyOrders:
    """A writer of the orders of one kind of document. For a plan it looks and makes nothing, not even the definition of its ids.

    An item's payload has ``order`` (a row of MAPPED_ORDERS with customer_id and company_location_id), ``lines`` and ``payments``.
    """

    def __init__(self, client: ShopifyClient, kind: str, *, dry_run: bool = False) -> None:
        self._client = client
        self._dry_run = dry_run
        self._key, self._name = ORDER_KEYS[kind]
        self._is_defined = False

    def find(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the orders that are already there, by custom id; fifty look-ups a call."""
        if not items:
            return {}
        if not self._is_defined and not self._dry_run:
            ensure_definition(self._client, "ORDER", self._key, self._name)
            self._is_defined = True
        try:
            return orders_by_custom_ids(self._client, self._key, [item.external_id for item in items])
        except Misconfigured as failure:
            if self._dry_run and failure.code == "NOT_FOUND":  # no definition yet, so no order has such an id
                return {}
            raise

    def told(self, found: Mapping[str, Any]) -> Written:
        """Return an order that was found as it stands."""
        total = found["totalPriceSet"]["shopMoney"]
        return Written(tail(found["id"]), str(found["name"]), minor_units(str(total["amount"]), total["currencyCode"]))

    def write(self, item: Item, key: str) -> Written:
        """Create the order, paid and handed over as the sale was; an answer that was lost is looked for at once."""
        try:
            created = create_order(self._client, order_input(item.payload, self._key))
        except UnknownOutcome:
            found = order_by_custom_id(self._client, self._key, item.external_id)
            if found is None:
                raise
            return self.finish(item, found, key)
        return self._completed(item, created)

    def finish(self, item: Item, found: Mapping[str, Any], key: str) -> Written:
        """Check an order that is there; pay, fulfil or cancel it where the document says so and it is not yet."""
        return self._completed(item, written_order(self._client, found["id"]))

    def _completed(self, item: Item, order: OrderCreated) -> Written:
        wanted = item.payload["order"]
        written = Written(tail(order.id), order.name, minor_units(order.totals.total, order.totals.currency))
        _check_amounts(item, order, written)
        try:
            if not order.cancelled_at:
                record_missing_payments(self._client, order, item.payload["payments"])
                self._hand_over(item, order)
            if wanted["cancelled"] and not order.cancelled_at:
                mark_cancelled(self._client, order.id, staff_note="cancelled in MplusKASSA")
        except Refused as refusal:
            raise HalfWritten(written, refusal.code or "step_refused", f"the order is there, but: {refusal.reason}") from None
        except MoreReceived as more:
            reason = f"Shopify received {decimal_amount(more.minor, wanted['currency'])} {wanted['currency']} more than MplusKASSA booked"
            raise HalfWritten(written, "payments_differ", reason) from None
        if order.cancelled_at and not wanted["cancelled"]:
            raise HalfWritten(written, "cancelled_in_target", "the order is there but cancelled in Shopify")
        return written

    def _hand_over(self, item: Item, order: OrderCreated) -> None:
        """Fulfil what was handed over and is not fulfilled yet: the whole order, or some pieces of it."""
        if order.fulfilment_status == FULFILLED:
            return
        if item.payload["order"]["delivered"]:
            fulfil(self._client, order.id)
        elif delivered := delivered_pieces(item.payload["lines"], order):
            fulfil(self._client, order.id, delivered)


def _check_amounts(item: Item, order: OrderCreated, written: Written) -> None:
    """Raise HalfWritten when Shopify's total or tax is not, to the cent, what MplusKASSA says."""
    wanted, currency = item.payload["order"], order.totals.currency
    pairs = {"total": (order.totals.total, wanted["total_minor"]), "VAT": (order.totals.tax, wanted["tax_minor"])}
    for what, (there, minor) in pairs.items():
        here = decimal_amount(minor, wanted["currency"])
        if Decimal(there) != here or currency != wanted["currency"]:
            reason = f"Shopify holds it with a {what} of {there} {currency}, MplusKASSA says {here} {wanted['currency']}"
            raise HalfWritten(written, f"{'total' if what == 'total' else 'tax'}_differs", reason)
