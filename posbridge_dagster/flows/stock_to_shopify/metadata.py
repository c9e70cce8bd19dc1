"""What a person wants to see beside drift: figures that Dagster plots over time, a table by cause, and a small plot."""

import base64
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.stock_to_shopify.drift import ONLY_TOLD
from posbridge_dagster.report.tables import preview

_SHOWN = ("level_id", "wanted", "found", "difference", "cause", "repaired", "first_seen_at")
_DAYS, _BAR, _HEIGHT = 30, 12, 80


def drift_metadata(found: pd.DataFrame, remembered: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of one compare, the differences that are left, and differences per compare as bars."""
    differences = found[~found["cause"].isin(ONLY_TOLD)]
    left = differences[~differences["repaired"].astype(bool)]
    causes = found["cause"].value_counts()
    return {
        "differences": len(differences),
        "pieces_that_differ": int(differences["difference"].abs().sum()),
        "not_repaired": len(left),
        "only_told": len(found) - len(differences),
        "causes": ", ".join(f"{cause}: {count}" for cause, count in sorted(causes.items())) or "none",
        "preview": preview(found, _SHOWN, rows=20),
        "plot": dg.MetadataValue.md(f"![differences](data:image/svg+xml;base64,{base64.b64encode(_bars(remembered).encode()).decode()})"),
    }


def _bars(remembered: pd.DataFrame) -> str:
    """Return an SVG with one bar for each compare that found something: repaired differences in grey, others in red on top."""
    known = remembered[~remembered["cause"].isin(ONLY_TOLD)]
    moments = sorted(set(known["found_at"]))[-_DAYS:]
    counts = [(int((rows["repaired"]).sum()), len(rows)) for moment in moments for rows in [known[known["found_at"] == moment]]]
    most = max((total for _, total in counts), default=0) or 1
    parts = []
    for place, (repaired, total) in enumerate(counts):
        for top, bottom, colour in ((total, repaired, "#c0392b"), (repaired, 0, "#9aa5b1")):
            height = (top - bottom) * _HEIGHT // most
            if height:
                y = _HEIGHT - top * _HEIGHT // most
                parts.append(f'<rect x="{place * _BAR}" y="{y}" width="{_BAR - 2}" height="{height}" fill="{colour}"/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{_DAYS * _BAR}" height="{_HEIGHT}">{"".join(parts)}</svg>'
