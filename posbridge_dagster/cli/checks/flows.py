"""The flows that have no checks of their own: is the mapping file right, and may the token do what the flow does?"""

from functools import cached_property, partial

from posbridge_dagster.cli.checks.findings import Check, Finding, note, well
from posbridge_dagster.cli.checks.shop import ADDRESS
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.shop import granted_scopes, missing_scopes
from posbridge_dagster.flows.discovery import flow_names, scopes_of, vocabularies
from posbridge_dagster.flows.orders_to_mplus import FLOW as ORDERS
from posbridge_dagster.flows.stock_to_shopify import FLOW as STOCK
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster.settings import Settings


class FlowChecks:
    """Two lines for each other flow that has a mapping file."""

    def __init__(self, settings: Settings, shopify: ShopifyClient) -> None:
        self._settings, self._shopify = settings, shopify

    def checks(self) -> list[Check]:
        """Return the checks in the order in which they are to be read."""
        flows = [flow for flow in flow_names() if flow not in (ORDERS, STOCK) and self._settings.mapping_file(flow).exists()]
        mappings = [Check(f"{flow} mapping", partial(self._look_at_mapping, flow)) for flow in flows]
        return mappings + [Check(f"{flow} scopes", partial(self._look_at_scopes, flow), (ADDRESS,)) for flow in flows]

    @cached_property
    def _granted(self) -> frozenset[str]:
        return granted_scopes(self._shopify)

    def _look_at_mapping(self, flow: str) -> Finding:
        path = self._settings.mapping_file(flow)
        load_mapping(path, vocabularies()[flow])
        return well(path.name)

    def _look_at_scopes(self, flow: str) -> Finding:
        """A scope that is missing is no fault while the flow is not used."""
        needed = scopes_of(flow)
        if missing := missing_scopes(self._granted, needed):
            return note(f"the flow cannot be used: give the app {', '.join(missing)}")
        return well(", ".join(needed))
