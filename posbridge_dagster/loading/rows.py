"""Frames as plain rows, where a record is sent or kept one by one."""

from typing import Any

import pandas as pd

from posbridge_dagster.model.frames import to_arrow


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain Python values: None where empty, int, bool, str and aware datetimes."""
    rows: list[dict[str, Any]] = to_arrow(frame).to_pylist()
    return rows


def rows_by(frame: pd.DataFrame, key: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a frame grouped by a column, in their order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in plain_rows(frame):
        groups.setdefault(row[key], []).append(row)
    return groups
