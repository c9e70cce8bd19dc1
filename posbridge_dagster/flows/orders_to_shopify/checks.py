"""What must hold after a day was written; a green run that moved nothing while there was something to move cannot happen."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.checking import counts_add_up, money_adds_up, nothing_waits
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.exchanges import whole_id
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings

CHECKS = {
    "counts_add_up": "every document read ended in exactly one outcome",
    "money_adds_up": "what Shopify holds is, to the cent, what MplusKASSA booked, credits taken off",
    "nothing_waits": "no document waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}


def check_results(
    result: pd.DataFrame, documents: pd.DataFrame, ledger: Ledger, settings: Settings, *, dry_run: bool
) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the three checks on the day's documents."""
    yield counts_add_up(FLOW, "orders", result, _records(result, documents))
    yield money_adds_up(FLOW, "orders", result, dry_run=dry_run)
    yield nothing_waits(FLOW, "orders", ledger, settings)


def _records(result: pd.DataFrame, documents: pd.DataFrame) -> list[str]:
    """Return the records that the documents read are: one each, and one more for what comes back on an exchange."""
    read = list(documents["document_id"])
    return read + [record for record in result["source_id"] if record != whole_id(record) and whole_id(record) in set(read)]
