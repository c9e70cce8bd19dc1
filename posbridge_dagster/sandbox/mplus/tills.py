"""Some days at the tills: orders, invoices, deposits, deliveries, cancellations and credits of every kind, as the staff books them.

Everything goes through the same operations as the calls of the API, only the clock is that of the day; the same seed gives the
same days.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from posbridge_dagster.sandbox.generator import services
from posbridge_dagster.sandbox.generator.clock import opening_hours
from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.crediting import Desk
from posbridge_dagster.sandbox.mplus.masterdata import COUNTRIES, HOME_COUNTRY
from posbridge_dagster.sandbox.mplus.moments import date_parts
from posbridge_dagster.sandbox.mplus.operations.deliveries import deliver_order, deliver_order_v2
from posbridge_dagster.sandbox.mplus.operations.invoices import credit_invoice_v2, pay_invoice, save_invoice
from posbridge_dagster.sandbox.mplus.operations.orders import cancel_order, create_order_v3, pay
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Card

EMPLOYEE = 999999

AtWork = Callable[[], AbstractContextManager[Context]]


class Tills:
    """The tills of one administration on some days; ``at_work`` gives the context of one deed.

    They sell goods that are kept in stock, to everybody whose e-mail address is nobody else's as well.
    """

    def __init__(self, at_work: AtWork, days: Sequence[date], seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self._at_work, self._days = at_work, sorted(days)
        self._desk = Desk(at_work)
        with at_work() as context:
            state = context.books.state
        shared = Counter(_email(card) for card in state.relations.values())
        self._relations = [card for card in state.relations.values() if not _email(card) or shared[_email(card)] == 1]
        self._articles = [article for article in state.articles.values() if article.members.get("stockArticle")]

    def book(self, documents: int) -> dict[str, int]:
        """Book so many sales, spread over the days, and return how many there are of each kind; credits come on top."""
        kinds = self.chance.choices(list(KINDS), weights=[weight for weight, _ in KINDS.values()], k=documents)
        for place, kind in enumerate(kinds):
            day = self._days[place * len(self._days) // documents]
            KINDS[kind][1](self, opening_hours(day).moment(self.chance))
        return dict(Counter(kinds))

    def order(self, at: datetime, **members: Any) -> Message:
        """Book an order and return it."""
        answer = self._done(create_order_v3, {"request": {"order": self._document(**members)}}, at)
        order: Message = answer["order"]
        return order

    def invoice(self, at: datetime, paid_share: float = 1.0) -> tuple[UUID, int]:
        """Book an invoice, take a share of its money, and return its id and the number of its lines of goods."""
        document = self._document()
        id_ = self._done(save_invoice, {"invoice": document}, at)["info"]["invoiceId"]
        with self._at_work() as context:
            total = context.books.state.invoices[id_].total_incl
        if cents := int(total * paid_share):
            self._done(pay_invoice, {"request": {"invoiceId": str(id_), **self._payments(cents)}}, at)
        return id_, len(document["lineList"]["line"])

    def pay(self, order: Message, cents: int, at: datetime, *, deposit: bool) -> UUID | None:
        """Take money on an order; paid off, it is handed over and invoiced, and the id of the invoice is returned."""
        answer = self._done(pay, {"request": {"orderId": str(order["orderId"]), "prepay": deposit, **self._payments(cents)}}, at)
        return answer.get("invoiceId")

    def later(self, at: datetime) -> datetime:
        """Return a moment of the same day or one that follows."""
        days = [day for day in self._days if day >= at.date()]
        return max(at, opening_hours(self.chance.choice(days[:2])).moment(self.chance))

    def credit_in_parts(self, at: datetime) -> None:
        """Sell on an invoice and take single pieces back, up to three times."""
        id_, lines = self.invoice(at)
        for _ in range(self.chance.randint(1, 3)):
            with self._at_work() as context:
                invoice = context.books.state.invoices[id_]
                back = [line for other in context.books.state.invoices.values() if other.credits == id_ for line in other.lines]
            position = self.chance.randint(1, lines)
            line, left = invoice.lines[position - 1], invoice.total_incl + sum(each.total_incl for each in back)
            if 0 < line.total_incl <= left and line.article_number not in {each.article_number for each in back}:
                self._desk.credit(id_, {position: Decimal(self.chance.randint(1, int(line.quantity)))}, self.later(at).date())

    def step(self, perform: Callable[[Message, Context], Message], at: datetime, **asked: Any) -> Message:
        """Do one deed with an order or an invoice that is there."""
        return self._done(perform, {"request": asked}, at)

    def _done(self, perform: Callable[[Message, Context], Message], message: Message, at: datetime) -> Message:
        with self._at_work() as context:
            answer = perform(message, replace(context, now=at))
        result = str(answer.get("result", ""))
        if not result.endswith("OK"):
            raise ValueError(f"{result}: {answer.get('errorMessage') or answer.get('message')}")
        return answer

    def _document(self, *, country: str | None = None, vat_method: str = "VAT-METHOD-INCLUSIVE") -> Message:
        wanted = [card for card in self._relations if country is None or card.members.get("country", "NL") == country]
        with self._at_work() as context:
            branches = [branch for branch in context.books.state.branches.values() if branch.country == (country or "NL")]
        branch = self.chance.choice(branches)
        return {
            "entryBranchNumber": branch.number,
            "financialBranchNumber": branch.number,
            "workplaceNumber": self.chance.choice(branch.workplaces),
            "employeeNumber": EMPLOYEE,
            "relationNumber": self.chance.choice(wanted).number,
            "vatMethod": vat_method,
            "vatCountryIso3": COUNTRIES[country].iso3 if country else HOME_COUNTRY,
            "reference": self.chance.choice(["", "", "Telefonisch besteld"]),
            "lineList": {"line": self._lines(vat_method)},
        }

    def _lines(self, vat_method: str) -> list[Message]:
        """Return goods of any VAT rate, now and then with a discount, words, shipping and a discount of the whole document."""
        lines = [self._goods(vat_method) for _ in range(self.chance.choice([1, 1, 2, 3, 4, 6]))]
        if self.chance.random() < 0.15:
            lines.insert(1, {"articleNumber": 0, "text": "Cadeau inpakken, met kaartje", "data": {"quantity": 0}})
        if self.chance.random() < 0.15:
            lines.append(_line(services.SHIPPING, 1, 695, vat_method))
        if self.chance.random() < 0.1:
            lines.append(_line(services.DISCOUNT, 1, -self.chance.randint(1, 150), vat_method))
        return lines

    def _goods(self, vat_method: str) -> Message:
        article, quantity = self.chance.choice(self._articles), self.chance.choice([1, 1, 1, 2, 3, 5])
        price = max(200, int(article.members["priceIncl"]))
        off = self.chance.randint(1, price // 4) if self.chance.random() < 0.15 else 0
        return _line(article.number, quantity, price, vat_method, **({"discountAmount": off} if off else {}))

    def _payments(self, cents: int) -> Message:
        first = cents // 2 if self.chance.random() < 0.2 else cents
        parts = [("PIN", first), ("CONTANT", cents - first)]
        return {"paymentList": {"payment": [{"method": method, "amount": part} for method, part in parts if part]}}


def _email(card: Card) -> str:
    return str(card.members.get("email") or "").lower()


def _line(article: int, quantity: int, price: int, vat_method: str, **data: Any) -> Message:
    unit = "price" if vat_method == "VAT-METHOD-INCLUSIVE" else "priceExcl"
    return {"articleNumber": article, "data": {"quantity": quantity, "decimalPlaces": 0, unit: price, **data}}


def _paid(tills: Tills, at: datetime, **members: Any) -> UUID | None:
    order = tills.order(at, **members)
    return tills.pay(order, order["totalInclAmount"], at, deposit=False)


def _deposit(tills: Tills, at: datetime) -> None:
    order = tills.order(at)
    tills.pay(order, tills.chance.randint(1, order["totalInclAmount"] - 1), at, deposit=True)


def _handed_over_in_part(tills: Tills, at: datetime) -> None:
    order = tills.order(at)
    line = order["lineList"]["line"][0]  # goods; what stands behind them may be words, shipping or a discount
    part = {"lineId": str(line["lineId"]), "quantity": tills.chance.randint(1, line["data"]["quantity"])}
    tills.step(deliver_order_v2, at, orderDelivery={"orderId": str(order["orderId"]), "lineList": {"line": [part]}})


def _cancelled(tills: Tills, at: datetime) -> None:
    by = {"workplace": {"branchNumber": 1, "workplaceNumber": 1}, "employee": {"employeeNumber": EMPLOYEE}}
    tills.step(cancel_order, at, orderId=str(tills.order(at)["orderId"]), **by)


def _credited(tills: Tills, at: datetime) -> None:
    invoice_id, later = _paid(tills, at), tills.later(at)
    tills.step(credit_invoice_v2, later, invoiceId=str(invoice_id), financialDate=date_parts(later.date()))


KINDS: dict[str, tuple[int, Callable[[Tills, datetime], object]]] = {
    "paid": (30, _paid),
    "invoice": (14, lambda tills, at: tills.invoice(at)),
    "open invoice": (6, lambda tills, at: tills.invoice(at, tills.chance.choice([0.0, 0.4]))),
    "open": (8, lambda tills, at: tills.order(at)),
    "deposit": (8, _deposit),
    "handed over": (6, lambda tills, at: tills.step(deliver_order, at, orderId=str(tills.order(at)["orderId"]))),
    "handed over in part": (5, _handed_over_in_part),
    "cancelled": (5, _cancelled),
    "credited": (5, _credited),
    "credited in parts": (5, lambda tills, at: tills.credit_in_parts(at)),
    "foreign VAT": (4, lambda tills, at: _paid(tills, at, country="DE")),
    "excluding VAT": (4, lambda tills, at: _paid(tills, at, vat_method="VAT-METHOD-EXCLUSIVE")),
}
"""What happens at a till, by how often."""
