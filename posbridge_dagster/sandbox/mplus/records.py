"""What the administration keeps. Money is in cents, rates are hundredths of a percent, quantities are exact decimals."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

ZERO = Decimal(0)


@dataclass(slots=True)
class Card:
    """A master record: relation, article, family, group or employee.

    ``members`` holds its content under the names of the interface description, so that a member that the sandbox does not
    think about is kept and given back as it came.
    """

    number: int
    created_at: datetime
    changed_at: datetime
    members: dict[str, Any] = field(default_factory=dict)
    sync_marker: int = 0


@dataclass(slots=True)
class Family(Card):
    """A product: it groups articles, and stands in article groups. Its own marker is that of its own last change."""

    articles: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Article(Card):
    """The sellable thing."""

    family: int = 0
    day_stock: bool = False


@dataclass(slots=True)
class Group(Card):
    """An article group; parent 0 is the top. Products stand in it in the order of ``products``; a deleted one is kept."""

    parent: int = 0
    sort_order: int = 0
    products: list[int] = field(default_factory=list)
    deleted: bool = False


@dataclass(slots=True)
class Branch:
    """A shop floor with its workplaces (tills)."""

    number: int
    name: str
    workplaces: list[int]
    country: str = "NL"


@dataclass(slots=True)
class Line:
    """A line of a document; article 0 is a line of text."""

    id: UUID
    article_number: int
    text: str
    quantity: Decimal
    price: int
    price_excl: int
    vat_code: int
    vat_rate: int
    total_incl: int
    total_excl: int
    discount_amount: int = 0
    discount_percentage: int = 0
    discount_type: str = "DISCOUNT-TYPE-NONE"
    delivered: Decimal = ZERO
    cancelled: Decimal = ZERO


@dataclass(slots=True)
class Payment:
    """Money that came in (or, negative, went out) for a document."""

    id: UUID
    method: str
    amount: int
    financial_date: date
    entered_at: datetime
    branch: int
    workplace: int
    employee: int
    members: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class VatTotal:
    """What a document holds of one VAT code."""

    code: int
    rate: int
    excl: int
    vat: int


@dataclass(slots=True, kw_only=True)
class Document:
    """What orders and invoices have in common. ``number`` counts within ``year``; addresses are as they came."""

    id: UUID
    external_id: str
    year: int
    number: int
    relation_number: int
    employee_number: int
    entry_branch: int
    financial_branch: int
    workplace: int
    entered_at: datetime
    financial_date: date
    vat_method: str
    vat_country: str
    total_incl: int
    total_excl: int
    vat_totals: list[VatTotal]
    lines: list[Line]
    reference: str = ""
    payments: list[Payment] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)
    change_counter: int = 1
    version_number: int = 1
    sync_marker: int = 0

    @property
    def paid(self) -> int:
        """Return the sum of the payments."""
        return sum(payment.amount for payment in self.payments)


@dataclass(slots=True, kw_only=True)
class Order(Document):
    """A sales order. ``invoice_ids`` is filled once it is paid off or invoiced at delivery."""

    order_type: str = "ORDER-TYPE-SALES-ORDER"
    cancelled: bool = False
    packing_slips: list[UUID] = field(default_factory=list)
    invoice_ids: list[UUID] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Invoice(Document):
    """An invoice or, with ``credits``, the credit of one."""

    invoice_type: str = "INVOICE-TYPE-INVOICE"
    order_ids: list[UUID] = field(default_factory=list)
    packing_slips: list[UUID] = field(default_factory=list)
    due_date: date | None = None
    finalized_at: datetime | None = None
    credits: UUID | None = None
    credited_reason: str = ""
    credited_by: UUID | None = None


@dataclass(slots=True)
class StockRow:
    """The stock of one article at one branch."""

    physical: Decimal = ZERO
    reserved: Decimal = ZERO
    incoming: Decimal = ZERO
    stock_id: int = 0
    changed_at: datetime | None = None


@dataclass(slots=True)
class StockBooking:
    """One physical change of stock; its place in the history is its stockId.

    ``members`` holds what only this kind of change tells, such as the number of a receipt, under the names of the description.
    """

    stock_id: int
    branch: int
    article_number: int
    amount: Decimal
    kind: str
    at: datetime
    order_id: UUID | None = None
    packing_slip_id: UUID | None = None
    invoice_id: UUID | None = None
    members: dict[str, Any] | None = None


@dataclass(slots=True)
class Replay:
    """The answer that a once-only key got, kept small."""

    operation: str
    answer: bytes
