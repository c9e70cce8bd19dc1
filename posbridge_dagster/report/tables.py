"""Small tables and figures for Dagster's metadata; at most twenty rows, and never a person in clear."""

from collections.abc import Mapping, Sequence

import dagster as dg
import pandas as pd

from posbridge_dagster.model.money import decimal_amount
from posbridge_dagster.model.secrecy import mask

SHOWN = 20
_PERSONAL = ("name", "email", "phone", "address", "company", "contact", "telephone", "zip", "postal", "city", "note")
_NOT_PERSONAL = ("location_name", "app_name", "source_name", "vat_name")


def preview(frame: pd.DataFrame, columns: Sequence[str], rows: int = 5) -> dg.TableMetadataValue:
    """Return the first rows of a frame as a table, columns that may name a person masked."""
    shown = frame.head(min(rows, SHOWN))
    records = [{name: _cell(name, row[name]) for name in columns} for row in shown[list(columns)].to_dict("records")]
    return dg.MetadataValue.table([dg.TableRecord(record) for record in records], schema=_schema(columns))


def reasons(result: pd.DataFrame) -> dg.TableMetadataValue:
    """Return why records were skipped, quarantined or failed: outcome, code, how many, and one example of each."""
    named = result[result["outcome"].isin(["skipped", "quarantined", "failed"])]
    records = []
    for (outcome, code), group in named.groupby(["outcome", "code"], sort=True):
        example = f"{group['source_id'].iloc[0]}: {group['reason'].iloc[0]}"
        records.append(dg.TableRecord({"outcome": str(outcome), "code": str(code), "records": len(group), "example": example}))
    return dg.MetadataValue.table(records[:SHOWN], schema=_schema(("outcome", "code", "records", "example")))


def amounts(minor: Mapping[str, int]) -> str:
    """Return sums per currency as people write them: ``12.50 EUR``."""
    return ", ".join(f"{decimal_amount(amount, currency)} {currency}" for currency, amount in sorted(minor.items())) or "0.00"


def sums(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """Return the sum of a minor-unit column per currency; rows without an amount count as nothing."""
    rows = frame[frame[column].notna() & (frame["currency"].fillna("") != "")]
    return {str(currency): int(total) for currency, total in rows.groupby("currency")[column].sum().items()}


def _cell(name: str, value: object) -> str | int | bool | None:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) or value is pd.NaT:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    text = str(value)
    personal = any(part in name for part in _PERSONAL) and name not in _NOT_PERSONAL
    return mask(text) if personal else text


def _schema(columns: Sequence[str]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, "integer" if name == "records" else "string") for name in columns])
