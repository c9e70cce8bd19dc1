"""Sources of collections as callers describe them: what is wrong with a description, and sources brought in line with it."""

from collections.abc import Iterator, Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.collection_records import Collection, Condition, Selection, Side, Source
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.shop import Shop

Given = dict[str, Any]
Error = dict[str, Any]


def creation_errors(shop: Shop, targets: Sequence[Given], *path: str) -> Iterator[Error]:
    """Yield why sources cannot be made."""
    for index, target in enumerate(targets):
        where = (*path, str(index))
        if target.get("source"):
            given = target["source"]
            yield from _title_errors(given, *where, "source")
            for name in ("inclusion", "exclusion"):
                side = given.get(name) or {}
                yield from _selection_errors(shop, side.get("selections") or [], *where, "source", name, "selections")
        elif target.get("subCollections"):
            given = target["subCollections"]
            yield from _title_errors(given, *where, "subCollections")
            yield from _part_errors(shop, given["collectionIds"], None, *where, "subCollections")


def update_errors(shop: Shop, collection: Collection, given: Given) -> Iterator[Error]:
    """Yield why the sources of a collection cannot be changed as described."""
    known = {source.number: source for source in collection.sources}
    yield from creation_errors(shop, given.get("sourcesToCreate") or [], "sourcesToCreate")
    for index, global_id in enumerate(given.get("sourcesToDelete") or []):
        if _source_number(global_id) not in known:
            yield user_error("Source does not exist", "sourcesToDelete", str(index))
    for index, target in enumerate(given.get("sourcesToUpdate") or []):
        (name, change), *_ = ((name, change) for name, change in target.items() if change)
        where = ("sourcesToUpdate", str(index), name)
        source = known.get(_source_number(change["id"]))
        if source is None or bool(source.target) != (name == "condition"):
            yield user_error("Source does not exist", *where, "id")
            continue
        if change.get("title") is not None:
            yield from _title_errors(change, *where)
        for side in ("inclusion", "exclusion"):
            added = (change.get(side) or {}).get("selectionsToAdd") or []
            yield from _selection_errors(shop, added, *where, side, "selectionsToAdd")
            yield from _condition_errors(source, side, change.get(side) or {}, *where, side)
        yield from _part_errors(shop, change.get("collectionIds") or [], collection.number, *where)


def _source_number(global_id: str) -> int:
    kind = "CollectionSubCollectionsSource" if "SubCollections" in global_id else "CollectionConditionsSource"
    return numbered(kind, global_id)


def _title_errors(given: Given, *path: str) -> Iterator[Error]:
    if not given["title"].strip():
        yield user_error("Title can't be blank", *path, "title")


def _selection_errors(shop: Shop, selections: Sequence[Given], *path: str) -> Iterator[Error]:
    for index, selection in enumerate(selections):
        if shop.products.get(numbered("Product", selection["productId"])) is None:
            yield user_error("Product does not exist", *path, str(index), "productId")


def _condition_errors(source: Source, name: str, given: Given, *path: str) -> Iterator[Error]:
    side: Side = getattr(source, name)
    known = {condition.number for condition in side.conditions}
    named = [("conditionsToDelete", entry) for entry in given.get("conditionsToDelete") or []]
    named += [("conditionsToUpdate", entry["id"]) for entry in given.get("conditionsToUpdate") or []]
    for member, global_id in named:
        if _condition_number(global_id) not in known:
            yield user_error("Condition does not exist", *path, member)


def _condition_number(global_id: str) -> int:
    return int(global_id.rpartition("/")[2])


def _part_errors(shop: Shop, ids: Sequence[str], own: int | None, *path: str) -> Iterator[Error]:
    for index, global_id in enumerate(ids):
        number = numbered("Collection", global_id)
        if shop.collections.get(number) is None or number == own:
            yield user_error("Collection does not exist", *path, "collectionIds", str(index))


def new_source(shop: Shop, target: Given) -> Source:
    """Return the source that a description without errors asks for."""
    if target.get("subCollections"):
        given = target["subCollections"]
        parts = [numbered("Collection", entry) for entry in given["collectionIds"]]
        return Source(shop.next_number(), given["title"].strip(), "", given.get("description") or "", collections=parts)
    given = target["source"]
    inclusion, exclusion = (_new_side(shop, given.get(name) or {}) for name in ("inclusion", "exclusion"))
    target_type = given.get("targetType") or "PRODUCTS"
    return Source(shop.next_number(), given["title"].strip(), target_type, given.get("description") or "", inclusion, exclusion)


def _new_side(shop: Shop, given: Given) -> Side:
    side = Side(given.get("matchType") or "")
    side.conditions = [_new_condition(shop, entry) for entry in given.get("conditions") or []]
    _add_selections(side, given.get("selections") or [])
    return side


def _new_condition(shop: Shop, given: Given) -> Condition:
    (kind, described), *_ = ((name, described) for name, described in given.items() if described)
    condition = Condition(shop.next_number(), kind)
    _describe_condition(condition, described)
    return condition


def _describe_condition(condition: Condition, given: Given) -> None:
    """Bring a condition in line with a description; money and whole numbers are kept as the text of one value."""
    condition.relation = given.get("relation") or condition.relation
    condition.match_type = given.get("matchType") or condition.match_type
    if given.get("values") is not None:
        condition.values = [str(value) for value in given["values"]]
    if given.get("value") is not None:
        value = given["value"]
        condition.values = [str(value["amount"] if isinstance(value, dict) else value)]


def _add_selections(side: Side, given: Sequence[Given]) -> None:
    known = {selection.product: selection for selection in side.selections}
    for entry in given:
        number = numbered("Product", entry["productId"])
        if number not in known:
            known[number] = Selection(number)
            side.selections.append(known[number])
        variants = [numbered("ProductVariant", variant) for variant in entry.get("variantIds") or []]
        known[number].variants = list(dict.fromkeys([*known[number].variants, *variants]))


def source_by_hand(shop: Shop, collection: Collection) -> Source:
    """Return the source of a collection whose products are chosen by hand: the first that can have some, a new one without it."""
    source = next((source for source in collection.sources if source.target), None)
    if source is None:
        source = Source(shop.next_number(), collection.title)
        collection.sources.append(source)
    return source


def change_sources(shop: Shop, collection: Collection, given: Given) -> bool:
    """Carry out what a description without errors says of the sources; return whether it said anything."""
    deleted = {_source_number(entry) for entry in given.get("sourcesToDelete") or []}
    changes = [change for target in given.get("sourcesToUpdate") or [] for change in target.values() if change]
    created = given.get("sourcesToCreate") or []
    by_number = {source.number: source for source in collection.sources}
    for change in changes:
        _change_source(shop, by_number[_source_number(change["id"])], change)
    collection.sources = [source for source in collection.sources if source.number not in deleted]
    collection.sources += [new_source(shop, target) for target in created]
    return bool(deleted or changes or created)


def _change_source(shop: Shop, source: Source, given: Given) -> None:
    if given.get("title") is not None:
        source.title = given["title"].strip()
    if given.get("description") is not None:
        source.description = given["description"]
    if given.get("collectionIds") is not None:
        source.collections = [numbered("Collection", entry) for entry in given["collectionIds"]]
    for name in ("inclusion", "exclusion"):
        if given.get(name):
            _change_side(shop, getattr(source, name), given[name])


def _change_side(shop: Shop, side: Side, given: Given) -> None:
    side.match_type = given.get("matchType") or side.match_type
    by_number = {condition.number: condition for condition in side.conditions}
    for entry in given.get("conditionsToUpdate") or []:
        described = next(described for described in entry["condition"].values() if described)
        _describe_condition(by_number[_condition_number(entry["id"])], described)
    deleted = {_condition_number(entry) for entry in given.get("conditionsToDelete") or []}
    side.conditions = [condition for condition in side.conditions if condition.number not in deleted]
    side.conditions += [_new_condition(shop, entry) for entry in given.get("conditionsToCreate") or []]
    _remove_selections(side, given.get("selectionsToRemove") or [])
    _add_selections(side, given.get("selectionsToAdd") or [])


def _remove_selections(side: Side, given: Sequence[Given]) -> None:
    """Take products out of a selection; with variants named only those, and the product with the last of them."""
    for entry in given:
        number = numbered("Product", entry["productId"])
        gone = {numbered("ProductVariant", variant) for variant in entry.get("variantIds") or []}
        for selection in [selection for selection in side.selections if selection.product == number]:
            selection.variants = [variant for variant in selection.variants if variant not in gone]
            if not gone or not selection.variants:
                side.selections.remove(selection)
