"""The calls of the API, by name; each takes the request as plain values and returns the answer as plain values."""

from posbridge_dagster.sandbox.mplus.context import Perform
from posbridge_dagster.sandbox.mplus.operations import (
    administration,
    catalogue,
    deliveries,
    groups,
    invoices,
    order_changes,
    orders,
    products,
    reading,
    relations,
    stock,
    stocktaking,
)

OPERATIONS: dict[str, Perform] = {
    **administration.OPERATIONS,
    **catalogue.OPERATIONS,
    **products.OPERATIONS,
    **groups.OPERATIONS,
    **relations.OPERATIONS,
    **orders.OPERATIONS,
    **deliveries.OPERATIONS,
    **order_changes.OPERATIONS,
    **invoices.OPERATIONS,
    **reading.OPERATIONS,
    **stock.OPERATIONS,
    **stocktaking.OPERATIONS,
}
