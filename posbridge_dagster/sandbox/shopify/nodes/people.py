"""Customers."""

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.places import address_node
from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.records import Customer
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text, money
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
            "locale": "nl",
            "state": "DISABLED",
            "taxExempt": False,
            "taxExemptions": [],
            "verifiedEmail": bool(customer.email),
            "companyContactProfiles": [],
            "createdAt": moment_text(customer.created_at),
            "updatedAt": moment_text(customer.updated_at),
            "defaultAddress": address_node(customer.address, customer.number, scene),
            "defaultEmailAddress": _email_address(email) if email else None,
            "defaultPhoneNumber": _phone_number(phone) if phone else None,
        },
        record=customer,
        numberOfOrders=lambda: str(len(scene.shop.orders_of_customer[customer.number])),
        amountSpent=lambda: money(_spent(customer, scene), scene.shop.currency),
    )


def _spent(customer: Customer, scene: Scene) -> int:
    sums = [reckon(scene.shop.orders[number]) for number in scene.shop.orders_of_customer[customer.number]]
    return sum(entry.received - entry.refunded for entry in sums)


def _email_address(email: str) -> Node:
    return Node(
        {
            "__typename": "CustomerEmailAddress",
            "emailAddress": email,
            "marketingState": "NOT_SUBSCRIBED",
            "marketingOptInLevel": "SINGLE_OPT_IN",
            "marketingUpdatedAt": None,
            "validFormat": True,
        }
    )


def _phone_number(phone: str) -> Node:
    consent = {"state": "NOT_SUBSCRIBED", "optInLevel": "SINGLE_OPT_IN", "updatedAt": None}
    return Node({"__typename": "CustomerPhoneNumber", "phoneNumber": phone, "smsMarketingConsent": consent})
