"""The shop: token, rights, version, how its money and its days are meant, its locations."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from posbridge_dagster.cli.checks.clock import look_at_clock
from posbridge_dagster.cli.checks.findings import Check, Finding, ill, note, well
from posbridge_dagster.cli.checks.home import MAPPING
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import pages
from posbridge_dagster.clients.shopify.shop import ALL_HISTORY_SCOPE, VISIBLE_HISTORY, hides_customers, require_scopes
from posbridge_dagster.clients.shopify.version import ENDS_SOON_DAYS, PINNED, SUPPORTED_UNTIL, days_left, has_fallen_forward
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.identity import tail
from posbridge_dagster.settings import Settings
from posbridge_dagster.snapshots.bulk_or_pages import NEEDED_SCOPES

ADDRESS = "Shopify address and token"
CURRENCY = "EUR"


class ShopChecks:
    """The checks of one shop; what is asked of it is asked once."""

    def __init__(self, settings: Settings, client: ShopifyClient, mapping: Callable[[], Mapping[OrdersToMplusOptions]]) -> None:
        self._settings, self._client, self._mapping = settings, client, mapping

    def checks(self) -> list[Check]:
        """Return the checks in the order in which they are to be read."""
        settings = self._settings
        return [
            Check(ADDRESS, self._look_at_address),
            Check("Shopify scopes", self._look_at_scopes, (ADDRESS,)),
            Check("Shopify customer data", self._look_at_customers, ("Shopify scopes",)),
            Check("Shopify history", self._look_at_history, (ADDRESS,)),
            Check("Shopify version", self._look_at_version, (ADDRESS,)),
            Check("Shopify currency", self._look_at_currency, (ADDRESS,)),
            Check("Shopify time zone", self._look_at_time_zone, (ADDRESS,)),
            Check("Shopify prices", self._look_at_prices, (ADDRESS,)),
            Check("Shopify locations", self._look_at_locations, (ADDRESS, MAPPING)),
            Check("Shopify clock", lambda: look_at_clock(settings.shopify_origin, is_local=settings.shopify_on_loopback), (ADDRESS,)),
        ]

    @cached_property
    def _answer(self) -> dict[str, Any]:
        return self._client.execute(document("shop"))

    @property
    def _shop(self) -> dict[str, Any]:
        shop: dict[str, Any] = self._answer["shop"]
        return shop

    @property
    def _scopes(self) -> set[str]:
        return {scope["handle"] for scope in self._answer["currentAppInstallation"]["accessScopes"]}

    def _look_at_address(self) -> Finding:
        kind = "client credentials, renewed before they end" if self._settings.shopify_client_id else "a fixed token"
        plan = self._shop["plan"]["publicDisplayName"]
        return well(f"{self._settings.shopify_origin} is the shop {self._shop['name']} (plan {plan}), entered with {kind}")

    def _look_at_scopes(self) -> Finding:
        require_scopes(self._client, NEEDED_SCOPES)
        return well(", ".join(NEEDED_SCOPES))

    def _look_at_customers(self) -> Finding:
        if hides_customers(self._client):
            return note(
                "this token cannot see customer data: customers come without name, e-mail address and phone, so their orders go the way of "
                "customer_without_email. Ask Shopify for access to protected customer data, or see whether the shop's plan has it"
            )
        return well("names and e-mail addresses of customers can be read")

    def _look_at_history(self) -> Finding:
        if ALL_HISTORY_SCOPE in self._scopes:
            return well(f"all orders can be read ({ALL_HISTORY_SCOPE})")
        wall = (datetime.now(UTC) - VISIBLE_HISTORY).astimezone(self._settings.zone).date()
        if self._settings.first_day > wall:
            return well(
                f"POSBRIDGE_FIRST_DAY {self._settings.first_day} is within the last {VISIBLE_HISTORY.days} days, which the token sees"
            )
        return note(
            f"orders before {wall} cannot be read and such a day fails: the token lacks {ALL_HISTORY_SCOPE}. "
            f"Ask Shopify for it, or set POSBRIDGE_FIRST_DAY (now {self._settings.first_day})"
        )

    def _look_at_version(self) -> Finding:
        asked, served, left = self._client.version, self._client.served_version, days_left(datetime.now(UTC).date())
        if has_fallen_forward(asked, served):
            return ill(
                f"{asked} was asked and {served} was served: {asked} has ended. Set SHOPIFY_API_VERSION={PINNED} or update posbridge"
            )
        if asked != PINNED:
            return note(f"{asked} is served; posbridge is written for {PINNED}: unset SHOPIFY_API_VERSION unless you know why")
        if left < ENDS_SOON_DAYS:
            return ill(f"{asked} is served until {SUPPORTED_UNTIL}, {left} more days: update posbridge")
        return well(f"{asked}, served until {SUPPORTED_UNTIL}, {left} more days")

    def _look_at_currency(self) -> Finding:
        currency = self._shop["currencyCode"]
        if currency != CURRENCY:
            return ill(
                f"the shop sells in {currency} and MplusKASSA keeps {CURRENCY}: its amounts would be booked as if they were {CURRENCY}"
            )
        return well(f"{currency}")

    def _look_at_time_zone(self) -> Finding:
        theirs, ours = self._shop["ianaTimezone"], self._settings.timezone
        if theirs != ours:
            return note(f"the shop's day is that of {theirs}, posbridge's that of {ours}: set POSBRIDGE_TIMEZONE if they should be one")
        return well(f"{theirs}")

    def _look_at_prices(self) -> Finding:
        if self._shop["taxesIncluded"]:
            return well("prices include tax")
        return note("prices exclude tax: the tax of each line is added to it, MplusKASSA gets prices with VAT")

    def _look_at_locations(self) -> Finding:
        there = {tail(node["id"]): node for page in pages(self._client, document("locations")) for node in page}
        mapping = self._mapping()
        settings, branches = mapping.settings, mapping.declaration.lookups.get("branches")
        named = {*settings.document_by_location, *settings.default_debtor_by_location, *(branches.values if branches else ())}
        unnamed = [f"{node['name']} ({number})" for number, node in there.items() if node["isActive"] and number not in named]
        gone = sorted(named - set(there) - {""})
        says = [f"not named in the mapping: {', '.join(unnamed)}"] if unnamed else []
        says += [f"named in the mapping but not in the shop: {', '.join(gone)}"] if gone else []
        if unnamed and branches and branches.policy == "quarantine":
            return ill(f"{'; '.join(says)}. Their sales go to quarantine: add them to the lookup branches")
        if unnamed and branches and branches.policy == "default":
            says.append(f"their sales go to branch {branches.default}")
        return note("; ".join(says)) if says else well(f"{len(there)}, each named in the mapping")
