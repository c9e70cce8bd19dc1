"""Attributes: what tells the variants of a product apart, as options with a value for each variant, in the till's sequence."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from posbridge_dagster.clients.shopify.products import MOST_OPTIONS, MOST_VARIANTS
from posbridge_dagster.flows.products_to_shopify.options import OptionRule, ProductsToShopifyOptions
from posbridge_dagster.flows.verdicts import quarantine
from posbridge_dagster.loading.rows import rows_by

KEY = "family_number"
LONGEST_VALUE = 255


def option_values(articles: pd.DataFrame, custom_fields: pd.DataFrame, options: ProductsToShopifyOptions) -> pd.DataFrame:
    """Return article_number, family_number, ``names`` (options of its family that have a value at all) and ``values`` (its own).

    An article without a value gets the mapping's ``no_value`` where its siblings have one. A family without any value has
    no names. ``articles`` stand in the till's sequence. Shopify takes no two values that differ in capitals only, so a value is
    spelled as the first article of the family spells it.
    """
    families = list(articles[KEY])
    values = pd.DataFrame({rule.name: _as_spelled_first(families, _values(rule, articles, custom_fields)) for rule in options.options})
    filled = values.notna()
    used = filled.groupby(articles[KEY].to_numpy()).transform("any") if len(options.options) else filled
    names, own = [], []
    for row, is_used in zip(values.to_numpy(), used.to_numpy(), strict=True):
        names.append([rule.name for rule, taken in zip(options.options, is_used, strict=True) if taken])
        own.append([value if isinstance(value, str) else options.no_value for value, taken in zip(row, is_used, strict=True) if taken])
    return pd.DataFrame(
        {"article_number": articles["article_number"].to_numpy(), KEY: articles[KEY].to_numpy(), "names": names, "values": own}
    )


def _values(rule: OptionRule, articles: pd.DataFrame, custom_fields: pd.DataFrame) -> list[str | None]:
    if rule.column is not None:
        found = articles[rule.column]
    else:
        fields = custom_fields[custom_fields["name"] == rule.custom_field]
        by_article = dict(zip(fields["article_number"], fields["value"], strict=True))
        found = pd.Series([by_article.get(number) for number in articles["article_number"]])
    texts = (" ".join(value.split()) if isinstance(value, str) else "" for value in found)
    return [text or None for text in texts]


def _as_spelled_first(families: Sequence[int], values: Sequence[str | None]) -> list[str | None]:
    spelled: dict[tuple[int, str], str] = {}
    return [value and spelled.setdefault((family, value.casefold()), value) for family, value in zip(families, values, strict=True)]


def attribute_problems(variants: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each family whose variants Shopify could not hold or tell apart, naming the articles.

    ``variants`` are those for sale, with family_number, article_number, names and values. Limits are Shopify's: 3 options, 2,048
    variants; nothing is cut off.
    """
    families = rows_by(variants[["article_number", KEY, "names", "values"]], KEY)
    problems = [problem for family in families.values() for problem in _family_problems(family)]
    frame = pd.DataFrame(problems, columns=[KEY, "code", "reason"]).astype({KEY: "int64[pyarrow]"})
    return quarantine(frame[[KEY]], frame["code"], frame["reason"])


def _family_problems(family: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, str]]:
    number, names, count = family[0][KEY], family[0]["names"], len(family)
    found: list[tuple[int, str, str]] = []
    if len(names) > MOST_OPTIONS:
        found.append((number, "too_many_options", f"it has the options {', '.join(names)}; Shopify takes {MOST_OPTIONS}"))
    if count > MOST_VARIANTS:
        found.append((number, "too_many_variants", f"it has {count} articles for sale; Shopify takes {MOST_VARIANTS} variants"))
    alike: dict[tuple[str, ...], list[int]] = {}
    for row in family:
        alike.setdefault(tuple(value.casefold() for value in row["values"]), []).append(row["article_number"])
        long = [value for value in row["values"] if len(value) > LONGEST_VALUE]
        if long:
            found.append((number, "option_value_too_long", f"article {row['article_number']} has a value of {len(long[0])} characters"))
    found += [(number, "variants_alike", _sentence(values, numbers)) for values, numbers in alike.items() if len(numbers) > 1]
    return found


def _sentence(values: Sequence[str], numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:8])) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
    same = f"all are {' / '.join(values)}" if values else "none has a value of any option"
    return f"articles {named} cannot be told apart: {same}"
