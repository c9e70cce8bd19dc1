"""A customer's columns as members of a MplusKASSA relation, and which of them differ from what is there.

``updateRelation`` is partial: members that are left out stay untouched, so only what differs is sent, and an empty value is
never sent (it might clear what a person typed).
"""

from collections.abc import Iterable, Mapping
from typing import Any

_MEMBERS = {
    "name": "name",
    "contact": "contact",
    "company_name": "companyName",
    "address": "address",
    "zipcode": "zipcode",
    "city": "city",
    "country": "country",
    "delivery_address": "deliveryAddress",
    "delivery_zipcode": "deliveryZipcode",
    "delivery_city": "deliveryCity",
    "delivery_country": "deliveryCountry",
    "telephone": "telephone",
    "email": "email",
}


class RelationFields:
    """Which columns are written when."""

    @staticmethod
    def for_create(policies: Mapping[str, str]) -> list[str]:
        """Return the columns that a new relation gets."""
        return [column for column in _MEMBERS if policies.get(column, "always") in ("create", "always")]

    @staticmethod
    def for_update(policies: Mapping[str, str]) -> list[str]:
        """Return the columns that follow the shop's customer afterwards."""
        return [column for column in _MEMBERS if policies.get(column, "always") in ("update", "always")]


def relation_members(customer: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """Return the filled columns as members of a relation."""
    return {_MEMBERS[column]: customer[column] for column in columns if customer[column]}


def differences(customer: Mapping[str, Any], relation: Mapping[str, Any], columns: Iterable[str]) -> list[str]:
    """Return the columns in which the customer is filled and the relation says something else; e-mail ignores upper case."""
    return [column for column in columns if customer[column] and _text(column, customer[column]) != _text(column, relation[column])]


def _text(column: str, value: Any) -> str:
    text = str(value or "").strip()
    return text.lower() if column == "email" else text
