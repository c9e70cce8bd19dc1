"""The frames of the flow beside the snapshot of relations: which customers are known, and what the customers should be.

``outcome`` is empty for a relation that may be written, else ``skipped`` or ``quarantined`` with a ``code`` and a ``reason``.
"""

from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape

KNOWN_CUSTOMERS = FrameShape(
    "known_customers",
    ("relation_number",),
    {
        "relation_number": Column(WHOLE, "relation of MplusKASSA"),
        "customer_id": Column(TEXT, "digits of the gid of the customer it is linked to; the first where there are several"),
        "customers": Column(WHOLE, "customers it is linked to; more than one is a question for a person"),
    },
)

ADDRESS = ("first_name", "last_name", "company", "address1", "zip", "city", "country")
FIELDS = (
    *("email", "phone", "locale", "note", "tags", "vat_number"),
    *ADDRESS,
    *(f"delivery_{part}" for part in ADDRESS),
)

MAPPED_CUSTOMERS = FrameShape(
    "customers",
    ("relation_number",),
    {
        "relation_number": Column(WHOLE, "relation of MplusKASSA"),
        "custom_id": Column(TEXT, "value of the custom-id metafield: <administration>:<relation number>"),
        "customer_id": Column(TEXT, "digits of the gid of the customer it is known to be"),
        "origin": Column(TEXT, "digits of the gid of the customer that the relation was made of"),
        "active": Column(YES_NO, "not retired"),
        **{name: Column(TEXT) for name in FIELDS},
        "tax_exempt": Column(YES_NO, "pays no VAT"),
        "left_out": Column(TEXT, "reason code of a telephone number that was left out: shared_phone or unreadable_phone"),
        "left_out_reason": Column(TEXT, "one sentence for people"),
        "outcome": Column(TEXT, "empty = to be written; skipped or quarantined otherwise"),
        "code": Column(TEXT, "stable reason code"),
        "reason": Column(TEXT, "one sentence for people"),
    },
)
