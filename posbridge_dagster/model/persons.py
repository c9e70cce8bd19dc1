"""Which columns of a frame tell of a person, and taking a person out of a frame."""

from collections.abc import Collection

import pandas as pd

KEYS = {
    "customer_key": "customer_key",
    "relation_number": "relation_number",
    "order_id": "order_id",
    "original_id": "order_id",
    "document_id": "document_id",
}
"""Columns that say whose row it is, and what they number; they are ids of a system or hashes, and stay."""

Key = tuple[str, str]
"""What is numbered, and the number."""

_PARTS = (
    *("first_name", "last_name", "full_name", "name", "contact", "company", "company_name", "phone", "email", "vat_number"),
    *("address", "address1", "address2", "street", "house_number", "zip", "zipcode", "postal_code", "city", "country", "province"),
)
_ALONE = frozenset({*_PARTS, "telephone", "mobile", "note", "extra_text", "website", "commerce_number", "relation_code"})
_OF_AN_ADDRESS = frozenset(f"{kind}_{part}" for kind in ("billing", "shipping", "invoice", "delivery") for part in _PARTS)
_RECORD_NAMES = frozenset({"order_id", "document_id", "source_id"})
"""Frames of orders and results call the number of an order its name: that is no person."""


def personal_columns(columns: Collection[str]) -> list[str]:
    """Return the columns that tell of a person, in their order."""
    numbered = bool(_RECORD_NAMES.intersection(columns))
    named = _ALONE | _OF_AN_ADDRESS
    return [name for name in columns if name in named and not (numbered and name == "name")]


def rows_of_person(frame: pd.DataFrame, emails: Collection[str], keys: Collection[Key]) -> "pd.Series[bool]":
    """Return which rows belong to a person, known by e-mail addresses (lower case) or by values of KEYS."""
    found = pd.Series(data=False, index=frame.index)
    for column in frame.columns.intersection([*KEYS, "email"]):
        texts = frame[column].astype("string").fillna("")
        if column == "email":
            found |= texts.str.strip().str.lower().isin(list(emails))
        else:
            found |= texts.isin([number for kind, number in keys if kind == KEYS[column]])
    return found


def keys_of(frame: pd.DataFrame, rows: "pd.Series[bool]") -> set[Key]:
    """Return the values of KEYS that stand in these rows."""
    columns = frame.columns.intersection(list(KEYS))
    return {(KEYS[column], str(value)) for column in columns for value in frame.loc[rows, column].dropna() if str(value) not in ("", "0")}


def without_person(frame: pd.DataFrame, rows: "pd.Series[bool]") -> pd.DataFrame:
    """Return the frame with the personal columns of these rows empty; its columns and types stay."""
    erased = frame.copy()
    erased.attrs = frame.attrs
    for column in personal_columns(list(frame.columns)):
        erased[column] = frame[column].mask(rows, None).astype(frame[column].dtype)
    return erased
