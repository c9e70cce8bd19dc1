"""The calls of the API, by name; each takes the request as plain values and returns the answer as plain values."""

from posbridge_dagster.sandbox.mplus.context import Perform
from posbridge_dagster.sandbox.mplus.operations import administration, catalogue, invoices, order_changes, orders, reading, relations, stock

OPERATIONS: dict[str, Perform] = {
    **administration.OPERATIONS,
    **catalogue.OPERATIONS,
    **relations.OPERATIONS,
    **orders.OPERATIONS,
    **order_changes.OPERATIONS,
    **invoices.OPERATIONS,
    **reading.OPERATIONS,
    **stock.OPERATIONS,
}
