"""Customers."""

from posbridge_dagster.sandbox.shopify.customer_addresses import address_number
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.places import address_node
from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.records import Consent, Customer
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_or_none, moment_text, money
from posbridge_dagster.sandbox.shopify.scene import Scene


def customer_node(customer: Customer, scene: Scene) -> Node:
    """Return a Customer; without the right to see people who it is stays empty."""
    seen = scene.sees_people
    name = " ".join(filter(None, (customer.first_name, customer.last_name)))
    email = customer.email if seen else ""
    phone = customer.phone if seen else ""
    return Node(
        {
            "__typename": "Customer",
            "id": gid("Customer", customer.number),
            "legacyResourceId": str(customer.number),
            "firstName": customer.first_name or None if seen else None,
            "lastName": customer.last_name or None if seen else None,
            "displayName": (name or customer.email or customer.phone) if seen else "",
            "email": email or None,
            "phone": phone or None,
            "tags": customer.tags,
            "note": customer.note or None,
            "locale": customer.locale,
            "state": "DISABLED",
            "taxExempt": customer.tax_exempt,
            "taxExemptions": customer.tax_exemptions,
            "verifiedEmail": True,
            "canDelete": not scene.shop.orders_of_customer.get(customer.number),
            "createdAt": moment_text(customer.created_at),
            "updatedAt": moment_text(customer.updated_at),
            "defaultEmailAddress": _email_address(email, customer.email_consent) if email else None,
            "defaultPhoneNumber": _phone_number(phone, customer.sms_consent) if phone else None,
        },
        record=customer,
        defaultAddress=lambda: next(iter(address_nodes(customer, scene)), None),
        numberOfOrders=lambda: str(len(scene.shop.orders_of_customer[customer.number])),
        amountSpent=lambda: money(_spent(customer, scene), scene.shop.currency),
    )


def address_nodes(customer: Customer, scene: Scene) -> list[Node]:
    """Return the addresses of a customer, the default one first."""
    numbers = [address_number(customer, index) for index in range(len(customer.addresses))]
    pairs = zip(customer.addresses, numbers, strict=True)
    nodes = [address_node(address, number, scene, "CustomerAddress") for address, number in pairs]
    return [node for node in nodes if node is not None]


def _spent(customer: Customer, scene: Scene) -> int:
    sums = [reckon(scene.shop.orders[number]) for number in scene.shop.orders_of_customer[customer.number]]
    return sum(entry.received - entry.refunded for entry in sums)


def _email_address(email: str, consent: Consent | None) -> Node:
    return Node(
        {
            "__typename": "CustomerEmailAddress",
            "emailAddress": email,
            "marketingState": consent.state if consent else "NOT_SUBSCRIBED",
            "marketingOptInLevel": consent.level if consent else "SINGLE_OPT_IN",
            "marketingUpdatedAt": moment_or_none(consent.at) if consent else None,
            "validFormat": True,
        }
    )


def _phone_number(phone: str, consent: Consent | None) -> Node:
    shown = {
        "__typename": "CustomerSmsMarketingConsent",
        "state": consent.state if consent else "NEVER_SUBSCRIBED",
        "optInLevel": consent.level if consent else "SINGLE_OPT_IN",
        "updatedAt": moment_or_none(consent.at) if consent else None,
    }
    return Node({"__typename": "CustomerPhoneNumber", "phoneNumber": phone, "smsMarketingConsent": shown})
