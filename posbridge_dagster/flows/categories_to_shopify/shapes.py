"""The frames of the flow beside the snapshot of groups: known products and collections, and what the collections should be.

``outcome`` is empty for a group that may be written, else ``skipped`` or ``quarantined`` with a ``code`` and a ``reason``.
"""

from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape

KNOWN_PRODUCTS = FrameShape(
    "known_products",
    ("family_number",),
    {
        "family_number": Column(WHOLE, "product of MplusKASSA"),
        "product_id": Column(TEXT, "digits of the gid of the Shopify product it is"),
        "known_by": Column(TEXT, "link (written by products_to_shopify) or sku"),
    },
)

KNOWN_COLLECTIONS = FrameShape(
    "known_collections",
    ("group_number",),
    {
        "group_number": Column(WHOLE, "group of MplusKASSA"),
        "collection_id": Column(TEXT, "digits of the gid of its collection"),
    },
)

MAPPED_COLLECTIONS = FrameShape(
    "collections",
    ("group_number",),
    {
        "group_number": Column(WHOLE, "group of MplusKASSA"),
        "custom_id": Column(TEXT, "value of the custom-id metafield: <administration>:<group number>"),
        "parent_id": Column(TEXT, "value of the metafield mplus_parent: <administration>:<number of the group above>, 0 at the top"),
        "collection_id": Column(TEXT, "digits of the gid of the collection it is known to be"),
        "title": Column(TEXT, "title"),
        "description": Column(TEXT, "text, may be HTML"),
        "handle": Column(TEXT, "handle, unique among the collections of the groups"),
        "sort_order": Column(TEXT, "how Shopify sorts the products"),
        "template_suffix": Column(TEXT, "theme template"),
        "members": Column(WHOLE, "products in it"),
        "waiting": Column(TEXT, "families of the group that are no product of the shop yet, comma between them; of very many the first"),
        "ending": Column(TEXT, "delete or unpublish where the group was deleted, else empty"),
        "outcome": Column(TEXT, "empty = to be written; skipped or quarantined otherwise"),
        "code": Column(TEXT, "stable reason code"),
        "reason": Column(TEXT, "one sentence for people"),
    },
)

MAPPED_MEMBERS = FrameShape(
    "collection_products",
    ("group_number", "product_id"),
    {
        "group_number": Column(WHOLE, "row of collections"),
        "product_id": Column(TEXT, "digits of the gid of the product"),
        "family_number": Column(WHOLE, "product of MplusKASSA; the first where several are one product"),
    },
)
