"""The relations of an administration as one frame, read once and then kept current by sync marker.

How far they were read is kept with the frame (``attrs``), so frame and marker can never part. A marker is an inclusive lower
bound and may be handed out before its transaction ended, so the last few are asked for again; what is stored just so is
dropped. Personal data: the frame is as private as the card index it copies.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.relations import relations_since
from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape

MARK = "relations_marker"
OVERLAP = 20
"""Markers that are read again."""

_TEXTS = {
    "ext_relation_id": ("extRelationId", "id that another system gave it; shopify:<shop>:... came from the shop"),
    "name": ("name", "name; of a person the whole name"),
    "company_name": ("companyName", "name of the company; empty for a person"),
    "contact": ("contact", "person to speak to in a company"),
    "address": ("address", "street, house number and addition in one line"),
    "zipcode": ("zipcode", "postal code as it was typed"),
    "city": ("city", "city"),
    "country": ("country", "country as it was typed: a code or a name"),
    "delivery_address": ("deliveryAddress", "street, house number and addition of the delivery address"),
    "delivery_zipcode": ("deliveryZipcode", "postal code of the delivery address"),
    "delivery_city": ("deliveryCity", "city of the delivery address"),
    "delivery_country": ("deliveryCountry", "country of the delivery address"),
    "telephone": ("telephone", "telephone number as it was typed"),
    "mobile": ("mobile", "mobile number as it was typed"),
    "email": ("email", "e-mail address as it was typed"),
    "website": ("website", "address of its web site"),
    "relation_code": ("relationCode", "code that people give it"),
    "vat_number": ("vatNumber", "VAT number"),
    "commerce_number": ("commerceNumber", "number at the chamber of commerce"),
    "extra_text": ("extraText", "free text"),
}
_NUMBERS = {
    "category_id": ("categoryId", "category of the relation"),
    "price_group_number": ("priceGroupNumber", "price group"),
    "payment_days": ("paymentWithinDays", "days in which it pays its invoices"),
}

RELATIONS = FrameShape(
    "relations",
    ("relation_number",),
    {
        "relation_number": Column(WHOLE, "number of the relation"),
        **{name: Column(TEXT, says) for name, (_, says) in _TEXTS.items()},
        **{name: Column(WHOLE, says) for name, (_, says) in _NUMBERS.items()},
        "active": Column(YES_NO, "not retired"),
        "sync_marker": Column(WHOLE, "marker of its newest state"),
    },
)


def read_relations(client: MplusClient, stored: pd.DataFrame | None) -> pd.DataFrame:
    """Return RELATIONS, all of them by number: those stored with the changed ones in place, or all read anew.

    Nothing stored, or stored in another shape: everything is read. Raises the failures of the client; ``stored`` is not touched.
    """
    known = stored if stored is not None and list(stored) == list(RELATIONS.columns) else RELATIONS.frame()
    mark = marker = int(known.attrs.get(MARK, 0))
    rows: dict[int, Record] = {}
    for page, next_marker in relations_since(client, max(0, mark - OVERLAP)):
        marker = next_marker
        rows |= {row["relationNumber"]: row for row in sorted(page, key=lambda row: row["syncMarker"])}
    frame = _merged(known, RELATIONS.frame(_row(row) for row in _unknown(known, rows.values())))
    frame.attrs = {MARK: max(marker, mark)}
    return frame


def _unknown(known: pd.DataFrame, rows: Iterable[Record]) -> list[Record]:
    """Return the rows that are not stored just so."""
    there = set(zip(known["relation_number"], known["sync_marker"], strict=True))
    return [row for row in rows if (row["relationNumber"], row["syncMarker"]) not in there]


def _merged(known: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    kept = known[~known["relation_number"].isin(fresh["relation_number"])]
    return RELATIONS.conform(pd.concat([kept, fresh], ignore_index=True).sort_values("relation_number", ignore_index=True))


def _row(relation: Record) -> dict[str, Any]:
    members = {"relation_number": "relationNumber", "sync_marker": "syncMarker"}
    members |= {name: member for name, (member, _) in (_TEXTS | _NUMBERS).items()}
    row = {name: relation.get(member) for name, member in members.items()}
    return {**row, "active": relation.get("active") is not False}
