"""The settings of the flow, as they stand under `settings:` in `mappings/categories_to_shopify.yaml`."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CategoriesToShopifyOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    members: Literal["own", "with_sub_groups"] = Field(
        "own", description="products of a collection: those of the group itself, or also those of the groups below it"
    )
    deleted: Literal["delete", "unpublish", "keep"] = Field(
        "unpublish", description="the collection of a deleted group: deleted, taken off every sales channel, or left as it is"
    )
    publish_on: list[str] = Field(
        ["Point of Sale"], description="sales channels, by name, that a new collection is put on; people may change that afterwards"
    )
    deleted_brake_percent: Decimal = Field(
        Decimal(30), ge=0, le=100, description="a run that would end the collections of more deleted groups than this share stops"
    )
    deleted_brake_least: int = Field(5, ge=0, description="so many collections may always end")
