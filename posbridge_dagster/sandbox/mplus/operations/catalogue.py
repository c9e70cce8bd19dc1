"""Products with those of their articles that are asked for, and the definitions that articles refer to."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.masterdata import ARTICLE_FIELDS, PRICE_GROUPS, RELATION_FIELDS, SALES_PRICES
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Family
from posbridge_dagster.sandbox.mplus.rendering import card_message

Row = tuple[Family, Article | None]
Test = Callable[[Article], bool]


@dataclass
class Selected:
    """A product with those of its articles that an answer is about, and the newest marker among these changes."""

    family: Family
    articles: list[Article] = field(default_factory=list)
    newest: int = 0


def get_products(request: Message, context: Context) -> Message:
    """List products with those of their articles that are asked for or have changed."""
    asked = request["request"]
    state = context.books.state
    chosen = _within_limit(_rows(asked, context), asked, context)
    if asked.get("includeAllArticlesOfSelectedProducts"):
        for each in chosen:
            each.articles = [state.articles[number] for number in each.family.articles]
    if context.switches["unsorted"] and not asked.get("syncMarkerLimit"):
        chosen.reverse()
    return {"productList": {"product": [_product(each, context) for each in chosen]}}


def _product(selected: Selected, context: Context) -> Message:
    """Return a product with the newest marker among the changes that the answer is about.

    How a product's marker goes with those of its articles is not documented. This reading is the one under which both rules that
    clients follow are safe: to ask on from the highest product marker, and from the highest of all.
    """
    family, groups = selected.family, context.books.state.groups
    places = [{"groupNumber": number, "sortOrder": groups[number].products.index(family.number) + 1} for number in family.groups]
    return {
        "productNumber": family.number,
        "syncMarker": selected.newest,
        "articleList": {"article": [card_message(article, "articleNumber") for article in selected.articles]},
        "groupNumbers": family.groups,
        "sortOrderGroupList": {"sortOrderGroup": places},
        **family.members,
    }


def _rows(asked: Message, context: Context) -> Iterator[Row]:
    """Yield what matches by rising marker: an article with its product, or a product alone for a change of the product itself."""
    families, articles = context.books.state.families, context.books.state.articles
    since = context.moment_in(asked, "changedSinceTimestamp")
    products, groups = set(asked.get("productNumbers", ())), set(asked.get("groupNumbers", ()))
    tests = _article_tests(asked)
    for is_article, number in context.books.article_log.since(asked.get("syncMarker") or 0):
        article = articles[number] if is_article else None
        family = families[article.family if article else number]
        if (products and family.number not in products) or (groups and groups.isdisjoint(family.groups)):
            continue
        if since and (article or family).changed_at < since:
            continue
        if all(test(article) for test in tests) if article else not tests:
            yield family, article


def _article_tests(asked: Message) -> list[Test]:
    tests: list[Test] = []
    if numbers := set(asked.get("articleNumbers", ())):
        tests.append(lambda article: article.number in numbers)
    if codes := {text["text"] for text in (asked.get("pluNumbers") or {}).get("text", ()) if text.get("text")}:
        tests.append(lambda article: article.members.get("pluNumber") in codes)
    if asked.get("onlyActive"):
        tests.append(lambda article: bool(article.members.get("active")))
    if asked.get("onlyWebshop"):
        tests.append(lambda article: bool(article.members.get("webshop")))
    return tests


def _within_limit(rows: Iterable[Row], asked: Message, context: Context) -> list[Selected]:
    """Return what fits: a limit counts articles, not products, and does not split the first product (API Service 10.0.0).

    Rows come by marker and nothing below the highest marker of an answer is left out of it, or who asks on from there would never
    see it: a first product is whole as far as no other product was changed between its articles.
    """
    cap: int = context.switches["page_cap"]
    limit = min(asked.get("syncMarkerLimit") or cap, cap) if asked.get("syncMarker") is not None else cap
    chosen: dict[int, Selected] = {}
    count = 0
    for family, article in rows:
        full = count >= limit or (len(chosen) >= cap and family.number not in chosen)
        if full and chosen.keys() != {family.number}:
            break
        selected = chosen.setdefault(family.number, Selected(family))
        selected.newest = (article or family).sync_marker
        if article:
            selected.articles.append(article)
            count += 1
    return list(chosen.values())


def get_custom_field_lists(request: Message, context: Context) -> Message:
    """List the custom fields that articles and relations can have, without values."""
    return {
        f"{kind}CustomFieldList": {"customField": [{"fieldName": name, "dataType": type_, "isRequired": False} for name, type_ in defined]}
        for kind, defined in (("article", ARTICLE_FIELDS.items()), ("employee", ()), ("relation", RELATION_FIELDS.items()))
    }


def get_sales_price_list(request: Message, context: Context) -> Message:
    """List the price lists by number and name."""
    return {"salesPrice": [{"salesPriceNumber": number, "description": name} for number, name in SALES_PRICES.items()]}


def get_price_group_list(request: Message, context: Context) -> Message:
    """List the price groups of customers by number and name."""
    return {"priceGroup": [{"priceGroupNumber": number, "description": name} for number, name in PRICE_GROUPS.items()]}


OPERATIONS: dict[str, Perform] = {
    "getProducts": get_products,
    "getCustomFieldLists": get_custom_field_lists,
    "getSalesPriceList": get_sales_price_list,
    "getPriceGroupList": get_price_group_list,
}
