"""The settings of the flow, as they stand under `settings:` in `mappings/orders_to_shopify.yaml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Part = Literal["debtor", "addresses", "reference", "place", "totals", "lines", "taxes", "payments"]


class OrdersToShopifyOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: Literal["orders", "invoices", "both"] = Field(
        "both", description="what travels; an invoice that was made of an order never does, its order does"
    )
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="currency of the administration, ISO 4217")
    companies: Literal["address", "b2b"] = Field(
        "address", description="a company is a name on the address, or a B2B company where the shop has B2B"
    )
    customer_without_email: Literal["no_customer", "quarantine"] = Field(
        "no_customer", description="an order whose relation has no e-mail address"
    )
    unknown_article: Literal["quarantine", "custom_line"] = Field("quarantine", description="an article that is no variant of the shop")
    discount_lines: Literal["spread", "quarantine"] = Field(
        "spread", description="a line with a negative price: taken off the other lines to the cent, or not accepted"
    )
    ignore_changes: list[Part] = Field([], description="parts of a sent document whose later changes do not matter")
