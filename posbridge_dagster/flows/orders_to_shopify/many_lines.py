"""Documents with more lines than Shopify takes in one call: told with fewer lines, the same money and the same VAT.

Equal lines become one. Where that is not enough, the last lines of each VAT rate become one line without variant, named by how
many they are.
"""

from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_LINES
from posbridge_dagster.loading.rows import rows_by

MOST_LINES = 250
"""Items in a list that Shopify takes (limits page of the Admin API)."""

_SAME = ("kind", "variant_id", "article_number", "title", "price_minor", "tax_rate", "tax_title")
_SUMMED = ("quantity", "delivered", "total_minor", "tax_minor")

Row = dict[str, Any]


def fold_lines(lines: pd.DataFrame, most: int = MOST_LINES) -> pd.DataFrame:
    """Return MAPPED_LINES in which no document has more than ``most`` lines of goods; the others stay as they are."""
    counts = lines.loc[lines["kind"] != "shipping", "document_id"].value_counts()
    long = counts.index[counts > most]
    if not len(long):
        return lines
    folded = [row for rows in rows_by(lines[lines["document_id"].isin(long)], "document_id").values() for row in _folded(rows, most)]
    return pd.concat([lines[~lines["document_id"].isin(long)], MAPPED_LINES.frame(folded)], ignore_index=True)


def _folded(rows: list[Row], most: int) -> list[Row]:
    shipping = [row for row in rows if row["kind"] == "shipping"]
    equal: dict[tuple[Any, ...], Row] = {}
    for row in (row for row in rows if row["kind"] != "shipping"):
        same = tuple(row[name] for name in _SAME)
        equal[same] = {**equal[same], **{name: equal[same][name] + row[name] for name in _SUMMED}} if same in equal else row
    goods = list(equal.values())
    if len(goods) > most:
        rates = len({(row["tax_rate"], row["tax_title"]) for row in goods})
        goods = goods[: most - rates] + _by_rate(goods[most - rates :])
    return [*goods, *shipping]


def _by_rate(rows: list[Row]) -> list[Row]:
    """Return one line without variant for each VAT rate of these lines."""
    groups: dict[tuple[Any, Any], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["tax_rate"], row["tax_title"]), []).append(row)
    return [_one(group) for group in groups.values()]


def _one(group: list[Row]) -> Row:
    total, tax = (sum(row[name] for row in group) for name in ("total_minor", "tax_minor"))
    delivered = int(all(row["delivered"] == row["quantity"] for row in group))
    money = {"quantity": 1, "delivered": delivered, "price_minor": total, "total_minor": total, "tax_minor": tax}
    nameless = {"kind": "custom", "variant_id": None, "article_number": None, "ext_article_id": None}
    return {**group[0], **nameless, **money, "title": f"nog {len(group)} regels"}
