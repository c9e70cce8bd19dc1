"""Documents booked at a till through its own SOAP calls: every kind that reaches a shop, and a few that must not."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from posbridge_dagster.sandbox.generator import services
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LocationSeed, RelationSeed, Seed
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, SIGN, little_shop
from posbridge_dagster_tests.sandbox.mplus.till import Till, payments

FIRST_DAY, SECOND_DAY = "2025-10-20", "2025-10-21"
CHEESE = 100301
GERMAN_BRANCH = 3

RELATIONS = (
    RelationSeed(201, "Jan van den Berg", "Jan@Example.nl", address="Dorpsstraat 1", zipcode="1234 ab", city="Ede"),
    RelationSeed(202, "Zeewind B.V.", "inkoop@zeewind.example", "Zeewind B.V.", "Cas Vos", "Haven 3", "3456 EF", "Zwolle"),
    RelationSeed(203, "Erika Muster", "erika@example.de", address="Hauptstraße 5", zipcode="10115", city="Berlin", country="DE"),
    RelationSeed(204, "Onbekende zonder e-mail", city="Urk"),
)


def till_shop() -> Seed:
    """Return the little shop with a German branch, cheese by weight and four relations."""
    seed = little_shop(
        relations=RELATIONS, families=(FamilySeed(1003, "Kaas", (ArticleSeed(CHEESE, str(CHEESE), "Kaas", 1590, 900, stock=500),)),)
    )
    seed.locations.append(LocationSeed(GERMAN_BRANCH, "Laden Berlin", GERMAN_BRANCH, country="DE"))
    return seed


def line(article: int, quantity: int = 1, price: int = 1995, **data: Any) -> dict[str, Any]:
    return {"articleNumber": article, "data": {"quantity": quantity, "decimalPlaces": 0, "price": price, **data}}


def words(text: str) -> dict[str, Any]:
    return {"articleNumber": 0, "text": text, "data": {"quantity": 0, "decimalPlaces": 0}}


bag, book, sign = line(BAG), line(BOOK, 1, 1250), line(SIGN, 3, 995)


@dataclass(frozen=True)
class Booked:
    """A document as the till answered it: its bare ids and what it comes to."""

    case: str
    order_id: str = ""
    invoice_id: str = ""

    @property
    def document_id(self) -> str:
        """Return its id in the flow."""
        kind, number = ("order", self.order_id) if self.order_id else ("invoice", self.invoice_id)
        return f"{kind}:{number.replace('-', '').lower()}"


@dataclass
class Counter:
    """Books documents at one till; ``booked`` remembers them in their order."""

    till: Till
    booked: list[Booked] = field(default_factory=list)
    relation: int = 201

    def order(self, case: str, day: str, *lines: dict[str, Any], paid: int | None = None, prepay: bool = False, **members: Any) -> Booked:
        """Book an order; ``paid`` None leaves it open."""
        answer = self.till.ask(
            "createOrderV3",
            idempotencyKey=f"{case}-{len(self.booked)}",
            order={"orderId": "", **self._head(day), **members, "lineList": {"line": list(lines)}},
            **({} if paid is None else {"prepay": prepay, "paymentList": payments(paid) if paid else {}}),
        )
        assert answer["result"] == "CREATE-ORDER-RESULT-OK", answer["errorMessage"]
        invoice_id = answer["invoiceId"] if answer.has("invoiceId") else ""
        return self._keep(Booked(case, answer["info/orderId"], invoice_id))

    def invoice(self, case: str, day: str, *lines: dict[str, Any], paid: int = 0, **members: Any) -> Booked:
        """Book an invoice without an order."""
        content = {**self._head(day), **members, "lineList": {"line": list(lines)}}
        answer = self.till.call("saveInvoice", invoice=content)
        assert answer["result"] == "SAVE-INVOICE-RESULT-OK", answer["errorMessage"]
        booked = Booked(case, invoice_id=answer["info/invoiceId"])
        if paid:
            result = self.till.ask("payInvoice", invoiceId=booked.invoice_id, paymentList=payments(paid))["result"]
            assert result == "PAY-INVOICE-RESULT-OK"
        return self._keep(booked)

    def change(self, booked: Booked, day: str, *lines: dict[str, Any]) -> None:
        """Give an invoice that is still open other lines."""
        known = self.till.sandbox.books.state.invoices[UUID(booked.invoice_id)]
        counters = {"changeCounter": known.change_counter, "versionNumber": known.version_number}
        content = {"invoiceId": booked.invoice_id, **counters, **self._head(day), "lineList": {"line": list(lines)}}
        answer = self.till.call("saveInvoice", invoice=content)
        assert answer["result"] == "SAVE-INVOICE-RESULT-OK", answer["errorMessage"]

    def bill(self, booked: Booked) -> Booked:
        """Hand the goods of an order over on account, and return it with its invoice."""
        turnover = "DELIVER-ORDER-TURNOVER-TYPE-INVOICE"
        answer = self.till.ask("deliverOrder", orderId=booked.order_id, turnoverType=turnover)
        assert answer["result"] == "DELIVER-ORDER-RESULT-OK"
        return replace(booked, invoice_id=answer["invoiceId"])

    def deliver(self, booked: Booked) -> None:
        """Hand the goods of an order over."""
        assert self.till.ask("deliverOrder", orderId=booked.order_id)["result"] == "DELIVER-ORDER-RESULT-OK"

    def deliver_part(self, booked: Booked, **pieces: int) -> None:
        """Hand some pieces of an order over; ``l1=2`` are two of its first line."""
        known = self.till.sandbox.books.state.orders[UUID(booked.order_id)].lines
        lines = [{"lineId": known[int(name[1:]) - 1].id, "quantity": count} for name, count in pieces.items()]
        answer = self.till.ask("deliverOrderV2", orderDelivery={"orderId": booked.order_id, "lineList": {"line": lines}})
        assert answer["result"] == "DELIVER-ORDER-V2-RESULT-OK", answer["errorMessage"]

    def pay(self, booked: Booked, cents: int, *, method: str = "PIN", prepay: bool = True) -> None:
        """Take money on an order or its invoice; without ``prepay`` an order is paid off, handed over and invoiced."""
        if not booked.invoice_id:
            asked = {"idempotencyKey": f"{booked.case}-{cents}-{method}", "orderId": booked.order_id, "prepay": prepay}
            answer = self.till.ask("payOrderV2", **asked, paymentList=payments(cents, method=method))
            assert answer["result"] == "PAY-ORDER-RESULT-OK", answer["errorMessage"]
        else:
            answer = self.till.ask("payInvoice", invoiceId=booked.invoice_id, paymentList=payments(cents, method=method))
            assert answer["result"] == "PAY-INVOICE-RESULT-OK", answer["errorMessage"]

    def credit_part(self, booked: Booked, day: str, *, paid_out: dict[str, int] | None = None, **pieces: int) -> str:
        """Take some pieces of an invoice back and return the document id of the credit; ``l1=2`` are two of its first line."""
        by_position = {int(name[1:]): Decimal(count) for name, count in pieces.items()}
        credit = self.till.sandbox.desk.credit(UUID(booked.invoice_id), by_position, date.fromisoformat(day), paid_out)
        return f"invoice:{credit.hex}"

    def cancel(self, booked: Booked) -> None:
        """Cancel an order."""
        members = {"workplace": {"branchNumber": 1, "workplaceNumber": 1}, "employee": {"employeeNumber": 999999}}
        assert self.till.ask("cancelOrderV2", **members, orderId=booked.order_id)["result"] == "CANCEL-ORDER-RESULT-OK"

    def credit(self, booked: Booked, day: str) -> None:
        """Credit the invoice of a document on a day."""
        answer = self.till.ask("creditInvoiceV2", invoiceId=booked.invoice_id, financialDate=_date(day))
        assert answer["result"] == "CREDIT-INVOICE-V2-RESULT-OK"

    def _head(self, day: str) -> dict[str, Any]:
        return {
            "entryBranchNumber": 1,
            "employeeNumber": 999999,
            "relationNumber": self.relation,
            "financialDate": _date(day),
            "financialBranchNumber": 1,
            "workplaceNumber": 1,
            "vatMethod": "VAT-METHOD-INCLUSIVE",
        }

    def _keep(self, booked: Booked) -> Booked:
        self.booked.append(booked)
        return booked


Case = Callable[[Counter, str], object]


def _exclusive(at: Counter, day: str) -> None:
    at.order("excluding VAT", day, line(BAG, 2, 1649), line(BOOK, 1, 1147), vatMethod="VAT-METHOD-EXCLUSIVE", relationNumber=202)


def _german(at: Counter, day: str) -> None:
    members: dict[str, Any] = {
        "vatCountryIso3": "DEU",
        "financialBranchNumber": GERMAN_BRANCH,
        "entryBranchNumber": GERMAN_BRANCH,
        "relationNumber": 203,
    }
    at.order("foreign VAT", day, bag, book, paid=3245, **members)


def _credited(at: Counter, day: str) -> None:
    at.credit(at.order("credited", day, line(BAG, 2), book, paid=5240), day)


def _credited_invoice(at: Counter, day: str) -> None:
    at.credit(at.invoice("credited invoice", day, sign, paid=2985), day)


CASES: dict[str, Case] = {
    "paid": lambda at, day: at.order("paid", day, bag, sign, paid=4980),
    "company": lambda at, day: at.order("company", day, line(BAG, 10, 1795), paid=17950, relationNumber=202),
    "mixed VAT": lambda at, day: at.order("mixed VAT", day, bag, words("cadeau inpakken"), book, paid=3245),
    "shipping": lambda at, day: at.order("shipping", day, book, line(services.SHIPPING, 1, 695), paid=1945),
    "discount line": lambda at, day: at.order("discount line", day, bag, sign, line(services.DISCOUNT, 1, -500), paid=4480),
    "discount on a line": lambda at, day: at.order("discount on a line", day, line(BAG, 3, 1995, discountAmount=100), paid=5885),
    "by weight": lambda at, day: at.order("by weight", day, line(CHEESE, 530, 1590, decimalPlaces=3), paid=843),
    "partly paid": lambda at, day: at.order("partly paid", day, bag, paid=1000, prepay=True),
    "open": lambda at, day: at.order("open", day, bag, book),
    "delivered": lambda at, day: at.deliver(at.order("delivered", day, sign)),
    "cancelled": lambda at, day: at.cancel(at.order("cancelled", day, bag)),
    "credited": _credited,
    "invoice": lambda at, day: at.invoice("invoice", day, bag, book, paid=3245),
    "open invoice": lambda at, day: at.invoice("open invoice", day, book, paid=500),
    "credited invoice": _credited_invoice,
    "foreign VAT": _german,
    "excluding VAT": _exclusive,
    "walk-in": lambda at, day: at.order("walk-in", day, bag, paid=1995, relationNumber=1),
    "no e-mail": lambda at, day: at.order("no e-mail", day, book, paid=1250, relationNumber=204),
    "costs nothing": lambda at, day: at.order("costs nothing", day, line(BAG, 1, 0), paid=0),
}


def book_days(till: Till, documents: int = 100) -> list[Booked]:
    """Book so many documents over two days, every case in turn; return what was booked, without the credits."""
    counter = Counter(till)
    for number in range(documents):
        case = list(CASES)[number % len(CASES)]
        CASES[case](counter, FIRST_DAY if number < documents // 2 else SECOND_DAY)
    return counter.booked


def _date(day: str) -> dict[str, int]:
    when = date.fromisoformat(day)
    return {"day": when.day, "mon": when.month, "year": when.year}
