"""Metafields of records that exist already."""

from collections.abc import Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node

METAFIELDS_IN_A_CALL = 25


def metafields_set(client: ShopifyClient, metafields: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Write metafields (``ownerId``, ``namespace``, ``key``, ``type``, ``value``), 25 a call, and return them as Shopify keeps them.

    A call writes all of its metafields or none. Raises UserErrors for the call that was refused; the calls before it are done.
    """
    written: list[Node] = []
    for start in range(0, len(metafields), METAFIELDS_IN_A_CALL):
        part = [dict(metafield) for metafield in metafields[start : start + METAFIELDS_IN_A_CALL]]
        # With a digest the second sending would find its own first one and be refused as stale.
        overwrites = not any("compareDigest" in metafield for metafield in part)
        data = client.execute(document("metafields_set"), {"metafields": part}, repeatable=overwrites)
        written += data["metafieldsSet"]["metafields"] or []
    return written


def metafields_delete(client: ShopifyClient, metafields: Sequence[Mapping[str, str]]) -> None:
    """Remove metafields (``ownerId``, ``namespace``, ``key``), 25 a call; one that is gone already is no matter. Raises UserErrors."""
    for start in range(0, len(metafields), METAFIELDS_IN_A_CALL):
        part = [dict(metafield) for metafield in metafields[start : start + METAFIELDS_IN_A_CALL]]
        client.execute(document("metafields_delete"), {"metafields": part}, repeatable=True)
