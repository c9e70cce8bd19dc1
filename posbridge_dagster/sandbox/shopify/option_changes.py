"""What becomes of a product's variants when its options change: which are made, and which go."""

from itertools import product as combinations

from posbridge_dagster.sandbox.shopify.records import OptionValue, Product, ProductOption, Variant
from posbridge_dagster.sandbox.shopify.shelf import put_variant, take_variant
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.variant_drafts import new_variant, stock_variant


def variants_of(shop: Shop, product: Product) -> list[Variant]:
    """Return the variants of a product in their order."""
    return [shop.variants[number] for number in product.variants]


def add_options(shop: Shop, product: Product, options: list[ProductOption], *, replaces: bool) -> None:
    """Add options behind the present ones, or in place of the one that every product starts with.

    Every variant gets the first value of each.
    """
    first = [option.values[0].name for option in options]
    for variant in variants_of(shop, product):
        variant.options = first if replaces else [*variant.options, *first]
    product.options = options if replaces else [*product.options, *options]


def fill(shop: Shop, product: Product) -> None:
    """Make the variants that are missing among all combinations of values, priced as the first one."""
    present = {tuple(variant.options) for variant in variants_of(shop, product)}
    pattern = shop.variants[product.variants[0]]
    for chosen in combinations(*([value.name for value in option.values] for option in product.options)):
        if chosen not in present:
            _copy(shop, product, pattern, list(chosen))


def add_value(shop: Shop, product: Product, position: int, value: OptionValue, *, makes_variants: bool) -> None:
    """Add a value to an option; with ``makes_variants`` each present combination gets a variant that has it."""
    product.options[position].values.append(value)
    if not makes_variants:
        return
    made: set[tuple[str, ...]] = set()
    for variant in variants_of(shop, product):
        chosen = (*variant.options[:position], value.name, *variant.options[position + 1 :])
        if chosen not in made:
            made.add(chosen)
            _copy(shop, product, variant, list(chosen))


def _copy(shop: Shop, product: Product, pattern: Variant, chosen: list[str]) -> None:
    variant = new_variant(shop, product, chosen)
    variant.price_cents, variant.compare_at_cents = pattern.price_cents, pattern.compare_at_cents
    variant.inventory_policy, variant.taxable, variant.tracked = pattern.inventory_policy, pattern.taxable, pattern.tracked
    put_variant(shop, product, variant)
    stock_variant(shop, variant, {}, is_new=True)


def drop_value(shop: Shop, product: Product, position: int, value: OptionValue) -> None:
    """Take a value away, with the variants that have it."""
    for variant in [held for held in variants_of(shop, product) if held.options[position] == value.name]:
        take_variant(shop, product, variant)
    product.options[position].values.remove(value)


def rename_value(shop: Shop, product: Product, position: int, value: OptionValue, name: str) -> None:
    """Give a value another name, and its variants with it."""
    for variant in variants_of(shop, product):
        if variant.options[position] == value.name:
            variant.options = [*variant.options[:position], name, *variant.options[position + 1 :]]
    value.name = name


def surplus(shop: Shop, product: Product, positions: list[int]) -> list[Variant]:
    """Return the variants that would be doubles of an earlier one without the options at some positions."""
    seen: set[tuple[str, ...]] = set()
    doubles = []
    for variant in variants_of(shop, product):
        kept = tuple(chosen for position, chosen in enumerate(variant.options) if position not in positions)
        if kept in seen:
            doubles.append(variant)
        seen.add(kept)
    return doubles


def drop_options(shop: Shop, product: Product, positions: list[int]) -> None:
    """Take options away, with the variants that would be doubles without them, the later ones first."""
    for variant in reversed(surplus(shop, product, positions)):
        take_variant(shop, product, variant)
    for variant in variants_of(shop, product):
        variant.options = [chosen for position, chosen in enumerate(variant.options) if position not in positions]
    product.options = [option for position, option in enumerate(product.options) if position not in positions]


def reorder(shop: Shop, product: Product, order: list[int], values: dict[int, list[int]]) -> None:
    """Put options, and the values of some of them, in another order; variants follow it.

    ``order`` holds present positions, ``values`` the numbers of an option's values by the number of the option.
    """
    for option in product.options:
        by_number = {value.number: value for value in option.values}
        option.values = [by_number[number] for number in values.get(option.number, by_number)]
    variants = variants_of(shop, product)
    for variant in variants:
        variant.options = [variant.options[position] for position in order]
    product.options = [product.options[position] for position in order]
    places = [{value.name: place for place, value in enumerate(option.values)} for option in product.options]
    variants.sort(key=lambda variant: [place[chosen] for place, chosen in zip(places, variant.options, strict=True)])
    product.variants = [variant.number for variant in variants]
    for position, variant in enumerate(variants, 1):
        variant.position = position
