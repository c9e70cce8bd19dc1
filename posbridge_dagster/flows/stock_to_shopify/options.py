"""The settings of the flow, as they stand under `settings:` in `mappings/stock_to_shopify.yaml`."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LocationId = Annotated[str, StringConstraints(pattern="^[0-9]+$")]
Branches = Annotated[list[int], Field(min_length=1)]


class StockToShopifyOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locations: dict[LocationId, Branches] = Field(
        description="digits of each Shopify location's id, with the branches whose stock it sells; several branches are added up, "
        "and a branch may serve several locations"
    )
    formula: Literal["free", "free_minus_reserved", "free_plus_incoming"] = Field(
        "free_minus_reserved", description="what may be sold: the free amount as it is, without reservations, or with what is coming in"
    )
    free_is_net: bool = Field(
        True, description="MplusKASSA has taken reservations off the free amount already; doctor tells how to find out"
    )
    day_stock: Literal["follow", "skip"] = Field("follow", description="articles whose stock is a daily allotment")
    untracked: Literal["report", "track"] = Field(
        "report", description="an item whose stock the shop does not track: only told, or tracked"
    )
    in_flight: bool = Field(True, description="take off what Shopify sold and MplusKASSA does not know yet")
    in_flight_days: int = Field(3, ge=1, le=60, description="how long a sale that nobody acknowledges is taken off")
    search_minutes: int = Field(
        10, ge=0, le=120, description="how far Shopify's search may lag: so long a level that is too low counts as sold by an unseen order"
    )
    hold_increases: bool = Field(False, description="a level only rises when two runs in a row say so")
    watch_orders: bool = Field(True, description="read the stock of articles in changed MplusKASSA orders too, for reservations")
    brake_zero_percent: Decimal = Field(
        Decimal(20), ge=0, le=100, description="share of the filled levels that a run may set to zero unasked"
    )
    brake_change_percent: Decimal = Field(Decimal(50), ge=0, le=100, description="share of the known levels that a run may change unasked")
    brake_least: int = Field(10, ge=0, description="so many levels may always change")

    @property
    def branches(self) -> list[int]:
        """Return every branch whose stock counts, in order."""
        return sorted({branch for branches in self.locations.values() for branch in branches})

    def shared_with(self, location_id: str | None) -> list[str]:
        """Return the locations that sell from the same shelves as a location; all of them for one that is not named here."""
        own = set(self.locations.get(location_id or "", self.branches))
        return [each for each, branches in self.locations.items() if own & set(branches)]
