"""The frames between stock and inventory: levels as MplusKASSA says them, levels as Shopify should hold them, and drift.

A level is the stock of one article at one location. Amounts are exact, quantities whole pieces, moments UTC.
"""

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape
from posbridge_dagster.snapshots.mplus_stock import AMOUNT

_LEVEL = {
    "level_id": Column(TEXT, "<article number>:<digits of the location's gid>"),
    "article_number": Column(WHOLE, "article of MplusKASSA"),
    "location_id": Column(TEXT, "digits of the location's gid"),
}
_AMOUNTS = {
    "free": Column(AMOUNT, "free amount of its branches, added up"),
    "reserved": Column(AMOUNT, "reserved amount of its branches"),
    "incoming": Column(AMOUNT, "incoming amount of its branches"),
    "day_stock": Column(YES_NO, "a daily allotment at one of them"),
}

STOCK_LEVELS = FrameShape("levels", ("level_id",), {**_LEVEL, **_AMOUNTS})

MAPPED_LEVELS = FrameShape(
    "levels",
    ("level_id",),
    {
        **_LEVEL,
        "item_id": Column(TEXT, "digits of the inventory item's gid"),
        "name": Column(TEXT, "description of the article"),
        **_AMOUNTS,
        "safety_margin": Column(WHOLE, "pieces kept back"),
        "amount": Column(WHOLE, "pieces that may be sold: the formula's whole pieces without the margin; may be below zero"),
        "in_flight": Column(WHOLE, "pieces that Shopify sold and MplusKASSA does not know yet, when the sales were read"),
        "quantity": Column(WHOLE, "pieces that Shopify should hold: amount without in_flight, never below zero"),
        "outcome": Column(TEXT, "empty = to be kept in step; skipped or quarantined otherwise"),
        "code": Column(TEXT, "stable reason code"),
        "reason": Column(TEXT, "one sentence for people"),
    },
)

STOCK_DRIFT = FrameShape(
    "stock_drift",
    ("found_at", "level_id"),
    {
        "found_at": Column(MOMENT, "the full compare that found it"),
        **_LEVEL,
        "name": Column(TEXT, "description of the article"),
        "wanted": Column(WHOLE, "pieces that Shopify should hold; empty where MplusKASSA says nothing of it any more"),
        "found": Column(WHOLE, "pieces it held; empty where it holds no such level"),
        "difference": Column(WHOLE, "found minus wanted"),
        "first_seen_at": Column(MOMENT, "the full compare that first found this level wrong"),
        "cause": Column(TEXT, "changed_in_shopify, failed_write, in_flight, missed_change, unknown_article or no_longer_stocked"),
        "repaired": Column(YES_NO, "the same run put it right"),
    },
)
