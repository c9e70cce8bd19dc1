"""The settings of the flow, as they stand under `settings:` in `mappings/products_to_mplus.yaml`."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class ProductsToMplusOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(False, description="false: every product is skipped and nothing is written")
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="currency of the administration, ISO 4217")
    colour_option: str = Field("Kleur", description="name of the option whose value is the article's colour")
    size_option: str = Field("Maat", description="name of the option whose value is the article's size")
    price_brake_percent: Decimal = Field(
        Decimal(30), ge=0, le=100, description="a run that would change the prices of more families than this share stops"
    )
    price_brake_least: int = Field(10, ge=0, description="so many families may always change price")
