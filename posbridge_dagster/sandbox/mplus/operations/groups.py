"""Article groups: the tree, its changes, and changing it."""

from collections.abc import Iterator

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.markers import page
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Group
from posbridge_dagster.sandbox.mplus.shelves import arrange, free_number

Below = dict[int, list[Group]]

_TOLD = ("name", "text")


def get_article_groups(request: Message, context: Context) -> Message:
    """Return the tree of article groups; ``groupNumbers`` chooses among the top-level ones.

    With a marker it holds what has changed and, so that the tree hangs together, what that stands under. Whether a deleted group
    is among the changes is the switch ``deleted_groups_in_tree``.
    """
    asked = request["request"]
    groups = context.books.state.groups
    with_deleted = asked.get("syncMarker") is not None and context.switches["deleted_groups_in_tree"]
    shown = [group for group in groups.values() if with_deleted or not group.deleted]
    changed = set(page(context.books.group_log, asked, lambda number: with_deleted or not groups[number].deleted, context.switches))
    wanted = asked.get("groupNumbers")
    below = _by_parent(shown)
    if wanted:
        below[0] = [group for group in below.get(0, ()) if group.number in wanted]
    return {"articleGroupList": _tree(0, below, changed, asked, context)}


def _by_parent(groups: list[Group]) -> Below:
    """Return groups by the number of the one they stand under, in their order; one whose parent is not shown stands at the top."""
    numbers = {group.number for group in groups}
    below: Below = {}
    for group in sorted(groups, key=lambda group: group.sort_order):
        below.setdefault(group.parent if group.parent in numbers else 0, []).append(group)
    return below


def _tree(parent: int, below: Below, changed: set[int], asked: Message, context: Context) -> Message:
    rows = []
    for group in below.get(parent, ()):
        inner = _tree(group.number, below, changed, asked, context)
        if group.number in changed or inner["articleGroups"]:
            rows.append(_in_tree(group, inner, asked, context))
    return {"articleGroups": rows}


def _in_tree(group: Group, inner: Message, asked: Message, context: Context) -> Message:
    families = context.books.state.families
    message = {**_group(group), "subGroupList": inner}
    if asked.get("retrieveArticleNumbers"):
        message["articleNumbers"] = {"number": [number for product in group.products for number in families[product].articles]}
    return message


def _group(group: Group) -> Message:
    return {
        "groupNumber": group.number,
        "syncMarker": group.sync_marker,
        **{name: group.members.get(name, "") for name in _TOLD},
        "sortOrder": group.sort_order,
        "productNumbers": {"number": group.products},
        "isDeleted": group.deleted,
    }


def get_article_group_changes(request: Message, context: Context) -> Message:
    """List groups, each with the one it stands under; deleted ones only where a marker asks for changes."""
    asked = request["request"]
    groups = context.books.state.groups
    wanted, with_deleted = set(asked.get("groupNumbers", ())), asked.get("syncMarker") is not None
    numbers = page(
        context.books.group_log,
        asked,
        lambda number: (not wanted or number in wanted) and (with_deleted or not groups[number].deleted),
        context.switches,
    )
    below = _by_parent([group for group in groups.values() if not group.deleted])
    return {"changedArticleGroupList": {"changedArticleGroups": [_flat(groups[number], below) for number in numbers]}}


def _flat(group: Group, below: Below) -> Message:
    message = {**_group(group), "subGroupNumbers": {"number": [each.number for each in below.get(group.number, ())]}}
    return message | ({"parentGroupNumber": group.parent} if group.parent else {})


def new_article_group(request: Message, context: Context) -> Message:
    """Add a group under another; 0 is the top."""
    asked = request["request"]
    parent = asked.get("parentGroupNumber", 0)
    if parent and _live(parent, context) is None:
        return {"result": "NEW-ARTICLE-GROUP-RESULT-PARENT-NOTFOUND", "groupNumber": 0}
    if not asked.get("name"):
        return {"result": "NEW-ARTICLE-GROUP-RESULT-FAILED", "groupNumber": 0}
    groups = context.books.state.groups
    number = free_number("group", groups, context)
    place = asked.get("sortOrder") or 1 + sum(group.parent == parent and not group.deleted for group in groups.values())
    members = {name: asked.get(name, "") for name in _TOLD}
    context.books.keep_group(Group(number, context.now, context.now, members, parent=parent, sort_order=place))
    context.wrote = True
    return {"result": "NEW-ARTICLE-GROUP-RESULT-OK", "groupNumber": number}


def update_article_group(request: Message, context: Context) -> Message:
    """Rename, describe, reorder or move a group; what is not sent stays. A group cannot come under itself."""
    asked = request["request"]
    group = _live(asked.get("groupNumber", 0), context)
    if group is None:
        return {"result": "SAVE-ARTICLE-GROUP-RESULT-NOT-FOUND"}
    parent = asked.get("parentGroupNumber", group.parent)
    refused = parent and (_live(parent, context) is None or parent in {each.number for each in branch_of(group, context)})
    if refused or asked.get("name") == "":
        return {"result": "SAVE-ARTICLE-GROUP-RESULT-FAILED"}
    members = group.members | {name: asked[name] for name in _TOLD if name in asked}
    order = asked.get("sortOrder", group.sort_order)
    if (members, parent, order) != (group.members, group.parent, group.sort_order):
        group.members, group.parent, group.sort_order = members, parent, order
        _keep(group, context)
    return {"result": "SAVE-ARTICLE-GROUP-RESULT-OK"}


def delete_article_group(request: Message, context: Context) -> Message:
    """Delete a group with all that stand under it; their products leave them."""
    group = _live(request["request"].get("groupNumber", 0), context)
    if group is None:
        return {"result": "DELETE-ARTICLE-GROUP-RESULT-NOTFOUND"}
    for each in branch_of(group, context):
        arrange(each, [], context)
        each.deleted = True
        _keep(each, context)
    return {"result": "DELETE-ARTICLE-GROUP-RESULT-OK"}


def branch_of(group: Group, context: Context) -> Iterator[Group]:
    """Yield a group and all under it that are not deleted."""
    yield group
    for other in [*context.books.state.groups.values()]:
        if other.parent == group.number and not other.deleted:
            yield from branch_of(other, context)


def add_products(request: Message, context: Context) -> Message:
    """Put products into a group at a position, 1 for the first; without one at the end."""
    asked = request["request"]
    group, numbers = _live(asked.get("groupNumber", 0), context), _known_products(asked, context)
    if group is None or numbers is None:
        return {"result": "ADD-PRODUCTS-TO-ARTICLE-GROUP-RESULT-NOT-FOUND"}
    others = [number for number in group.products if number not in numbers]
    place = asked.get("position") or len(others) + 1
    arrange(group, [*others[: place - 1], *numbers, *others[place - 1 :]], context)
    return {"result": "ADD-PRODUCTS-TO-ARTICLE-GROUP-RESULT-OK"}


def replace_products(request: Message, context: Context) -> Message:
    """Let exactly these products stand in a group, in this order."""
    asked = request["request"]
    group, numbers = _live(asked.get("groupNumber", 0), context), _known_products(asked, context)
    if group is None or numbers is None:
        return {"result": "REPLACE-PRODUCTS-OF-ARTICLE-GROUP-RESULT-NOT-FOUND"}
    arrange(group, numbers, context)
    return {"result": "REPLACE-PRODUCTS-OF-ARTICLE-GROUP-RESULT-OK"}


def delete_products(request: Message, context: Context) -> Message:
    """Take products out of a group, or with ``removeAll`` all of them."""
    asked = request["request"]
    group, numbers = _live(asked.get("groupNumber", 0), context), _known_products(asked, context)
    if group is None or numbers is None:
        return {"result": "DELETE-PRODUCTS-FROM-ARTICLE-GROUP-RESULT-NOT-FOUND"}
    left = [] if asked.get("removeAll") else [number for number in group.products if number not in numbers]
    arrange(group, left, context)
    return {"result": "DELETE-PRODUCTS-FROM-ARTICLE-GROUP-RESULT-OK"}


def _known_products(asked: Message, context: Context) -> list[int] | None:
    """Return the products that are named, each once; None where one of them is not there."""
    numbers = list(dict.fromkeys((asked.get("productNumbers") or {}).get("number", ())))
    return numbers if all(number in context.books.state.families for number in numbers) else None


def _live(number: int, context: Context) -> Group | None:
    group = context.books.state.groups.get(number)
    return group if group and not group.deleted else None


def _keep(group: Group, context: Context) -> None:
    group.changed_at, context.wrote = context.now, True
    context.books.keep_group(group)


OPERATIONS: dict[str, Perform] = {
    "getArticleGroups": get_article_groups,
    "getArticleGroupChanges": get_article_group_changes,
    "newArticleGroup": new_article_group,
    "updateArticleGroup": update_article_group,
    "deleteArticleGroup": delete_article_group,
    "addProductsToArticleGroup": add_products,
    "replaceProductsOfArticleGroup": replace_products,
    "deleteProductsFromArticleGroup": delete_products,
}
