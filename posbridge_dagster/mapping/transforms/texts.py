"""Transforms on text: trimming, case, parts before and after, joining, replacing, digits only."""

from typing import Annotated, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from posbridge_dagster.mapping.kinds import Checked, without
from posbridge_dagster.mapping.transforms.registry import Columns, Flaw, Parameter, Replacements, not_empty, transform


class Length(Parameter):
    """The most characters that are kept."""

    short: ClassVar[str] = "length"
    length: Annotated[int, Field(ge=1, strict=True)]


class Piece(Parameter):
    """A text that is added."""

    short: ClassVar[str] = "text"
    text: Annotated[str, Field(min_length=1)]


class Separator(Parameter):
    """What stands between two parts."""

    short: ClassVar[str] = "separator"
    separator: str


class Filling(Parameter):
    """What an empty value becomes."""

    short: ClassVar[str] = "text"
    text: Annotated[str, Field(coerce_numbers_to_str=True)]


class Otherwise(Parameter):
    """What happens to a value that does not qualify: a problem, or emptied."""

    short: ClassVar[str] = "otherwise"
    otherwise: Literal["problem", "empty"] = "problem"


@transform("trim", "white space at both ends goes")
def trim(columns: Columns, _: None) -> Checked:
    """Return texts without white space at their ends."""
    return Checked(pc.utf8_trim_whitespace(columns[0]))


@transform("truncate", "at most so many characters are kept", example="{truncate: 50}", parameter=Length)
def truncate(columns: Columns, parameter: Length) -> Checked:
    """Return texts cut after so many characters (code points), white space before the cut gone."""
    length = parameter.length
    shortened = pc.greater(pc.utf8_length(columns[0]), length)
    if not pc.any(shortened).as_py():
        return Checked(columns[0])
    cut = pc.utf8_slice_codeunits(columns[0], 0, length)
    return Checked(pc.if_else(shortened, pc.utf8_rtrim_whitespace(cut), cut))


@transform("upper", "capital letters")
def upper(columns: Columns, _: None) -> Checked:
    """Return texts in capitals."""
    return Checked(pc.utf8_upper(columns[0]))


@transform("lower", "small letters")
def lower(columns: Columns, _: None) -> Checked:
    """Return texts in small letters."""
    return Checked(pc.utf8_lower(columns[0]))


@transform("capitalize", "first letter capital, the others small")
def capitalize(columns: Columns, _: None) -> Checked:
    """Return texts with a capital first letter and the others small."""
    return Checked(pc.utf8_capitalize(columns[0]))


@transform("prefix", "the text is put before every value that is not empty", example='{prefix: "POS-"}', parameter=Piece)
def prefix(columns: Columns, parameter: Piece) -> Checked:
    """Return texts with a piece before them; empty ones stay empty."""
    return Checked(pc.binary_join_element_wise(parameter.text, not_empty(columns[0]), ""))


@transform("suffix", "the text is put after every value that is not empty", example='{suffix: " (shop)"}', parameter=Piece)
def suffix(columns: Columns, parameter: Piece) -> Checked:
    """Return texts with a piece after them; empty ones stay empty."""
    return Checked(pc.binary_join_element_wise(not_empty(columns[0]), parameter.text, ""))


@transform(
    "join",
    "the columns, or the members of a list, put together with the text between them; empty parts are left out",
    example='{join: ", "}',
    takes=("text", "texts"),
    parameter=Separator,
    most=None,
)
def join(columns: Columns, parameter: Separator) -> Checked:
    """Return the parts of each row as one text; null where every part is empty."""
    parts = [not_empty(_members(column, parameter.separator)) for column in columns]
    if len(parts) == 1:
        return Checked(parts[0])
    # A row whose parts are all null would be left out of Arrow's answer, so its first part becomes the empty text.
    all_null = pc.is_null(pc.coalesce(*parts))
    parts[0] = pc.if_else(all_null, "", parts[0])
    return Checked(not_empty(pc.binary_join_element_wise(*parts, parameter.separator, null_handling="skip")))


def _members(column: pa.Array, separator: str) -> pa.Array:
    return pc.binary_join(column, separator) if pa.types.is_list(column.type) else column


@transform("first_filled", "the first of the columns that is not empty", most=None)
def first_filled(columns: Columns, _: None) -> Checked:
    """Return the first filled part of each row; null where every part is empty."""
    return Checked(pc.coalesce(*(not_empty(column) for column in columns)))


@transform(
    "replace",
    "each text on the left becomes the one on the right, wherever it stands, in the order of the file",
    example='{replace: {"&": en, "\\t": " "}}',
    parameter=Replacements,
)
def replace(columns: Columns, parameter: Replacements) -> Checked:
    """Return texts with pieces replaced by others."""
    values = columns[0]
    for old, new in parameter.root.items():
        values = pc.replace_substring(values, old, new)
    return Checked(values)


@transform(
    "digits_only",
    "the value is kept when it holds nothing but the digits 0 to 9; otherwise it is a problem, or empty with `empty`",
    example="digits_only or {digits_only: empty}",
    parameter=Otherwise,
    optional=True,
    flaw=Flaw("not_digits_only", "holds something else than digits"),
)
def digits_only(columns: Columns, parameter: Otherwise) -> Checked:
    """Return texts of digits; any other is bad, or empty where the parameter says so."""
    values = not_empty(columns[0])
    other = pc.fill_null(pc.invert(pc.match_substring_regex(values, "^[0-9]+$")), False)
    return Checked(without(values, other), None if parameter.otherwise == "empty" else other)


@transform("default", "an empty value becomes this text", example="{default: NL}", parameter=Filling)
def default(columns: Columns, parameter: Filling) -> Checked:
    """Return texts with the empty ones filled."""
    return Checked(pc.fill_null(not_empty(columns[0]), parameter.text))
