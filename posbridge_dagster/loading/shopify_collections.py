"""Writes article groups as Shopify collections whose members are exactly the products of the group.

A collection is found by its custom id, which is strongly consistent; never by title or handle, so that a collection that people
made is not touched. Members stand in a source of our own and are added and removed there, 250 a call.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.collections import (
    MEMBERS_IN_A_CALL,
    collection_create,
    collection_delete,
    collection_members,
    collection_update,
    collections_by_custom_ids,
    collections_by_id,
    products_present,
    require_collections,
    unpublish,
)
from posbridge_dagster.clients.shopify.custom_ids import ensure_definition
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.publications import publication_ids, publish
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.collection_fields import (
    DELETED,
    KEY,
    NAME,
    PRODUCTS,
    PUBLICATIONS,
    collection_digest,
    collection_input,
    creation_input,
    differing_fields,
    new_source,
    own_source,
    present_fields,
    wanted_members,
)
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.once import Written
from posbridge_dagster.loading.seen import seen_text
from posbridge_dagster.loading.shopify_input import gid
from posbridge_dagster.loading.works import Answer, Work
from posbridge_dagster.loading.writing_at_once import written_at_once
from posbridge_dagster.model.identity import tail

LINK, SEEN = "group", "group_seen"
"""Kinds of links: group -> digits of its collection; group -> how its collection was when it was last written or looked at."""

Node = dict[str, Any]
Note = tuple[str, str]


@dataclass
class ShopifyCollections:
    """A KeepingWriter of collections; for a plan it makes nothing, not even the definition of the custom id.

    ``notes`` says, by source id, with a code and a sentence, what could not be as the group says.
    """

    client: ShopifyClient
    ledger: Ledger
    dry_run: bool = False
    batch: int = 20
    notes: dict[str, Note] = field(default_factory=dict, init=False)
    _is_ready: bool = field(default=False, init=False)
    _channels: dict[str, str] | None = field(default=None, init=False)
    _seen: dict[str, str] = field(default_factory=dict, init=False)

    def find(self, works: Sequence[Work]) -> Mapping[str, Node]:
        """Return the collections that are there, by source id; one that is to end and has gone already is found as nothing left."""
        self._get_ready()
        known = {work.item.source_id: gid("Collection", work.target_id) for work in works if work.target_id}
        there = collections_by_id(self.client, sorted(known.values())) if known else {}
        new = [work.item.external_id for work in works if not work.target_id]
        made = self._by_custom_ids(new)
        found = {}
        for work in works:
            source_id = work.item.source_id
            node = there.get(known[source_id]) if work.target_id else made.get(work.item.external_id)
            if node is None and work.target_id and work.item.fields[DELETED]:
                node = {"id": ""}
            if node is not None:
                found[source_id] = node
        return found

    def differing(self, item: Kept, found: Node) -> Collection[str]:
        """Return the fields in which a collection that was found is another than the group."""
        if item.fields.get(DELETED):
            return {DELETED}
        source = own_source(found)
        return differing_fields(item, found, collection_members(self.client, source) if source else None)

    def present(self, item: Kept, found: Node) -> Mapping[str, Any]:
        """Return what stands in the fields of a collection that was found, where that is known."""
        return present_fields(item, found)

    def apply(self, works: Sequence[Work]) -> Iterator[tuple[str, Answer]]:
        """Write collections, several at a time, and yield their answers in order; what is written is linked before that is told."""
        self._know_channels()
        for work, answer in written_at_once(works, self._write):
            number = str(work.item.payload["group_number"])
            if isinstance(answer, Written):
                self.ledger.link(LINK, {number: answer.target_id})
            if number in self._seen:
                self.ledger.link(SEEN, {number: self._seen.pop(number)})
            yield work.item.source_id, answer

    def _get_ready(self) -> None:
        if not self._is_ready and not self.dry_run:
            require_collections(self.client)
            ensure_definition(self.client, "COLLECTION", KEY, NAME)
            self._is_ready = True

    def _by_custom_ids(self, custom_ids: Sequence[str]) -> dict[str, Node]:
        if not custom_ids:
            return {}
        try:
            return collections_by_custom_ids(self.client, KEY, custom_ids)
        except Misconfigured as failure:
            if self.dry_run and failure.code == "NOT_FOUND":  # no definition yet, so no collection has such an id
                return {}
            raise

    def _know_channels(self) -> None:
        if self._channels is None:
            self._channels = publication_ids(self.client)

    def _write(self, work: Work) -> Written:
        item = work.item
        if item.fields[DELETED]:
            return self._ended(work)
        collection = self._created(work) if work.found is None else self._changed(work)
        if PUBLICATIONS in work.fields or DELETED in work.fields:
            self._publish(item, collection["id"])
        self._seen[str(item.payload["group_number"])] = seen_text(collection, collection_digest(collection))
        handle = str(collection["handle"])
        return Written(tail(collection["id"]), handle, otherwise={"handle": handle} if "handle" in work.fields else {})

    def _ended(self, work: Work) -> Written:
        """Do with the collection of a deleted group what the mapping says."""
        there = work.found["id"] if work.found else ""
        if there and work.item.fields[DELETED] == "delete":
            collection_delete(self.client, there)
        elif there:
            unpublish(self.client, there, sorted((self._channels or {}).values()))
        return Written(work.target_id or tail(there))

    def _changed(self, work: Work) -> Node:
        fields = collection_input(work.item, work.fields)
        collection: Node = self._updated(work.item, work.found["id"], fields) if fields else work.found
        if PRODUCTS in work.fields:
            self._keep_members(work.item, collection)
        return collection

    def _created(self, work: Work) -> Node:
        """Make a collection with all of its members; of very many the first come with it and the others after it."""
        members = sorted(wanted_members(work.item))
        collection = self._made(work, members[:MEMBERS_IN_A_CALL])
        if len(members) > MEMBERS_IN_A_CALL:
            self._keep_members(work.item, collection)
        return collection

    def _made(self, work: Work, members: Sequence[str]) -> Node:
        """Make a collection; one whose answer was lost is looked for at once."""
        item = work.item
        given = creation_input(item, work.fields, members)
        for _ in range(3):  # as given, under another handle, without products that are gone
            try:
                return collection_create(self.client, given)
            except UnknownOutcome:
                found = self._by_custom_ids([item.external_id]).get(item.external_id)
                if found is None:
                    raise
                return found
            except UserErrors as refusal:
                given = self._without_what_was_refused(item, given, refusal, members)
        return collection_create(self.client, given)

    def _updated(self, item: Kept, collection_id: str, fields: Node) -> Node:
        try:
            return collection_update(self.client, collection_id, fields)
        except UserErrors as refusal:
            if not _is_taken_handle(refusal) or "handle" not in fields:
                raise
            return collection_update(self.client, collection_id, {**fields, "handle": self._other_handle(item, fields["handle"])})

    def _without_what_was_refused(self, item: Kept, given: Node, refusal: UserErrors, members: Sequence[str]) -> Node:
        """Return a refused creation in a form that may be taken; raises the refusal where nothing can be done."""
        if _is_taken_handle(refusal) and "handle" in given and not given["handle"].endswith(_suffix(item)):
            return {**given, "handle": self._other_handle(item, given["handle"])}
        there = self._present(item, members)
        if len(there) == len(given["sources"][0]["source"]["inclusion"]["selections"]):
            raise refusal
        return {**given, "sources": [new_source(there)]}

    def _other_handle(self, item: Kept, handle: str) -> str:
        self.notes[item.source_id] = ("handle_taken", f"another collection has the handle {handle}, so its own ends in its number")
        return f"{handle}{_suffix(item)}"

    def _keep_members(self, item: Kept, collection: Node) -> None:
        """Add and remove members until the source holds exactly the products of the group."""
        source, wanted = own_source(collection), wanted_members(item)
        if source is None:
            first = self._present(item, sorted(wanted))[:MEMBERS_IN_A_CALL]
            collection = collection_update(self.client, collection["id"], {"sourcesToCreate": [new_source(first)]})
            source = own_source(collection)
        assert source is not None, "a source that was created is there"
        there = set(collection_members(self.client, source))
        added, removed = sorted(wanted - there), sorted(there - wanted)
        try:
            self._move(collection["id"], source, added, removed)
        except UserErrors:
            present = self._present(item, added)
            if len(present) == len(added):
                raise
            self._move(collection["id"], source, present, removed)

    def _move(self, collection_id: str, source: str, added: Sequence[str], removed: Sequence[str]) -> None:
        for more, fewer in zip_longest(_parts(added), _parts(removed)):
            inclusion = {"selectionsToAdd": _selections(more or ()), "selectionsToRemove": _selections(fewer or ())}
            moved = {name: rows for name, rows in inclusion.items() if rows}
            collection_update(self.client, collection_id, {"sourcesToUpdate": [{"condition": {"id": source, "inclusion": moved}}]})

    def _present(self, item: Kept, members: Sequence[str]) -> list[str]:
        """Return the members that are products of the shop, and note those that are not."""
        there = products_present(self.client, members)
        gone = [tail(member) for member in members if member not in there]
        if gone:
            self.notes[item.source_id] = ("products_gone", f"the products {', '.join(gone[:5])} are gone from the shop and were left out")
        return [member for member in members if member in there]

    def _publish(self, item: Kept, collection_id: str) -> None:
        channels = self._channels or {}
        unknown = [name for name in item.fields[PUBLICATIONS] if name not in channels]
        if unknown:
            raise Misconfigured(
                f"the shop has no sales channel {', '.join(unknown)}; it has {', '.join(sorted(channels))}",
                system="Shopify",
                operation="publishablePublish",
                code="unknown_channel",
                advice="Correct `publish_on` in the mapping file.",
            )
        if item.fields[PUBLICATIONS]:
            publish(self.client, collection_id, [channels[name] for name in item.fields[PUBLICATIONS]])


def _is_taken_handle(refusal: UserErrors) -> bool:
    return any(error.path[-1:] == ("handle",) for error in refusal.errors)


def _suffix(item: Kept) -> str:
    return f"-{item.payload['group_number']}"


def _selections(members: Sequence[str]) -> list[Node]:
    return [{"productId": member} for member in members]


def _parts(members: Sequence[str]) -> list[Sequence[str]]:
    return [members[start : start + MEMBERS_IN_A_CALL] for start in range(0, len(members), MEMBERS_IN_A_CALL)]
