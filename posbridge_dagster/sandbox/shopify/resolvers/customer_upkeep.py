"""What is changed of a customer by a mutation of its own: consent, tax exemptions, and their end."""

from collections.abc import Callable
from typing import Any

from posbridge_dagster.sandbox.shopify.consent import NEEDED, consent_errors, is_outdated, read_consent
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.nodes.places import shop_node
from posbridge_dagster.sandbox.shopify.records import Customer
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shelf import forget_custom_ids

Given = dict[str, Any]
Error = dict[str, Any]


def _answer(scene: Scene, customer: Customer | None, *errors: Error) -> dict[str, Any]:
    shown = None if customer is None or errors else customer_node(customer, scene)
    return {"customer": shown, "userErrors": list(errors)}


@resolves("Mutation", "customerEmailMarketingConsentUpdate")
def update_email_consent(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Note whether a customer wants to be mailed. What was said before their latest word changes nothing."""
    return _consent(scene, given, "email", "emailMarketingConsent", "email_consent")


@resolves("Mutation", "customerSmsMarketingConsentUpdate")
def update_sms_consent(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Note whether a customer wants text messages."""
    return _consent(scene, given, "phone", "smsMarketingConsent", "sms_consent")


def _consent(scene: Scene, given: Given, contact: str, member: str, attribute: str) -> dict[str, Any]:
    customer = scene.shop.customers.get(numbered("Customer", given["customerId"]))
    if customer is None:
        return _answer(scene, None, user_error("Customer not found", "input", "customerId", code="INVALID"))
    if not getattr(customer, contact):
        return _answer(scene, customer, user_error(NEEDED[contact], "input", member, code="INVALID"))
    errors = list(consent_errors(given[member], "input", member))
    if errors:
        return _answer(scene, customer, *errors)
    if not is_outdated(getattr(customer, attribute), given[member]):
        setattr(customer, attribute, read_consent(scene.shop, given[member]))
        scene.shop.changed(customer)
    return _answer(scene, customer)


@resolves("Mutation", "customerAddTaxExemptions")
def add_exemptions(_: None, scene: Scene, customer_id: str, tax_exemptions: list[str]) -> dict[str, Any]:
    """Exempt a customer from more taxes."""
    return _exempt(scene, customer_id, lambda known: [*known, *tax_exemptions])


@resolves("Mutation", "customerRemoveTaxExemptions")
def remove_exemptions(_: None, scene: Scene, customer_id: str, tax_exemptions: list[str]) -> dict[str, Any]:
    """Exempt a customer from some taxes no longer."""
    return _exempt(scene, customer_id, lambda known: [entry for entry in known if entry not in tax_exemptions])


@resolves("Mutation", "customerReplaceTaxExemptions")
def replace_exemptions(_: None, scene: Scene, customer_id: str, tax_exemptions: list[str]) -> dict[str, Any]:
    """Exempt a customer from these taxes and no others."""
    return _exempt(scene, customer_id, lambda known: tax_exemptions)


def _exempt(scene: Scene, global_id: str, wanted: Callable[[list[str]], list[str]]) -> dict[str, Any]:
    customer = scene.shop.customers.get(numbered("Customer", global_id))
    if customer is None:
        return _answer(scene, None, user_error("Customer does not exist.", "customerId"))
    exemptions = list(dict.fromkeys(wanted(customer.tax_exemptions)))
    if exemptions != customer.tax_exemptions:
        customer.tax_exemptions = exemptions
        scene.shop.changed(customer)
    return _answer(scene, customer)


@resolves("Mutation", "customerDelete")
def delete_customer(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Delete a customer who has no orders."""
    shop = scene.shop
    shown = shop_node(shop, scene.plan)
    customer = shop.customers.get(numbered("Customer", given["id"]))
    if customer is None:
        return {"deletedCustomerId": None, "shop": shown, "userErrors": [user_error("Customer can't be found", "id")]}
    if shop.orders_of_customer.get(customer.number):
        error = user_error("Customer can’t be deleted because they have associated orders", "id")
        return {"deletedCustomerId": None, "shop": shown, "userErrors": [error]}
    shop.forget_contact(customer)
    forget_custom_ids(shop, customer)
    shop.customers.discard(customer)
    for company in shop.companies.with_("customer", customer.number):
        gone = {contact.number for contact in company.contacts if contact.customer == customer.number}
        company.contacts = [contact for contact in company.contacts if contact.number not in gone]
        company.roles = [entry for entry in company.roles if entry.contact not in gone]
        shop.changed(company)
    shop.writes += 1
    return {"deletedCustomerId": given["id"], "shop": shown, "userErrors": []}
