"""The addresses of customers. Each keeps its id while it is changed; the first of them is the default one."""

from collections.abc import Iterator, Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.addresses import changed_address, read_address
from posbridge_dagster.sandbox.shopify.records import Address, Customer
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.shop import Shop

Given = dict[str, Any]
Error = dict[str, Any]
ROOM = 1000  # for the numbers of the addresses that a customer had before any app changed them


def address_number(customer: Customer, index: int) -> int:
    """Return the number of an address by its place."""
    return customer.addresses[index].number or customer.number * ROOM + index


def fix_numbers(customer: Customer) -> None:
    """Let every address keep the number that it is known by, whatever place it gets."""
    for index, address in enumerate(customer.addresses):
        address.number = address_number(customer, index)


def found_address(customer: Customer, global_id: str) -> Address | None:
    """Return the address of an id. Raises Refusal where it is no id of an address."""
    number = numbered("MailingAddress", global_id)
    return next((entry for index, entry in enumerate(customer.addresses) if address_number(customer, index) == number), None)


def list_errors(customer: Customer | None, given: Sequence[Given], path: Sequence[str]) -> Iterator[Error]:
    """Yield which entries of a list of addresses name one that the customer does not have."""
    for index, entry in enumerate(given):
        if entry.get("id") and (customer is None or found_address(customer, entry["id"]) is None):
            yield user_error("Customer address does not exist", *path, "addresses", str(index), "id")


def new_address(shop: Shop, given: Given) -> Address:
    """Return an address with a number of its own."""
    address = read_address(given) or Address()
    address.number = shop.next_number()
    return address


def replace_addresses(shop: Shop, customer: Customer, given: Sequence[Given]) -> None:
    """Make the addresses those of a list: entries with an id change the one they name, the others are new, the rest is gone."""
    fix_numbers(customer)
    kept = []
    for entry in given:
        known = found_address(customer, entry["id"]) if entry.get("id") else None
        kept.append(new_address(shop, entry) if known is None else changed_address(known, entry))
    customer.addresses = kept


def make_default(shop: Shop, customer: Customer, address: Address) -> None:
    """Make an address the default one; an equal one that the customer has keeps its id."""
    fix_numbers(customer)
    known = next((entry for entry in customer.addresses if entry == address), None)
    if known is None:
        known = address
        known.number = known.number or shop.next_number()
    customer.addresses = [known, *(entry for entry in customer.addresses if entry is not known)]
