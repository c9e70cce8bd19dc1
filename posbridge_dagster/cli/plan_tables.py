"""The tables of a plan: how many records would end how, their money, and every reason."""

import pandas as pd
from rich.table import Table

from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.report.tables import amounts, sums

NAMED = 20
"""Records named under one reason; the rest are counted."""

_WOULD = {
    Outcome.CREATED: "create",
    Outcome.UPDATED: "update",
    Outcome.SKIPPED: "skip",
    Outcome.QUARANTINED: "quarantine",
    Outcome.FAILED: "fail",
    Outcome.UNCHANGED: "leave as it is",
}
_EXPLAINED = [Outcome.UPDATED, Outcome.SKIPPED, Outcome.QUARANTINED, Outcome.FAILED]


def outcomes_table(result: pd.DataFrame) -> Table:
    """Return one line per day and outcome of a RESULT frame: how many records, and their money."""
    table = Table("day", "would")
    table.add_column("records", justify="right")
    table.add_column("money", justify="right")
    for (day, outcome), group in result.groupby(["day", "outcome"], sort=True):
        table.add_row(str(day), _WOULD[Outcome(str(outcome))], str(len(group)), _money(group))
    if result.empty:
        table.add_row("", "nothing to do", "0", "")
    return table


def reasons_table(result: pd.DataFrame) -> Table | None:
    """Return why records would not be written, and which fields of others would change; None where there is nothing to tell."""
    told = result[result["outcome"].isin(_EXPLAINED)]
    if told.empty:
        return None
    table = Table("would", "code", "record", "because, or fields that change")
    table.add_column("money", justify="right")
    for (outcome, code), group in told.groupby(["outcome", "code"], sort=True):
        would, named = _WOULD[Outcome(str(outcome))], group.head(NAMED)
        for place, row in enumerate(plain_rows(named)):
            because = row["changes"] or row["reason"]
            table.add_row(would, str(code), row["name"] or row["source_id"], because, _money(named.iloc[place : place + 1]))
        if len(group) > NAMED:
            table.add_row(would, str(code), f"and {len(group) - NAMED} more", "", _money(group.iloc[NAMED:]))
    return table


def _money(rows: pd.DataFrame) -> str:
    """Return the sum of the records per currency; empty for records that are no money, such as customers."""
    return amounts(sums(rows, "amount_minor")) if rows["amount_minor"].notna().any() else ""
