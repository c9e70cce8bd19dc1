"""Who goes first when runs wait for a place: stock before all others, long loads of a catalogue at most two at a time.

The limits stand in dagster.yaml. Shopify's points are shared out the same way: stock takes what it needs, a catalogue leaves a
share of the bucket (``ShopifyClient.first_in_line`` and ``last_in_line``).
"""

from collections.abc import Mapping

FIRST: Mapping[str, str] = {"dagster/priority": "10"}
CATALOGUE: Mapping[str, str] = {"posbridge/lane": "catalogue"}
