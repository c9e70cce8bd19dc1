"""The settings of the flow, as they stand under `settings:` in `mappings/orders_to_mplus.yaml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Document = Literal["order", "invoice"]
ArticleKey = Literal["article_number", "external_id", "barcode"]
Part = Literal["customer", "billing", "shipping", "note", "tags", "place", "totals", "cancelled", "lines", "payments"]


class OrdersToMplusOptions(BaseModel):
    """What the mapping file decides besides fields, lookups and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_debtor: int = Field(gt=0, description="relation number for sales without a customer; required")
    default_debtor_by_location: dict[str, int] = Field(default={}, description="another default debtor per Shopify location id")
    use_default_debtor: Literal["without_customer", "always"] = Field("without_customer", description="always = never look at customers")
    customer_without_email: Literal["default_debtor", "quarantine"] = Field(
        "default_debtor", description="an order that names a person but no e-mail"
    )
    currency: str = Field("EUR", min_length=3, max_length=3, description="currency that the administration keeps, ISO 4217")
    channel: Literal["pos", "online", "all"] = Field("pos", description="which orders are read")
    document: Document = Field("order", description="what a sale becomes in MplusKASSA")
    document_by_location: dict[str, Document] = Field(default={}, description="another document per Shopify location id")
    handed_over: list[str] = Field(
        ["FULFILLED", "FULFILLMENT_NOT_REQUIRED"], description="fulfilment states of goods that left the shop; others become prepaid orders"
    )
    fulfilled_later: Literal["leave", "hand_over"] = Field(
        "leave",
        description="what happens when the goods of a prepaid order leave the shop after it was sent; hand_over = it is delivered and "
        "invoiced in MplusKASSA too, leave = somebody does that there",
    )
    match_articles: list[ArticleKey] = Field(
        ["article_number", "external_id"], min_length=1, description="how a SKU finds its article, in order"
    )
    article_not_found: Literal["quarantine", "fallback"] = Field("quarantine", description="what happens to a line without an article")
    fallback_article: int | None = Field(None, description="article number for lines without an article, with article_not_found: fallback")
    refunds: Literal["negative_order", "credit_invoice", "ignore"] = Field(
        "negative_order",
        description="what a refund becomes: a document of its own with negative amounts, of the same kind as its order; credit_invoice = "
        "where it gives back all of an invoice, MplusKASSA's own credit of that invoice",
    )
    changed_after_send: Literal["quarantine", "update"] = Field(
        "quarantine",
        description="what happens when an order is changed or cancelled after it was sent; update = its document is changed or cancelled "
        "too, as far as MplusKASSA allows",
    )
    ignore_changes: list[Part] = Field([], description="parts of a sent order whose later changes do not matter")

    @model_validator(mode="after")
    def _fallback_has_an_article(self) -> "OrdersToMplusOptions":
        if self.article_not_found == "fallback" and not self.fallback_article:
            raise ValueError("article_not_found: fallback needs fallback_article")
        return self
