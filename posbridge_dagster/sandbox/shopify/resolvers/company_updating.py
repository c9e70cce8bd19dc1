"""What apps change of companies: the company, its contacts and what they may do, its places, their addresses and taxes."""

from typing import Any

from posbridge_dagster.sandbox.shopify.addresses import changed_address, read_address
from posbridge_dagster.sandbox.shopify.customer_drafts import EMAIL, customer_errors, keep_customer, kept_email
from posbridge_dagster.sandbox.shopify.nodes.companies import (
    ADDRESS_KINDS,
    ROLE_ROOM,
    ROLES,
    assignment_node,
    company_address_node,
    company_node,
    company_place_node,
    contact_node,
)
from posbridge_dagster.sandbox.shopify.records import Company, CompanyPlace
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.companies import WRITE, allow, find_contact, find_place
from posbridge_dagster.sandbox.shopify.resolvers.company_writing import (
    assign_role,
    company_id_errors,
    mailing,
    markup_errors,
    name_errors,
    place_id_errors,
)
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid, read_moment
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shelf import forget_custom_ids

Given = dict[str, Any]
Error = dict[str, Any]
NO_PLACE = "The company location doesn't exist"


def _missing(*path: str) -> list[Error]:
    return [user_error("Resource requested does not exist.", *path, code="RESOURCE_NOT_FOUND")]


@resolves("Mutation", "companyUpdate")
def update_company(_: None, scene: Scene, company_id: str, given: Given) -> dict[str, Any]:
    """Change what is named of a company."""
    allow(scene, "companyUpdate", WRITE)
    found = scene.shop.companies.get(numbered("Company", company_id))
    if found is None:
        return {"company": None, "userErrors": _missing("companyId")}
    errors = name_errors(given["name"], ("input",)) if "name" in given else []
    errors += company_id_errors(scene, given, found, ("input",))
    errors += [] if given else [user_error("No input provided.", "input", code="NO_INPUT")]
    if errors:
        return {"company": None, "userErrors": errors}
    if given.get("name"):
        found.name = given["name"].strip()
    for name, attribute in (("externalId", "external_id"), ("note", "note")):
        if name in given:
            setattr(found, attribute, given[name] or "")
    found.customer_since = read_moment(given.get("customerSince")) or found.customer_since
    scene.shop.changed(found)
    return {"company": company_node(found, scene), "userErrors": []}


@resolves("Mutation", "companyDelete")
def delete_company(_: None, scene: Scene, global_id: str) -> dict[str, Any]:
    """Delete a company that has not bought anything; its contacts stay customers."""
    allow(scene, "companyDelete", WRITE)
    found = scene.shop.companies.get(numbered("Company", global_id))
    if found is None:
        return {"deletedCompanyId": None, "userErrors": _missing("id")}
    places = {place.number for place in found.places}
    if any(order.company_place in places for order in scene.shop.orders):
        error = user_error("Failed to delete the company.", "id", code="FAILED_TO_DELETE")
        return {"deletedCompanyId": None, "userErrors": [error]}
    forget_custom_ids(scene.shop, found)
    scene.shop.companies.discard(found)
    scene.shop.writes += 1
    return {"deletedCompanyId": global_id, "userErrors": []}


@resolves("Mutation", "companyContactUpdate")
def update_contact(_: None, scene: Scene, company_contact_id: str, given: Given) -> dict[str, Any]:
    """Change a contact; name, e-mail address and phone number are those of the customer they are."""
    allow(scene, "companyContactUpdate", WRITE)
    contact, found = find_contact(scene, company_contact_id)
    if contact is None or found is None:
        return {"companyContact": None, "userErrors": _missing("companyContactId")}
    customer = scene.shop.customers[contact.customer]
    errors = _contact_errors(given) or [
        {**error, "code": error["code"] or "INVALID"} for error in customer_errors(scene.shop, given, customer, ("input",))
    ]
    if errors:
        return {"companyContact": None, "userErrors": errors}
    keep_customer(scene.shop, customer, {name: value for name, value in given.items() if name not in ("title", "locale")})
    contact.title = (given["title"] or "") if "title" in given else contact.title
    contact.locale = given.get("locale") or contact.locale
    scene.shop.changed(found)
    return {"companyContact": contact_node(contact, found, scene), "userErrors": []}


def _contact_errors(given: Given) -> list[Error]:
    if not given:
        return [user_error("No input provided.", "input", code="NO_INPUT")]
    if "email" in given and not EMAIL.fullmatch(kept_email(given["email"])):
        return [user_error("Email address is invalid", "input", "email", code="INVALID")]
    return markup_errors(given, ("input",))


@resolves("Mutation", "companyAssignMainContact")
def assign_main_contact(_: None, scene: Scene, company_id: str, company_contact_id: str) -> dict[str, Any]:
    """Make a contact the main one of their company."""
    allow(scene, "companyAssignMainContact", WRITE)
    contact, found = find_contact(scene, company_contact_id)
    if contact is None or found is None or gid("Company", found.number) != company_id:
        return {"company": None, "userErrors": _missing("companyContactId")}
    found.contacts = [contact, *(other for other in found.contacts if other is not contact)]
    scene.shop.changed(found)
    return {"company": company_node(found, scene), "userErrors": []}


@resolves("Mutation", "companyContactAssignRole")
def assign_contact_role(
    _: None, scene: Scene, company_contact_id: str, company_contact_role_id: str, company_location_id: str
) -> dict[str, Any]:
    """Let a contact act for a place; a contact has one role at a place."""
    allow(scene, "companyContactAssignRole", WRITE)
    contact, found = find_contact(scene, company_contact_id)
    place, owner = find_place(scene, company_location_id)
    number = numbered("CompanyContactRole", company_contact_role_id)
    if contact is None or found is None:
        return _unassigned(_missing("companyContactId"))
    if place is None or owner is not found:
        return _unassigned(_missing("companyLocationId"))
    if number // ROLE_ROOM != found.number or number % ROLE_ROOM >= len(ROLES):
        return _unassigned(_missing("companyContactRoleId"))
    if any((entry.contact, entry.place) == (contact.number, place.number) for entry in found.roles):
        message = "Company contact has already been assigned a role in that company location."
        return _unassigned([user_error(message, "companyContactId", code="LIMIT_REACHED")])
    assignment = assign_role(scene, found, contact, place, number % ROLE_ROOM)
    scene.shop.changed(found)
    return {"companyContactRoleAssignment": assignment_node(assignment, found, scene), "userErrors": []}


def _unassigned(errors: list[Error]) -> dict[str, Any]:
    return {"companyContactRoleAssignment": None, "userErrors": errors}


@resolves("Mutation", "companyContactRevokeRole")
def revoke_contact_role(_: None, scene: Scene, company_contact_id: str, company_contact_role_assignment_id: str) -> dict[str, Any]:
    """Let a contact act for a place no longer."""
    allow(scene, "companyContactRevokeRole", WRITE)
    contact, found = find_contact(scene, company_contact_id)
    number = numbered("CompanyContactRoleAssignment", company_contact_role_assignment_id)
    known = [entry for entry in found.roles if entry.number == number and entry.contact == contact.number] if found and contact else []
    if found is None or not known:
        errors = _missing("companyContactRoleAssignmentId" if found else "companyContactId")
        return {"revokedCompanyContactRoleAssignmentId": None, "userErrors": errors}
    found.roles.remove(known[0])
    scene.shop.changed(found)
    return {"revokedCompanyContactRoleAssignmentId": company_contact_role_assignment_id, "userErrors": []}


@resolves("Mutation", "companyLocationUpdate")
def update_place(_: None, scene: Scene, company_location_id: str, given: Given) -> dict[str, Any]:
    """Change what is named of a place; addresses and taxes have mutations of their own."""
    allow(scene, "companyLocationUpdate", WRITE)
    place, found = find_place(scene, company_location_id)
    if place is None or found is None:
        return _no_place("input")
    errors = name_errors(given["name"], ("input",)) if "name" in given else []
    errors += place_id_errors(scene, given, place, ("input",))
    errors += [] if given else [user_error("No input provided.", "input", code="NO_INPUT")]
    if errors:
        return {"companyLocation": None, "userErrors": errors}
    for name, attribute in (("name", "name"), ("externalId", "external_id"), ("note", "note"), ("phone", "phone")):
        if name in given:
            setattr(place, attribute, (given[name] or "").strip())
    place.locale = given.get("locale") or place.locale
    return _changed_place(scene, found, place)


def _no_place(*path: str) -> dict[str, Any]:
    return {"companyLocation": None, "userErrors": [user_error(NO_PLACE, *path, code="RESOURCE_NOT_FOUND")]}


def _changed_place(scene: Scene, company: Company, place: CompanyPlace) -> dict[str, Any]:
    scene.shop.changed(company)
    return {"companyLocation": company_place_node(place, company, scene), "userErrors": []}


@resolves("Mutation", "companyLocationAssignAddress")
def assign_address(_: None, scene: Scene, location_id: str, address: Given, address_types: list[str]) -> dict[str, Any]:
    """Set the shipping or billing address of a place, or both; one that is there keeps its id and what is not named."""
    allow(scene, "companyLocationAssignAddress", WRITE)
    place, found = find_place(scene, location_id)
    if place is None or found is None:
        return {"addresses": None, "userErrors": [user_error(NO_PLACE, "locationId", code="RESOURCE_NOT_FOUND")]}
    kinds = [kind for kind in ADDRESS_KINDS if kind in address_types]
    for kind in kinds:
        name = kind.lower()
        known = getattr(place, name)
        described = mailing(address)
        setattr(place, name, changed_address(known, described or {}) if known else read_address(described))
    scene.shop.changed(found)
    return {"addresses": [company_address_node(place, kind, found) for kind in kinds], "userErrors": []}


@resolves("Mutation", "companyLocationTaxSettingsUpdate")
def update_taxes(
    _: None,
    scene: Scene,
    company_location_id: str,
    tax_registration_id: str | None = None,
    tax_exempt: bool | None = None,
    exemptions_to_assign: list[str] | None = None,
    exemptions_to_remove: list[str] | None = None,
) -> dict[str, Any]:
    """Change the tax number of a place and what it is exempt from; what is not named stays."""
    allow(scene, "companyLocationTaxSettingsUpdate", WRITE)
    place, found = find_place(scene, company_location_id)
    if place is None or found is None:
        return _no_place("companyLocationId")
    if tax_registration_id is not None:
        place.tax_registration = tax_registration_id
    if tax_exempt is not None:
        place.tax_exempt = tax_exempt
    kept = [entry for entry in place.tax_exemptions if entry not in (exemptions_to_remove or [])]
    place.tax_exemptions = list(dict.fromkeys([*kept, *(exemptions_to_assign or [])]))
    return _changed_place(scene, found, place)
