"""An article group as fields of a Shopify collection: what is compared, and what is sent for the fields that are due.

A group's parent is kept as text, ``<administration>:<number>`` with number 0 at the top, so it neither depends on the order in
which collections are made nor has to be removed when a group moves up.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.shopify.custom_ids import NAMESPACE, custom_id_metafield
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.seen import digest_of
from posbridge_dagster.loading.shopify_input import Input, gid

KEY, NAME = "mplus_group", "MplusKASSA group"
"""Key and name of the custom id of collections."""

PARENT_KEY = "mplus_parent"
SOURCE = "MplusKASSA"
"""Title of the source that holds the members; sources of other titles are other people's."""

PRODUCTS, PUBLICATIONS, PARENT, DELETED = "products", "publications", "parent", "deleted"
_MEMBERS = {
    "title": "title",
    "description": "descriptionHtml",
    "handle": "handle",
    "sort_order": "sortOrder",
    "template_suffix": "templateSuffix",
}

_NEVER_EMPTIED = ("handle", "sort_order")

Row = Mapping[str, Any]


def record_id(group_number: int) -> str:
    """Return the id of a group as a record of its flow."""
    return f"group:{group_number}"


def kept_collection(row: Row, products: Sequence[str], policies: Mapping[str, str], publications: Sequence[str]) -> Kept:
    """Return a mapped collection as a record that is kept in step.

    ``products`` are the digits of its members, ``publications`` the sales channels a new one is put on. Of a group that was
    deleted only that is a field: what its collection says is left as it was.
    """
    number = row["group_number"]
    fields = {name: row[name] for name in policies if name in _MEMBERS}
    fields |= {PARENT: row["parent_id"], PRODUCTS: sorted(products), PUBLICATIONS: sorted(publications), DELETED: ""}
    if row["ending"]:
        fields = {DELETED: row["ending"]}
    return Kept(
        source_id=record_id(number),
        external_id=row["custom_id"],
        name=f"group {number}",
        fields=fields,
        policies={**policies, PARENT: "always", PUBLICATIONS: "create", DELETED: "update"},
        payload=row,
        source={**row, PRODUCTS: list(products)},
    )


def collection_input(item: Kept, due: Collection[str]) -> Input:
    """Return the fields that are due as a CollectionUpdateInput; members and sales channels are written otherwise."""
    given: Input = {_MEMBERS[name]: item.fields[name] or "" for name in due if name in _MEMBERS}
    if given.get("sortOrder") == "":
        del given["sortOrder"]
    if "handle" in given:
        given["redirectNewHandle"] = True
    if PARENT in due:
        given["metafields"] = [_parent(item)]
    return given


def creation_input(item: Kept, due: Collection[str], members: Sequence[str]) -> Input:
    """Return a new collection as a CollectionCreateInput: what is due, and the first of its members, global ids of products."""
    given = {name: value for name, value in collection_input(item, due).items() if name != "redirectNewHandle"}
    metafields = [custom_id_metafield(KEY, item.external_id), *given.get("metafields", ())]
    return given | {"metafields": metafields, "sources": [new_source(members)]}


def new_source(members: Sequence[str]) -> Input:
    """Return the source that selects these products, for a collection that has none of ours."""
    return {"source": {"title": SOURCE, "inclusion": {"selections": [{"productId": member} for member in members]}}}


def own_source(collection: Row) -> str | None:
    """Return the global id of the source that holds our members, None where a person removed it."""
    sources = [each for each in collection["sources"] if each["title"] == SOURCE and each["__typename"] == "CollectionConditionsSource"]
    return str(sources[0]["id"]) if sources else None


def differing_fields(item: Kept, found: Row, members: Collection[str] | None) -> set[str]:
    """Return the fields in which a collection that was found is another than the group; ``members`` are None where unknown.

    What the group leaves empty never differs, and whether it is on its sales channels is not known, so they always differ.
    """
    differing = {
        name
        for name, member in _MEMBERS.items()
        if item.fields.get(name) not in (None, "") and str(item.fields[name]).strip() != (found[member] or "")
    }
    if PARENT in item.fields and (found["parent"] or {}).get("value") != item.fields[PARENT]:
        differing.add(PARENT)
    if PRODUCTS in item.fields and (members is None or set(members) != wanted_members(item)):
        differing.add(PRODUCTS)
    return differing | ({PUBLICATIONS, DELETED} & set(item.fields))


def present_fields(item: Kept, found: Row) -> dict[str, Any]:
    """Return what stands in the fields of a collection that was found.

    Its members follow the products of the group, and are not told; where it is on sale is not known.
    """
    if item.fields[DELETED]:
        return {}
    there = {name: found[member] for name, member in _MEMBERS.items() if item.fields.get(name) or name not in _NEVER_EMPTIED}
    there[PARENT] = (found["parent"] or {}).get("value")
    return {name: value for name, value in there.items() if name in item.fields}


def wanted_members(item: Kept) -> set[str]:
    """Return the global ids of the products that should be in the collection."""
    return {gid("Product", digits) for digits in item.fields[PRODUCTS]}


def collection_digest(collection: Row) -> str:
    """Return a digest of what a collection says, by which an edit in the shop is told from Shopify's own way of writing."""
    told = {name: collection[name] for name in _MEMBERS.values()} | {"parent": (collection["parent"] or {}).get("value")}
    return digest_of(told)


def _parent(item: Kept) -> Input:
    return {"namespace": NAMESPACE, "key": PARENT_KEY, "type": "single_line_text_field", "value": item.fields[PARENT]}
