"""From one kind to another without losing anything: what the other kind cannot hold is marked bad, never rounded or guessed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.kinds import ARROW, DECIMAL, PLACES, WORDS, Checked, Kind, by_distinct, without

_WHOLE_TEXT = r"^[+-]?[0-9]{1,18}$"
_DECIMAL_TEXT = rf"^[+-]?[0-9]{{1,{38 - PLACES}}}(\.[0-9]{{1,{PLACES}}}0*)?$"
_WHOLE_LIMIT = Decimal(2**63 - 1)


def convert(values: pa.Array, held: Kind, wanted: Kind) -> Checked:
    """Return values of one kind as another; KeyError where ``convertible`` says the kinds do not go together."""
    return Checked(values) if held == wanted else _CONVERSIONS[held, wanted](values)


def convertible(held: Kind, wanted: Kind) -> bool:
    """Tell whether values of one kind can be read as the other."""
    return held == wanted or (held, wanted) in _CONVERSIONS


def constant(value: object, kind: Kind) -> Any:
    """Return a value written in a mapping file as a value of a kind; ValueError with a sentence where it is none."""
    if value is None or isinstance(value, bool) != (kind == "yes_no") or isinstance(value, list | dict):
        raise ValueError(_not_a(kind))
    if kind == "yes_no" or (kind == "text" and isinstance(value, str)):
        return value
    checked = convert(pa.array([str(value)], pa.string()), "text", kind)
    if checked.bad is not None or (value == "" and kind != "text"):
        raise ValueError(_not_a(kind))
    return checked.result[0].as_py()


def _not_a(kind: Kind) -> str:
    return f"must be {WORDS[kind]}{_EXAMPLES.get(kind, '')}"


_EXAMPLES: dict[Kind, str] = {
    "text": " (put it in quotes)",
    "yes_no": " (true or false)",
    "moment": " such as 2026-11-20T09:30:00Z",
    "day": " such as 2026-11-20",
}


def plain_decimal(value: Decimal) -> str:
    """Return a number as people write it, without needless zeros: 1.500 is ``1.5``, 20.0 is ``20``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_text(pattern: str, kind: Kind) -> Callable[[pa.Array], Checked]:
    def read(values: pa.Array) -> Checked:
        filled = without(values, pc.fill_null(pc.equal(values, ""), False))
        bad = pc.fill_null(pc.invert(pc.match_substring_regex(filled, pattern)), False)
        if not pc.any(bad).as_py():
            return Checked(_number(filled, kind))
        return Checked(_number(without(filled, bad), kind), bad)

    return read


def _number(texts: pa.Array, kind: Kind) -> pa.Array:
    if kind == "whole":
        return pc.utf8_ltrim(texts, "+").cast(ARROW[kind])
    return pc.replace_substring_regex(texts, r"(\.[0-9]*?)0+$", r"\1").cast(DECIMAL)


def whole_of(values: pa.Array) -> Checked:
    """Return decimals as whole numbers; one with a fraction, or too large for 64 bits, is bad."""
    rounded = pc.floor(values)
    limit = pa.scalar(_WHOLE_LIMIT, pa.decimal128(38, 0)).cast(pa.decimal128(38, min(values.type.scale, 18)))
    bad = pc.fill_null(pc.or_(pc.not_equal(rounded, values), pc.greater(pc.abs(values), limit)), False)
    if not pc.any(bad).as_py():
        return Checked(rounded.cast(ARROW["whole"]))
    return Checked(without(rounded, bad).cast(ARROW["whole"]), bad)


def _from_iso(parse: Callable[[str], Any], kind: Kind) -> Callable[[pa.Array], Checked]:
    return lambda values: by_distinct(values, kind, lambda text: parse(text) if text else None)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its offset from UTC")
    return moment.astimezone(UTC)


def _yes_no(text: str) -> bool | None:
    words = {"": None, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return words[text.lower()]
    except KeyError:
        raise ValueError("neither yes nor no") from None


_CONVERSIONS: dict[tuple[Kind, Kind], Callable[[pa.Array], Checked]] = {
    ("text", "whole"): _read_text(_WHOLE_TEXT, "whole"),
    ("text", "decimal"): _read_text(_DECIMAL_TEXT, "decimal"),
    ("text", "yes_no"): lambda values: by_distinct(values, "yes_no", _yes_no),
    ("text", "moment"): _from_iso(_moment, "moment"),
    ("text", "day"): _from_iso(date.fromisoformat, "day"),
    ("whole", "text"): lambda values: Checked(values.cast(ARROW["text"])),
    ("whole", "decimal"): lambda values: Checked(values.cast(DECIMAL)),
    ("decimal", "text"): lambda values: by_distinct(values, "text", plain_decimal),
    ("decimal", "whole"): whole_of,
    ("yes_no", "text"): lambda values: Checked(pc.if_else(values, "true", "false")),
    ("moment", "text"): lambda values: by_distinct(values, "text", lambda moment: moment.isoformat().replace("+00:00", "Z")),
    ("day", "text"): lambda values: by_distinct(values, "text", date.isoformat),
}
