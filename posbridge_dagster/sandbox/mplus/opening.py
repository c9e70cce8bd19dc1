"""The first day: an administration filled from a seed."""

from datetime import datetime
from decimal import Decimal

from posbridge_dagster.sandbox.mplus.books import Books, State
from posbridge_dagster.sandbox.mplus.masterdata import COUNTRIES, EMPLOYEES, MAIN_BRANCH, WALK_IN_RELATION
from posbridge_dagster.sandbox.mplus.planting import article_members, family_members, relation_members
from posbridge_dagster.sandbox.mplus.records import Article, Branch, Card, Family, Group, StockBooking
from posbridge_dagster.sandbox.seed import FamilySeed, GroupSeed, Seed


def opened(seed: Seed, now: datetime) -> Books:
    """Return the books of a shop on its first day. Every branch holds the stock that the seed gives an article."""
    books = Books(State())
    _open_branches(books, seed)
    for number, name in EMPLOYEES.items():
        books.keep_employee(Card(number, now, now, {"name": name, "active": True}))
    books.keep_relation(Card(WALK_IN_RELATION, now, now, {"name": "Kassaklant", "active": True, "country": "NL"}))
    for relation in seed.relations:
        books.keep_relation(Card(relation.number, now, now, relation_members(relation)))
    for group in seed.groups:
        _open_group(books, group, now)
    for family in seed.families:
        _open_family(books, family, now)
    state = books.state
    taken = {"relation": [*state.relations], "group": [*state.groups], "product": [*state.families], "article": [*state.articles]}
    state.counters |= {series: max(numbers, default=0) for series, numbers in taken.items()}
    return books


def _open_branches(books: Books, seed: Seed) -> None:
    branches = books.state.branches
    branches[MAIN_BRANCH] = Branch(MAIN_BRANCH, "Hoofdvestiging", [1])
    named: set[int] = set()
    for location in seed.locations:
        branch = branches.setdefault(location.branch_number, Branch(location.branch_number, location.name, []))
        if location.branch_number not in named:
            branch.name, branch.country = location.name, location.country
            named.add(location.branch_number)
        if location.workplace_number not in branch.workplaces:
            branch.workplaces.append(location.workplace_number)
        if location.country not in COUNTRIES:
            known = ", ".join(COUNTRIES)
            raise LookupError(f"location {location.name}: no VAT rates for {location.country}; the sandbox has those of {known}")


def _open_group(books: Books, group: GroupSeed, now: datetime) -> None:
    place = 1 + sum(other.parent == group.parent for other in books.state.groups.values())
    members = {"name": group.name, "text": group.text}
    books.keep_group(Group(group.number, now, now, members, parent=group.parent, sort_order=place))


def _open_family(books: Books, family: FamilySeed, now: datetime) -> None:
    known = [article for article in family.articles if article.article_number > 0]
    if not known:
        return
    books.keep_family(Family(family.number, now, now, family_members(family), groups=list(family.groups)))
    if unknown := [number for number in family.groups if number not in books.state.groups]:
        raise ValueError(f"product {family.number} stands in article group {unknown[0]}, which is not in the seed")
    for number in family.groups:
        books.state.groups[number].products.append(family.number)
    for article in known:
        if article.article_number in books.state.articles:
            raise ValueError(f"article {article.article_number} stands twice in the seed")
        members = article_members(article, family)
        books.keep_article(Article(article.article_number, now, now, members, family=family.number, day_stock=article.details.day_stock))
        if article.stock_article:
            for branch in books.state.branches:
                amount = Decimal(article.stock) if article.details.till_stock is None else article.details.till_stock
                books.book(StockBooking(0, branch, article.article_number, amount, "STOCK-HISTORY-TYPE-MANUAL", now))
