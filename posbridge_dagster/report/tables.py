"""Small tables and figures for Dagster's metadata; at most twenty rows, and never a person in clear."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, FrameShape
from posbridge_dagster.model.money import decimal_amount
from posbridge_dagster.model.secrecy import mask

SHOWN = 20
_PERSONAL = ("name", "email", "phone", "address", "company", "contact", "telephone", "zip", "postal", "city", "note", "title", "text")
_NOT_PERSONAL = ("location_name", "app_name", "source_name", "vat_name")
_UNBROKEN = "\u00a0"
_KINDS = {TEXT: "string", WHOLE: "integer", YES_NO: "boolean", MOMENT: "timestamp"}


def column_schema(shape: FrameShape) -> dg.TableSchema:
    """Return the columns of a frame as Dagster shows them: name, kind, what it says (as Markdown, so ``<id>`` must be escaped)."""
    return dg.TableSchema(
        [
            dg.TableColumn(name, _KINDS.get(column.kind, str(column.kind)), column.says.replace("<", "&lt;") or None)
            for name, column in shape.columns.items()
        ]
    )


def preview(frame: pd.DataFrame, columns: Sequence[str], *, clear: Sequence[str] = (), rows: int = 5) -> dg.TableMetadataValue:
    """Return the first rows of a frame as a table, columns that may name a person masked but for those named ``clear``.

    Minor units of a frame that has a currency are shown as amounts: column ``total_minor`` becomes ``total``, ``12.50 EUR``.
    """
    with_currency = "currency" in frame
    shown = {name: name.removesuffix("_minor") if with_currency else name for name in columns}
    records = [
        dg.TableRecord({title: _cell(name, row, clear=name in clear, as_amount=title != name) for name, title in shown.items()})
        for row in frame.head(min(rows, SHOWN)).to_dict("records")
    ]
    return dg.MetadataValue.table(records, schema=_texts(list(shown.values())))


def reasons(frame: pd.DataFrame, key: str = "source_id") -> dg.TableMetadataValue:
    """Return why records were skipped, quarantined or failed: outcome, code, how many, and one example of each."""
    named = frame[frame["outcome"].isin(["skipped", "quarantined", "failed"])]
    records = []
    for (outcome, code), group in named.groupby(["outcome", "code"], sort=True):
        example = f"{group[key].iloc[0]}: {group['reason'].iloc[0]}"
        records.append(dg.TableRecord({"outcome": str(outcome), "code": str(code), "records": len(group), "example": example}))
    return dg.MetadataValue.table(records[:SHOWN], schema=_texts(["outcome", "code", "records", "example"]))


def amounts(minor: Mapping[str, int]) -> str:
    """Return sums per currency as people write them: ``12.50 EUR``."""
    return ", ".join(f"{decimal_amount(amount, currency)} {currency}" for currency, amount in sorted(minor.items())) or "0.00"


def sums(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """Return the sum of a minor-unit column per currency; rows without an amount count as nothing."""
    rows = frame[frame[column].notna() & (frame["currency"].fillna("") != "")]
    return {str(currency): int(total) for currency, total in rows.groupby("currency")[column].sum().items()}


def _cell(name: str, row: Mapping[Any, Any], *, clear: bool, as_amount: bool) -> str | int | bool | None:
    value = row[name]
    if pd.api.types.is_list_like(value):
        return ", ".join(map(str, value)) or None
    if pd.isna(value):
        return None
    if as_amount and row["currency"]:
        return amounts({row["currency"]: int(value)}).replace(" ", _UNBROKEN)
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    text = str(value)
    personal = any(part in name for part in _PERSONAL) and name not in _NOT_PERSONAL
    return mask(text) if personal and not clear else text


def _texts(columns: Sequence[str]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, "integer" if name == "records" else "string") for name in columns])
