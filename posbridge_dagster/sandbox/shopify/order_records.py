"""What the pretend shop holds of a sale: lines, money, goods handed over, what came back.

Plain records as those in ``records``; what they add up to is the business of ``reckoning``.
"""

from dataclasses import dataclass, field
from datetime import datetime

from posbridge_dagster.sandbox.shopify.records import Address, Metafield

IDS_PER_ORDER = 10_000


@dataclass(slots=True)
class Tax:
    """A tax as an app stated it; ``rate`` in hundredths of a percent (finer rates are rounded), the amount in cents."""

    title: str
    rate: int
    cents: int


@dataclass(slots=True)
class Line:
    """A line of an order. ``kind`` is article, custom, gift_card or tip; ``rate`` in hundredths of a percent.

    ``taxes`` are those that an app stated; without them (None) the VAT is worked out from the rate. ``added`` pieces of the
    quantity came after the sale (an edit, an exchange), ``removed`` pieces were taken off by an edit and count no more.
    ``claimed_at`` is the location whose stock the pieces were taken from, where it is not the order's.
    """

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
    taxes: list[Tax] | None = None
    requires_shipping: bool = True
    taxable: bool = True
    vendor: str = ""
    product: int | None = None
    properties: tuple[tuple[str, str], ...] = ()
    added: int = 0
    removed: int = 0
    claimed_at: int | None = None


@dataclass(slots=True)
class Shipping:
    """A shipping line of an order; taxes as those of a line. ``discount_cents`` is what a free-shipping code takes off."""

    number: int
    title: str
    cents: int
    rate: int = 2100
    code: str = ""
    source: str = "shopify"
    taxes: list[Tax] | None = None
    discount_cents: int = 0


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
    """What came back of a line. Without a ``restock_type`` it follows from ``restocked`` and whether the goods were handed over."""

    number: int
    line: int
    quantity: int
    restocked: bool
    restock_type: str = ""
    location: int | None = None


@dataclass(slots=True)
class Refund:
    """Goods or money given back; its transactions are among the order's, named by number."""

    number: int
    created_at: datetime
    lines: list[RefundLine]
    transactions: list[int]
    shipping_cents: int = 0
    note: str = ""
    processed_at: datetime | None = None


@dataclass(slots=True)
class Fulfillment:
    """Goods that were handed over or sent: quantities by line number."""

    number: int
    at: datetime
    location: int | None
    lines: list[tuple[int, int]]
    tracking: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class ReturnedLine:
    """What a customer brings back of a line."""

    number: int
    line: int
    quantity: int
    note: str = ""


@dataclass(slots=True)
class Return:
    """A return, and with ``exchanges`` (numbers of lines that were added to the order for it) an exchange.

    ``refunds`` and ``transactions`` are among the order's, named by number.
    """

    number: int
    created_at: datetime
    lines: list[ReturnedLine]
    exchanges: list[int]
    refunds: list[int]
    transactions: list[int]
    closed_at: datetime | None = None


@dataclass(slots=True)
class Order:
    """A sale. ``seen_at`` is when the shop came to know this state of it: search may not know it yet.

    Numbers of lines, transactions and other parts start at ``number * IDS_PER_ORDER``. ``stated_status`` is a financial status
    that an app gave and that holds until money moves; ``source_key`` is the key an app gave, in place of a till's. An order
    without ``claims_stock`` took nothing off the stock when it was made.
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
    shippings: list[Shipping] = field(default_factory=list)
    note: str = ""
    po_number: str = ""
    tags: list[str] = field(default_factory=list)
    test: bool = False
    fulfillments: list[Fulfillment] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    billing: Address | None = None
    shipping: Address | None = None
    cancelled_at: datetime | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    by_app: bool = False
    source_key: str = ""
    processed_at: datetime | None = None
    closed_at: datetime | None = None
    cancel_reason: str = ""
    cancel_note: str = ""
    currency: str = ""
    taxes_included: bool = True
    stated_status: str = ""
    fulfillment_label: str = ""
    edited: bool = False
    company_place: int | None = None
    claims_stock: bool = True

    def part(self, position: int) -> int:
        """Return the number of the order's part at a position that starts at 1."""
        return self.number * IDS_PER_ORDER + position

    @property
    def goods(self) -> list[Line]:
        """Return the lines that are no tip."""
        return [line for line in self.lines if line.kind != "tip"]

    @property
    def shipping_cents(self) -> int:
        """Return what shipping costs before discounts."""
        return sum(entry.cents for entry in self.shippings)

    @property
    def business_moment(self) -> datetime:
        """Return when the sale was made, which an app may set into the past."""
        return self.processed_at or self.created_at

    @property
    def source_identifier(self) -> str | None:
        """Return the key of the sale where it was made: an app's own, or location, device and receipt of a till."""
        if self.source_key:
            return self.source_key
        return f"{self.location}-1-{self.number}" if self.source_name == "pos" and self.location else None

    def handed_over(self) -> dict[int, int]:
        """Return the quantity of every line that was handed over or sent, by line number."""
        quantities: dict[int, int] = {}
        for entry in self.fulfillments:
            for line, quantity in entry.lines:
                quantities[line] = quantities.get(line, 0) + quantity
        return quantities

    def to_hand_over(self) -> dict[int, int]:
        """Return the quantity of every line that is still to be handed over: what is cancelled or given back first is not."""
        done = self.handed_over()
        return {line.number: self._left(line, done.get(line.number, 0)) for line in self.goods}

    def _left(self, line: Line, done: int) -> int:
        if self.cancelled_at is not None:
            return 0
        back = [entry for refund in self.refunds for entry in refund.lines if entry.line == line.number]
        cancelled = sum(entry.quantity for entry in back if entry.restock_type == "CANCEL")
        returned = sum(entry.quantity for entry in back) - cancelled
        return max(line.quantity - line.removed - done - cancelled - max(returned - done, 0), 0)

    @property
    def fulfilled(self) -> bool:
        """Return whether nothing is left to be handed over and something was."""
        return bool(self.fulfillments) and not any(self.to_hand_over().values())
