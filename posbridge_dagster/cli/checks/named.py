"""What a mapping file can put into a field, as far as it can be told without a record: constants, lookups, rules."""

from typing import Any

from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.mapping import Mapping


def named_values(mapping: Mapping[OrdersToMplusOptions], target: str, *fields: str) -> set[str]:
    """Return the values, as text, that constants, defaults, lookups and rules of the file can give to fields of a target."""
    found: list[Any] = []
    for name in fields:
        rule = mapping.declaration.fields.get(target, {}).get(name)
        if rule is not None:
            found += [rule.constant, rule.default]
            found += [*rule.lookup.values.values(), rule.lookup.default] if rule.lookup else []
        found += [each.sets.get((target, name)) for each in mapping.declaration.rules]
    return {str(value) for value in found if value is not None and value != ""}


def rates_of_codes(mapping: Mapping[OrdersToMplusOptions]) -> dict[int, int]:
    """Return the VAT code that the file gives to each VAT rate, the rate in hundredths of a percent (2100 is 21 %)."""
    rule = mapping.declaration.fields.get("order_lines", {}).get("vat_code")
    if rule is None or rule.lookup is None:
        return {}
    return {int(rate): int(code) for rate, code in rule.lookup.values.items() if rate.isascii() and rate.isdigit()}
