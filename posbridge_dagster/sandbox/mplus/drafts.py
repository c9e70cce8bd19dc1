"""A document as it is asked for, whichever call asks, and the checks and sums that every one goes through."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from posbridge_dagster.sandbox.mplus.books import Books
from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.masterdata import COUNTRY_BY_ISO3, HOME_COUNTRY, MAIN_BRANCH, with_rates
from posbridge_dagster.sandbox.mplus.pricing import INCLUSIVE, WITHOUT_VAT, Asked, document_totals, priced
from posbridge_dagster.sandbox.mplus.quantities import quantity_of
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Line

_KEPT_AS_IT_CAME = (
    "deliveryAddress",
    "invoiceAddress",
    "deliveryMethod",
    "deliveryDate",
    "deliveryPeriodBegin",
    "deliveryPeriodEnd",
    "paymentMethod",
    "tableNumber",
    "orderCategoryNumber",
    "directDebit",
)


class Refused(Exception):
    """A document that the administration does not take; ``reasons`` says all there is to say at once."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__("; ".join(self.reasons))


@dataclass(frozen=True)
class DraftLine:
    """A line as it is asked for."""

    article_number: int
    text: str
    asked: Asked
    vat_code: int | None = None
    discount_type: str = "DISCOUNT-TYPE-NONE"


@dataclass(frozen=True)
class Draft:
    """A document as it is asked for; branches and workplace are filled in already."""

    external_id: str
    relation_number: int
    employee_number: int
    entry_branch: int
    financial_branch: int
    workplace: int | None
    reference: str
    vat_method: str
    vat_country: str
    entered_at: datetime
    financial_date: date
    lines: tuple[DraftLine, ...]
    members: dict[str, Any] = field(default_factory=dict)
    reprice: bool = False


def draft_in_cents(document: Message, external_id: str, context: Context, reprice: bool = False) -> Draft:
    """Return what an Order or Invoice (prices in cents) asks for."""
    lines = (document.get("lineList") or {}).get("line", [])
    entered_at = context.moment_in(document, "entryTimestamp") or context.now
    day = context.date_in(document, "financialDate") or context.today
    return _draft(document, external_id, entered_at, day, [_line_in_cents(line) for line in lines], reprice)


def draft_in_euros(document: Message, external_id: str, context: Context) -> Draft:
    """Return what an InvoiceInput (prices in decimal euros, dates as xsd:date) asks for."""
    lines = (document.get("lineList") or {}).get("line", [])
    day = document.get("financialDate") or context.today
    return _draft(document, external_id, context.now, day, [_line_in_euros(line) for line in lines], False)


def _draft(document: Message, external_id: str, entered_at: datetime, day: date, lines: list[DraftLine], reprice: bool) -> Draft:
    entry = document.get("entryBranchNumber") or document.get("financialBranchNumber") or MAIN_BRANCH
    return Draft(
        external_id,
        document.get("relationNumber") or 0,
        document.get("employeeNumber") or 0,
        entry,
        document.get("financialBranchNumber") or entry,
        document.get("workplaceNumber") or (1 if entry == MAIN_BRANCH else None),
        document.get("reference", ""),
        document.get("vatMethod", INCLUSIVE),
        document.get("vatCountryIso3") or HOME_COUNTRY,
        entered_at,
        day,
        tuple(lines),
        {name: document[name] for name in _KEPT_AS_IT_CAME if name in document},
        reprice,
    )


def _line_in_cents(line: Message) -> DraftLine:
    data = line.get("data") or {}
    percentage = data.get("discountPercentage")
    asked = Asked(
        quantity_of(data.get("quantity", 0), data.get("decimalPlaces")),
        _decimal(data.get("price")),
        _decimal(data.get("priceExcl")),
        _decimal(data.get("discountAmount")),
        _decimal(data.get("discountAmountExcl")),
        None if percentage is None else Decimal(percentage) / 100,
    )
    return _draft_line(line, data, asked)


def _line_in_euros(line: Message) -> DraftLine:
    data = line.get("data") or {}
    asked = Asked(
        data.get("quantity", Decimal(0)),
        _cents(data.get("price")),
        _cents(data.get("priceExcl")),
        _cents(data.get("discountAmount")),
        _cents(data.get("discountAmountExcl")),
        data.get("discountPercentage"),
    )
    return _draft_line(line, data, asked)


def _draft_line(line: Message, data: Message, asked: Asked) -> DraftLine:
    kind = data.get("discountType", "DISCOUNT-TYPE-NONE")
    return DraftLine(line.get("articleNumber") or 0, line.get("text", ""), asked, data.get("vatCode"), kind)


def _decimal(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents)


def _cents(euros: Decimal | None) -> Decimal | None:
    return None if euros is None else euros * 100


def check(draft: Draft, books: Books) -> None:
    """Raise Refused with every reason why the administration does not take the document."""
    reasons = [*_header_reasons(draft, books), *_line_reasons(draft, books)]
    if reasons:
        raise Refused(reasons)


def _header_reasons(draft: Draft, books: Books) -> Iterable[str]:
    state = books.state
    if draft.relation_number not in state.relations:
        yield f"relation {draft.relation_number} does not exist" if draft.relation_number else "a relation is required"
    if draft.employee_number not in state.employees:
        yield f"employee {draft.employee_number} does not exist" if draft.employee_number else "an employee is required"
    for number in {draft.entry_branch, draft.financial_branch} - state.branches.keys():
        yield f"branch {number} does not exist"
    branch = state.branches.get(draft.entry_branch)
    if draft.workplace is None:
        yield f"entry branch {draft.entry_branch} is not the default one, so a workplaceNumber is required"
    elif branch and draft.workplace not in branch.workplaces:
        yield f"branch {branch.number} has no workplace {draft.workplace}"
    if draft.vat_country not in with_rates(branch.country for branch in state.branches.values()):
        yield f"no VAT rates are configured for country {draft.vat_country}"


def _line_reasons(draft: Draft, books: Books) -> Iterable[str]:
    rates = COUNTRY_BY_ISO3[draft.vat_country].rates if draft.vat_country in COUNTRY_BY_ISO3 else {}
    for position, line in enumerate(draft.lines, 1):
        if line.article_number and line.article_number not in books.state.articles:
            yield f"line {position}: article {line.article_number} does not exist"
        if line.vat_code is not None and line.vat_code not in rates:
            yield f"line {position}: the rate for VAT code {line.vat_code} is not properly configured"
        if not line.article_number and line.asked.quantity and (line.asked.price or line.asked.price_excl):
            yield f"line {position}: a line of text cannot have a price"


def lines_of(draft: Draft, books: Books) -> list[Line]:
    """Return the lines of a checked draft with their money and new ids."""
    return [_line(line, draft, books.state.articles.get(line.article_number)) for line in draft.lines]


def _line(line: DraftLine, draft: Draft, article: Article | None) -> Line:
    known = article.members if article else {}
    code = line.vat_code or known.get("vatCode") or 0
    rate = 0 if draft.vat_method in WITHOUT_VAT else COUNTRY_BY_ISO3[draft.vat_country].rates.get(code, 0)
    asked = Asked(line.asked.quantity) if draft.reprice and article else line.asked
    money = priced(asked, known.get("priceIncl", 0), rate, draft.vat_method)
    return Line(
        uuid4(),
        line.article_number,
        line.text or known.get("description", ""),
        line.asked.quantity,
        money.price,
        money.price_excl,
        code,
        rate,
        money.total_incl,
        money.total_excl,
        money.discount_amount,
        int((asked.discount_percentage or Decimal(0)) * 100),
        line.discount_type,
    )


def document_members(draft: Draft, lines: list[Line], name: str, books: Books, id_: UUID | None = None) -> dict[str, Any]:
    """Return the arguments that a new Order or Invoice is made of; ``name`` is its number series."""
    incl, excl, vat = document_totals(lines, draft.vat_method)
    year = draft.financial_date.year
    return {
        "id": id_ or uuid4(),
        "external_id": draft.external_id,
        "year": year,
        "number": books.next_number(f"{name}/{year}"),
        "relation_number": draft.relation_number,
        "employee_number": draft.employee_number,
        "entry_branch": draft.entry_branch,
        "financial_branch": draft.financial_branch,
        "workplace": draft.workplace or 1,
        "entered_at": draft.entered_at,
        "financial_date": draft.financial_date,
        "vat_method": draft.vat_method,
        "vat_country": draft.vat_country,
        "total_incl": incl,
        "total_excl": excl,
        "vat_totals": vat,
        "lines": lines,
        "reference": draft.reference,
        "members": draft.members,
    }
