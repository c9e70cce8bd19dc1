"""Making a product equal to an input, as productSet does: lists that are given are complete, what they leave out is deleted."""

from dataclasses import dataclass, field
from typing import Any

from posbridge_dagster.sandbox.shopify.joining import joining_errors, set_collections
from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.metafield_values import name_of as metafield_name
from posbridge_dagster.sandbox.shopify.product_drafts import keep_product, new_product, product_errors, set_pictures
from posbridge_dagster.sandbox.shopify.product_options import (
    DEFAULT_VALUE,
    already_exists,
    arranged,
    default_options,
    find_option,
    find_value,
    name_of,
    numbered,
    option_errors,
)
from posbridge_dagster.sandbox.shopify.records import Product, ProductOption, Variant
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.shelf import put_variant, renumber, take_variant
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.variant_drafts import keep_variant, new_variant, stock_variant, stocking_errors, variant_errors

Given = dict[str, Any]
Error = dict[str, Any]
MOST_QUANTITIES = 50_000
OWN_CODES = frozenset({"INVALID_INPUT", "OPTION_DOES_NOT_EXIST", "OPTION_VALUE_DOES_NOT_EXIST", "PRODUCT_VARIANT_DOES_NOT_EXIST"})


@dataclass
class Wanted:
    """One variant of an input: the present one it means, and the values it has."""

    given: Given
    known: Variant | None
    chosen: list[str]


@dataclass
class Replacement:
    """An input that was read: its options, its variants and why it cannot be."""

    options: list[ProductOption]
    variants: list[Wanted] | None
    errors: list[Error] = field(default_factory=list)


def read_replacement(shop: Shop, known: Product | None, given: Given) -> Replacement:
    """Return what an input asks for, with everything that is wrong with it."""
    errors = product_errors(shop, given, known, ("input",), as_set=True)
    errors += _owner_metafield_errors(shop, "PRODUCT", given, ("input",), known.number if known else None)
    errors += joining_errors(shop, given.get("collections") or [], "input", "collections")
    options = known.options if known else []
    listed, variants = given.get("productOptions"), given.get("variants")
    if listed is not None and variants is None:
        message = "Variants input is required when updating product options"
        errors.append(user_error(message, "input", "variants", code="VARIANTS_INPUT_MISSING"))
    elif variants is not None and listed is None:
        message = "Product options input is required when updating variants"
        errors.append(user_error(message, "input", "productOptions", code="PRODUCT_OPTIONS_INPUT_MISSING"))
    elif listed is not None and variants is not None:
        problems = option_errors(listed, ("input", "productOptions"), options)
        if not problems:
            options = arranged(shop, listed, options)
            return _read_variants(shop, known, options, variants, errors)
        errors += problems
    return Replacement(options, None, errors)


def _read_variants(
    shop: Shop, known: Product | None, options: list[ProductOption], variants: list[Given], errors: list[Error]
) -> Replacement:
    if not variants:
        errors.append(user_error("Variants input is required when updating product options", "input", "variants", code="INVALID_INPUT"))
    if sum(len(entry.get("inventoryQuantities") or ()) for entry in variants) > MOST_QUANTITIES:
        message = f"Inventory quantity input exceeds the limit of {MOST_QUANTITIES}."
        errors.append(user_error(message, "input", "variants", code="INVENTORY_QUANTITIES_LIMIT_EXCEEDED"))
    present = [shop.variants[number] for number in known.variants] if known else []
    by_number = {variant.number: variant for variant in present}
    by_values = {tuple(_renamed(known, options, variant)): variant for variant in present} if known else {}
    wanted: list[Wanted] = []
    taken: set[tuple[str, ...]] = set()
    for index, entry in enumerate(variants):
        path = ("input", "variants", str(index))
        chosen, problems = chosen_values(options, entry["optionValues"], (*path, "optionValues"))
        named = by_number.get(numbered("ProductVariant", entry.get("id")) or 0)
        if entry.get("id") and named is None:
            problems.append(user_error("Product variant does not exist", *path, "id", code="PRODUCT_VARIANT_DOES_NOT_EXIST"))
        if not problems and tuple(chosen) in taken:
            problems.append(user_error(already_exists(chosen), *path, code="INVALID_VARIANT"))
        taken.add(tuple(chosen))
        variant = named or by_values.get(tuple(chosen))
        problems += _own_codes(variant_errors(shop, entry, path))
        problems += stocking_errors(shop, variant, entry, path) if variant else []
        problems += _owner_metafield_errors(shop, "PRODUCTVARIANT", entry, path, variant.number if variant else None)
        errors += problems
        wanted.append(Wanted(entry, variant, chosen))
    errors += _twice_the_same_id(shop, variants)
    return Replacement(options, wanted, errors)


def _renamed(known: Product | None, options: list[ProductOption], variant: Variant) -> list[str]:
    """Return what a present variant has, under the names that the input gives to values that stay."""
    names = {value.number: value.name for option in options for value in option.values}
    kept = []
    for option, chosen in zip(known.options if known else [], variant.options, strict=True):
        value = next((value for value in option.values if value.name == chosen), None)
        kept.append(chosen if value is None else names.get(value.number, chosen))
    return kept


def chosen_values(options: list[ProductOption], given: list[Given], path: tuple[str, ...]) -> tuple[list[str], list[Error]]:
    """Return what an input chooses of each option, and what is wrong with the choice."""
    chosen: dict[int, str] = {}
    errors: list[Error] = []
    for index, entry in enumerate(given):
        where = (*path, str(index))
        option = find_option(options, entry, "optionId", "optionName")
        if option is None and not entry.get("optionId") and not entry.get("optionName") and entry.get("id"):
            option = next((held for held in options if find_value(held, entry)), None)
        value = find_value(option, entry)
        if option is None:
            errors.append(user_error("Option does not exist", *where, code="OPTION_DOES_NOT_EXIST"))
        elif value is None:
            said = f"Option value does not exist: {name_of(entry)}" if name_of(entry) else "Option value does not exist"
            errors.append(user_error(said, *where, code="OPTION_VALUE_DOES_NOT_EXIST"))
        else:
            chosen[option.number] = value.name
    missing = [option.name for option in options if option.number not in chosen]
    if missing and not errors:
        errors.append(user_error(f"You need to add option values for {', '.join(missing)}", *path, code="INVALID_VARIANT"))
    return [chosen.get(option.number, "") for option in options], errors


def _own_codes(errors: list[Error]) -> list[Error]:
    """Return errors with the codes that productSet has for them."""
    return [{**error, "code": error["code"] if error["code"] in OWN_CODES else "INVALID_VARIANT"} for error in errors]


def _owner_metafield_errors(shop: Shop, owner_type: str, given: Given, path: tuple[str, ...], owner: int | None) -> list[Error]:
    errors = metafield_errors(shop, owner_type, given.get("metafields") or [], (*path, "metafields"), owner)
    taken = "Value has already been taken"
    return [{**error, "code": "CAPABILITY_VIOLATION" if error["message"] == taken else "INVALID_METAFIELD"} for error in errors]


def _twice_the_same_id(shop: Shop, variants: list[Given]) -> list[Error]:
    """Return the refusal of a unique value that one call gives to two variants."""
    seen: set[tuple[str, str, str]] = set()
    errors = []
    for index, entry in enumerate(variants):
        for place, metafield in enumerate(entry.get("metafields") or []):
            name = metafield_name(metafield)
            definition = shop.definition("PRODUCTVARIANT", *name)
            key = (*name, metafield.get("value") or "")
            if definition is not None and definition.unique and key in seen:
                path = ("input", "variants", str(index), "metafields", str(place), "value")
                errors.append(user_error("Value has already been taken", *path, code="CAPABILITY_VIOLATION"))
            seen.add(key)
    return errors


def replace(shop: Shop, known: Product | None, given: Given, wanted: Replacement) -> Product:
    """Make a product what a good input says, or a new one, and return it."""
    product = known or new_product(shop)
    keep_product(shop, product, given)
    product.options = wanted.options or default_options(shop)
    if known is None:
        shop.add_product(product, [])
    if wanted.variants is not None:
        _replace_variants(shop, product, wanted.variants)
    elif known is None:
        _put_new(shop, product, {}, [DEFAULT_VALUE])
    if given.get("metafields") is not None:
        set_metafields(shop, product, given["metafields"])
    if given.get("collections") is not None:
        set_collections(shop, product, given["collections"])
    if given.get("files") is not None:
        set_pictures(shop, product, given["files"])
    shop.changed(product)
    return product


def _replace_variants(shop: Shop, product: Product, wanted: list[Wanted]) -> None:
    kept = {entry.known.number for entry in wanted if entry.known is not None}
    for number in [number for number in product.variants if number not in kept]:
        take_variant(shop, product, shop.variants[number])
    order: list[tuple[int, int, int]] = []
    for entry in wanted:
        variant = entry.known or _put_new(shop, product, entry.given, entry.chosen)
        if entry.known is not None:
            _change(shop, variant, entry)
        if entry.given.get("metafields") is not None:
            set_metafields(shop, variant, entry.given["metafields"])
        order.append((entry.given.get("position") or len(order) + 1, len(order), variant.number))
    product.variants = [number for _, _, number in sorted(order)]
    renumber(shop, product)


def _change(shop: Shop, variant: Variant, entry: Wanted) -> None:
    variant.options = entry.chosen
    keep_variant(shop, variant, entry.given)
    stock_variant(shop, variant, entry.given, is_new=False)
    variant.updated_at = variant.seen_at = shop.now()
    shop.variants.touch(variant)


def _put_new(shop: Shop, product: Product, given: Given, chosen: list[str]) -> Variant:
    variant = new_variant(shop, product, chosen)
    put_variant(shop, product, variant)
    keep_variant(shop, variant, given)
    stock_variant(shop, variant, given, is_new=True)
    return variant


def set_metafields(shop: Shop, owner: Product | Variant, entries: list[Given]) -> None:
    """Make the metafields of a record those of a complete list."""
    named = {metafield_name(entry) for entry in entries}
    for held in [held for held in owner.metafields if (held.namespace, held.key) not in named]:
        shop.drop_metafield(owner, held.namespace, held.key)
    write_metafields(shop, owner, entries)
