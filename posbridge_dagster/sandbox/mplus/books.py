"""The state of the administration in one place, with the indexes that keep each call quick however much there is."""

import gc
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from posbridge_dagster.sandbox.mplus.markers import MarkerLog
from posbridge_dagster.sandbox.mplus.records import (
    Article,
    Branch,
    Card,
    Family,
    Group,
    Invoice,
    Order,
    Replay,
    StockBooking,
    StockRow,
)

_ORDERS_BETWEEN_FREEZES = 500


@dataclass
class State:
    """Everything that outlives a restart. Stock is by branch, then by article; replays by ident and key."""

    branches: dict[int, Branch] = field(default_factory=dict)
    employees: dict[int, Card] = field(default_factory=dict)
    relations: dict[int, Card] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    families: dict[int, Family] = field(default_factory=dict)
    articles: dict[int, Article] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    invoices: dict[UUID, Invoice] = field(default_factory=dict)
    stock: dict[int, dict[int, StockRow]] = field(default_factory=dict)
    bookings: list[StockBooking] = field(default_factory=list)
    replays: dict[str, Replay] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)


class Books:
    """The state and its indexes. Every change of an entity goes through one of the ``keep`` methods, which give it its marker."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.orders_by_ext: dict[str, Order] = {}
        self.invoices_by_ext: dict[str, Invoice] = {}
        self.order_log: MarkerLog[UUID] = MarkerLog()
        self.invoice_log: MarkerLog[UUID] = MarkerLog()
        self.relation_log: MarkerLog[int] = MarkerLog()
        self.employee_log: MarkerLog[int] = MarkerLog()
        self.group_log: MarkerLog[int] = MarkerLog()
        self.article_log: MarkerLog[tuple[bool, int]] = MarkerLog()
        self._index()

    def _index(self) -> None:
        state = self.state
        for order in _by_marker(state.orders.values()):
            self.order_log.place(order.id, order.sync_marker)
        for invoice in _by_marker(state.invoices.values()):
            self.invoice_log.place(invoice.id, invoice.sync_marker)
        self.orders_by_ext = {order.external_id: order for order in state.orders.values() if order.external_id}
        self.invoices_by_ext = {invoice.external_id: invoice for invoice in state.invoices.values() if invoice.external_id}
        cards: tuple[tuple[MarkerLog[int], Iterable[Card]], ...] = (
            (self.relation_log, state.relations.values()),
            (self.employee_log, state.employees.values()),
            (self.group_log, state.groups.values()),
        )
        for log, kept in cards:
            for card in _by_marker(kept):
                log.place(card.number, card.sync_marker)
        sellable: list[Family | Article] = [*state.families.values(), *state.articles.values()]
        for item in _by_marker(sellable):
            self.article_log.place((isinstance(item, Article), item.number), item.sync_marker)

    def next_number(self, name: str) -> int:
        """Return the next number of a series, such as the orders of a year."""
        number = self.state.counters.get(name, 0) + 1
        self.state.counters[name] = number
        return number

    def keep_order(self, order: Order) -> None:
        """Add or change an order."""
        order.sync_marker = self.order_log.stamp(order.id)
        if order.id not in self.state.orders and len(self.state.orders) % _ORDERS_BETWEEN_FREEZES == _ORDERS_BETWEEN_FREEZES - 1:
            gc.freeze()  # what is kept stays for good; a collector that walks through it again and again makes each order dearer
        self.state.orders[order.id] = order
        if order.external_id:
            self.orders_by_ext[order.external_id] = order

    def keep_invoice(self, invoice: Invoice) -> None:
        """Add or change an invoice."""
        invoice.sync_marker = self.invoice_log.stamp(invoice.id)
        self.state.invoices[invoice.id] = invoice
        if invoice.external_id:
            self.invoices_by_ext[invoice.external_id] = invoice

    def keep_relation(self, relation: Card) -> None:
        """Add or change a relation."""
        relation.sync_marker = self.relation_log.stamp(relation.number)
        self.state.relations[relation.number] = relation

    def keep_employee(self, employee: Card) -> None:
        """Add or change an employee."""
        employee.sync_marker = self.employee_log.stamp(employee.number)
        self.state.employees[employee.number] = employee

    def keep_group(self, group: Group) -> None:
        """Add or change an article group."""
        group.sync_marker = self.group_log.stamp(group.number)
        self.state.groups[group.number] = group

    def keep_family(self, family: Family) -> None:
        """Add or change a product; its articles are kept one by one."""
        family.sync_marker = self.article_log.stamp((False, family.number))
        self.state.families[family.number] = family

    def keep_article(self, article: Article) -> None:
        """Add or change an article of a product that is kept already."""
        article.sync_marker = self.article_log.stamp((True, article.number))
        self.state.articles[article.number] = article
        siblings = self.state.families[article.family].articles
        if article.number not in siblings:
            siblings.append(article.number)

    def newest_marker(self, family: Family) -> int:
        """Return the marker of the last change of a product or of one of its articles."""
        return max([family.sync_marker, *(self.state.articles[number].sync_marker for number in family.articles)])

    def stock_row(self, branch: int, article_number: int) -> StockRow:
        """Return the stock of an article at a branch; there is a row from the first look on."""
        return self.state.stock.setdefault(branch, {}).setdefault(article_number, StockRow())

    def book(self, booking: StockBooking) -> int:
        """Carry out a physical change of stock and return the stockId that it got."""
        row = self.stock_row(booking.branch, booking.article_number)
        row.physical += booking.amount
        booking.stock_id = self.touch(row, booking.at)
        self.state.bookings.append(booking)
        return booking.stock_id

    def touch(self, row: StockRow, at: datetime) -> int:
        """Give a stock row the next stockId and return it."""
        row.stock_id, row.changed_at = self.next_number("stock"), at
        return row.stock_id


Marked = TypeVar("Marked", Order, Invoice, Card, Family | Article)


def _by_marker(entities: Iterable[Marked]) -> list[Marked]:
    return sorted(entities, key=lambda entity: entity.sync_marker)
