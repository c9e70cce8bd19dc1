"""Addresses as callers give them."""

from dataclasses import replace
from typing import Any

import pycountry

from posbridge_dagster.sandbox.shopify.records import Address

NAMES = {
    "firstName": "first_name",
    "lastName": "last_name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "zip": "postal_code",
    "city": "city",
    "phone": "phone",
    "provinceCode": "province",
}


def read_address(given: dict[str, Any] | None) -> Address | None:
    """Return an address; a country by its code, or by its English name as older inputs have it."""
    if not given:
        return None
    country = given.get("countryCode") or _country_code(given.get("country") or given.get("countryName") or "")
    described: dict[str, Any] = {attribute: given.get(name) or "" for name, attribute in NAMES.items()}
    return Address(country=country, **described)


def changed_address(known: Address, given: dict[str, Any]) -> Address:
    """Return an address brought in line with a description; what it leaves out stays, and so does its id."""
    described: dict[str, Any] = {attribute: given[name] or "" for name, attribute in NAMES.items() if name in given}
    country = given.get("countryCode") or _country_code(given.get("country") or "") or known.country
    return replace(known, **described, country=country)


def _country_code(name: str) -> str:
    if not name:
        return ""
    found = pycountry.countries.get(alpha_2=name.upper()) or pycountry.countries.get(name=name)
    return "" if found is None else str(found.alpha_2)
