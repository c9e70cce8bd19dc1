"""What an app may give a variant, held against Shopify's limits and brought into the form that Shopify keeps."""

import re
from decimal import Decimal
from typing import Any

from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.scalars import cents_of, number_of, split_gid
from posbridge_dagster.sandbox.shopify.shelf import rename_sku
from posbridge_dagster.sandbox.shopify.shop import Shop

Given = dict[str, Any]
Error = dict[str, Any]
LONGEST = 255
PRICE_LIMIT = 10**18
TARIFF_NUMBER = re.compile(r"\d{6,13}")
MOST_VARIANTS = 2048


def new_variant(shop: Shop, product: Product, options: list[str]) -> Variant:
    """Return a variant that is not in the shop yet: free of charge, untracked, sold only while there is stock."""
    now = shop.now()
    return Variant(shop.next_variant(), product.number, "", 0, options, now, now, now)


def given_sku(given: Given) -> str | None:
    """Return the SKU that an input gives, of the variant itself or of its inventory item; None where it gives none."""
    item = given.get("inventoryItem") or {}
    for holder in (given, item):
        if "sku" in holder:
            return holder["sku"] or ""
    return None


def variant_errors(shop: Shop, given: Given, path: tuple[str, ...]) -> list[Error]:
    """Return why a variant cannot be as it is given, in the order and words of Shopify."""
    errors = []
    for name, label in (("compareAtPrice", "Compare at price"), ("price", "Price")):
        price = None if given.get(name) is None else number_of(given[name])
        if price is not None and price >= PRICE_LIMIT:
            errors.append(user_error(f"must be less than {PRICE_LIMIT}", *path, name, code="INVALID_INPUT"))
        elif price is not None and price < 0:
            errors.append(user_error(f"{label} must be greater than or equal to 0", *path, name, code="GREATER_THAN_OR_EQUAL_TO"))
    item = given.get("inventoryItem") or {}
    if len(given_sku(given) or "") > LONGEST:
        errors.append(user_error(f"SKU is too long (maximum is {LONGEST} characters)", *path, "sku", code="TOO_LONG"))
    if len(given.get("barcode") or "") > LONGEST:
        errors.append(user_error(f"Barcode is too long (maximum is {LONGEST} characters)", *path, "barcode", code="TOO_LONG"))
    return errors + _item_errors(item, (*path, "inventoryItem")) + _quantity_errors(shop, given, path)


def _item_errors(item: Given, path: tuple[str, ...]) -> list[Error]:
    errors = []
    if item.get("cost") is not None and number_of(item["cost"]) < 0:
        errors.append(user_error("Cost must be greater than or equal to 0", *path, "cost", code="INVALID_INPUT"))
    weight = (item.get("measurement") or {}).get("weight")
    if weight is not None and weight["value"] < 0:
        message = "Weight must be greater than or equal to 0"
        errors.append(user_error(message, *path, "measurement", "weight", code="INVALID_INPUT"))
    code = item.get("harmonizedSystemCode")
    if code and not TARIFF_NUMBER.fullmatch(code):
        message = "Harmonized system code must be a number between 6 and 13 digits"
        errors.append(user_error(message, *path, "harmonizedSystemCode", code="INVALID_INPUT"))
    return errors


def _quantity_errors(shop: Shop, given: Given, path: tuple[str, ...]) -> list[Error]:
    errors = []
    for index, entry in enumerate(given.get("inventoryQuantities") or []):
        where = (*path, "inventoryQuantities", str(index))
        if _location(shop, entry["locationId"]) is None:
            message = "Quantity could not be set. The location was not found."
            errors.append(user_error(message, *where, "locationId", code="TRACKED_VARIANT_LOCATION_NOT_FOUND"))
        if entry.get("name", "available") not in ("available", "on_hand"):
            errors.append(user_error("The quantity name must be either 'available' or 'on_hand'.", *where, "name", code="INVALID_INPUT"))
    return errors


def stocking_errors(shop: Shop, variant: Variant, given: Given, path: tuple[str, ...]) -> list[Error]:
    """Return why stock of a variant that is there cannot be set: it is not stocked at the location."""
    errors = []
    for index, entry in enumerate(given.get("inventoryQuantities") or []):
        place = _location(shop, entry["locationId"])
        level = None if place is None else shop.stock.level(variant.number, place)
        if place is not None and (level is None or not level.active):
            where = (*path, "inventoryQuantities", str(index), "locationId")
            errors.append(user_error("The variant is not stocked at the location", *where, code="INVALID_VARIANT"))
    return errors


def _location(shop: Shop, global_id: str) -> int | None:
    kind, number = split_gid(global_id) or ("", 0)
    return number if kind == "Location" and number in shop.locations else None


def keep_variant(shop: Shop, variant: Variant, given: Given) -> None:
    """Give a variant in the shop what was found good; what is not named stays, prices are rounded to the cent."""
    sku = given_sku(given)
    if sku is not None:
        rename_sku(shop, variant, sku)
    if given.get("price") is not None:
        variant.price_cents = cents_of(given["price"])
    if "compareAtPrice" in given:
        variant.compare_at_cents = None if given["compareAtPrice"] is None else cents_of(given["compareAtPrice"])
    if "barcode" in given:
        variant.barcode = given["barcode"] or ""
    variant.tax_code = given.get("taxCode") or variant.tax_code
    variant.inventory_policy = given.get("inventoryPolicy") or variant.inventory_policy
    for name, attribute in (("taxable", "taxable"), ("requiresComponents", "requires_components"), ("showUnitPrice", "show_unit_price")):
        if given.get(name) is not None:
            setattr(variant, attribute, given[name])
    keep_item(variant, given.get("inventoryItem") or {})


def keep_item(variant: Variant, item: Given) -> None:
    """Give a variant's inventory item what was found good, but for its SKU."""
    for name, attribute in (("tracked", "tracked"), ("requiresShipping", "requires_shipping")):
        if item.get(name) is not None:
            setattr(variant, attribute, item[name])
    texts = {
        "countryCodeOfOrigin": "country_of_origin",
        "provinceCodeOfOrigin": "province_of_origin",
        "harmonizedSystemCode": "harmonized_code",
    }
    for name, attribute in texts.items():
        if name in item:
            setattr(variant, attribute, item[name] or "")
    if "cost" in item:
        variant.cost_cents = None if item["cost"] is None else cents_of(item["cost"])
    weight = (item.get("measurement") or {}).get("weight")
    if weight is not None:
        variant.weight, variant.weight_unit = str(Decimal(str(weight["value"]))), weight["unit"]


def stock_variant(shop: Shop, variant: Variant, given: Given, *, is_new: bool) -> None:
    """Set the stock that an input gives. A new variant without any is stocked at the first location, with nothing."""
    entries = given.get("inventoryQuantities") or []
    for entry in entries:
        quantity = entry.get("quantity", entry.get("availableQuantity"))
        shop.stock.set_available(variant.number, _location(shop, entry["locationId"]) or 0, quantity, shop.now())
    if is_new and not entries and shop.locations:
        shop.stock.stocked(variant.number, min(shop.locations), shop.now())
