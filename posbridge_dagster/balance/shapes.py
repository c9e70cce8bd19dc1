"""The frames of a balance.

An entry is one amount of one document on one side: ``measure`` documents (1 each), cancelled (1 each that is), lines, pieces, gross, vat
(``part`` is the rate in hundredths of a percent) or tender (``part`` is the payment method). Amounts of money are minor units.
"""

from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape

ENTRIES = FrameShape(
    "entries",
    ("record_id", "measure", "part"),
    {
        "record_id": Column(TEXT, "external id, the same on both sides"),
        "name": Column(TEXT, "what people call it"),
        "kind": Column(TEXT, "sale or refund"),
        "measure": Column(TEXT, "documents, cancelled, lines, pieces, gross, vat or tender"),
        "part": Column(TEXT, "rate of the VAT, method of the tender, else empty"),
        "amount": Column(WHOLE, "count or minor units"),
    },
)

BALANCE = FrameShape(
    "balance",
    ("kind", "measure", "part"),
    {
        "kind": Column(TEXT, "sale or refund"),
        "measure": Column(TEXT, "documents, cancelled, lines, pieces, gross, vat or tender"),
        "part": Column(TEXT, "rate of the VAT, method of the tender, else empty"),
        "source": Column(WHOLE, "what the source holds"),
        "target": Column(WHOLE, "what the target holds"),
        "difference": Column(WHOLE, "source less target"),
        "explained": Column(WHOLE, "the part of the difference that named records explain"),
        "unexplained": Column(WHOLE, "what is left; must be 0"),
    },
)

DIFFERENCES = FrameShape(
    "differences",
    ("record_id", "measure", "part"),
    {
        "record_id": Column(TEXT, "external id"),
        "name": Column(TEXT, "what people call it"),
        "kind": Column(TEXT, "sale or refund"),
        "measure": Column(TEXT, "what differs"),
        "part": Column(TEXT, "rate or method"),
        "source": Column(WHOLE, "what the source holds"),
        "target": Column(WHOLE, "what the target holds"),
        "difference": Column(WHOLE, "source less target"),
        "code": Column(TEXT, "reason code; empty = nobody knows"),
        "reason": Column(TEXT, "why, as the flow's result says it"),
    },
)
