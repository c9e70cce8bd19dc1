"""The result of a flow: one row per record, how it ended and why."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape
from posbridge_dagster.model.outcome import Outcome

RESULT = FrameShape(
    "result",
    ("source_id",),
    {
        "source_id": Column(TEXT, "id of the record in its flow"),
        "name": Column(TEXT, "what people call it; never a person"),
        "outcome": Column(TEXT, "created, updated, unchanged, skipped, quarantined or failed"),
        "target_id": Column(TEXT, "id in the other system"),
        "target_number": Column(TEXT, "its display number"),
        "code": Column(TEXT, "stable reason code"),
        "reason": Column(TEXT, "one sentence for people"),
        "attempts": Column(WHOLE, "how often it was sent, all runs together"),
        "amount_minor": Column(WHOLE, "cents: what the source says"),
        "written_minor": Column(WHOLE, "cents: what the other system answered; empty where nothing is there"),
        "currency": Column(TEXT, "ISO 4217"),
        "day": Column(TEXT, "local day, YYYY-MM-DD"),
        "changes": Column(TEXT, "fields that change, each with what stood there and what takes its place; of persons masked"),
    },
)


@dataclass(frozen=True)
class ResultRow:
    """One row of RESULT."""

    source_id: str
    outcome: Outcome
    name: str = ""
    target_id: str = ""
    target_number: str = ""
    code: str = ""
    reason: str = ""
    attempts: int = 0
    amount_minor: int | None = None
    written_minor: int | None = None
    currency: str = ""
    day: str = ""
    changes: str = ""


def result_frame(rows: Iterable[ResultRow]) -> pd.DataFrame:
    """Return rows as a RESULT frame, in the order given."""
    return RESULT.frame([asdict(row) | {"outcome": row.outcome.value} for row in rows])


def outcome_counts(result: pd.DataFrame) -> Mapping[str, int]:
    """Return how many records ended in each of the six outcomes; absent ones are 0."""
    counts = result["outcome"].value_counts()
    return {outcome.value: int(counts.get(outcome.value, 0)) for outcome in Outcome}
