"""The options of a product and what of them a variant has: finding by id or name, making what is new."""

from collections.abc import Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.records import OptionValue, Product, ProductOption
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.shop import Shop

Given = dict[str, Any]
Error = dict[str, Any]
Path = tuple[str, ...]
MOST_OPTIONS, LONGEST = 3, 255
DEFAULT_OPTION, DEFAULT_VALUE = "Title", "Default Title"


def default_options(shop: Shop) -> list[ProductOption]:
    """Return the options of a product that has none of its own."""
    return [ProductOption(shop.next_number(), DEFAULT_OPTION, [OptionValue(shop.next_number(), DEFAULT_VALUE)])]


def name_of(given: Given) -> str:
    """Return a name as Shopify keeps it: trimmed."""
    return (given.get("name") or "").strip()


def numbered(kind: str, global_id: str | None) -> int | None:
    """Return the number of a global id of a kind; None where it is none."""
    parts = split_gid(global_id) if global_id else None
    return parts[1] if parts is not None and parts[0] == kind else None


def find_option(options: Sequence[ProductOption], given: Given, id_name: str = "id", text_name: str = "name") -> ProductOption | None:
    """Return the option that an input means, by its id or its name."""
    if given.get(id_name):
        return next((option for option in options if option.number == numbered("ProductOption", given[id_name])), None)
    wanted = (given.get(text_name) or "").strip()
    return next((option for option in options if option.name == wanted), None)


def find_value(option: ProductOption | None, given: Given) -> OptionValue | None:
    """Return the value of an option that an input means, by its id or its name."""
    values = option.values if option else []
    if given.get("id"):
        return next((value for value in values if value.number == numbered("ProductOptionValue", given["id"])), None)
    return next((value for value in values if value.name == name_of(given)), None)


def option_errors(given: list[Given], path: Path, known: Sequence[ProductOption] = ()) -> list[Error]:
    """Return why a list of options cannot be those of a product; ``known`` are its present ones."""
    if len(given) > MOST_OPTIONS:
        return [user_error(f"Can only specify a maximum of {MOST_OPTIONS} options", *path, code="OPTIONS_OVER_LIMIT")]
    errors: list[Error] = []
    names: set[str] = set()
    for index, entry in enumerate(given):
        where = (*path, str(index))
        earlier = find_option(known, entry)
        name = name_of(entry) or (earlier.name if earlier else "")
        if entry.get("id") and earlier is None:
            errors.append(user_error("Option does not exist", *where, code="OPTION_DOES_NOT_EXIST"))
        elif not name:
            errors.append(user_error("Option name can't be blank", *where, "name", code="INVALID_INPUT"))
        elif len(name) > LONGEST:
            errors.append(user_error(f"Option name is too long (maximum is {LONGEST} characters)", *where, "name", code="INVALID_INPUT"))
        elif name.lower() in names:
            errors.append(user_error(f"Duplicated option name '{name}'", *where, "name", code="DUPLICATED_OPTION_NAME"))
        names.add(name.lower())
        errors += _value_errors(entry.get("values"), earlier, where)
    return errors


def _value_errors(given: list[Given] | None, earlier: ProductOption | None, path: Path) -> list[Error]:
    if not given:
        if given is None and earlier is not None:
            return []
        return [user_error("Each option must have at least one option value specified.", *path, "values", code="OPTION_VALUES_MISSING")]
    errors: list[Error] = []
    names: set[str] = set()
    for index, entry in enumerate(given):
        where = (*path, "values", str(index))
        known = find_value(earlier, entry)
        name = name_of(entry) or (known.name if known else "")
        if entry.get("id") and known is None:
            errors.append(user_error("Option value does not exist", *where, code="OPTION_VALUE_DOES_NOT_EXIST"))
        elif not name:
            errors.append(user_error("Option value name can't be blank", *where, "name", code="INVALID_INPUT"))
        elif len(name) > LONGEST:
            message = f"Option value name is too long (maximum is {LONGEST} characters)"
            errors.append(user_error(message, *where, "name", code="OPTION_VALUE_NAME_TOO_LONG"))
        elif name in names:
            errors.append(user_error(f"Duplicated option value '{name}'", *where, "name", code="DUPLICATED_OPTION_VALUE"))
        names.add(name)
    return errors


def arranged(shop: Shop, given: list[Given], known: Sequence[ProductOption] = ()) -> list[ProductOption]:
    """Return the options that a good list makes, in its order or by position; known ones and values keep their numbers."""
    ordered = sorted(given, key=lambda entry: entry.get("position") or 0) if all(entry.get("position") for entry in given) else given
    options = []
    for entry in ordered:
        earlier = find_option(known, entry)
        name = name_of(entry) or (earlier.name if earlier else "")
        number = earlier.number if earlier else shop.next_number()
        options.append(ProductOption(number, name, _arranged_values(shop, entry.get("values"), earlier)))
    return options


def _arranged_values(shop: Shop, given: list[Given] | None, earlier: ProductOption | None) -> list[OptionValue]:
    if given is None:
        return list(earlier.values) if earlier else []
    values = []
    for entry in given:
        known = find_value(earlier, entry)
        name = name_of(entry) or (known.name if known else "")
        values.append(OptionValue(known.number if known else shop.next_number(), name))
    return values


def add_values(shop: Shop, product: Product, chosen: list[str]) -> None:
    """Add what a variant has to the options of its product, where an option does not know it yet."""
    for option, name in zip(product.options, chosen, strict=True):
        if all(value.name != name for value in option.values):
            option.values.append(OptionValue(shop.next_number(), name))


def drop_unused(product: Product, used: list[list[str]]) -> None:
    """Take the values away that no variant has any more."""
    for position, option in enumerate(product.options):
        names = {chosen[position] for chosen in used}
        option.values = [value for value in option.values if value.name in names]


def already_exists(chosen: Sequence[str]) -> str:
    """Return what Shopify says of a second variant with the same values."""
    return f"The variant '{' / '.join(chosen)}' already exists. Please change at least one option value."
