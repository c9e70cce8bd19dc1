"""Options of a product that an app adds, changes, takes away and puts in order."""

from typing import Any

from posbridge_dagster.sandbox.shopify.nodes.goods import is_simple, product_node
from posbridge_dagster.sandbox.shopify.option_changes import (
    add_options,
    add_value,
    drop_options,
    drop_value,
    fill,
    rename_value,
    reorder,
    surplus,
    variants_of,
)
from posbridge_dagster.sandbox.shopify.product_options import (
    MOST_OPTIONS,
    arranged,
    default_options,
    find_option,
    find_value,
    name_of,
    option_errors,
)
from posbridge_dagster.sandbox.shopify.product_options import numbered as number_in
from posbridge_dagster.sandbox.shopify.records import OptionValue, Product, ProductOption
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.variant_drafts import MOST_VARIANTS

Given = dict[str, Any]
Error = dict[str, Any]
LONGEST = 255


def _answer(scene: Scene, product: Product | None, errors: list[Error], **more: Any) -> dict[str, Any]:
    if product is None:
        errors = [user_error("Product does not exist", "productId", code="PRODUCT_DOES_NOT_EXIST")]
    elif not errors:
        scene.variants.clear()
        scene.shop.changed(product)
    return {"product": None if product is None else product_node(product, scene.shop), **more, "userErrors": errors}


@resolves("Mutation", "productOptionsCreate")
def create_options(_: None, scene: Scene, product_id: str, options: list[Given], variant_strategy: str = "LEAVE_AS_IS") -> dict[str, Any]:
    """Add options; the variants get their first values, and with the strategy CREATE all other combinations are made too."""
    shop = scene.shop
    product = shop.products.get(numbered("Product", product_id))
    if product is None:
        return _answer(scene, None, [])
    replaces = is_simple(product)
    standing = [] if replaces else product.options
    errors = option_errors(options, ("options",))
    if len(standing) + len(options) > MOST_OPTIONS and not errors:
        errors = [user_error(f"Can only specify a maximum of {MOST_OPTIONS} options", "options", code="OPTIONS_OVER_LIMIT")]
    for index, entry in enumerate(options):
        if any(option.name.lower() == name_of(entry).lower() for option in standing):
            message = f"Option '{name_of(entry)}' already exists."
            errors.append(user_error(message, "options", str(index), code="OPTION_ALREADY_EXISTS"))
    if not errors and variant_strategy == "CREATE":
        many = 1
        for held in (*[len(option.values) for option in standing], *[len(entry["values"]) for entry in options]):
            many *= held
        if many > MOST_VARIANTS:
            message = "The number of option values created with the CREATE strategy would exceed the variant limit."
            errors.append(user_error(message, "options", code="TOO_MANY_VARIANTS_CREATED"))
    if not errors:
        add_options(shop, product, arranged(shop, options), replaces=replaces)
        if variant_strategy == "CREATE":
            fill(shop, product)
    return _answer(scene, product, errors)


@resolves("Mutation", "productOptionUpdate")
def update_option(
    _: None,
    scene: Scene,
    product_id: str,
    option: Given,
    option_values_to_add: list[Given] | None = None,
    option_values_to_update: list[Given] | None = None,
    option_values_to_delete: list[str] | None = None,
    variant_strategy: str = "LEAVE_AS_IS",
) -> dict[str, Any]:
    """Rename or move an option, add, rename or delete values; with the strategy MANAGE variants are made and deleted too."""
    product = scene.shop.products.get(numbered("Product", product_id))
    known = find_option(product.options, option) if product else None
    if product is None or known is None:
        error = user_error("Option does not exist", "option", code="OPTION_DOES_NOT_EXIST")
        return _answer(scene, product, [error])
    manages = variant_strategy == "MANAGE"
    added, updated = option_values_to_add or [], option_values_to_update or []
    deleted = [{"id": global_id} for global_id in option_values_to_delete or []]
    errors = _option_errors(scene, product, known, option)
    errors += _value_errors(scene, product, known, added, updated, deleted, manages=manages)
    if errors:
        return _answer(scene, product, errors)
    position = product.options.index(known)
    known.name = name_of(option) or known.name
    for entry in updated:
        value = find_value(known, {"id": entry["id"]})
        if value is not None and name_of(entry):
            rename_value(scene.shop, product, position, value, name_of(entry))
    for entry in added:
        fresh = OptionValue(scene.shop.next_number(), name_of(entry))
        add_value(scene.shop, product, position, fresh, makes_variants=manages)
    for entry in deleted:
        value = find_value(known, entry)
        if value is not None:
            drop_value(scene.shop, product, position, value)
    if option.get("position"):
        order = [held for held in range(len(product.options)) if held != position]
        order.insert(option["position"] - 1, position)
        reorder(scene.shop, product, order, {})
    return _answer(scene, product, [])


def _option_errors(scene: Scene, product: Product, known: ProductOption, option: Given) -> list[Error]:
    name, errors = name_of(option), []
    if len(name) > LONGEST:
        message = f"Option name is too long (maximum is {LONGEST} characters)"
        errors.append(user_error(message, "option", "name", code="OPTION_NAME_TOO_LONG"))
    if any(held.name.lower() == name.lower() for held in product.options if held is not known):
        errors.append(user_error(f"Option '{name}' already exists.", "option", "name", code="OPTION_ALREADY_EXISTS"))
    if option.get("position") is not None and not 1 <= option["position"] <= len(product.options):
        errors.append(user_error("The option position provided is not valid.", "option", "position", code="INVALID_POSITION"))
    return errors


def _value_errors(
    scene: Scene,
    product: Product,
    known: ProductOption,
    added: list[Given],
    updated: list[Given],
    deleted: list[Given],
    *,
    manages: bool,
) -> list[Error]:
    position, errors = product.options.index(known), []
    used = {variant.options[position] for variant in variants_of(scene.shop, product)}
    names = [value.name for value in known.values]
    for index, entry in enumerate(added):
        if name_of(entry) in names:
            message = f"Option value '{name_of(entry)}' already exists."
            errors.append(user_error(message, "optionValuesToAdd", str(index), "name", code="OPTION_VALUE_ALREADY_EXISTS"))
        names.append(name_of(entry))
    for list_name, entries in (("optionValuesToUpdate", updated), ("optionValuesToDelete", deleted)):
        for index, entry in enumerate(entries):
            if find_value(known, {"id": entry["id"]}) is None:
                errors.append(user_error("Option value does not exist.", list_name, str(index), code="OPTION_VALUE_DOES_NOT_EXIST"))
    for index, entry in enumerate(deleted):
        value = find_value(known, entry)
        if value is not None and value.name in used and not manages:
            message = "Option value with variants linked cannot be deleted."
            errors.append(user_error(message, "optionValuesToDelete", str(index), code="OPTION_VALUE_HAS_VARIANTS"))
    leaving = {value.name for entry in deleted if (value := find_value(known, entry)) is not None}
    if leaving and not used - leaving:
        message = "Deleting all option values of an option is not allowed."
        errors.append(user_error(message, "optionValuesToDelete", code="CANNOT_DELETE_ALL_OPTION_VALUES_IN_OPTION"))
    return errors


@resolves("Mutation", "productOptionsDelete")
def delete_options(_: None, scene: Scene, product_id: str, options: list[str], strategy: str = "DEFAULT") -> dict[str, Any]:
    """Take options away; whether variants may go with them is the strategy's word."""
    shop = scene.shop
    product = shop.products.get(numbered("Product", product_id))
    if product is None:
        return _answer(scene, None, [], deletedOptionsIds=[])
    errors: list[Error] = []
    positions = []
    for index, global_id in enumerate(options):
        known = find_option(product.options, {"id": global_id})
        if known is None:
            errors.append(user_error("Option does not exist.", "options", str(index), code="OPTION_DOES_NOT_EXIST"))
            continue
        positions.append(product.options.index(known))
        if strategy == "DEFAULT" and len(known.values) > 1:
            message = "Can't delete option with multiple values."
            errors.append(user_error(message, "options", str(index), code="CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES"))
    if not errors and strategy == "NON_DESTRUCTIVE" and surplus(shop, product, positions):
        message = "Cannot delete options without deleting variants."
        errors.append(user_error(message, "options", code="CANNOT_USE_NON_DESTRUCTIVE_STRATEGY"))
    if errors:
        return _answer(scene, product, errors, deletedOptionsIds=[])
    deleted = [gid("ProductOption", product.options[position].number) for position in positions]
    drop_options(shop, product, positions)
    if not product.options:
        add_options(shop, product, default_options(shop), replaces=True)
    return _answer(scene, product, [], deletedOptionsIds=deleted)


@resolves("Mutation", "productOptionsReorder")
def reorder_options(_: None, scene: Scene, product_id: str, options: list[Given]) -> dict[str, Any]:
    """Put options and their values in the order of the input; all of them must be named."""
    product = scene.shop.products.get(numbered("Product", product_id))
    if product is None:
        return _answer(scene, None, [])
    errors: list[Error] = []
    order: list[int] = []
    values: dict[int, list[int]] = {}
    for index, entry in enumerate(options):
        known = find_option(product.options, entry)
        if known is None:
            code = "OPTION_ID_DOES_NOT_EXIST" if entry.get("id") else "OPTION_NAME_DOES_NOT_EXIST"
            errors.append(user_error("Option does not exist.", "options", str(index), code=code))
            continue
        order.append(product.options.index(known))
        errors += _value_order(known, entry.get("values"), index, values)
    if not errors and len(set(order)) < len(product.options):
        errors.append(user_error("All options must be named.", "options", code="MISSING_OPTION_NAME"))
    if not errors:
        reorder(scene.shop, product, order, values)
    return _answer(scene, product, errors)


def _value_order(known: ProductOption, given: list[Given] | None, index: int, values: dict[int, list[int]]) -> list[Error]:
    """Note the order of an option's values, or return why it is none."""
    if not given:
        return []
    found = [find_value(known, entry) for entry in given]
    numbers = [value.number for value in found if value is not None]
    if len(numbers) < len(given):
        is_by_id = number_in("ProductOptionValue", given[0].get("id")) is not None
        code = "OPTION_VALUE_ID_DOES_NOT_EXIST" if is_by_id else "OPTION_VALUE_DOES_NOT_EXIST"
        return [user_error("Option value does not exist.", "options", str(index), "values", code=code)]
    if len(set(numbers)) < len(numbers):
        return [user_error("Duplicated option value.", "options", str(index), "values", code="DUPLICATED_OPTION_VALUE")]
    if len(numbers) < len(known.values):
        return [user_error("All values must be named.", "options", str(index), "values", code="MISSING_OPTION_VALUE")]
    values[known.number] = numbers
    return []
