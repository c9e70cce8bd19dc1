"""The settings of the flow, as they stand under `settings:` in `mappings/customers_to_shopify.yaml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CustomersToShopifyOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    companies: Literal["address", "b2b"] = Field(
        "address", description="a company is a name on the address, or a B2B company with contact and location where the shop has B2B"
    )
    without_contact: Literal["skip", "quarantine", "create"] = Field(
        "skip", description="a relation with neither e-mail address nor telephone number"
    )
    unreadable_phone: Literal["leave_out", "quarantine"] = Field(
        "leave_out", description="a telephone number that is none: the customer goes without it, which is said, or waits for a person"
    )
    inactive: Literal["tag", "keep"] = Field(
        "tag", description="a customer whose relation is retired gets a tag, or stays as it is; a retired relation never makes a customer"
    )
    inactive_tag: str = Field(
        "MplusKASSA inactief", min_length=1, max_length=255, pattern="^[^,]+$", description="the tag, taken off again when it is active"
    )
    from_this_shop: Literal["link", "update"] = Field(
        "link", description="a relation that came from this shop's customer: only linked, or the customer follows the relation from then on"
    )
