"""What a shop is made of before either system holds it: plain facts that both sandboxes are filled from.

Money is in cents of the shop's currency, rates are hundredths of a percent (2100 is 21 %), moments are aware UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class LocationSeed:
    """A Shopify location and the MplusKASSA branch and workplace that are the same shop floor."""

    number: int
    name: str
    branch_number: int
    workplace_number: int = 1
    country: str = "NL"


FieldValue = str | int | bool | Decimal | date | datetime | tuple[int, ...]


@dataclass(frozen=True)
class CustomFieldSeed:
    """What a record holds in one of the fields that the administration made for itself; its kind is that of the field."""

    name: str
    value: FieldValue


@dataclass(frozen=True)
class SalesPriceSeed:
    """A price of an article on one of the till's price lists, between two days (both included) where they are given."""

    number: int
    price_cents: int
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class DetailSeed:
    """What only the till knows of an article, beyond what a sale needs.

    Positions are those of the till's own sequence of colours and sizes, 0 = none. ``webshop`` None = as it is in Shopify.
    ``till_stock`` is for amounts that are not whole; None = the stock of the seed.
    """

    colour_position: int = 0
    size_position: int = 0
    long_text: str = ""
    purchase_cents: int = 0
    unit: str = ""
    content_quantity: Decimal | None = None
    content_unit: str = ""
    supplier_article: str = ""
    barcodes: tuple[str, ...] = ()
    custom_fields: tuple[CustomFieldSeed, ...] = ()
    sales_prices: tuple[SalesPriceSeed, ...] = ()
    special_price: str = "PRICE-NORMAL"
    webshop: bool | None = None
    discontinued: bool = False
    day_stock: bool = False
    till_stock: Decimal | None = None


@dataclass(frozen=True)
class ArticleSeed:
    """A sellable thing. ``code`` is its SKU in Shopify; empty = not in that shop (a service article of the till).

    ``article_number`` 0 = unknown to MplusKASSA (an unknown SKU). ``ext_article_id`` holds codes that are no number.
    """

    article_number: int
    code: str
    description: str
    price_cents: int
    vat_rate: int = 2100
    ext_article_id: str = ""
    barcode: str = ""
    colour: str = ""
    size: str = ""
    stock: int = 0
    stock_article: bool = True
    active: bool = True
    details: DetailSeed = DetailSeed()


@dataclass(frozen=True)
class FamilySeed:
    """A MplusKASSA product (family) and the Shopify product that mirrors it."""

    number: int
    description: str
    articles: tuple[ArticleSeed, ...]
    groups: tuple[int, ...] = ()
    brand: str = ""
    long_text: str = ""


@dataclass(frozen=True)
class GroupSeed:
    """A MplusKASSA article group; ``parent`` 0 is the top."""

    number: int
    name: str
    parent: int = 0
    text: str = ""


@dataclass(frozen=True)
class AddressSeed:
    """An address as Shopify holds it: street and house number in one line, country as ISO 3166 alpha-2."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "NL"
    phone: str = ""


@dataclass(frozen=True)
class CustomerSeed:
    """A Shopify customer."""

    number: int
    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    address: AddressSeed | None = None


@dataclass(frozen=True)
class RelationSeed:
    """A MplusKASSA relation that exists before any sale."""

    number: int
    name: str
    email: str = ""
    company_name: str = ""
    contact: str = ""
    address: str = ""
    zipcode: str = ""
    city: str = ""
    country: str = "NL"
    telephone: str = ""
    mobile: str = ""
    website: str = ""
    vat_number: str = ""
    commerce_number: str = ""
    delivery: AddressSeed | None = None
    birth_date: date | None = None
    custom_fields: tuple[CustomFieldSeed, ...] = ()
    contacts: tuple["RelationSeed", ...] = ()
    active: bool = True


@dataclass(frozen=True)
class LineSeed:
    """A line of a sale. ``kind`` is article, custom (no product) or gift_card; ``discount_cents`` is for the whole line."""

    title: str
    quantity: int
    unit_price_cents: int
    vat_rate: int = 2100
    code: str = ""
    kind: str = "article"
    discount_cents: int = 0


@dataclass(frozen=True)
class PaymentSeed:
    """A tender: gateway, kind (SALE, CHANGE) and amount; ``rounding_cents`` is the cash rounding within it."""

    gateway: str
    amount_cents: int
    kind: str = "SALE"
    rounding_cents: int = 0
    status: str = "SUCCESS"


@dataclass(frozen=True)
class RefundLineSeed:
    """What came back of a line, by its position in the sale."""

    line: int
    quantity: int
    restock: bool = True


@dataclass(frozen=True)
class RefundSeed:
    """Money given back for a sale; ``shipping_cents`` and ``adjustment_cents`` belong to no line."""

    number: int
    created_at: datetime
    lines: tuple[RefundLineSeed, ...] = ()
    payments: tuple[PaymentSeed, ...] = ()
    shipping_cents: int = 0
    adjustment_cents: int = 0
    note: str = ""


@dataclass(frozen=True)
class ExchangeSeed:
    """Goods that come back for others: what is given back, what is taken instead, and what is paid for it beside that.

    ``number`` is the return's; the refund holds what came back and, where the new goods cost less, the money given back.
    """

    number: int
    refund: RefundSeed
    lines: tuple[LineSeed, ...]
    payments: tuple[PaymentSeed, ...] = ()


@dataclass(frozen=True)
class OrderSeed:
    """A sale in Shopify. Prices include VAT. ``order_discount_cents`` is spread over the lines by Shopify.

    ``number`` is the numeric part of its id. No customer number = a walk-in.
    """

    number: int
    name: str
    created_at: datetime
    location_number: int | None
    lines: tuple[LineSeed, ...]
    payments: tuple[PaymentSeed, ...] = ()
    customer_number: int | None = None
    source_name: str = "pos"
    order_discount_cents: int = 0
    discount_code: str = ""
    tip_cents: int = 0
    shipping_cents: int = 0
    shipping_title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    test: bool = False
    fulfilled: bool = True
    billing: AddressSeed | None = None
    shipping: AddressSeed | None = None
    cancelled_at: datetime | None = None
    refunds: tuple[RefundSeed, ...] = ()
    exchanges: tuple[ExchangeSeed, ...] = ()


@dataclass
class Seed:
    """A whole shop: what MplusKASSA holds, what Shopify holds, and a report of what was left out and why."""

    families: list[FamilySeed] = field(default_factory=list)
    groups: list[GroupSeed] = field(default_factory=list)
    locations: list[LocationSeed] = field(default_factory=list)
    customers: list[CustomerSeed] = field(default_factory=list)
    relations: list[RelationSeed] = field(default_factory=list)
    orders: list[OrderSeed] = field(default_factory=list)
    report: dict[str, int] = field(default_factory=dict)
    shop: str = "sandbox"
    currency: str = "EUR"
    timezone: str = "Europe/Amsterdam"
