"""What the pretend shop holds: one plain record per thing, money in cents, moments aware UTC.

Nothing here knows GraphQL: how a record looks in an answer is the business of ``nodes``.
"""

from dataclasses import dataclass, field
from datetime import datetime

IDS_PER_ORDER = 10_000


@dataclass(slots=True)
class Address:
    """An address; street and house number in one line, country as ISO 3166 alpha-2."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "NL"
    phone: str = ""


@dataclass(slots=True)
class Location:
    """A place that sells and keeps stock."""

    number: int
    name: str
    country: str = "NL"
    active: bool = True


@dataclass(slots=True)
class Product:
    """A product; its variants are in the shop, in the order of ``variants``."""

    number: int
    title: str
    handle: str
    vendor: str
    variants: list[int]
    option_names: list[str]
    created_at: datetime
    updated_at: datetime
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Variant:
    """What is sold: one SKU of a product. ``options`` are the values of the product's option names."""

    number: int
    product: int
    sku: str
    price_cents: int
    options: list[str]
    barcode: str = ""
    position: int = 1
    tracked: bool = True
    quantity: int = 0


@dataclass(slots=True)
class Metafield:
    """A value that an app keeps beside a record."""

    number: int
    namespace: str
    key: str
    kind: str
    value: str
    at: datetime


@dataclass(slots=True)
class Definition:
    """What a metafield must look like; of kind ``id`` its values are unique and find the owner again."""

    number: int
    owner_type: str
    namespace: str
    key: str
    name: str
    kind: str
    description: str = ""
    admin_filterable: bool = False
    unique: bool = False


@dataclass(slots=True)
class Customer:
    """A customer of the shop."""

    number: int
    email: str
    first_name: str
    last_name: str
    phone: str
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    address: Address | None = None
    note: str = ""
    tags: list[str] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """A line of an order. ``kind`` is article, custom, gift_card or tip; ``rate`` in hundredths of a percent."""

    number: int
    title: str
    quantity: int
    unit_cents: int
    rate: int
    kind: str
    sku: str
    variant: int | None
    variant_title: str
    discount_cents: int


@dataclass(slots=True)
class Transaction:
    """Money that moved, or did not. ``rounding_cents`` is the part of the amount that is cash rounding."""

    number: int
    kind: str
    status: str
    gateway: str
    cents: int
    rounding_cents: int
    at: datetime
    location: int | None
    parent: int | None = None


@dataclass(slots=True)
class RefundLine:
    """What came back of a line."""

    number: int
    line: int
    quantity: int
    restocked: bool


@dataclass(slots=True)
class Refund:
    """Goods or money given back; its transactions are among the order's, named by number. ``settles`` is the return of an exchange."""

    number: int
    created_at: datetime
    lines: list[RefundLine]
    transactions: list[int]
    shipping_cents: int = 0
    note: str = ""
    settles: int | None = None


@dataclass(slots=True)
class Exchange:
    """A return for which new goods were taken; ``lines`` are the numbers of the order's lines that it brought."""

    number: int
    created_at: datetime
    lines: list[int]


@dataclass(slots=True)
class Order:
    """A sale. ``seen_at`` is when the shop came to know this state of it: search may not know it yet.

    Numbers of lines, transactions and other parts start at ``number * IDS_PER_ORDER``.
    """

    number: int
    name: str
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    source_name: str
    lines: list[Line]
    transactions: list[Transaction]
    refunds: list[Refund]
    location: int | None = None
    customer: int | None = None
    email: str = ""
    phone: str = ""
    discount_cents: int = 0
    discount_code: str = ""
    shipping_cents: int = 0
    shipping_title: str = ""
    shipping_rate: int = 2100
    note: str = ""
    po_number: str = ""
    tags: list[str] = field(default_factory=list)
    test: bool = False
    fulfilled: bool = True
    billing: Address | None = None
    shipping: Address | None = None
    cancelled_at: datetime | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def part(self, position: int) -> int:
        """Return the number of the order's part at a position that starts at 1."""
        return self.number * IDS_PER_ORDER + position

    @property
    def goods(self) -> list[Line]:
        """Return the lines that are no tip."""
        return [line for line in self.lines if line.kind != "tip"]

    @property
    def exchanged(self) -> set[int]:
        """Return the numbers of the lines that exchanges brought."""
        return {line for exchange in self.exchanges for line in exchange.lines}

    @property
    def source_identifier(self) -> str | None:
        """Return the key of the sale at the till: location, device and receipt; None for what no till sold."""
        return f"{self.location}-1-{self.number}" if self.source_name == "pos" and self.location else None
