"""Whether a customer wants to be written to. Nobody guesses it: without a word it is not subscribed, and stays what it was."""

from collections.abc import Iterator
from typing import Any

from posbridge_dagster.sandbox.shopify.records import Consent
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.scalars import read_moment
from posbridge_dagster.sandbox.shopify.shop import Shop

Given = dict[str, Any]
Error = dict[str, Any]
SETTABLE = ("SUBSCRIBED", "UNSUBSCRIBED", "PENDING")
KINDS = {
    "emailMarketingConsent": ("email", "customerEmailMarketingConsentUpdate"),
    "smsMarketingConsent": ("phone", "customerSmsMarketingConsentUpdate"),
}
NEEDED = {
    "email": "An email address is required to set the email marketing consent",
    "phone": "A phone number is required to set the SMS consent state.",
}


def creation_errors(given: Given) -> Iterator[Error]:
    """Yield why a consent cannot come with a new customer: it needs the address or number that it is about."""
    for name, (contact, _) in KINDS.items():
        if given.get(name) is None:
            continue
        if not given.get(contact):
            yield user_error(NEEDED[contact], name)
        yield from consent_errors(given[name], name)


def update_errors(given: Given) -> Iterator[Error]:
    """Yield that a consent is not changed with the rest of a customer, but by a mutation of its own."""
    for name, (_, mutation) in KINDS.items():
        if given.get(name) is not None:
            yield user_error(f"To update {name}, please use the {mutation} Mutation instead", name)


def consent_errors(given: Given, *path: str) -> Iterator[Error]:
    """Yield why a consent cannot be what it is to be."""
    state = given["marketingState"]
    if state not in SETTABLE:
        yield user_error(f"Cannot specify {state} as a marketing state input", *path, "marketingState", code="INVALID")


def is_outdated(known: Consent | None, given: Given) -> bool:
    """Return whether a later word of the customer is known already."""
    at = read_moment(given.get("consentUpdatedAt"))
    return at is not None and known is not None and known.at is not None and at < known.at


def read_consent(shop: Shop, given: Given) -> Consent:
    """Return a consent without errors, given now where it does not say when."""
    at = read_moment(given.get("consentUpdatedAt")) or shop.now()
    return Consent(given["marketingState"], given.get("marketingOptInLevel") or "SINGLE_OPT_IN", at)
