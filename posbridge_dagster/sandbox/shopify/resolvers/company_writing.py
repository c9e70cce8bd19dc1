"""Companies that an app makes, with their contacts and places."""

import re
from typing import Any

from posbridge_dagster.sandbox.shopify.addresses import read_address
from posbridge_dagster.sandbox.shopify.customer_drafts import EMAIL, keep_customer, kept_email, new_customer
from posbridge_dagster.sandbox.shopify.nodes.companies import ROLES, company_node, company_place_node, contact_node
from posbridge_dagster.sandbox.shopify.records import Company, CompanyContact, CompanyPlace, RoleAssignment
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.companies import WRITE, allow
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import read_moment
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]
LONGEST_EXTERNAL_ID = 64
DEFAULT_ROLE = ROLES.index("Ordering only")
EXTERNAL_ID = re.compile(r"[A-Za-z0-9!@#$%^&*(){}\[\]\\/?<>_\-~,.;:'`\"]*")
EXTERNAL_ID_RULE = "External Id can only contain numbers, letters, and some special characters, including !@#$%^&*(){}[]\\/?<>_-~,.;:'`\""
HTML = re.compile(r"<[^>]+>")


def name_errors(name: str | None, path: tuple[str, ...]) -> list[Error]:
    """Return why something cannot be called so."""
    if not (name or "").strip():
        return [user_error("Name can't be blank", *path, "name", code="BLANK")]
    if HTML.search(name or ""):
        return [user_error("Name contains HTML tags", *path, "name", code="INVALID_INPUT")]
    return []


def _external_id_errors(value: str, is_taken: bool, path: tuple[str, ...]) -> list[Error]:
    where = (*path, "externalId")
    if len(value) > LONGEST_EXTERNAL_ID:
        return [user_error(f"External Id must be {LONGEST_EXTERNAL_ID} characters or less.", *where, code="TOO_LONG")]
    if not EXTERNAL_ID.fullmatch(value):
        return [user_error(EXTERNAL_ID_RULE, *where, code="INVALID")]
    if value and is_taken:
        return [user_error("External id has already been taken.", *where, code="TAKEN")]
    return []


def _contact_errors(scene: Scene, given: Given, path: tuple[str, ...]) -> list[Error]:
    if not EMAIL.fullmatch(kept_email(given.get("email"))):
        return [user_error("Email is invalid", *path, "email", code="INVALID")]
    return markup_errors(given, path)


def markup_errors(given: Given, path: tuple[str, ...]) -> list[Error]:
    """Return that a name of a person has markup in it."""
    is_marked_up = any(HTML.search(given.get(name) or "") for name in ("firstName", "lastName", "title"))
    return [user_error("Invalid input.", *path, code="INVALID_INPUT")] if is_marked_up else []


def company_id_errors(scene: Scene, given: Given, own: Company | None, path: tuple[str, ...]) -> list[Error]:
    """Return why a company cannot have the external id of a description."""
    value = given.get("externalId") or ""
    is_taken = any(holder is not own for holder in scene.shop.companies.with_("external_id", value))
    return _external_id_errors(value, is_taken, path)


def place_id_errors(scene: Scene, given: Given, own: CompanyPlace | None, path: tuple[str, ...]) -> list[Error]:
    """Return why a place cannot have the external id of a description."""
    value = given.get("externalId") or ""
    holders = scene.shop.companies.with_("place_external_id", value)
    is_taken = any(place is not own and place.external_id == value for holder in holders for place in holder.places)
    return _external_id_errors(value, is_taken, path)


@resolves("Mutation", "companyCreate")
def create_company(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Make a company; it always gets a place, named like itself where none is described."""
    allow(scene, "companyCreate", WRITE)
    described, contact, place = given["company"], given.get("companyContact"), given.get("companyLocation") or {}
    errors = name_errors(described["name"], ("input", "company"))
    errors += company_id_errors(scene, described, None, ("input", "company"))
    errors += place_id_errors(scene, place, None, ("input", "companyLocation"))
    errors += _contact_errors(scene, contact, ("input", "companyContact")) if contact else []
    if errors:
        return {"company": None, "userErrors": errors}
    now = scene.shop.now()
    since = read_moment(described.get("customerSince")) or now
    made = Company(scene.shop.next_number(), described["name"].strip(), now, now, now, since)
    made.external_id, made.note = described.get("externalId") or "", described.get("note") or ""
    made.places.append(_place(scene, {**place, "name": place.get("name") or made.name}))
    if contact:
        made.contacts.append(_contact(scene, contact))
        assign_role(scene, made, made.contacts[0], made.places[0], DEFAULT_ROLE)
    scene.shop.add_company(made)
    scene.shop.writes += 1
    return {"company": company_node(made, scene), "userErrors": []}


def assign_role(scene: Scene, company: Company, contact: CompanyContact, place: CompanyPlace, role: int) -> RoleAssignment:
    """Let a contact act for a place and return the assignment."""
    assignment = RoleAssignment(scene.shop.next_number(), contact.number, place.number, role, scene.shop.now())
    company.roles.append(assignment)
    return assignment


def _place(scene: Scene, given: Given) -> CompanyPlace:
    shipping = read_address(mailing(given.get("shippingAddress")))
    billing = shipping if given.get("billingSameAsShipping") else read_address(mailing(given.get("billingAddress")))
    return CompanyPlace(
        scene.shop.next_number(),
        given["name"],
        given.get("externalId") or "",
        given.get("phone") or "",
        given.get("note") or "",
        shipping,
        billing,
        bool(given.get("taxExempt")),
        given.get("taxRegistrationId") or "",
        list(given.get("taxExemptions") or []),
        given.get("locale") or "nl",
    )


def mailing(given: Given | None) -> Given | None:
    """Return a CompanyAddressInput under the names of a MailingAddressInput; its recipient is the company name on the label."""
    return None if given is None else {**given, "company": given.get("recipient"), "provinceCode": given.get("zoneCode")}


def _contact(scene: Scene, given: Given) -> CompanyContact:
    """Return a contact; the customer with this e-mail address is taken, or made."""
    number = scene.shop.customers_by_email.get(kept_email(given.get("email")))
    customer = scene.shop.customers.get(number)
    if customer is None:
        customer = new_customer(scene.shop)
        keep_customer(scene.shop, customer, {name: value for name, value in given.items() if name != "title" and value is not None})
    return CompanyContact(scene.shop.next_number(), customer.number, given.get("title") or "", given.get("locale") or "nl")


@resolves("Mutation", "companyContactCreate")
def create_contact(_: None, scene: Scene, company_id: str, given: Given) -> dict[str, Any]:
    """Add a contact to a company."""
    allow(scene, "companyContactCreate", WRITE)
    found = scene.shop.companies.get(numbered("Company", company_id))
    errors = _no_company(found) or _contact_errors(scene, given, ("input",))
    if found is None or errors:
        return {"companyContact": None, "userErrors": errors}
    contact = _contact(scene, given)
    if any(known.customer == contact.customer for known in found.contacts):
        error = user_error("Customer is already associated with a company contact.", "input", "email", code="TAKEN")
        return {"companyContact": None, "userErrors": [error]}
    found.contacts.append(contact)
    scene.shop.changed(found)
    return {"companyContact": contact_node(contact, found, scene), "userErrors": []}


@resolves("Mutation", "companyAssignCustomerAsContact")
def assign_contact(_: None, scene: Scene, company_id: str, customer_id: str) -> dict[str, Any]:
    """Make a customer a contact of a company."""
    allow(scene, "companyAssignCustomerAsContact", WRITE)
    found = scene.shop.companies.get(numbered("Company", company_id))
    customer = scene.shop.customers.get(numbered("Customer", customer_id))
    errors = _no_company(found)
    if customer is None:
        errors.append(user_error("Customer does not exist.", "customerId", code="RESOURCE_NOT_FOUND"))
    elif found is not None and any(known.customer == customer.number for known in found.contacts):
        errors.append(user_error("Customer is already associated with a company contact.", "customerId", code="INVALID_INPUT"))
    if found is None or customer is None or errors:
        return {"companyContact": None, "userErrors": errors}
    contact = CompanyContact(scene.shop.next_number(), customer.number)
    found.contacts.append(contact)
    scene.shop.changed(found)
    return {"companyContact": contact_node(contact, found, scene), "userErrors": []}


@resolves("Mutation", "companyLocationCreate")
def create_place(_: None, scene: Scene, company_id: str, given: Given) -> dict[str, Any]:
    """Add a place to a company."""
    allow(scene, "companyLocationCreate", WRITE)
    found = scene.shop.companies.get(numbered("Company", company_id))
    errors = _no_company(found)
    if not (given.get("name") or given.get("externalId") or given.get("phone")):
        errors.append(user_error("No input provided.", "input", code="NO_INPUT"))
    errors += place_id_errors(scene, given, None, ("input",))
    if found is None or errors:
        return {"companyLocation": None, "userErrors": errors}
    address = given.get("shippingAddress") or {}
    place = _place(scene, {**given, "name": given.get("name") or address.get("address1") or found.name})
    found.places.append(place)
    scene.shop.changed(found)
    return {"companyLocation": company_place_node(place, found, scene), "userErrors": []}


def _no_company(found: Company | None) -> list[Error]:
    return [] if found else [user_error("The company doesn't exist.", "companyId", code="RESOURCE_NOT_FOUND")]
