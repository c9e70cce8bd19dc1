"""Verdicts: why a record may not be written, one row per record.

A verdict frame has a key column and ``outcome`` (skipped, quarantined), ``code`` and ``reason``. Verdicts of several causes are
brought together so that the first cause decides and the sentence names them all.
"""

from collections.abc import Sequence

import pandas as pd

from posbridge_dagster.model.outcome import Outcome

_NAMED = 8  # faults named in one sentence; the rest are counted


def quarantine(keys: pd.DataFrame, code: str | pd.Series | list[str], reason: str | pd.Series | list[str]) -> pd.DataFrame:
    """Return the verdict ``quarantined`` for each row of a frame of keys."""
    return keys.assign(outcome=Outcome.QUARANTINED.value, code=code, reason=reason)


def verdicts_of_problems(problems: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the mapping's problems (key columns, field, code, reason) as verdicts of the record they belong to."""
    return quarantine(problems[[key]], problems["code"], problems["reason"])


def first_verdicts(verdicts: Sequence[pd.DataFrame], key: str) -> pd.DataFrame:
    """Return one verdict per record, the first cause first; a skipped record is never quarantined as well.

    ``verdicts`` stand in the order of their weight. Reasons of the deciding outcome are joined, equal ones once.
    """
    columns = [key, "outcome", "code", "reason"]
    whole = pd.concat([frame[columns].astype("string[pyarrow]") for frame in verdicts], ignore_index=True)
    decided = whole.drop_duplicates(key)
    same = whole.merge(decided[[key, "outcome"]], on=[key, "outcome"]).drop_duplicates([key, "reason"])
    sentences = same.groupby(key, sort=False)["reason"].agg(_sentence).rename("reason").reset_index()
    return decided[[key, "outcome", "code"]].merge(sentences, on=key).astype("string[pyarrow]")


def _sentence(reasons: pd.Series) -> str:
    named = list(reasons[:_NAMED])
    rest = len(reasons) - len(named)
    return "; ".join(named) + (f"; and {rest} more" if rest else "")
