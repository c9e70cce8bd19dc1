"""Which customers were changed in the shop since the last look, in fields that MplusKASSA keeps (``on: always``).

By day only the customers that changed are looked at, by moment of change with an overlap because search lags; at night all of
them. Without a field that is kept this way nothing is asked. A customer who still says what Shopify answered when it was last
written was not edited, however Shopify writes it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.customers import customer_changes, customers_by_id
from posbridge_dagster.flows.customers_to_shopify import FLOW
from posbridge_dagster.ledger import Ledger, State
from posbridge_dagster.loading.customer_fields import RECORDS, differing_fields, seen_digest
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.shopify_customers import SEEN
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.model.identity import tail

CURSOR = f"{FLOW}/looked_at_shop"

Drifted = dict[str, set[str]]


def drifted_customers(
    client: ShopifyClient, ledger: Ledger, items: Sequence[Kept], overlap: timedelta, *, everyone: bool
) -> tuple[Drifted, datetime | None]:
    """Return the fields that drifted, by source id, and the moment to look from next, None where nothing is looked at.

    The first look has nothing to compare with; it only begins the count. Keep the moment once what drifted is written.
    """
    kept = [item for item in items if "always" in {item.policies.get(name, "always") for name in item.fields}]
    if not kept:
        return {}, None
    begun = datetime.now(UTC)
    since = ledger.cursor(CURSOR)
    if since is None:
        return {}, begun
    written = _written(ledger, kept)
    asked = list(written) if everyone else _changed(client, datetime.fromisoformat(since) - overlap, written)
    there = {tail(key): node for key, node in customers_by_id(client, [gid("Customer", each) for each in asked]).items()}
    seen = ledger.links(SEEN, [_number(written[each]) for each in there])
    edited = {each: node for each, node in there.items() if seen_digest(node) != seen.get(_number(written[each]))}
    return {written[each].source_id: differing_fields(written[each], node) for each, node in edited.items()}, begun


def _written(ledger: Ledger, items: Sequence[Kept]) -> Mapping[str, Kept]:
    """Return the records that are done, by the digits of their customer."""
    by_id = {item.source_id: item for item in items}
    records = ledger.records(RECORDS, by_id)
    return {record.target_id: by_id[key] for key, record in records.items() if record.state is State.DONE and record.target_id}


def _number(item: Kept) -> str:
    return str(item.payload["relation_number"])


def _changed(client: ShopifyClient, since: datetime, written: Mapping[str, Kept]) -> list[str]:
    found = {tail(customer["id"]) for page in customer_changes(client, since) for customer in page}
    return sorted(found & written.keys())
