"""Transforms on Dutch, Belgian and German addresses, in which the house number follows the street.

Nothing of an address is lost: street, number and addition together hold every letter and digit of the lines they came from
(but for a marker such as "nr."). A number before the street ("10 Downing Street") is not taken for a house number.
"""

import re
from typing import NamedTuple

from posbridge_dagster.mapping.kinds import Checked, by_distinct
from posbridge_dagster.mapping.transforms.registry import SEPARATOR, Columns, Flaw, side_by_side, transform


class Address(NamedTuple):
    """A street line in its three parts; a part that is not there is the text of length zero."""

    street: str
    number: str
    addition: str


_WORD = (
    r"(?:bis|ter|quater|hs|huis|boven|beneden|bov|ben|bel|begane\s+grond|bg|links|rechts|sous|souterrain|rood|zwart|rd|zw|t/?o"
    r"|hoog|etage|verdieping|verd|kelder|achter|voor|eg|og|dg|ug|hinterhaus|hh|vh)"
)
_LABEL = r"(?:bo[iî]te|bte|bus|box|app|apt|appartement|unit|kamer|k|whg|wohnung|etage|verdieping|verd|no|nr|etg|st|hal|loods|toren)"
_BIT = rf"(?:{_LABEL}\.?\s*[0-9a-z]{{1,5}}|{_WORD}|[0-9]{{1,4}}(?:e|de|ste)?|[ivx]{{1,4}}|[a-z]{{1,2}})"
_ADDITION = re.compile(
    rf"(?:[\s\-/,.+()]*{_BIT}(?![0-9a-zà-ÿ])\.?|[\s\-/,.+()]*[a-z]{{1,2}}(?=[\-/]?[0-9])){{0,4}}[\s\-/,.+()]*", re.IGNORECASE
)
_NUMBER = re.compile(r"(?:(?<=[^\s,])[\s,]+(?:(?:nr|no|num|n°|nº)\.?\s*)?)([0-9]{1,5})(?![0-9])", re.IGNORECASE)
_LABELLED = re.compile(rf"(?<![a-zà-ÿ0-9]){_LABEL}\.?$", re.IGNORECASE)
_YEAR_OF_STREET = re.compile(r"(?:1[0-9]|20)[0-9]{2}(?:-[0-9]{2,4})?\s+[0-9]|[0-9]{1,4}-[0-9]{1,4}\s+[0-9]")
_NUMBER_FIRST = re.compile(r"\s*(?:(?:nr|no|n°|nº)\.?\s*)?([0-9]{1,5})(?![0-9])", re.IGNORECASE)
# No shop takes a longer line; the search for a number takes the square of the length.
_LONGEST = 255


def split_address(first: str, second: str = "") -> Address:
    """Return the parts of one or two address lines.

    The house number is the first number after a word whose remainder reads as an addition (A, bis, 2 hoog, boîte 3). A year
    before another number belongs to the street (Plein 1944 7). The second line may hold the number or the addition; anything
    else in it is kept in the addition. Without a number the first line is the street.
    """
    first, second = _one_blank(first), _one_blank(second)
    alone, opening = _split_line(first), _NUMBER_FIRST.match(second)
    if opening and not alone.number and _ADDITION.fullmatch(second, opening.end()):
        return Address(first, opening[1], _bare(second[opening.end() :]))
    together = _split_line(f"{first} {second}".strip())
    if together.number:
        return together
    if opening and not alone.number:
        return Address(first, opening[1], _bare(second[opening.end() :]))
    return Address(alone.street, alone.number, f"{alone.addition} {second}".strip())


def _split_line(line: str) -> Address:
    if len(line) > _LONGEST:
        return Address(line, "", "")
    for found in _NUMBER.finditer(line):
        rest = line[found.end() :]
        part_of_street = _YEAR_OF_STREET.match(line, found.start(1)) or _LABELLED.search(line[: found.start()])
        if not part_of_street and _ADDITION.fullmatch(rest):
            return Address(line[: found.start()].rstrip(" ,"), found[1], _bare(rest))
    return Address(line, "", "")


def _one_blank(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip(" ,")


def _bare(addition: str) -> str:
    return addition.strip(" -/,.+()")


def join_parts(street: str, number: str, addition: str = "") -> str:
    """Return an address line: ``Dorpsstraat 12 A``; a hyphen comes before an addition that begins with a digit."""
    between = "-" if number and addition[:1].isdigit() else " "
    return _one_blank(f"{street} {number}{between}{addition}")


def _part(columns: Columns, index: int) -> Checked:
    return by_distinct(side_by_side(columns), "text", lambda lines: split_address(*lines.split(SEPARATOR, 1))[index] or None)


@transform("street", "the street of one address line, or of two (`from: [address1, address2]`)", most=2)
def street(columns: Columns, _: None) -> Checked:
    """Return streets; a line without a house number is a street as a whole."""
    return _part(columns, 0)


@transform("house_number", "the house number of one address line, or of two; empty when there is none", most=2)
def house_number(columns: Columns, _: None) -> Checked:
    """Return house numbers as text; null where the address has none."""
    return _part(columns, 1)


@transform("house_number_addition", "what follows the house number (A, bis, boîte 3), and what else the second line says", most=2)
def house_number_addition(columns: Columns, _: None) -> Checked:
    """Return additions; null where there is none."""
    return _part(columns, 2)


@transform(
    "join_address",
    "street, house number and addition as one line",
    most=3,
    flaw=Flaw("no_street", "has a house number but no street"),
)
def join_address(columns: Columns, _: None) -> Checked:
    """Return address lines of street, number and (where given) addition; a number without a street is bad."""
    return by_distinct(side_by_side(columns), "text", _line_of)


def _line_of(parts: str) -> str | None:
    street, number, addition = (*(part.strip() for part in parts.split(SEPARATOR, 2)), "", "")[:3]
    if number and not street:
        raise ValueError("a house number without a street")
    return join_parts(street, number, addition) or None
