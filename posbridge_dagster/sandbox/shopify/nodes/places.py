"""Addresses, locations and the shop itself."""

from functools import lru_cache
from typing import Any

import pycountry

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.records import Address, Location
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shop import Shop

PLANS = {
    "starter": "Starter",
    "retail": "Retail",
    "standard": "Grow",
    "advanced": "Advanced",
    "plus": "Shopify Plus",
    "enterprise": "Commerce Components",
}


@lru_cache(maxsize=256)
def country_name(code: str) -> str | None:
    """Return the English name of a country by its ISO 3166 alpha-2 code."""
    country = pycountry.countries.get(alpha_2=code) if code else None
    return None if country is None else str(country.name)


@lru_cache(maxsize=256)
def province_name(country: str, code: str) -> str | None:
    """Return the name of a province by its country and its code (ISO 3166-2)."""
    subdivisions: Any = pycountry.subdivisions
    province = subdivisions.get(code=f"{country}-{code}") if country and code else None
    return None if province is None else str(province.name)


def shop_node(shop: Shop, plan: str) -> Node:
    """Return the Shop."""
    country = next((location.country for location in shop.locations.values()), "NL")
    return Node(
        {
            "__typename": "Shop",
            "id": gid("Shop", 1),
            "name": shop.name,
            "email": f"winkel@{shop.name}.example",
            "myshopifyDomain": f"{shop.name}.myshopify.com",
            "currencyCode": shop.currency,
            "enabledPresentmentCurrencies": [shop.currency],
            "ianaTimezone": shop.timezone,
            "taxesIncluded": True,
            "taxShipping": True,
            "plan": {
                "publicDisplayName": PLANS[plan],
                "displayName": PLANS[plan],
                "shopifyPlus": plan in ("plus", "enterprise"),
                "partnerDevelopment": False,
            },
            "shopAddress": {
                "id": gid("ShopAddress", 1),
                "company": None,
                "address1": None,
                "address2": None,
                "city": None,
                "zip": None,
                "country": country_name(country),
                "countryCodeV2": country,
            },
        }
    )


def location_node(location: Location, shop: Shop) -> Node:
    """Return a Location."""
    return Node(
        {
            "__typename": "Location",
            "id": gid("Location", location.number),
            "legacyResourceId": str(location.number),
            "name": location.name,
            "isActive": location.active,
            "isFulfillmentService": False,
            "fulfillsOnlineOrders": location.fulfills_online,
            "shipsInventory": location.fulfills_online,
            "isPrimary": location.number == min(shop.locations),
            "address": {
                "address1": None,
                "address2": None,
                "city": None,
                "zip": None,
                "phone": None,
                "country": country_name(location.country),
                "countryCode": location.country,
            },
            "createdAt": moment_text(shop.opened_at),
            "updatedAt": moment_text(shop.opened_at),
        },
        record=location,
        hasActiveInventory=lambda: any(level.active for level in shop.stock.at_location(location.number)),
    )


def address_node(address: Address | None, number: int, scene: Scene, owner: str = "Address") -> Node | None:
    """Return a MailingAddress; without the right to see people only its country is left."""
    if address is None:
        return None
    if not scene.sees_people:
        address = Address(country=address.country, province=address.province)
    name = " ".join(filter(None, (address.first_name, address.last_name)))
    country = country_name(address.country)
    area = " ".join(filter(None, (address.city, address.province)))
    return Node(
        {
            "__typename": "MailingAddress",
            "id": f"{gid('MailingAddress', number)}?model_name={owner}",
            "name": name or None,
            "firstName": address.first_name or None,
            "lastName": address.last_name or None,
            "company": address.company or None,
            "address1": address.address1 or None,
            "address2": address.address2 or None,
            "zip": address.postal_code or None,
            "city": address.city or None,
            "province": province_name(address.country, address.province),
            "provinceCode": address.province or None,
            "country": country,
            "countryCodeV2": address.country or None,
            "phone": address.phone or None,
            "formattedArea": ", ".join(filter(None, (area, country))) or None,
        }
    )
