"""What must hold after a day was written; a green run that moved nothing while there was something to move cannot happen."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.checking import counts_add_up, money_adds_up, nothing_waits
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings

CHECKS = {
    "counts_add_up": "every order read ended in exactly one outcome",
    "money_adds_up": "what MplusKASSA holds is, to the cent, what was sold",
    "nothing_waits": "no order waits unsent for longer than POSBRIDGE_UNSENT_MINUTES",
}

RETURN_CHECKS = {
    "counts_add_up": "every refund and exchange read ended in exactly one outcome",
    "money_adds_up": "what MplusKASSA holds is, to the cent, the money that was given back",
}


def check_results(
    result: pd.DataFrame, orders: pd.DataFrame, ledger: Ledger, settings: Settings, *, dry_run: bool
) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the three checks on the day's orders."""
    yield counts_add_up(FLOW, "orders", result, orders["order_id"])
    yield money_adds_up(FLOW, "orders", result, dry_run=dry_run)
    yield nothing_waits(FLOW, "orders", ledger, settings)


def check_returns(result: pd.DataFrame, headers: pd.DataFrame, *, dry_run: bool) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the checks on the refunds and exchanges of the day's orders; ``headers`` are those that were read."""
    yield counts_add_up(FLOW, "refunds", result, headers["order_id"])
    yield money_adds_up(FLOW, "refunds", result, dry_run=dry_run)
