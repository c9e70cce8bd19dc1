"""Customers that an app makes or changes."""

from typing import Any

from posbridge_dagster.sandbox.shopify.consent import KINDS, creation_errors, read_consent, update_errors
from posbridge_dagster.sandbox.shopify.customer_drafts import customer_errors, keep_customer, kept_email, kept_phone, new_customer
from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.records import Customer
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]


def _refused(*errors: Error) -> dict[str, Any]:
    return {"customer": None, "userErrors": list(errors)}


@resolves("Mutation", "customerSet")
def set_customer(_: None, scene: Scene, given: Given, identifier: Given | None = None) -> dict[str, Any]:
    """Make a customer, or change the one whom the identifier finds; a custom id is written beside a new one."""
    wanted = {name: value for name, value in (identifier or {}).items() if value is not None}
    if wanted and given.get("id"):
        return _refused(user_error("The id field is not allowed if identifier is provided.", "input", code="ID_NOT_ALLOWED"))
    mismatch = _mismatch(wanted, given)
    if mismatch:
        return _refused(mismatch)
    known = _identified(scene, wanted)
    if known is None and "id" in wanted:
        return _refused(user_error("Resource matching the identifier was not found.", "input", code="NOT_FOUND"))
    errors = customer_errors(scene.shop, given, known)
    if errors:
        return _refused(*errors)
    customer = known or new_customer(scene.shop)
    keep_customer(scene.shop, customer, {name: value for name, value in given.items() if name != "id"})
    if known is None and "customId" in wanted:
        write_metafields(scene.shop, customer, [{**wanted["customId"], "type": "id"}])
    return {"customer": customer_node(customer, scene), "userErrors": []}


def _mismatch(wanted: Given, given: Given) -> Error | None:
    """Return why identifier and input do not belong together: what identifies must stand in the input as well."""
    for name, kept in (("email", kept_email), ("phone", kept_phone)):
        if name not in wanted:
            continue
        if given.get(name) is None:
            message = "The input field corresponding to the identifier is required."
            return user_error(message, "input", code="MISSING_FIELD_REQUIRED")
        if kept(given[name]) != kept(wanted[name]):
            message = "The identifier value does not match the value of the corresponding field in the input."
            return user_error(message, "input", code="INPUT_MISMATCH")
    return None


def _identified(scene: Scene, wanted: Given) -> Customer | None:
    number = None
    if "id" in wanted:
        number = numbered("Customer", wanted["id"])
    elif "customId" in wanted:
        number = custom_id(scene, "CUSTOMER", wanted["customId"])
    elif "email" in wanted:
        number = scene.shop.customers_by_email.get(kept_email(wanted["email"]))
    elif "phone" in wanted:
        number = scene.shop.customers_by_phone.get(kept_phone(wanted["phone"]) or "")
    return scene.shop.customers.get(number)


@resolves("Mutation", "customerCreate")
def create_customer(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Make a customer, with metafields."""
    return _write(scene, new_customer(scene.shop), given, None)


@resolves("Mutation", "customerUpdate")
def update_customer(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Change a customer."""
    known = scene.shop.customers.get(numbered("Customer", given["id"])) if given.get("id") else None
    if known is None:
        return _refused(user_error("Customer does not exist", "id"))
    return _write(scene, known, given, known)


def _write(scene: Scene, customer: Customer, given: Given, known: Customer | None) -> dict[str, Any]:
    entries = given.get("metafields") or []
    errors = customer_errors(scene.shop, given, known, ())
    errors += update_errors(given) if known else creation_errors(given)
    errors += metafield_errors(scene.shop, "CUSTOMER", entries, ("metafields",), known.number if known else None)
    if errors:
        return _refused(*errors)
    keep_customer(scene.shop, customer, given)
    if known is None:
        customer.email_consent, customer.sms_consent = (
            read_consent(scene.shop, given[name]) if given.get(name) else None for name in KINDS
        )
    write_metafields(scene.shop, customer, entries)
    return {"customer": customer_node(customer, scene), "userErrors": []}
