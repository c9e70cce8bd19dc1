"""A relation as fields of a Shopify customer: what is compared, and what is sent for the fields that are due.

Values are those of the mapping, so nothing here depends on how Shopify rewrites them. Tags are only ever added, except the one
that marks a retired relation; addresses that a person added stay.
"""

from collections.abc import Collection, Mapping
from typing import Any

from posbridge_dagster.clients.shopify.customers import changes, current, with_address
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.seen import digest_of
from posbridge_dagster.loading.shopify_input import Input, address_input, tags

RECORDS = "customers_to_shopify"
"""The flow under whose name the ledger keeps relations as customers, whichever flow writes them."""

RETIRED = "retired"
VAT_NUMBER = "vat_number"
BILLING = ("company", "address1", "zip", "city", "country")
DELIVERY = tuple(f"delivery_{part}" for part in ("first_name", "last_name", *BILLING))

_MEMBERS = {
    "email": "email",
    "phone": "phone",
    "first_name": "firstName",
    "last_name": "lastName",
    "note": "note",
    "locale": "locale",
    "tax_exempt": "taxExempt",
}
_CLEARED = {"phone", "first_name", "last_name", "note"}
"""Fields that are emptied when the relation no longer has them; the others keep what they had."""
_KEPT = _MEMBERS.keys() - _CLEARED

_BILLED = {**{name: name for name in BILLING}, "country": "countryCodeV2"}
_BETWEEN = "-"

Row = Mapping[str, Any]


def record_id(relation_number: int) -> str:
    """Return the id of a relation as a record of its flow."""
    return f"relation:{relation_number}"


def kept_customer(row: Row, policies: Mapping[str, str], custom_id: str, source: Row | None = None, retired_tag: str = "") -> Kept:
    """Return a mapped customer as a record that is kept in step; only the fields that the mapping file fills are its fields.

    An e-mail address that the relation has no more is none of them: the customer keeps it, so there is nothing to write.
    ``retired_tag`` is the tag of customers whose relation is retired (``row["active"]`` is false); without one there is no such field.
    """
    fields = {name: row[name] for name in policies if name in row and not (name in _KEPT and row[name] in (None, ""))}
    if "tags" in fields:
        fields["tags"] = sorted(tags(fields["tags"]))
    if retired_tag:
        fields[RETIRED] = row["active"] is False
    number = row["relation_number"]
    return Kept(
        source_id=record_id(number),
        external_id=custom_id,
        name=f"relation {number}",
        fields=fields,
        policies={**policies, RETIRED: "update"},
        payload={**row, "retired_tag": retired_tag},
        source=source or row,
        is_person=True,
    )


def customer_input(item: Kept, due: Collection[str], found: Input | None, *, is_ours: bool, has_our_address: bool = False) -> Input:
    """Return what ``customerSet`` is given for the fields that are due.

    ``found`` is the customer as they are, None for a new one. ``is_ours`` says that they were written before, so that what the
    relation no longer has is emptied; ``has_our_address`` that their default address is still the one that was written, so that
    a new one takes its place instead of standing beside it.
    """
    given: Input = {}
    for name in due:
        value = item.fields[name]
        if name in _MEMBERS and (value not in (None, "") or (is_ours and name in _CLEARED)):
            given[_MEMBERS[name]] = "" if value is None else value
    wanted = _tags(item, due, found)
    if wanted is not None:
        given["tags"] = wanted
    if addresses := _addresses(item.payload, due, found, has_ours=has_our_address):
        given["addresses"] = addresses
    return given


def differing_fields(item: Kept, found: Input) -> set[str]:
    """Return the fields in which a customer who was found is another than the relation; what the relation leaves empty never differs."""
    members = changes(found, customer_input(item, item.fields, found, is_ours=False))
    differing = {name for name, member in _MEMBERS.items() if member in members}
    differing |= {*BILLING, *DELIVERY} if "addresses" in members else set()
    differing |= {VAT_NUMBER} if item.fields.get(VAT_NUMBER) != (found.get("vatNumber") or {}).get("value") else set()
    differing = {name for name in differing if item.fields.get(name) not in (None, "")}
    if not set(item.fields.get("tags", ())) <= set(found["tags"]):
        differing.add("tags")
    if RETIRED in item.fields and item.fields[RETIRED] != (item.payload["retired_tag"] in found["tags"]):
        differing.add(RETIRED)
    return differing


def present_fields(item: Kept, found: Input) -> dict[str, Any]:
    """Return what stands in the fields of a customer who was found; not of those that are left as they are.

    Of tags it is those of the relation, for the others are people's. Which of several addresses the goods went to is not known.
    """
    there: dict[str, Any] = {name: current(found, member) for name, member in _MEMBERS.items()}
    there |= {name: (found["defaultAddress"] or {}).get(member) for name, member in _BILLED.items()}
    there |= {VAT_NUMBER: (found.get("vatNumber") or {}).get("value"), RETIRED: item.payload["retired_tag"] in found["tags"]}
    there["tags"] = sorted(set(item.fields.get("tags", ())) & set(found["tags"]))
    left = {name for name in _MEMBERS if item.fields.get(name) in (None, "") and name not in _CLEARED}
    if address_input(item.payload) is None:
        left |= set(BILLING)
    return {name: value for name, value in there.items() if name in item.fields and name not in left}


def customer_digest(customer: Input) -> str:
    """Return a digest of what a customer says, by which an edit in the shop is told from Shopify's own way of writing.

    The digest of their default address stands at its end, by which it is known again.
    """
    beside = ("updatedAt", "relation", "vatNumber", "defaultAddress")
    told = {name: value for name, value in customer.items() if name not in beside}
    return f"{digest_of(told)}{_BETWEEN}{_address_digest(customer)}"


def has_written_address(customer: Input, digest: str) -> bool:
    """Return whether the default address of a customer is the one they had when this ``customer_digest`` was taken."""
    return bool(customer["addressesV2"]) and digest.rpartition(_BETWEEN)[2] == _address_digest(customer)


def _address_digest(customer: Input) -> str:
    return digest_of({name: value for name, value in (customer["defaultAddress"] or {}).items() if name != "id"})


def _tags(item: Kept, due: Collection[str], found: Input | None) -> list[str] | None:
    """Return the tags a customer should have, None where they are not due."""
    if not {"tags", RETIRED} & set(due):
        return None
    wanted = {*(found["tags"] if found else ()), *(item.fields["tags"] if "tags" in due else ())}
    mark = item.payload["retired_tag"]
    if RETIRED in due and mark:
        wanted = wanted | {mark} if item.fields[RETIRED] else wanted - {mark}
    return sorted(wanted)


def _addresses(row: Row, due: Collection[str], found: Input | None, *, has_ours: bool) -> list[Input]:
    """Return all addresses of a customer, the default one first; none where no address is due."""
    billing = address_input(row) if set(due) & set(BILLING) else None
    delivery = address_input(row, "delivery_") if set(due) & set(DELIVERY) else None
    if not billing and not delivery:
        return []
    there = _default_first(found) if found else []
    first = [billing] if billing else there[:1]
    addresses = there if billing and not has_ours else there[1:]
    for address in reversed([*first, *([delivery] if delivery else [])]):
        addresses = with_address({"addressesV2": addresses}, address)
    return addresses


def _default_first(customer: Input) -> list[Input]:
    default = (customer["defaultAddress"] or {}).get("id")
    addresses: list[Input] = sorted(customer["addressesV2"], key=lambda address: address.get("id") != default)
    return addresses
