"""Companies, their contacts and the places they buy for."""

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.nodes.places import country_name, province_name
from posbridge_dagster.sandbox.shopify.records import Address, Company, CompanyContact, CompanyPlace, RoleAssignment
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text
from posbridge_dagster.sandbox.shopify.scene import Scene

ROLES = ("Location admin", "Ordering only")
ADDRESS_KINDS, ADDRESS_ROOM = ("SHIPPING", "BILLING"), 10
ROLE_ROOM = 10  # for the numbers of one company's roles


def company_node(company: Company, scene: Scene) -> Node:
    """Return a Company; contacts and places are made when they are asked for."""
    node: Node = Node(
        {
            "__typename": "Company",
            "id": gid("Company", company.number),
            "name": company.name,
            "externalId": company.external_id or None,
            "note": company.note or None,
            "createdAt": moment_text(company.created_at),
            "updatedAt": moment_text(company.updated_at),
            "customerSince": moment_text(company.customer_since),
            "contactsCount": {"count": len(company.contacts), "precision": "EXACT"},
            "locationsCount": {"count": len(company.places), "precision": "EXACT"},
        },
        record=company,
        role_nodes=lambda: _roles(company),
        defaultRole=lambda: node["role_nodes"][1],
        contact_nodes=lambda: [contact_node(contact, company, scene) for contact in company.contacts],
        mainContact=lambda: next(iter(node["contact_nodes"]), None),
        place_nodes=lambda: [company_place_node(place, company, scene) for place in company.places],
    )
    return node


def _roles(company: Company) -> list[Node]:
    return [role_node(company, index) for index in range(len(ROLES))]


def role_node(company: Company, index: int) -> Node:
    """Return a CompanyContactRole; every company has the same two."""
    number = company.number * ROLE_ROOM + index
    return Node({"__typename": "CompanyContactRole", "id": gid("CompanyContactRole", number), "name": ROLES[index], "note": None})


def assignment_node(assignment: RoleAssignment, company: Company, scene: Scene) -> Node:
    """Return a CompanyContactRoleAssignment."""
    at = moment_text(assignment.at)
    contact = next(entry for entry in company.contacts if entry.number == assignment.contact)
    place = next(entry for entry in company.places if entry.number == assignment.place)
    return Node(
        {
            "__typename": "CompanyContactRoleAssignment",
            "id": gid("CompanyContactRoleAssignment", assignment.number),
            "createdAt": at,
            "updatedAt": at,
        },
        role=lambda: role_node(company, assignment.role),
        company=lambda: company_node(company, scene),
        companyContact=lambda: contact_node(contact, company, scene),
        companyLocation=lambda: company_place_node(place, company, scene),
    )


def contact_node(contact: CompanyContact, company: Company, scene: Scene) -> Node:
    """Return a CompanyContact."""
    customer = scene.shop.customers[contact.customer]
    return Node(
        {
            "__typename": "CompanyContact",
            "id": gid("CompanyContact", contact.number),
            "title": contact.title or None,
            "locale": contact.locale,
            "isMainContact": contact is company.contacts[0],
            "createdAt": moment_text(company.created_at),
            "updatedAt": moment_text(company.updated_at),
        },
        record=contact,
        assignment_nodes=lambda: [assignment_node(entry, company, scene) for entry in company.roles if entry.contact == contact.number],
        customer=lambda: customer_node(customer, scene),
        company=lambda: company_node(company, scene),
    )


def company_place_node(place: CompanyPlace, company: Company, scene: Scene) -> Node:
    """Return a CompanyLocation."""
    return Node(
        {
            "__typename": "CompanyLocation",
            "id": gid("CompanyLocation", place.number),
            "name": place.name,
            "externalId": place.external_id or None,
            "phone": place.phone or None,
            "note": place.note or None,
            "locale": place.locale,
            "createdAt": moment_text(company.created_at),
            "updatedAt": moment_text(company.updated_at),
            "shippingAddress": company_address_node(place, "SHIPPING", company),
            "billingAddress": company_address_node(place, "BILLING", company),
            "taxSettings": {
                "taxExempt": place.tax_exempt,
                "taxExemptions": place.tax_exemptions,
                "taxRegistrationId": place.tax_registration or None,
            },
            "metafield": None,
        },
        record=place,
        assignment_nodes=lambda: [assignment_node(entry, company, scene) for entry in company.roles if entry.place == place.number],
        company=lambda: company_node(company, scene),
    )


def company_address_node(place: CompanyPlace, kind: str, company: Company) -> Node | None:
    """Return the CompanyAddress of a place, SHIPPING or BILLING; each keeps its id while it is changed."""
    address: Address | None = place.shipping if kind == "SHIPPING" else place.billing
    if address is None:
        return None
    number = place.number * ADDRESS_ROOM + ADDRESS_KINDS.index(kind) + 1
    return Node(
        {
            "__typename": "CompanyAddress",
            "id": gid("CompanyAddress", number),
            "companyName": address.company or company.name,
            "firstName": address.first_name or None,
            "lastName": address.last_name or None,
            "recipient": " ".join(filter(None, (address.first_name, address.last_name))) or None,
            "address1": address.address1,
            "address2": address.address2 or None,
            "zip": address.postal_code or None,
            "city": address.city or None,
            "country": country_name(address.country),
            "countryCode": address.country,
            "province": province_name(address.country, address.province),
            "zoneCode": address.province or None,
            "phone": address.phone or None,
        }
    )


def purchasing_node(company: Company, place_number: int, customer: int | None, scene: Scene) -> Node:
    """Return the PurchasingCompany of an order that one of the company's places bought; the contact is its customer, if it is one."""
    place = next(place for place in company.places if place.number == place_number)
    contact = next((contact for contact in company.contacts if contact.customer == customer), None)
    return Node(
        {"__typename": "PurchasingCompany"},
        company=lambda: company_node(company, scene),
        location=lambda: company_place_node(place, company, scene),
        contact=lambda: None if contact is None else contact_node(contact, company, scene),
    )


def profile_nodes(customer: int, scene: Scene) -> list[Node]:
    """Return a customer as contact of every company that has them."""
    return [
        contact_node(contact, company, scene)
        for company in scene.shop.companies.with_("customer", customer)
        for contact in company.contacts
        if contact.customer == customer
    ]
