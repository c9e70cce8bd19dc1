"""Products with those of their articles that are asked for, and the definitions that articles refer to."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.masterdata import ARTICLE_FIELDS, PRICE_GROUPS, RELATION_FIELDS, SALES_PRICES
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Card, Family
from posbridge_dagster.sandbox.mplus.rendering import card_message

Chosen = tuple[Family, list[Article]]
Test = Callable[[Article], bool]


def get_products(request: Message, context: Context) -> Message:
    """List products with those of their articles that are asked for or have changed."""
    asked = request["request"]
    articles = context.books.state.articles
    chosen = _within_limit(_matching(asked, context), asked, context)
    if asked.get("includeAllArticlesOfSelectedProducts"):
        chosen = [(family, [articles[number] for number in family.articles]) for family, _ in chosen]
    if context.switches["unsorted"] and not asked.get("syncMarkerLimit"):
        chosen.reverse()
    return {"productList": {"product": [_product(family, found, context) for family, found in chosen]}}


def _product(family: Family, articles: list[Article], context: Context) -> Message:
    """Return a product. Whether its marker counts the changes of its articles is not documented, so it is a switch."""
    books = context.books
    own = context.switches["product_marker"] == "own"
    places = [(number, books.state.groups[number].products) for number in family.groups]
    return {
        "productNumber": family.number,
        "syncMarker": family.sync_marker if own else books.article_log.newest(family.number),
        "articleList": {"article": [card_message(article, "articleNumber") for article in articles]},
        "groupNumbers": family.groups,
        "sortOrderGroupList": {
            "sortOrderGroup": [{"groupNumber": number, "sortOrder": products.index(family.number) + 1} for number, products in places]
        },
        **family.members,
    }


def _matching(asked: Message, context: Context) -> Iterator[Chosen]:
    """Yield products by rising marker with their articles that match; one without any only where it has changed itself."""
    state, marker = context.books.state, asked.get("syncMarker") or 0
    since = context.moment_in(asked, "changedSinceTimestamp")
    named = _named_families(asked, context)
    tests = _article_tests(asked)
    for number in context.books.article_log.since(marker):
        if named is not None and number not in named:
            continue
        family = state.families[number]
        siblings = (state.articles[each] for each in family.articles)
        found = [each for each in siblings if _changed(each, marker, since) and all(test(each) for test in tests)]
        if found or (not tests and _changed(family, marker, since)):
            yield family, found


def _changed(card: Card, marker: int, since: datetime | None) -> bool:
    return card.sync_marker >= marker and (since is None or card.changed_at >= since)


def _named_families(asked: Message, context: Context) -> set[int] | None:
    """Return the products that the request can be about, None where it names none."""
    state = context.books.state
    choices: list[set[int]] = []
    if products := asked.get("productNumbers"):
        choices.append(set(products))
    if numbers := asked.get("articleNumbers"):
        choices.append({state.articles[number].family for number in numbers if number in state.articles})
    if groups := asked.get("groupNumbers"):
        choices.append({product for number in groups if number in state.groups for product in state.groups[number].products})
    return set.intersection(*choices) if choices else None


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


def _within_limit(found: Iterable[Chosen], asked: Message, context: Context) -> list[Chosen]:
    """Return what fits: a limit counts articles, not products, and the first product is never split (API Service 10.0.0)."""
    cap: int = context.switches["page_cap"]
    limit = min(asked.get("syncMarkerLimit") or cap, cap) if asked.get("syncMarker") is not None else cap
    chosen: list[Chosen] = []
    count = 0
    for family, articles in found:
        count += len(articles)
        if chosen and (count > limit or len(chosen) >= cap):
            break
        chosen.append((family, articles))
    return chosen


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
