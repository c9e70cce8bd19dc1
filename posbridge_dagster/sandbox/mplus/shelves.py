"""The assortment as the till keeps it: what an article may hold, which product it belongs to, and where products stand.

Every change gives what it changed its next marker, and nothing else: an article its own, an article that moves the product it
leaves too, a group whose products or place change its own. Whether a product that comes into a group, or leaves one, is itself
changed by that is not documented; it is the switch ``group_changes_product``.
"""

from collections.abc import Iterable

from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster.sandbox.mplus.masterdata import ARTICLE_FIELDS, COUNTRIES
from posbridge_dagster.sandbox.mplus.pricing import vat_upon, vat_within
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Card, Family, Group

_RATES = COUNTRIES["NL"].rates
_KEPT_BY_THE_TILL = ("articleNumber", "syncMarker", "createTimestamp", "changeTimestamp", "averagePurchasePrice", "vatPercentage")
_DEFAULTS: Message = {
    "active": True,
    "webshop": False,
    "stockArticle": True,
    "specialPrice": "PRICE-NORMAL",
    "discontinued": False,
    "vatCode": 2,
}
_HIGHEST_TURNOVER_GROUP = 999


def article_content(said: Message, known: Message, description: str = "") -> Message:
    """Return what an article holds once the members that are said are written over those it has.

    The price with VAT follows from the one without and the other way round when only one is said. Raises drafts.Refused with
    every reason why the till does not take it.
    """
    told = {name: value for name, value in said.items() if name not in _KEPT_BY_THE_TILL}
    content = {**({} if known else {**_DEFAULTS, "description": description}), **known, **told}
    if reasons := list(_objections(content)):
        raise Refused(reasons)
    content["vatPercentage"] = rate = _RATES[content["vatCode"]]
    if "customFieldList" in told:
        content["customFieldList"] = {"customField": [_typed(field) for field in content["customFieldList"].get("customField", [])]}
    if "priceIncl" in content and ("priceIncl" in told or "priceExcl" not in told):
        content["priceExcl"] = content["priceIncl"] - vat_within(content["priceIncl"], rate)
    elif "priceExcl" in content:
        content["priceIncl"] = content["priceExcl"] + vat_upon(content["priceExcl"], rate)
    return content


def _objections(content: Message) -> Iterable[str]:
    if content["vatCode"] not in _RATES:
        yield f"the rate for VAT code {content['vatCode']} is not properly configured"
    if not 0 <= content.get("turnoverGroup", 0) <= _HIGHEST_TURNOVER_GROUP:
        yield f"turnoverGroup {content['turnoverGroup']} does not exist"
    for field in (content.get("customFieldList") or {}).get("customField", ()):
        if field["fieldName"] not in ARTICLE_FIELDS:
            yield f"custom field {field['fieldName']!r} does not exist"
        elif field.get("dataType", "DATA-TYPE-UNKNOWN") not in ("DATA-TYPE-UNKNOWN", ARTICLE_FIELDS[field["fieldName"]]):
            yield f"custom field {field['fieldName']!r} is of {ARTICLE_FIELDS[field['fieldName']]}"


def _typed(field: Message) -> Message:
    return {**field, "dataType": ARTICLE_FIELDS[field["fieldName"]]}


def change(card: Card, members: Message, context: Context) -> bool:
    """Let a record hold these members and return whether that is a change; who calls keeps it where it is."""
    if members == card.members:
        return False
    card.members, card.changed_at, context.wrote = members, context.now, True
    return True


def add_article(family: Family, number: int, members: Message, context: Context) -> Article:
    """Put a new article into a product that is kept already; where stock is kept of it, every branch has a row from now on."""
    books = context.books
    article = Article(number, context.now, context.now, {"pluNumber": str(number), **members}, family=family.number)
    books.keep_article(article)
    if article.members.get("stockArticle"):
        for branch in books.state.branches:
            books.stock_row(branch, number)
    context.wrote = True
    return article


def free_number(series: str, taken: Iterable[int], context: Context) -> int:
    """Return the next number of a series that nobody has."""
    known = set(taken)
    while (number := context.books.next_number(series)) in known:
        continue
    return number


def move_article(article: Article, target: Family, context: Context) -> None:
    """Let an article belong to another product. Both are changed by it."""
    books = context.books
    source = books.state.families[article.family]
    if source is target:
        return
    source.articles.remove(article.number)
    source.changed_at = article.changed_at = context.now
    books.keep_family(source)
    article.family = target.number
    books.keep_article(article)
    context.wrote = True


def show_in_groups(family: Family, numbers: Iterable[int], context: Context) -> None:
    """Let a product stand in exactly these groups, at the end of those that are new to it; raises drafts.Refused for one there is not."""
    groups = context.books.state.groups
    wanted = list(dict.fromkeys(numbers))
    if unknown := [number for number in wanted if number not in groups or groups[number].deleted]:
        raise Refused(f"article group {number} does not exist" for number in unknown)
    for number in dict.fromkeys([*family.groups, *wanted]):
        standing = [each for each in groups[number].products if each != family.number]
        if number not in wanted:
            arrange(groups[number], standing, context)
        elif number not in family.groups:
            arrange(groups[number], [*standing, family.number], context)
    family.groups = wanted


def arrange(group: Group, products: list[int], context: Context) -> None:
    """Let exactly these products stand in a group, in this order."""
    if products == group.products:
        return
    came, left = set(products) - set(group.products), set(group.products) - set(products)
    group.products, group.changed_at, context.wrote = products, context.now, True
    context.books.keep_group(group)
    for number in sorted(came | left):
        family = context.books.state.families[number]
        family.groups = [*family.groups, group.number] if number in came else [each for each in family.groups if each != group.number]
        if context.switches["group_changes_product"]:
            family.changed_at = context.now
            context.books.keep_family(family)
