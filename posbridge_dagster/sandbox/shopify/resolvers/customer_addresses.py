"""Addresses of customers, one at a time."""

from typing import Any

from posbridge_dagster.sandbox.shopify.addresses import changed_address
from posbridge_dagster.sandbox.shopify.customer_addresses import fix_numbers, found_address, make_default, new_address
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.nodes.places import address_node
from posbridge_dagster.sandbox.shopify.records import Address, Customer
from posbridge_dagster.sandbox.shopify.refusals import Refusal, user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
NO_CUSTOMER = user_error("Customer does not exist", "customerId")
EXISTS = user_error("Address already exists", "address")


def _customer(scene: Scene, global_id: str) -> Customer | None:
    return scene.shop.customers.get(numbered("Customer", global_id))


def _held(customer: Customer, global_id: str) -> Address:
    """Return an address of a customer. Raises Refusal where it is not theirs."""
    fix_numbers(customer)
    found = found_address(customer, global_id)
    if found is None:
        raise Refusal("invalid id", "RESOURCE_NOT_FOUND")
    return found


def _shown(address: Address, scene: Scene) -> Node | None:
    return address_node(address, address.number, scene, "CustomerAddress")


@resolves("Mutation", "customerAddressCreate")
def create_address(_: None, scene: Scene, customer_id: str, address: Given, set_as_default: bool | None = None) -> dict[str, Any]:
    """Add an address; the first one is the default one whether that is asked for or not."""
    customer = _customer(scene, customer_id)
    if customer is None:
        return {"address": None, "userErrors": [NO_CUSTOMER]}
    fix_numbers(customer)
    made = new_address(scene.shop, address)
    if made in customer.addresses:
        return {"address": None, "userErrors": [EXISTS]}
    customer.addresses.append(made)
    if set_as_default:
        make_default(scene.shop, customer, made)
    scene.shop.changed(customer)
    return {"address": _shown(made, scene), "userErrors": []}


@resolves("Mutation", "customerAddressUpdate")
def update_address(
    _: None, scene: Scene, customer_id: str, address_id: str, address: Given, set_as_default: bool | None = None
) -> dict[str, Any]:
    """Change what is named of an address; it keeps its id."""
    customer = _customer(scene, customer_id)
    if customer is None:
        return {"address": None, "userErrors": [NO_CUSTOMER]}
    known = _held(customer, address_id)
    changed = changed_address(known, address)
    if any(entry == changed for entry in customer.addresses if entry is not known):
        return {"address": None, "userErrors": [EXISTS]}
    customer.addresses = [changed if entry is known else entry for entry in customer.addresses]
    if set_as_default:
        make_default(scene.shop, customer, changed)
    scene.shop.changed(customer)
    return {"address": _shown(changed, scene), "userErrors": []}


@resolves("Mutation", "customerAddressDelete")
def delete_address(_: None, scene: Scene, customer_id: str, address_id: str) -> dict[str, Any]:
    """Delete an address; after the default one the next becomes it."""
    customer = _customer(scene, customer_id)
    if customer is None:
        return {"deletedAddressId": None, "userErrors": [NO_CUSTOMER]}
    known = _held(customer, address_id)
    customer.addresses = [entry for entry in customer.addresses if entry is not known]
    scene.shop.changed(customer)
    return {"deletedAddressId": address_id, "userErrors": []}


@resolves("Mutation", "customerUpdateDefaultAddress")
def set_default_address(_: None, scene: Scene, customer_id: str, address_id: str) -> dict[str, Any]:
    """Make an address the default one."""
    customer = _customer(scene, customer_id)
    if customer is None:
        return {"customer": None, "userErrors": [NO_CUSTOMER]}
    make_default(scene.shop, customer, _held(customer, address_id))
    scene.shop.changed(customer)
    return {"customer": customer_node(customer, scene), "userErrors": []}
