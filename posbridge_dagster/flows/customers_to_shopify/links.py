"""Which customers of the shop the relations are known to be, as the ledger remembers."""

from collections.abc import Iterable

import pandas as pd

from posbridge_dagster.flows.customers_to_shopify.shapes import KNOWN_CUSTOMERS
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.customer_fields import RECORDS, record_id
from posbridge_dagster.loading.customer_matching import linked_customers


def known_customers(ledger: Ledger, relation_numbers: Iterable[int]) -> pd.DataFrame:
    """Return KNOWN_CUSTOMERS: a row per relation that was written as a customer or is linked to one."""
    numbers = [int(number) for number in relation_numbers]
    linked = linked_customers(ledger, [str(number) for number in numbers])
    records = ledger.records(RECORDS, map(record_id, numbers))
    written = {number: record.target_id for number in numbers if (record := records.get(record_id(number))) and record.target_id}
    rows = []
    for number in numbers:
        ids = linked.get(str(number), [])
        if number in written or ids:
            rows.append({"relation_number": number, "customer_id": written.get(number) or ids[0], "customers": len(ids) or 1})
    return KNOWN_CUSTOMERS.frame(rows)
