"""Making and changing products; an article always comes wrapped in one."""

from collections.abc import Iterable

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Article, Family
from posbridge_dagster.sandbox.mplus.shelves import add_article, article_content, change, free_number, show_in_groups

_OWN = ("description", "extraText")


def create_product(request: Message, context: Context) -> Message:
    """Add a product with its articles; numbers that are not sent are the next free ones."""
    said = request.get("product", {})
    state = context.books.state
    articles = _articles(said, context)
    if said.get("productNumber") in state.families:
        return _created("FAILED-PRODUCT-NUMBER-ALREADY-TAKEN", f"product number {said['productNumber']} is taken")
    taken = [each["articleNumber"] for each in articles if each.get("articleNumber") in state.articles]
    if taken:
        return _created("FAILED-ARTICLE-NUMBER-ALREADY-TAKEN", f"article number {taken[0]} is taken")
    try:
        if not articles:
            raise Refused(["a product needs an article"])
        contents = [article_content(each, {}, said.get("description", "")) for each in articles]
        _check(said, articles, context)
    except Refused as refusal:
        return _created("FAILED", str(refusal))
    number = said.get("productNumber") or free_number("product", state.families, context)
    family = Family(number, context.now, context.now, {name: said[name] for name in _OWN if name in said})
    context.books.keep_family(family)
    show_in_groups(family, said.get("groupNumbers", ()), context)
    made = [_add(family, each, content, context).number for each, content in zip(articles, contents, strict=True)]
    return {**_created("OK", ""), "productNumber": family.number, "articleNumbers": made, **_stamps(family, context)}


def _created(result: str, text: str) -> Message:
    return {"result": f"CREATE-PRODUCT-RESULT-{result}", "productNumber": 0, "errorMessage": text}


def update_product(request: Message, context: Context) -> Message:
    """Change the members that are sent of a product and of those of its articles that are sent; an unknown article is added.

    Lists are replaced as a whole. The articles that are not sent stay as they are: there is no way to delete one.
    """
    said = request.get("product", {})
    state = context.books.state
    family = state.families.get(said.get("productNumber", 0))
    if family is None:
        return _updated("NOT-FOUND", f"product {said.get('productNumber', '(none)')} does not exist")
    if not context.switches["products_can_be_changed"]:
        return _updated("NOT-ALLOWED", f"product {family.number} is kept elsewhere")
    articles = _articles(said, context)
    for each in articles:
        known = state.articles.get(each.get("articleNumber", 0))
        if known and known.family != family.number:
            return _updated("FAILED-ARTICLE-NUMBER-ALREADY-TAKEN", f"article number {known.number} belongs to product {known.family}")
    try:
        contents = [_content(each, family, context) for each in articles]
        _check(said, articles, context)
    except Refused as refusal:
        return _updated("FAILED", str(refusal))
    return _written(said, family, zip(articles, contents, strict=True), context)


def _written(said: Message, family: Family, articles: Iterable[tuple[Message, Message]], context: Context) -> Message:
    if change(family, {**family.members, **{name: said[name] for name in _OWN if name in said}}, context):
        context.books.keep_family(family)
    if "groupNumbers" in said:
        show_in_groups(family, said["groupNumbers"], context)
    existing, new = [], []
    for each, content in articles:
        known = context.books.state.articles.get(each.get("articleNumber", 0))
        if known is None:
            new.append(_add(family, each, content, context).number)
            continue
        if change(known, content, context):
            context.books.keep_article(known)
        existing.append(known.number)
    answer = _updated("OK", "")
    return answer | {"existingArticleNumbers": existing, "newArticleNumbers": new, **_stamps(family, context)}


def _updated(result: str, text: str) -> Message:
    return {"result": f"UPDATE-PRODUCT-RESULT-{result}", "errorMessage": text}


def _articles(said: Message, context: Context) -> list[Message]:
    """Return the articles that are sent, without the members that this installation silently leaves as they are."""
    ignored = context.switches["ignored_article_members"]
    sent = (said.get("articleList") or {}).get("article", [])
    return [{name: value for name, value in article.items() if name not in ignored} for article in sent]


def _content(said: Message, family: Family, context: Context) -> Message:
    known = context.books.state.articles.get(said.get("articleNumber", 0))
    return article_content(said, known.members if known else {}, family.members.get("description", ""))


def _add(family: Family, said: Message, content: Message, context: Context) -> Article:
    number = said.get("articleNumber") or free_number("article", context.books.state.articles, context)
    return add_article(family, number, content, context)


def _check(said: Message, articles: list[Message], context: Context) -> None:
    groups = context.books.state.groups
    unknown = [number for number in said.get("groupNumbers", ()) if number not in groups or groups[number].deleted]
    sent = [each["articleNumber"] for each in articles if each.get("articleNumber")]
    reasons = [f"article group {number} does not exist" for number in unknown]
    reasons += [f"article {number} is sent twice" for number in sorted({number for number in sent if sent.count(number) > 1})]
    if reasons:
        raise Refused(reasons)


def _stamps(family: Family, context: Context) -> Message:
    return {"changeTimestamp": context.now, "syncMarker": context.books.newest_marker(family)}


OPERATIONS: dict[str, Perform] = {"createProduct": create_product, "updateProduct": update_product}
