"""Which collections were changed in the shop since the last look, in fields that MplusKASSA keeps (``on: always``, and the members).

By day only the collections that changed are looked at, by moment of change with an overlap because search lags; at night all of
them. A text that still says what Shopify answered when it was last written was not edited, however Shopify writes it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.collections import collection_changes, collections_by_id
from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.ledger import Ledger, State
from posbridge_dagster.loading.collection_fields import DELETED, PRODUCTS, seen_digest
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.shopify_collections import SEEN, ShopifyCollections
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.model.identity import tail

CURSOR = f"{FLOW}/looked_at_shop"

Drifted = dict[str, set[str]]


def drifted_collections(
    client: ShopifyClient, ledger: Ledger, items: Sequence[Kept], writer: ShopifyCollections, overlap: timedelta, *, everyone: bool
) -> tuple[Drifted, datetime]:
    """Return the fields that drifted, by source id, and the moment to look from next.

    The first look has nothing to compare with; it only begins the count. Keep the moment once what drifted is written.
    """
    begun = datetime.now(UTC)
    since = ledger.cursor(CURSOR)
    if since is None:
        return {}, begun
    by_id = {item.source_id: item for item in items if not item.fields[DELETED]}
    records = ledger.records(FLOW, by_id)
    written = {record.target_id: by_id[key] for key, record in records.items() if record.state is State.DONE and record.target_id}
    asked = set(written) if everyone else _changed(client, datetime.fromisoformat(since) - overlap) & written.keys()
    there = {tail(key): node for key, node in collections_by_id(client, [gid("Collection", each) for each in sorted(asked)]).items()}
    seen = ledger.links(SEEN, [str(written[each].payload["group_number"]) for each in there])
    drifted: Drifted = {}
    for each, node in there.items():
        item = written[each]
        differing = set(writer.differing(item, node))
        is_edited = seen_digest(node) != seen.get(str(item.payload["group_number"]))
        drifted[item.source_id] = differing if is_edited else differing & {PRODUCTS}
    return drifted, begun


def _changed(client: ShopifyClient, since: datetime) -> set[str]:
    return {tail(collection["id"]) for page in collection_changes(client, since) for collection in page}
