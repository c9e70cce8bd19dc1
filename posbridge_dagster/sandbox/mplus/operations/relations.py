"""Relations: persons and companies, customers and suppliers alike."""

from typing import Any

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.envelopes import SoapFault
from posbridge_dagster.sandbox.mplus.markers import page
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Card
from posbridge_dagster.sandbox.mplus.rendering import card_message

_SEARCHABLE = {
    "extRelationId",
    "name",
    "companyName",
    "address",
    "zipcode",
    "city",
    "country",
    "deliveryAddress",
    "deliveryZipcode",
    "deliveryCity",
    "deliveryCountry",
    "contact",
    "telephone",
    "mobile",
    "email",
    "website",
    "relationCode",
    "birthDate",
    "categoryId",
    "cardNumber",
    "bankAccountNumber",
}
_KEPT_BY_THE_TILL = ("relationNumber", "syncMarker", "createTimestamp", "changeTimestamp", "points", "balance", "accountBalance")
_NAMES = ("name", "companyName", "contact", "email")


def get_relations(request: Message, context: Context) -> Message:
    """List relations by number or by marker."""
    asked = request.get("request", {})
    wanted = set(asked.get("relationNumbers", ()))
    relations = context.books.state.relations
    category = asked.get("categoryId")

    def keep(number: int) -> bool:
        return (not wanted or number in wanted) and (category is None or category in _categories(relations[number]))

    numbers = page(context.books.relation_log, asked, keep, context.switches)
    return {"relationList": {"relation": [_message(relations[number]) for number in numbers]}}


def _categories(relation: Card) -> list[int]:
    several: list[int] = (relation.members.get("categoryIds") or {}).get("category", [])
    return [*several, relation.members.get("categoryId", 0)]


def get_relation(request: Message, context: Context) -> Message:
    """Return one relation by its number."""
    relation = context.books.state.relations.get(request.get("relationNumber", 0))
    if relation is None:
        return {"result": "GET-RELATION-RESULT-NOT-FOUND", "relation": {}}
    return {"result": "GET-RELATION-RESULT-OK", "relation": _message(relation)}


def find_relation(request: Message, context: Context) -> Message:
    """Return the first relation that holds all search terms somewhere in its members, whatever the case."""
    return _found(request.get("relation", {}), context, exact=False)


def find_relation_v2(request: Message, context: Context) -> Message:
    """Return the first relation by search terms that match in part or, with exactMatch, as a whole."""
    asked = request["request"]
    return _found(asked.get("relation", {}), context, exact=bool(asked.get("exactMatch")))


def _found(terms: Message, context: Context, exact: bool) -> Message:
    if "relationNumber" in terms:
        raise SoapFault("Client", "Do not use relationNumber when trying to find a relation. Use getRelation instead.")
    searched = {name: value for name, value in terms.items() if name in _SEARCHABLE}
    context.notes.extend(f"findRelation does not search by {name}" for name in terms.keys() - searched.keys())
    cased = exact and context.switches["exact_match_case_sensitive"]
    for number in sorted(context.books.state.relations):
        relation = context.books.state.relations[number]
        if all(_matches(relation.members.get(name), term, exact, cased) for name, term in searched.items()):
            return {"result": "FIND-RELATION-RESULT-OK", "relation": _message(relation)}
    return {"result": "FIND-RELATION-RESULT-NOT-FOUND"}


def _matches(held: Any, term: Any, exact: bool, cased: bool) -> bool:
    if not isinstance(term, str):
        return bool(held == term)
    there, sought = (held or "", term) if cased else ((held or "").casefold(), term.casefold())
    return there == sought if exact else sought in there


def create_relation(request: Message, context: Context) -> Message:
    """Add a relation under the next free number."""
    members = request.get("relation", {})
    books = context.books
    if members.get("relationNumber", 0) in books.state.relations:
        return _created("FAILED-RELATION-NUMBER-ALREADY-TAKEN", f"relation number {members['relationNumber']} is taken")
    if not any(members.get(name) for name in _NAMES):
        return _created("FAILED", "a relation needs a name, a company name, a contact or an e-mail address")
    number = members.get("relationNumber") or _free_number(context)
    relation = Card(number, context.now, context.now, {"active": True, **_own(members)})
    books.keep_relation(relation)
    context.wrote = True
    return _created("OK", "", relation)


def _free_number(context: Context) -> int:
    while (number := context.books.next_number("relation")) in context.books.state.relations:
        continue
    return number


def _created(result: str, text: str, relation: Card | None = None) -> Message:
    answer: Message = {"result": f"CREATE-RELATION-RESULT-{result}", "relationNumber": 0, "errorMessage": text}
    if relation:
        answer |= {"relationNumber": relation.number, "changeTimestamp": relation.changed_at, "syncMarker": relation.sync_marker}
    return answer


def update_relation(request: Message, context: Context) -> Message:
    """Change the members that are sent, empty ones too; the others stay. Lists are replaced as a whole."""
    members = request.get("relation", {})
    relation = context.books.state.relations.get(members.get("relationNumber", 0))
    if relation is None:
        text = f"relation {members.get('relationNumber', '(none)')} does not exist"
        return {"result": "UPDATE-RELATION-RESULT-NOT-FOUND", "errorMessage": text}
    changed = {**relation.members, **_own(members)}
    if changed != relation.members:
        relation.members, relation.changed_at = changed, context.now
        context.books.keep_relation(relation)
        context.wrote = True
    return {
        "result": "UPDATE-RELATION-RESULT-OK",
        "errorMessage": "",
        "changeTimestamp": relation.changed_at,
        "syncMarker": relation.sync_marker,
    }


def _own(members: Message) -> Message:
    return {name: value for name, value in members.items() if name not in _KEPT_BY_THE_TILL}


def _message(relation: Card) -> Message:
    return card_message(relation, "relationNumber")


OPERATIONS: dict[str, Perform] = {
    "getRelations": get_relations,
    "getRelation": get_relation,
    "findRelation": find_relation,
    "findRelationV2": find_relation_v2,
    "createRelation": create_relation,
    "updateRelation": update_relation,
}
