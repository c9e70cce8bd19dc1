"""Transforms on numbers, all exact: a value that would have to be rounded is a problem."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc
from babel.numbers import get_currency_precision, list_currencies
from pydantic import Field, field_validator

from posbridge_dagster.mapping.conversions import convert, plain_decimal, whole_of
from posbridge_dagster.mapping.kinds import DECIMAL, PLACES, Checked, by_distinct, without
from posbridge_dagster.mapping.transforms.registry import Columns, Flaw, Parameter, not_empty, transform

_LARGEST = 24
_CURRENCIES = frozenset(list_currencies())


class DecimalSign(Parameter):
    """The sign before the decimals; the other one may stand between thousands."""

    short: ClassVar[str] = "decimal"
    decimal: Literal[".", ","] = "."


class Decimals(Parameter):
    """How many decimals are written; as many as the number has, when not said."""

    short: ClassVar[str] = "decimals"
    decimals: Annotated[int, Field(ge=0, le=PLACES, strict=True)] | None = None


class Fraction(Parameter):
    """What happens to a number with a fraction: a problem, or the whole number below it."""

    short: ClassVar[str] = "fraction"
    fraction: Literal["problem", "down"] = "problem"


class Scale(Parameter):
    """Where an amount goes, and the currency that says how many decimals an amount has."""

    short: ClassVar[str] = "to"
    to: Literal["minor", "decimal"]
    currency: str = "EUR"

    @field_validator("currency")
    @classmethod
    def _code(cls, currency: str) -> str:
        _places(currency)
        return currency


def _places(currency: str) -> int:
    if currency not in _CURRENCIES:
        raise ValueError("must be the three capital letters of a currency, such as EUR")
    return get_currency_precision(currency)


@transform(
    "number",
    "a decimal number from text; thousands may be set apart with the other sign",
    example='number or {number: ","}',
    gives="decimal",
    parameter=DecimalSign,
    optional=True,
    flaw=Flaw("not_a_number", "is not a number"),
)
def number(columns: Columns, parameter: DecimalSign) -> Checked:
    """Return texts as decimals; what is no number, or has more than nine decimals, is bad."""
    values = pc.utf8_trim_whitespace(columns[0])
    apart = "," if parameter.decimal == "." else "."
    grouped = pc.match_substring_regex(values, rf"^[+-]?[0-9]{{1,3}}(\{apart}[0-9]{{3}})+(\{parameter.decimal}[0-9]+)?$")
    values = pc.if_else(grouped, pc.replace_substring(values, apart, ""), values)
    if parameter.decimal == ",":
        values = pc.replace_substring(pc.replace_substring(values, ".", "x"), ",", ".")
    return convert(values, "text", "decimal")


@transform(
    "text",
    "a number as text, without needless zeros or with so many decimals",
    example="text or {text: 2}",
    takes=("decimal",),
    parameter=Decimals,
    optional=True,
    flaw=Flaw("too_many_decimals", "has more decimals than can be written"),
)
def text(columns: Columns, parameter: Decimals) -> Checked:
    """Return decimals as text; one with more decimals than asked for is bad."""
    places = parameter.decimals

    def written(value: Decimal) -> str:
        if places is None:
            return plain_decimal(value)
        if value != round(value, places):
            raise ValueError("more decimals than can be written")
        return f"{value:.{places}f}"

    return by_distinct(columns[0], "text", written)


@transform(
    "integer",
    "a whole number; one with a fraction is a problem, or the whole number below it with `down`",
    example="integer or {integer: down}",
    takes=("decimal",),
    gives="whole",
    parameter=Fraction,
    optional=True,
    flaw=Flaw("not_a_whole_number", "is not a whole number"),
)
def integer(columns: Columns, parameter: Fraction) -> Checked:
    """Return decimals as whole numbers; one that is none is bad, unless it is to be floored."""
    return whole_of(pc.floor(columns[0]) if parameter.fraction == "down" else columns[0])


@transform(
    "scale",
    "an amount of money in minor units (`minor`: 10.50 becomes 1050) or back (`decimal`), exactly; by the currency in the second "
    "column, else `currency` (EUR)",
    example="{scale: minor} or {scale: {to: decimal, currency: JPY}}",
    takes=("decimal",),
    gives="decimal",
    parameter=Scale,
    most=2,
    flaw=Flaw("amount_not_exact", "is no amount that its currency can hold"),
)
def scale(columns: Columns, parameter: Scale) -> Checked:
    """Return amounts with the decimal point moved by the places of their currency; an inexact amount is bad."""
    sign = 1 if parameter.to == "minor" else -1
    if len(columns) == 1:
        return _moved(columns[0], sign * _places(parameter.currency))
    codes = pc.coalesce(not_empty(columns[1]), pa.scalar(parameter.currency))
    known = by_distinct(codes, "whole", _places)
    places, values = known.result, pa.nulls(len(codes), DECIMAL)
    bad = pa.repeat(pa.scalar(False), len(codes)) if known.bad is None else pc.and_(known.bad, pc.is_valid(columns[0]))
    for count in pc.unique(places.drop_null()).to_pylist():
        here = pc.fill_null(pc.equal(places, count), False)
        moved = _moved(columns[0], sign * count)
        values = pc.if_else(here, moved.result, values)
        bad = bad if moved.bad is None else pc.or_(bad, pc.and_(here, moved.bad))
    return Checked(values, bad)


def _moved(amounts: pa.Array, places: int) -> Checked:
    """Return decimals times ten to the power of ``places``: the same digits under another scale, so nothing is computed."""
    too_large = pc.greater_equal(pc.abs(amounts), pa.scalar(Decimal(10) ** _LARGEST, DECIMAL))
    fine = without(amounts, pc.fill_null(too_large, False))
    moved = pa.Array.from_buffers(pa.decimal128(38, PLACES - places), len(fine), fine.buffers(), offset=fine.offset)
    minor = moved if places >= 0 else fine
    bad = pc.fill_null(pc.or_kleene(too_large, pc.not_equal(pc.floor(minor), minor)), False)
    if not pc.any(bad).as_py():
        return Checked(moved.cast(DECIMAL))
    return Checked(without(moved, bad).cast(DECIMAL), bad)
