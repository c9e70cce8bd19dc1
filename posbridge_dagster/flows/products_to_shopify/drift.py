"""What people changed in the shop since the last look, so that fields with ``on: always`` find their way back.

A search tells which products changed; those whose version is the one we left behind are our own doing and are not read. How far
was looked is a cursor that moves only when what was seen is dealt with.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.products import product_changes, product_versions, products_by_ids
from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.shapes import SHOP_CHANGES
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.product_matching import ARTICLE, FAMILY, SEEN, Found, match_variants
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.loading.shopify_products import ProductWriter
from posbridge_dagster.loading.works import IN_PROGRESS
from posbridge_dagster.model.identity import tail
from posbridge_dagster.model.outcome import Outcome

CURSOR = f"{FLOW}/look"
LOOKED_AT = "looked_at"


def shop_changes(client: ShopifyClient, ledger: Ledger, families: Collection[int], overlap: timedelta, *, everything: bool) -> pd.DataFrame:
    """Return SHOP_CHANGES: the linked products that changed since the last look, all of them with ``everything``.

    The moment of this look is kept with the frame (``attrs``) and becomes the cursor by ``looked``.
    """
    now = datetime.now(UTC)
    last = ledger.cursor(CURSOR)
    links = {product: family for family, product in ledger.links(FAMILY, map(str, families)).items()}
    if everything or last is None:
        versions = product_versions(client, [gid("Product", digits) for digits in links])
        changed = {tail(product): at for product, at in versions.items()}
        gone = links.keys() - changed.keys()
    else:
        pages = product_changes(client, datetime.fromisoformat(last) - overlap)
        changed = {tail(node["id"]): node["updatedAt"] for page in pages for node in page if tail(node["id"]) in links}
        gone = set[str]()
    seen = ledger.links(SEEN, changed)
    strange = [gid("Product", digits) for digits, at in changed.items() if everything or seen.get(digits) != at]
    contents = products_by_ids(client, strange)
    rows = [
        {
            "product_id": tail(gid_),
            "family_number": int(links[tail(gid_)]),
            "updated_at": node["updatedAt"],
            "content": json.dumps(node, default=str),
        }
        for gid_, node in contents.items()
    ]
    rows += [{"product_id": digits, "family_number": int(links[digits])} for digits in sorted(gone)]
    frame = SHOP_CHANGES.frame(rows)
    frame.attrs = {LOOKED_AT: now.isoformat()}
    return frame


def drifted(changes: pd.DataFrame, items: Sequence[Kept], writer: ProductWriter, ledger: Ledger) -> dict[str, Collection[str]]:
    """Return, by family, the fields in which a changed product is another than it should be; all of one that is gone."""
    by_family = {item.source_id: item for item in items}
    found: dict[str, Collection[str]] = {}
    for row in plain_rows(changes):
        item = by_family.get(_family(row))
        if item is None:
            continue
        if row["content"] is None:
            found[item.source_id] = set(item.fields)
            continue
        node = json.loads(row["content"])
        back = ledger.links_back(ARTICLE, [tail(variant["id"]) for variant in node["variants"]])
        variants = match_variants(item, node, {variant: numbers[0] for variant, numbers in back.items()})
        found[item.source_id] = writer.differing(item, Found(node, variants))
    return found


def looked(changes: pd.DataFrame, results: Sequence[ResultRow], ledger: Ledger) -> None:
    """Remember that these changes were dealt with; after a product that could not be written the next run looks at all of them again."""
    open_still = {row.source_id for row in results if row.outcome is Outcome.FAILED or row.code == IN_PROGRESS}
    versions = {row["product_id"]: row["updated_at"] for row in plain_rows(changes) if row["updated_at"] and _family(row) not in open_still}
    newer = ledger.links(SEEN, versions)
    ledger.link(SEEN, {digits: at for digits, at in versions.items() if newer.get(digits, "") < at})
    if not open_still:
        ledger.move_cursor(CURSOR, changes.attrs[LOOKED_AT])


def _family(row: Mapping[str, Any]) -> str:
    return str(row["family_number"])
