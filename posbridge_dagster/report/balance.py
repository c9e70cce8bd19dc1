"""A balance as a table and a small plot for Dagster's metadata."""

import base64
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.report.tables import SHOWN

_COLUMNS = ("kind", "measure", "part", "source", "target", "difference", "explained", "unexplained")
_BAR, _ROW, _LABEL = 220, 22, 150


def balance_metadata(whole: pd.DataFrame, found: pd.DataFrame) -> dict[str, Any]:
    """Return the sums as a table, the tenders and gross amounts as bars, and the figures that Dagster plots over the days."""
    gross = whole[(whole["measure"] == "gross")]
    records, named = _records(whole, _COLUMNS), _records(found, ("record_id", "measure", "part", "difference", "code"))
    return {
        "gross_source_minor": int(gross["source"].sum()),
        "gross_target_minor": int(gross["target"].sum()),
        "unexplained_minor": int(gross["unexplained"].abs().sum()),
        "records_that_differ": int(found["record_id"].nunique()),
        "balance": dg.MetadataValue.table(records) if records else "nothing was sold",
        "differences": dg.MetadataValue.table(named) if named else "none",
        "plot": dg.MetadataValue.md(f"![both sides](data:image/svg+xml;base64,{base64.b64encode(_bars(whole).encode()).decode()})"),
    }


def _bars(whole: pd.DataFrame) -> str:
    """Return an SVG with one pair of bars per kind and gross or tender: the source above, the target below."""
    rows = whole[whole["measure"].isin(["gross", "tender"])].head(SHOWN).to_dict("records")
    widest = max((abs(int(row[side])) for row in rows for side in ("source", "target")), default=0) or 1
    parts = []
    for place, row in enumerate(rows):
        top = place * _ROW
        label = f"{row['kind']} {row['part'] or row['measure']}"
        parts.append(f'<text x="0" y="{top + 14}" font-size="11" font-family="sans-serif">{label}</text>')
        for offset, side, colour in ((2, "source", "#4a6fa5"), (11, "target", "#8fb339")):
            width = abs(int(row[side])) * _BAR // widest
            parts.append(f'<rect x="{_LABEL}" y="{top + offset}" width="{width}" height="8" fill="{colour}"/>')
    height = max(len(rows), 1) * _ROW
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _BAR}" height="{height}">{"".join(parts)}</svg>'


def _records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dg.TableRecord]:
    return [dg.TableRecord({name: _plain(row[name]) for name in columns}) for row in frame.head(SHOWN).to_dict("records")]


def _plain(value: Any) -> str | int:
    return int(value) if isinstance(value, int) else str(value)
