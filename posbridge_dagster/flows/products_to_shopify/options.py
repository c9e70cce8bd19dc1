"""The settings of the flow, as they stand under `settings:` in `mappings/products_to_shopify.yaml`."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_STRICT = ConfigDict(extra="forbid", frozen=True)


class OptionRule(BaseModel):
    """What tells the variants of a product apart: a column of the articles, or a custom field."""

    model_config = _STRICT

    name: str = Field(min_length=1, max_length=255, description="what customers read, such as Kleur")
    column: Literal["colour", "size", "description", "unit", "content_unit"] | None = Field(None, description="column of the articles")
    custom_field: str | None = Field(None, description="name of a custom field of the articles")

    @model_validator(mode="after")
    def _one_source(self) -> "OptionRule":
        if (self.column is None) == (self.custom_field is None):
            raise ValueError(f"option {self.name} needs either column or custom_field")
        return self


class FeatureRule(BaseModel):
    """A custom field that becomes a metafield of the product or of each variant."""

    model_config = _STRICT

    custom_field: str = Field(description="name of a custom field of the articles")
    key: str = Field(pattern=r"^[A-Za-z0-9_-]{2,64}$", description="key of the metafield")
    namespace: str = Field("mplus", pattern=r"^[A-Za-z0-9_-]{3,255}$", description="namespace of the metafield")
    name: str = Field("", description="what people see; empty = the name of the custom field")
    of: Literal["product", "variant"] = Field("product", description="whose metafield; a product takes that of its first article")
    type: str = Field("", description="type of the metafield; empty = by the data type of the custom field")
    on: Literal["create", "update", "always"] = Field("always", description="when it is written, as for fields")


class ProductsToShopifyOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = _STRICT

    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="currency of the administration, ISO 4217")
    options: list[OptionRule] = Field(
        [OptionRule(name="Kleur", column="colour"), OptionRule(name="Maat", column="size")],
        description="what tells variants apart, in this order; Shopify takes three",
    )
    no_value: str = Field("-", min_length=1, description="value of an option that an article has not, where its siblings have one")
    features: list[FeatureRule] = Field([], description="custom fields that become metafields")
    sale_price_list: int = Field(
        0, ge=0, description="number of the price list whose prices are reductions, 0 = none; the base price is then compare-at"
    )
    webshop_only: bool = Field(False, description="only articles that are marked for the webshop are for sale")
    special_prices: list[str] = Field(["PRICE-NORMAL", "PRICE-FREE"], description="kinds of price an article may have to be for sale")
    retired_variants: Literal["delete", "keep"] = Field(
        "delete", description="variants whose article is no longer for sale, while siblings are; the last one always stays"
    )
    foreign_variants: Literal["keep", "delete"] = Field("keep", description="variants that people made by hand in a product of the till")
    publish: list[str] = Field(["Point of Sale"], description="titles of the sales channels a product is put on sale at")
    publish_on: Literal["create", "always"] = Field("create", description="only when it is made, or again when it was taken off")
    bulk_above: int = Field(500, ge=0, description="products to write above which one bulk operation does it")
    price_brake_percent: Decimal = Field(
        Decimal(30), ge=0, le=100, description="a run that would change the prices of more products than this share stops"
    )
    price_brake_least: int = Field(10, ge=0, description="so many products may always change price")

    @model_validator(mode="after")
    def _each_once(self) -> "ProductsToShopifyOptions":
        names = [option.name.casefold() for option in self.options]
        if len(names) != len(set(names)):
            raise ValueError("two options have the same name")
        keys = [(feature.of, feature.namespace, feature.key) for feature in self.features]
        if len(keys) != len(set(keys)):
            raise ValueError("two features have the same metafield")
        return self
