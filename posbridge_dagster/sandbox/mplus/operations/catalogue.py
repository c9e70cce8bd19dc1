"""Products with their articles, and article groups."""

from collections.abc import Callable, Iterable

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.markers import page
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Group
from posbridge_dagster.sandbox.mplus.rendering import card_message

Chosen = dict[int, list[Article]]


def get_products(request: Message, context: Context) -> Message:
    """List products with those of their articles that are asked for or have changed."""
    asked = request["request"]
    state = context.books.state
    chosen = _within_limit(_matching(asked, context), asked, context)
    if asked.get("includeAllArticlesOfSelectedProducts"):
        chosen = {number: [state.articles[each] for each in state.families[number].articles] for number in chosen}
    families = list(chosen)
    if context.switches["unsorted"] and not asked.get("syncMarkerLimit"):
        families.reverse()
    return {"productList": {"product": [_product(number, chosen[number], context) for number in families]}}


def _product(number: int, articles: list[Article], context: Context) -> Message:
    family = context.books.state.families[number]
    return {
        "productNumber": family.number,
        "syncMarker": family.sync_marker,
        "articleList": {"article": [card_message(article, "articleNumber") for article in articles]},
        **family.members,
    }


def _matching(asked: Message, context: Context) -> Iterable[tuple[int, int]]:
    """Yield (family, article) by rising marker; article 0 stands for a change of the product itself."""
    articles, families = context.books.state.articles, context.books.state.families
    tests: list[Callable[[Article], bool]] = []
    if numbers := set(asked.get("articleNumbers", ())):
        tests.append(lambda article: article.number in numbers)
    if codes := {text["text"] for text in (asked.get("pluNumbers") or {}).get("text", ()) if text.get("text")}:
        tests.append(lambda article: article.members.get("pluNumber") in codes)
    if products := set(asked.get("productNumbers", ())):
        tests.append(lambda article: article.family in products)
    if groups := set(asked.get("groupNumbers", ())):
        tests.append(lambda article: not groups.isdisjoint(families[article.family].members.get("groupNumbers", ())))
    if asked.get("onlyActive"):
        tests.append(lambda article: bool(article.members.get("active")))
    if asked.get("onlyWebshop"):
        tests.append(lambda article: bool(article.members.get("webshop")))
    for family, number in context.books.article_log.since(asked.get("syncMarker") or 0):
        if number:
            if all(test(articles[number]) for test in tests):
                yield family, number
        elif not tests and asked.get("syncMarker") is not None:
            yield family, 0


def _within_limit(found: Iterable[tuple[int, int]], asked: Message, context: Context) -> Chosen:
    """Return what fits: a limit counts articles, and the first product is never split (API Service 10.0.0)."""
    cap = context.switches["page_cap"]
    limit = min(asked.get("syncMarkerLimit") or cap, cap) if asked.get("syncMarker") is not None else cap
    chosen: Chosen = {}
    count = 0
    for family, number in found:
        full = count >= limit
        if full and len(chosen) > 1:
            break
        if full and family not in chosen:
            continue
        articles = chosen.setdefault(family, [])
        if number:
            articles.append(context.books.state.articles[number])
            count += 1
    return chosen


def get_article_groups(request: Message, context: Context) -> Message:
    """Return the tree of article groups; ``groupNumbers`` chooses among the top-level ones."""
    asked = request["request"]
    wanted = asked.get("groupNumbers")
    groups = context.books.state.groups
    changed = set(page(context.books.group_log, asked, lambda _: True, context.switches))
    tops = [group for group in groups.values() if group.parent not in groups and (not wanted or group.number in wanted)]
    return {"articleGroupList": _tree(tops, changed, asked, context)}


def _tree(level: list[Group], changed: set[int], asked: Message, context: Context) -> Message:
    """Return the groups of a level that have changed or hold one that has."""
    rows = []
    for position, group in enumerate(level, 1):
        below = [other for other in context.books.state.groups.values() if other.parent == group.number]
        inner = _tree(below, changed, asked, context)
        if group.number in changed or inner["articleGroups"]:
            rows.append(_group(group, position, inner, asked, context))
    return {"articleGroups": rows}


def _group(group: Group, position: int, inner: Message, asked: Message, context: Context) -> Message:
    members = [family for family in context.books.state.families.values() if group.number in family.members.get("groupNumbers", ())]
    message: Message = {
        "groupNumber": group.number,
        "syncMarker": group.sync_marker,
        "name": group.members.get("name", ""),
        "text": group.members.get("text", ""),
        "subGroupList": inner,
        "sortOrder": position,
        "productNumbers": {"number": [family.number for family in members]},
        "isDeleted": False,
    }
    if asked.get("retrieveArticleNumbers"):
        message["articleNumbers"] = {"number": [number for family in members for number in family.articles]}
    return message


OPERATIONS: dict[str, Perform] = {"getProducts": get_products, "getArticleGroups": get_article_groups}
