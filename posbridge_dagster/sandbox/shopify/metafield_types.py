"""The types of metafields: what a value of each looks like, and what a definition may demand of it besides."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from posbridge_dagster.sandbox.shopify.scalars import split_gid

Check = Callable[[str], bool]
LONGEST_JSON = 128 * 1024
LONGEST_TEXT = {"single_line_text_field": 65_536, "multi_line_text_field": 65_536, "id": 255}
REFERENCES = {
    "article_reference": "Article",
    "collection_reference": "Collection",
    "company_reference": "Company",
    "customer_reference": "Customer",
    "file_reference": None,
    "metaobject_reference": "Metaobject",
    "mixed_reference": None,
    "order_reference": "Order",
    "page_reference": "Page",
    "product_reference": "Product",
    "product_taxonomy_value_reference": "TaxonomyValue",
    "variant_reference": "ProductVariant",
}
UNIT_LISTS = {
    "dimension": ("mm", "cm", "m", "in", "ft", "yd"),
    "volume": ("ml", "cl", "l", "m3", "us_fl_oz", "us_pt", "us_qt", "us_gal", "imp_fl_oz", "imp_pt", "imp_qt", "imp_gal"),
    "weight": ("g", "kg", "oz", "lb"),
}
UNIT_NAMES = {
    "dimension": ("millimeters", "centimeters", "meters", "inches", "feet", "yards"),
    "volume": ("milliliters", "centiliters", "liters", "cubic_meters"),
    "weight": ("grams", "kilograms", "ounces", "pounds"),
}


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return None


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and not isinstance(value, bool) else None


def _is_measure(kind: str) -> Check:
    units = (*UNIT_LISTS[kind], *UNIT_NAMES[kind])

    def check(value: str) -> bool:
        given = _parsed(value)
        return isinstance(given, dict) and _number(given.get("value")) is not None and str(given.get("unit")).lower() in units

    return check


def _is_rating(value: str) -> bool:
    given = _parsed(value)
    if not isinstance(given, dict):
        return False
    stars, least, most = (_number(given.get(name)) for name in ("value", "scale_min", "scale_max"))
    return stars is not None and least is not None and most is not None and least <= stars <= most


def _is_money(value: str) -> bool:
    given = _parsed(value)
    is_named = isinstance(given, dict) and re.fullmatch(r"[A-Z]{3}", str(given.get("currency_code"))) is not None
    return is_named and _number(given.get("amount")) is not None


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == len("2026-11-20")


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value


def _is_json(value: str) -> bool:
    return len(value.encode()) <= LONGEST_JSON and (_parsed(value) is not None or value.strip() == "null")


def _is_link(value: str) -> bool:
    given = _parsed(value)
    return isinstance(given, dict) and isinstance(given.get("url"), str) and "text" in given


def _is_reference(kind: str | None) -> Check:
    def check(value: str) -> bool:
        parts = split_gid(value)
        return parts is not None and kind in (None, parts[0])

    return check


def _matches(pattern: str) -> Check:
    wanted = re.compile(pattern, re.DOTALL)
    return lambda value: wanted.fullmatch(value) is not None


CHECKS: Mapping[str, Check] = {
    "boolean": _matches("true|false"),
    "color": _matches(r"#[0-9A-Fa-f]{6}"),
    "date": _is_date,
    "date_time": _is_moment,
    "dimension": _is_measure("dimension"),
    "id": _matches(r"[^\r\n]+"),
    "json": _is_json,
    "language": _matches(r"[a-z]{2}(-[A-Z]{2})?"),
    "link": _is_link,
    "money": _is_money,
    "multi_line_text_field": _matches(".*"),
    "number_decimal": _matches(r"-?\d{1,13}(\.\d{1,9})?"),
    "number_integer": _matches(r"-?\d{1,19}"),
    "rating": _is_rating,
    "rich_text_field": _is_json,
    "single_line_text_field": _matches(r"[^\r\n]*"),
    "url": _matches(r"(https?|mailto|sms|tel):\S+"),
    "volume": _is_measure("volume"),
    "weight": _is_measure("weight"),
    **{name: _is_reference(kind) for name, kind in REFERENCES.items()},
}
NO_LISTS = frozenset({"boolean", "id", "json", "language", "money", "multi_line_text_field", "rich_text_field"})
TYPES = frozenset({*CHECKS, *(f"list.{name}" for name in CHECKS if name not in NO_LISTS)})
JSON_TYPES = frozenset({"boolean", "dimension", "json", "link", "money", "number_integer", "rating", "rich_text_field", "volume", "weight"})
UNIQUE_TYPES = frozenset({"id", "number_integer", "single_line_text_field", "url"})


def is_valid(kind: str, value: str) -> bool:
    """Return whether a value is one of a type; of a list every entry."""
    if not kind.startswith("list."):
        return kind in CHECKS and CHECKS[kind](value) and len(value) <= LONGEST_TEXT.get(kind, LONGEST_JSON)
    entries, inner = _parsed(value), kind.removeprefix("list.")
    if not isinstance(entries, list) or kind not in TYPES:
        return False
    return all(CHECKS[inner](entry if isinstance(entry, str) else json.dumps(entry)) for entry in entries)


def kept(kind: str, value: str) -> str:
    """Return a value as Shopify keeps it: a moment in UTC, everything else as it came."""
    if kind != "date_time":
        return value
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def json_value(kind: str, value: str) -> Any:
    """Return a value as ``jsonValue`` shows it."""
    return json.loads(value) if kind in JSON_TYPES or kind.startswith("list.") else value


def demands(kind: str) -> frozenset[str]:
    """Return the names of what a definition of a type may demand (validations)."""
    inner = kind.removeprefix("list.")
    names = {"list.min", "list.max"} if kind != inner else set()
    if inner in ("single_line_text_field", "multi_line_text_field", "id"):
        names |= {"min", "max", "regex"}
    if inner == "single_line_text_field":
        names |= {"choices"}
    if inner in ("number_integer", "number_decimal", "date", "date_time", "dimension", "volume", "weight"):
        names |= {"min", "max"}
    names |= {"number_decimal": {"max_precision"}, "rating": {"scale_min", "scale_max"}, "url": {"allowed_domains"}}.get(inner, set())
    names |= {"json": {"schema"}, "file_reference": {"file_type_options"}}.get(inner, set())
    if inner in ("metaobject_reference", "mixed_reference"):
        names |= {"metaobject_definition_id", "metaobject_definition_ids"}
    return frozenset(names)


def unmet(kind: str, value: str, validations: Sequence[tuple[str, str]]) -> str | None:
    """Return what a definition demands of a valid value and does not get; None where it is content."""
    for name, wanted in validations:
        if name == "choices" and value not in (_parsed(wanted) or []):
            return f"Value does not exist in provided choices: {wanted}."
        if name == "regex" and re.search(wanted, value) is None:
            return f"Value does not match the regex {wanted}."
        if name in ("min", "max") and not _within(kind, value, name, wanted):
            return f"Value has a {'minimum' if name == 'min' else 'maximum'} of {wanted}."
    return None


def _within(kind: str, value: str, name: str, wanted: str) -> bool:
    if kind in ("date", "date_time"):
        return kept(kind, value) >= kept(kind, wanted) if name == "min" else kept(kind, value) <= kept(kind, wanted)
    measure = _parsed(value).get("value") if kind in UNIT_LISTS else value
    given = Decimal(len(value)) if kind.endswith("text_field") or kind == "id" else _number(measure)
    bound = _number(_parsed(wanted).get("value") if kind in UNIT_LISTS else wanted)
    if given is None or bound is None:
        return True
    return given >= bound if name == "min" else given <= bound
