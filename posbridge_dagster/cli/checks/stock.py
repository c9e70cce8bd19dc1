"""Stock: whether the mapping's locations and branches are there, and what tells if the free amount is net of reservations."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

from posbridge_dagster.cli.checks.administration import ADDRESS
from posbridge_dagster.cli.checks.findings import Check, Finding, ill, note, well
from posbridge_dagster.cli.checks.shop import ADDRESS as SHOP
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import branches
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.stock import stock_amounts
from posbridge_dagster.clients.mplus.values import quantity_value
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.shop import bootstrap, require_scopes
from posbridge_dagster.flows.stock_to_shopify import FLOW, SCOPES
from posbridge_dagster.flows.stock_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.model.identity import tail
from posbridge_dagster.settings import Settings

RIGHTS, MAPPING, FREE = "stock scopes", "stock mapping", "stock free amount"


class StockChecks:
    """The checks of the flow that keeps stock in step; without its mapping file there is nothing to check."""

    def __init__(self, settings: Settings, shopify: ShopifyClient, mplus: MplusClient) -> None:
        self._settings, self._shopify, self._mplus = settings, shopify, mplus

    def checks(self) -> list[Check]:
        """Return the checks in the order in which they are to be read."""
        if not self._settings.mapping_file(FLOW).exists():
            return []
        return [
            Check(RIGHTS, self._look_at_scopes, (SHOP,)),
            Check(MAPPING, self._look_at_places, (ADDRESS, SHOP)),
            Check(FREE, self._look_at_free_amount, (ADDRESS, MAPPING)),
        ]

    def _look_at_scopes(self) -> Finding:
        require_scopes(self._shopify, SCOPES)
        return well(", ".join(SCOPES))

    @cached_property
    def _options(self) -> StockToShopifyOptions:
        return read_mapping(self._settings).settings

    def _look_at_places(self) -> Finding:
        options = self._options
        here = {tail(place["id"]) for place in bootstrap(self._shopify).locations if place["isActive"]}
        there = {row["branchNumber"] for row in branches(self._mplus)}
        wrong = [f"location {each} of the shop" for each in options.locations if each not in here]
        wrong += [f"branch {each} of MplusKASSA" for each in options.branches if each not in there]
        left = sorted(here - set(options.locations), key=int)
        if wrong:
            return ill(f"{FLOW} names what is not there: {', '.join(wrong)}. Change its setting locations")
        pairs = ", ".join(f"{place} sells from {' and '.join(map(str, rows))}" for place, rows in options.locations.items())
        says = f"locations: {pairs}"
        return note(f"{says}. No stock goes to location {', '.join(left)}") if left else well(says)

    def _look_at_free_amount(self) -> Finding:
        """Tell how to find out whether the free amount is net, with an article that shows it where there is one."""
        net = self._options.free_is_net
        for article, branch, free, reserved in self._reserved():
            return note(
                f"free_is_net is {str(net).lower()}. To see if that is right, look article {article} up in MplusKASSA at branch {branch}: "
                f"{reserved:f} are reserved and the interface says {free:f} free. If {free + reserved:f} lie on the shelf, true is right; "
                f"if {free:f} do, false is right"
            )
        return note(
            f"free_is_net is {str(net).lower()}. Nothing is reserved now, so it cannot be seen: enter an order of one piece without "
            f"delivering it, and run doctor again"
        )

    def _reserved(self) -> Iterator[tuple[int, int, Decimal, Decimal]]:
        """Yield article, branch, free and reserved amount of the rows with a reservation."""
        for page in stock_amounts(self._mplus, self._options.branches):
            for row in page:
                free, reserved = _amount(row, "Free"), _amount(row, "Reserved")
                if reserved > 0:
                    yield row["articleNumber"], row["branchNumber"], free, reserved


def _amount(row: Record, member: str) -> Decimal:
    return quantity_value(row[f"amount{member}"], row.get(f"decimalPlaces{member}"))
