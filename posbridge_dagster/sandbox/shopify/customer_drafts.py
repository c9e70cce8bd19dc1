"""Customers as callers describe them: what is wrong with a description, and a record brought in line with it."""

import re
from collections.abc import Iterator
from typing import Any

import phonenumbers

from posbridge_dagster.sandbox.shopify.addresses import read_address
from posbridge_dagster.sandbox.shopify.customer_addresses import list_errors, make_default, replace_addresses
from posbridge_dagster.sandbox.shopify.records import Address, Customer
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.tags import kept_tags, split_tags

Given = dict[str, Any]
Error = dict[str, Any]
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LONGEST = {"firstName": 255, "lastName": 255, "email": 255, "note": 5000}
LONGEST_TAG = 255
NAMES = {"firstName": "First name", "lastName": "Last name", "email": "Email", "note": "Note"}
NO_IDENTITY = "A name, phone number, or email address must be present"


def kept_email(text: str | None) -> str:
    """Return an e-mail address as Shopify keeps it: trimmed, lower case."""
    return (text or "").strip().lower()


def kept_phone(text: str | None) -> str | None:
    """Return a phone number in E.164; "" for none, None where the text can be no number."""
    if text is None or not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else None


def customer_errors(shop: Shop, given: Given, known: Customer | None, path: tuple[str, ...] = ("input",)) -> list[Error]:
    """Return why a customer cannot be as described (``known``: the record that is to change); none when they can."""
    return list(_errors(shop, given, known, path))


def _errors(shop: Shop, given: Given, known: Customer | None, path: tuple[str, ...]) -> Iterator[Error]:
    if "taxExempt" in given and given["taxExempt"] is None:
        yield user_error("Tax exempt is of unexpected type NilClass", *path, "taxExempt")
        return
    email, phone = kept_email(given.get("email")), kept_phone(given.get("phone"))
    if email and not EMAIL.fullmatch(email):
        yield user_error("Email is invalid", *path, "email", code="INVALID")
    if phone is None:
        yield user_error("Phone is invalid", *path, "phone", code="INVALID")
    own = known.number if known else None
    if email and shop.customers_by_email.get(email, own) != own:
        yield user_error("Email has already been taken", *path, "email", code="TAKEN")
    if phone and shop.customers_by_phone.get(phone, own) != own:
        yield user_error("Phone has already been taken", *path, "phone", code="TAKEN")
    for name, longest in LONGEST.items():
        if len(given.get(name) or "") > longest:
            yield user_error(f"{NAMES[name]} is too long (maximum is {longest} characters)", *path, name, code="TOO_LONG")
    if any(len(tag) > LONGEST_TAG for tag in split_tags(given.get("tags") or [])):
        yield user_error(f"Tags is too long (maximum is {LONGEST_TAG} characters)", *path, "tags", code="TOO_LONG")
    yield from list_errors(known, given.get("addresses") or [], path)
    if not any(_as_described(given, known)):
        yield user_error(NO_IDENTITY, *path)


def _as_described(given: Given, known: Customer | None) -> Iterator[str]:
    kept = {"firstName": "first_name", "lastName": "last_name", "email": "email", "phone": "phone"}
    for name, attribute in kept.items():
        yield (given[name] or "").strip() if name in given else (getattr(known, attribute) if known else "")


def new_customer(shop: Shop) -> Customer:
    """Return a customer of whom nothing is known; they are not in the shop yet."""
    now = shop.now()
    return Customer(shop.next_customer(), "", "", "", "", now, now, now)


def describe(shop: Shop, customer: Customer, given: Given) -> None:
    """Bring a record in line with a description that has no errors; what it leaves out stays, lists replace."""
    shop.forget_contact(customer)
    for name, attribute in (("firstName", "first_name"), ("lastName", "last_name"), ("note", "note")):
        if name in given:
            setattr(customer, attribute, (given[name] or "").strip())
    if "email" in given:
        customer.email = kept_email(given["email"])
    if "phone" in given:
        customer.phone = kept_phone(given["phone"]) or ""
    if given.get("locale"):
        customer.locale = given["locale"]
    if given.get("tags") is not None:
        customer.tags = kept_tags(split_tags(given["tags"]))
    if "taxExempt" in given:
        customer.tax_exempt = bool(given["taxExempt"])
    if given.get("taxExemptions") is not None:
        customer.tax_exemptions = list(given["taxExemptions"])
    if given.get("addresses") is not None:
        replace_addresses(shop, customer, given["addresses"])
    shop.index_customer(customer)


def keep_customer(shop: Shop, customer: Customer, given: Given) -> None:
    """Bring a customer in line with a description and into the shop, where they are not yet."""
    describe(shop, customer, given)
    if customer.number in shop.customers.records:
        shop.changed(customer)
    else:
        shop.add_customer(customer)
        shop.writes += 1


def associated_customer(shop: Shop, order: Given) -> tuple[Customer | None, list[Error]]:
    """Return the customer of an order that an app makes, made or changed where it says so, or why that cannot be."""
    given = order.get("customer") or ({"toAssociate": {"id": order["customerId"]}} if order.get("customerId") else {})
    if given.get("toUpsert"):
        customer, errors = _upserted(shop, given["toUpsert"], order)
    elif given.get("toAssociate"):
        customer, errors = _found(shop, given["toAssociate"], order)
    else:
        return None, []
    if customer is not None:
        _take_address(shop, customer, read_address(order.get("shippingAddress") or order.get("billingAddress")))
    return customer, errors


def _found(shop: Shop, given: Given, order: Given) -> tuple[Customer | None, list[Error]]:
    email = kept_email(given.get("email") or order.get("email"))
    customer = _by_id(shop, given["id"]) if given.get("id") else shop.customers.get(shop.customers_by_email.get(email))
    if customer is None:
        name = "id" if given.get("id") else "email"
        return None, [user_error("Customer does not exist", "order", "customer", "toAssociate", name, code="INVALID")]
    return customer, []


def _upserted(shop: Shop, given: Given, order: Given) -> tuple[Customer | None, list[Error]]:
    path = ("order", "customer", "toUpsert")
    email = given.get("email") or order.get("email")
    described = {**given, "email": email} if email else dict(given)
    number = shop.customers_by_email.get(kept_email(email))
    known = _by_id(shop, given["id"]) if given.get("id") else shop.customers.get(number)
    if given.get("id") and known is None:
        return None, [user_error("Customer does not exist", *path, "id", code="INVALID")]
    errors = [{**error, "code": "INVALID"} for error in customer_errors(shop, described, known, path)]
    if errors:
        return None, errors
    customer = known or new_customer(shop)
    keep_customer(shop, customer, described)
    return customer, []


def _by_id(shop: Shop, global_id: str) -> Customer | None:
    parts = split_gid(global_id)
    return shop.customers.get(parts[1]) if parts and parts[0] == "Customer" else None


def _take_address(shop: Shop, customer: Customer, address: Address | None) -> None:
    """Make an order's address the customer's default one; their name comes from it where they have none."""
    if address is None:
        return
    make_default(shop, customer, address)
    if not customer.first_name and not customer.last_name:
        customer.first_name, customer.last_name = address.first_name, address.last_name
