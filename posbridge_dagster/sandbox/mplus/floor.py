"""What happens on the shop floor without the API: the staff sells, receives and counts goods, and keeps assortment and relations."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, TypeVar
from uuid import uuid4

from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster.sandbox.mplus.operations.groups import delete_article_group, new_article_group, update_article_group
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Card, Family, StockBooking, StockRow
from posbridge_dagster.sandbox.mplus.schema import schema_of
from posbridge_dagster.sandbox.mplus.shelves import add_article, article_content, change, free_number, move_article, show_in_groups
from posbridge_dagster.sandbox.mplus.warehouse import SALES, correct

DELIVERY = "STOCK-HISTORY-TYPE-DELIVERY"
SHIPMENT = "STOCK-HISTORY-TYPE-INTERNAL-SHIPMENT"
ARRIVAL = "STOCK-HISTORY-TYPE-INTERNAL-DELIVERY"

Members = dict[str, Any]
Record = TypeVar("Record")


class Floor:
    """The staff of one administration; ``at_work`` gives the context of one deed while nobody else changes the books.

    Members are named as in the interface description, numbers are those of the administration, quantities are exact. Every deed
    returns what it left: a ``stockId``, a ``syncMarker`` or a new number. Raises drafts.Refused for what cannot be
    done, and LookupError for what is not there.
    """

    def __init__(self, at_work: Callable[[], AbstractContextManager[Context]]) -> None:
        self._at_work = at_work

    def sell(self, article: int, quantity: Decimal, branch: int = 1) -> Message:
        """Sell over the counter, or with a negative quantity take back; the receipt is in the stock history."""
        with self._at_work() as context:
            workplace = _found(context.books.state.branches, branch, "branch").workplaces[0]
            number = context.books.next_number("receipt")
            receipt = {"branchNumber": branch, "workplaceNumber": workplace, "year": context.today.year, "number": number}
            return _booked(branch, article, -quantity, SALES, context, {"receiptId": str(uuid4()), "receiptNumber": receipt})

    def expect(self, article: int, quantity: Decimal, branch: int = 1) -> Message:
        """Order goods from a supplier: they are incoming from now on."""
        with self._at_work() as context:
            row = _row(branch, article, context)
            row.incoming += quantity
            return {"stockId": context.books.touch(row, context.now)}

    def receive(self, article: int, quantity: Decimal, branch: int = 1) -> Message:
        """Take in goods of a supplier, expected or not."""
        with self._at_work() as context:
            row = _row(branch, article, context)
            row.incoming -= min(max(row.incoming, Decimal(0)), quantity)
            return _booked(branch, article, quantity, DELIVERY, context, {"deliveryNumber": _numbered("delivery", context)})

    def count(self, article: int, amount: Decimal, branch: int = 1) -> Message:
        """Count what lies on the shelf, and write the difference down."""
        with self._at_work() as context:
            _row(branch, article, context)
            document = _numbered(f"correction/{context.today.year}", context)
            return {"stockId": correct(branch, article, amount, document, context)}

    def transfer(self, article: int, quantity: Decimal, from_branch: int, to_branch: int) -> Message:
        """Bring goods from one branch to another: a row in the history of each."""
        with self._at_work() as context:
            _row(to_branch, article, context)
            document = _numbered("shipment", context)
            _booked(from_branch, article, -quantity, SHIPMENT, context, {"internalShipmentNumber": document})
            return _booked(to_branch, article, quantity, ARRIVAL, context, {"internalDeliveryNumber": {**document, "part": 1}})

    def add_product(self, description: str, groups: list[int] | None = None) -> Message:
        """Open a product without articles."""
        with self._at_work() as context:
            number = free_number("product", context.books.state.families, context)
            family = Family(number, context.now, context.now, {"description": description})
            context.books.keep_family(family)
            show_in_groups(family, groups or (), context)
            return {"productNumber": number}

    def change_product(self, product: int, members: Members) -> Message:
        """Change what a product says of itself: ``description``, ``extraText``."""
        with self._at_work() as context:
            family = _found(context.books.state.families, product, "product")
            if change(family, {**family.members, **_known(members, "Product", context)}, context):
                context.books.keep_family(family)
            return {"syncMarker": family.sync_marker}

    def show_product(self, product: int, groups: list[int]) -> Message:
        """Let a product stand in exactly these article groups."""
        with self._at_work() as context:
            show_in_groups(_found(context.books.state.families, product, "product"), groups, context)
            return {"syncMarker": context.books.group_log.last}

    def add_article(self, product: int, members: Members) -> Message:
        """Add an article to a product."""
        with self._at_work() as context:
            family = _found(context.books.state.families, product, "product")
            content = article_content(_known(members, "Article", context), {}, family.members.get("description", ""))
            number = members.get("articleNumber") or free_number("article", context.books.state.articles, context)
            return {"articleNumber": add_article(family, number, content, context).number}

    def change_article(self, article: int, members: Members) -> Message:
        """Change an article: its price, texts, colour, whether it is active, discontinued, in the webshop, kept in stock."""
        with self._at_work() as context:
            card = _article(article, context)
            if change(card, article_content(_known(members, "Article", context), card.members), context):
                context.books.keep_article(card)
            return {"syncMarker": card.sync_marker}

    def move_article(self, article: int, product: int) -> Message:
        """Let an article belong to another product."""
        with self._at_work() as context:
            card = _article(article, context)
            move_article(card, _found(context.books.state.families, product, "product"), context)
            return {"syncMarker": card.sync_marker}

    def allot_daily(self, article: int, daily: bool) -> Message:
        """Keep the stock of an article by the day, or no longer; that is a setting, and no change of the article."""
        with self._at_work() as context:
            card = _article(article, context)
            card.day_stock = daily
            return {"syncMarker": card.sync_marker}

    def add_group(self, name: str, parent: int = 0, text: str = "") -> Message:
        """Open an article group under another; 0 is the top."""
        return self._group(new_article_group, {"name": name, "parentGroupNumber": parent, "text": text})

    def change_group(self, group: int, members: Members) -> Message:
        """Change a group: ``name``, ``text``, ``sortOrder``, ``parentGroupNumber``."""
        return self._group(update_article_group, {"groupNumber": group, **members})

    def delete_group(self, group: int) -> Message:
        """Delete a group with all under it."""
        return self._group(delete_article_group, {"groupNumber": group})

    def add_relation(self, members: Members) -> Message:
        """Write a relation down."""
        with self._at_work() as context:
            number = free_number("relation", context.books.state.relations, context)
            told = {"active": True, **_known(members, "Relation", context)}
            context.books.keep_relation(Card(number, context.now, context.now, told))
            return {"relationNumber": number}

    def change_relation(self, relation: int, members: Members) -> Message:
        """Change a relation: its address, e-mail, whether it is active."""
        with self._at_work() as context:
            card = _found(context.books.state.relations, relation, "relation")
            if change(card, {**card.members, **_known(members, "Relation", context)}, context):
                context.books.keep_relation(card)
            return {"syncMarker": card.sync_marker}

    def _group(self, deed: Callable[[Message, Context], Message], asked: Message) -> Message:
        """Do what the API can do too; what it answers with another result than OK is refused here."""
        with self._at_work() as context:
            answer = deed({"request": asked}, context)
            if not answer["result"].endswith("-OK"):
                raise Refused([f"{answer['result']} for {asked}"])
            return {"groupNumber": asked.get("groupNumber") or answer["groupNumber"], "syncMarker": context.books.group_log.last}


def _booked(branch: int, article: int, amount: Decimal, kind: str, context: Context, members: Members) -> Message:
    _row(branch, article, context)
    return {"stockId": context.books.book(StockBooking(0, branch, article, amount, kind, context.now, members=members))}


def _row(branch: int, article: int, context: Context) -> StockRow:
    _found(context.books.state.branches, branch, "branch")
    if not _article(article, context).members.get("stockArticle"):
        raise Refused([f"no stock is kept of article {article}"])
    return context.books.stock_row(branch, article)


def _article(number: int, context: Context) -> Article:
    return _found(context.books.state.articles, number, "article")


def _known(members: Members, kind: str, context: Context) -> Members:
    """Return members that a record of this kind can have; raises drafts.Refused for others."""
    names = {member.name for member in schema_of(context.version).structures[kind].members}
    if unknown := members.keys() - names:
        raise Refused(f"{kind} has no member {name}" for name in sorted(unknown))
    return members


def _found(records: dict[int, Record], number: int, kind: str) -> Record:
    if number not in records:
        raise LookupError(f"there is no {kind} {number}")
    return records[number]


def _numbered(series: str, context: Context) -> dict[str, int]:
    return {"year": context.today.year, "number": context.books.next_number(series)}


def deeds() -> Iterable[str]:
    """Return the names of everything the staff can do."""
    return (name for name in vars(Floor) if not name.startswith("_"))
