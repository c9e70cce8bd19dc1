"""Relations: the customers (debtors) of the administration."""

from collections.abc import Iterator, Mapping
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import Meaning, OperationUnknown, judge
from posbridge_dagster.clients.mplus.once import written_once
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE, Page, pages_since
from posbridge_dagster.clients.mplus.reading import Record


def relations_since(client: MplusClient, marker: int = 0, page_size: int = PAGE_SIZE) -> Iterator[Page]:
    """Yield pages of changed relations with the marker to ask from next; the service gives 1,000 at most per page."""

    def fetch(since: int) -> list[Record]:
        rows: list[Record] = client.call("getRelations", {"request": {"syncMarker": since, "syncMarkerLimit": page_size}})["relationList"]
        return rows

    return pages_since("getRelations", marker, fetch)


def get_relation(client: MplusClient, relation_number: int) -> Record | None:
    """Return one relation by its number, None when there is none."""
    return _found("getRelation", client.call("getRelation", {"relationNumber": relation_number}))


def find_relation(client: MplusClient, *, email: str | None = None, external_id: str | None = None) -> Record | None:
    """Return the relation with exactly this e-mail address (any case) or external id, None when there is none.

    Exactly one of the two is asked for. The service's plain search is partial (``jan@x.nl`` finds ``marijan@x.nl``) and
    returns one hit, so on an installation that cannot search exactly a hit that is another's proves nothing and all
    relations are read. When several share an e-mail address, which one comes is the service's choice.
    """
    asked = {name: text.strip() for name, text in (("email", email), ("extRelationId", external_id)) if text and text.strip()}
    if len(asked) != 1:
        raise ValueError("find_relation takes an e-mail address or an external id, one of them and not empty")
    if client.features.knows_find_relation_v2:
        try:
            hit = _found("findRelationV2", client.call("findRelationV2", {"request": {"relation": asked, "exactMatch": True}}))
            return hit if hit is not None and _matches(hit, asked) else None
        except OperationUnknown:
            pass  # noted by the client: from here on the search of old services is used
    hit = _found("findRelation", client.call("findRelation", {"relation": asked}))
    if hit is None or _matches(hit, asked):
        return hit
    return next((row for rows, _ in relations_since(client) for row in rows if _matches(row, asked)), None)


def create_relation(client: MplusClient, relation: Mapping[str, Any]) -> int:
    """Create a relation and return its number.

    The call has no idempotency key. When its outcome is unknown the relation is looked up by its ``extRelationId``, else by
    its e-mail address, before it is sent again; with neither, UnknownOutcome is raised. Raises Refused with the reason given.
    """
    named = {"external_id": relation.get("extRelationId"), "email": relation.get("email")}
    search = next(({name: text} for name, text in named.items() if text), None)

    def send() -> int:
        answer = client.call("createRelation", {"relation": relation})
        judge("createRelation", answer)
        return int(answer["relationNumber"])

    def look_up() -> int | None:
        hit = find_relation(client, **search) if search else None
        return None if hit is None else int(hit["relationNumber"])

    return written_once(client, send, look_up) if search else send()


def update_relation(client: MplusClient, relation_number: int, changes: Mapping[str, Any]) -> bool:
    """Change the given members of a relation and leave the others; False when the relation is gone.

    Sending the same content twice does no harm. Raises Refused with the reason given.
    """
    answer = client.call("updateRelation", {"relation": {**changes, "relationNumber": relation_number}}, repeatable=True)
    return judge("updateRelation", answer, Meaning.NOT_FOUND).meaning is Meaning.DONE


def _found(operation: str, answer: Record) -> Record | None:
    if judge(operation, answer, Meaning.NOT_FOUND).meaning is Meaning.NOT_FOUND:
        return None
    relation: Record | None = answer.get("relation")
    return relation


def _matches(relation: Record, asked: Mapping[str, str]) -> bool:
    return all(str(relation.get(name, "")).strip().casefold() == text.casefold() for name, text in asked.items())
