"""Variants of one product that an app makes, changes, deletes and puts in order, many at once."""

from collections.abc import Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.nodes.goods import is_simple, product_node
from posbridge_dagster.sandbox.shopify.product_drafts import add_pictures
from posbridge_dagster.sandbox.shopify.product_options import add_values, already_exists, drop_unused, find_option, find_value, name_of
from posbridge_dagster.sandbox.shopify.product_options import numbered as number_in
from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shelf import put_variant, renumber, take_variant
from posbridge_dagster.sandbox.shopify.variant_drafts import MOST_VARIANTS, keep_variant, new_variant, stock_variant, variant_errors

Given = dict[str, Any]
Error = dict[str, Any]
Path = tuple[str, ...]
LONGEST = 255
NO_SUCH_PRODUCT = "Product does not exist"


def _no_product(**more: Any) -> dict[str, Any]:
    return {"product": None, **more, "userErrors": [user_error(NO_SUCH_PRODUCT, "productId", code="PRODUCT_DOES_NOT_EXIST")]}


def _chosen(product: Product, given: list[Given], path: Path, present: Sequence[str] = ()) -> tuple[list[str], list[Error]]:
    """Return what an input chooses of each option, on top of what is ``present``; a value by name may be a new one."""
    chosen = dict(zip(product.option_names, present, strict=False))
    errors: list[Error] = []
    for index, entry in enumerate(given):
        where = (*path, "optionValues", str(index))
        option = find_option(product.options, entry, "optionId", "optionName")
        if option is None and not entry.get("optionId") and not entry.get("optionName") and entry.get("id"):
            option = next((held for held in product.options if find_value(held, entry)), None)
        known = find_value(option, entry)
        name = known.name if known else name_of(entry)
        if option is None:
            code = "OPTION_DOES_NOT_EXIST" if present else "INVALID_INPUT"
            errors.append(user_error("Option does not exist", *where, code=code))
        elif not name:
            code = "OPTION_VALUE_DOES_NOT_EXIST" if present else "INVALID_INPUT"
            errors.append(user_error("Option value does not exist", *where, code=code))
        elif len(name) > LONGEST:
            code = "OPTION_VALUE_NAME_TOO_LONG" if present else "INVALID_INPUT"
            errors.append(user_error(f"Option value name is too long (maximum is {LONGEST} characters)", *where, code=code))
        else:
            chosen[option.name] = name
    missing = [name for name in product.option_names if name not in chosen]
    if missing and not errors:
        message = f"You need to add option values for {', '.join(missing)}"
        errors.append(user_error(message, *path, "optionValues", code="NEED_TO_ADD_OPTION_VALUES"))
    return [chosen.get(name, "") for name in product.option_names], errors


def _own_errors(scene: Scene, given: Given, path: Path, owner: int | None) -> list[Error]:
    entries = given.get("metafields") or []
    errors = variant_errors(scene.shop, given, path)
    code = "INVALID_INPUT" if owner is None else "INVALID_VALUE"
    found = metafield_errors(scene.shop, "PRODUCTVARIANT", entries, (*path, "metafields"), owner)
    return errors + [{**error, "code": code} for error in found]


def _variants(scene: Scene, product: Product) -> list[Variant]:
    return [scene.shop.variants[number] for number in product.variants]


@resolves("Mutation", "productVariantsBulkCreate")
def create_variants(
    _: None, scene: Scene, product_id: str, variants: list[Given], strategy: str = "DEFAULT", media: list[Given] | None = None
) -> dict[str, Any]:
    """Add variants to a product, all or none; the variant that every product starts with makes room by ``strategy``."""
    product = scene.shop.products.get(numbered("Product", product_id))
    if product is None:
        return _no_product(productVariants=None)
    standing = _variants(scene, product)
    leaving = standing if _makes_room(product, standing, strategy) else []
    taken = {tuple(variant.options) for variant in standing if variant not in leaving}
    errors: list[Error] = []
    if len(standing) - len(leaving) + len(variants) > MOST_VARIANTS:
        message = f"A product cannot have more than {MOST_VARIANTS} variants."
        errors.append(user_error(message, "variants", code="INVALID"))
    chosen_of = []
    for index, entry in enumerate(variants):
        path = ("variants", str(index))
        if entry.get("id"):
            errors.append(user_error("On create, this key cannot be used.", *path, "id", code="NO_KEY_ON_CREATE"))
        chosen, problems = _chosen(product, entry.get("optionValues") or [], path)
        if not problems and tuple(chosen) in taken:
            problems.append(user_error(already_exists(chosen), *path, code="VARIANT_ALREADY_EXISTS"))
        taken.add(tuple(chosen))
        chosen_of.append(chosen)
        errors += problems + _own_errors(scene, entry, path, None)
    if errors:
        return {"product": product_node(product, scene.shop), "productVariants": None, "userErrors": errors}
    for variant in leaving:
        take_variant(scene.shop, product, variant)
    made = [_create(scene, product, entry, chosen) for entry, chosen in zip(variants, chosen_of, strict=True)]
    if leaving:
        drop_unused(product, [variant.options for variant in made])
    add_pictures(scene.shop, product, media or [])
    return _written(scene, product, made)


def _makes_room(product: Product, standing: list[Variant], strategy: str) -> bool:
    if len(standing) != 1 or strategy == "PRESERVE_STANDALONE_VARIANT":
        return False
    return strategy == "REMOVE_STANDALONE_VARIANT" or is_simple(product)


def _create(scene: Scene, product: Product, given: Given, chosen: list[str]) -> Variant:
    shop = scene.shop
    variant = new_variant(shop, product, chosen)
    put_variant(shop, product, variant)
    add_values(shop, product, chosen)
    keep_variant(shop, variant, given)
    stock_variant(shop, variant, given, is_new=True)
    write_metafields(shop, variant, given.get("metafields") or [])
    return variant


def _written(scene: Scene, product: Product, variants: list[Variant], errors: Sequence[Error] = ()) -> dict[str, Any]:
    scene.variants.clear()
    scene.shop.changed(product)
    shown = [scene.variant_node(variant.number) for variant in variants]
    return {"product": product_node(product, scene.shop), "productVariants": shown, "userErrors": list(errors)}


@resolves("Mutation", "productVariantsBulkUpdate")
def update_variants(
    _: None,
    scene: Scene,
    product_id: str,
    variants: list[Given],
    allow_partial_updates: bool = False,
    media: list[Given] | None = None,
) -> dict[str, Any]:
    """Change variants of a product, all or none; with ``allow_partial_updates`` those that can be changed."""
    product = scene.shop.products.get(numbered("Product", product_id))
    if product is None:
        return _no_product(productVariants=None)
    standing = {variant.number: variant for variant in _variants(scene, product)}
    owners = {tuple(variant.options): number for number, variant in standing.items()}
    good: list[tuple[Variant, Given, list[str]]] = []
    named: list[Variant] = []
    errors: list[Error] = []
    for index, entry in enumerate(variants):
        path = ("variants", str(index))
        variant = standing.get(number_in("ProductVariant", entry.get("id")) or 0)
        if variant is None:
            errors.append(_no_such_variant(entry, path))
            continue
        named.append(variant)
        chosen, problems = _chosen(product, entry.get("optionValues") or [], path, variant.options)
        if not problems and owners.get(tuple(chosen), variant.number) != variant.number:
            problems.append(user_error(already_exists(chosen), *path, code="VARIANT_ALREADY_EXISTS"))
        problems += _update_errors(entry, path) + _own_errors(scene, entry, path, variant.number)
        errors += problems
        if not problems:
            owners.pop(tuple(variant.options), None)
            owners[tuple(chosen)] = variant.number
            good.append((variant, entry, chosen))
    if errors and not allow_partial_updates:
        return {"product": product_node(product, scene.shop), "productVariants": None, "userErrors": errors}
    for variant, entry, chosen in good:
        _update(scene, product, variant, entry, chosen)
    add_pictures(scene.shop, product, media or [])
    return _written(scene, product, named, errors)


def _no_such_variant(given: Given, path: Path) -> Error:
    if not given.get("id"):
        return user_error("Product variant is missing ID attribute", *path, "id", code="PRODUCT_VARIANT_ID_MISSING")
    return user_error("Product variant does not exist", *path, "id", code="PRODUCT_VARIANT_DOES_NOT_EXIST")


def _update_errors(given: Given, path: Path) -> list[Error]:
    if not given.get("inventoryQuantities"):
        return []
    message = (
        "Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities."
    )
    return [user_error(message, *path, "inventoryQuantities", code="NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE")]


def _update(scene: Scene, product: Product, variant: Variant, given: Given, chosen: list[str]) -> None:
    shop = scene.shop
    add_values(shop, product, chosen)
    variant.options = chosen
    keep_variant(shop, variant, given)
    write_metafields(shop, variant, given.get("metafields") or [])
    shop.changed(variant)


@resolves("Mutation", "productVariantsBulkDelete")
def delete_variants(_: None, scene: Scene, product_id: str, variants_ids: list[str]) -> dict[str, Any]:
    """Delete variants of a product, all or none; the last one stays."""
    product = scene.shop.products.get(numbered("Product", product_id))
    if product is None:
        return _no_product()
    standing = {variant.number: variant for variant in _variants(scene, product)}
    named = [number_in("ProductVariant", global_id) for global_id in variants_ids]
    foreign = [index for index, number in enumerate(named) if number not in standing]
    shown = product_node(product, scene.shop)
    if foreign:
        message = "At least one variant does not belong to the product"
        code = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"
        return {"product": shown, "userErrors": [user_error(message, "variantsIds", str(foreign[0]), code=code)]}
    if set(named) >= set(standing):
        message = "Cannot delete the last variant of a product"
        return {"product": shown, "userErrors": [user_error(message, "variantsIds", code="CANNOT_DELETE_LAST_VARIANT")]}
    for number in dict.fromkeys(named):
        take_variant(scene.shop, product, standing[number or 0])
    drop_unused(product, [variant.options for variant in _variants(scene, product)])
    return {name: value for name, value in _written(scene, product, []).items() if name != "productVariants"}


@resolves("Mutation", "productVariantsBulkReorder")
def reorder_variants(_: None, scene: Scene, product_id: str, positions: list[Given]) -> dict[str, Any]:
    """Put variants of a product at positions; the others keep their order around them."""
    product = scene.shop.products.get(numbered("Product", product_id))
    if product is None:
        return _no_product()
    named = [number_in("ProductVariant", entry["id"]) for entry in positions]
    errors = []
    for index, (entry, number) in enumerate(zip(positions, named, strict=True)):
        path = ("positions", str(index))
        if number not in product.variants:
            errors.append(user_error("The variant does not exist", *path, "id", code="MISSING_VARIANT"))
        elif named.index(number) != index:
            errors.append(user_error("The variant is listed more than once", *path, "id", code="DUPLICATED_VARIANT_ID"))
        elif not 1 <= entry["position"] <= len(product.variants):
            errors.append(user_error("The position is invalid", *path, "position", code="INVALID_POSITION"))
    if errors:
        return {"product": product_node(product, scene.shop), "userErrors": errors}
    order = [number for number in product.variants if number not in named]
    for entry, number in sorted(zip(positions, named, strict=True), key=lambda pair: int(pair[0]["position"])):
        order.insert(entry["position"] - 1, number or 0)
    product.variants = order
    renumber(scene.shop, product)
    return {name: value for name, value in _written(scene, product, []).items() if name != "productVariants"}
