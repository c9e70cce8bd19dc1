"""Turning a search query into a condition on records, with the bounds that an index can use.

An unknown field is ignored and everything matches; a value that a field does not know matches nothing. Both are said in
a warning and in no error, as Shopify does: a client that does not read the warnings works on the wrong records.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from posbridge_dagster.sandbox.shopify.refusals import bad_request
from posbridge_dagster.sandbox.shopify.search.syntax import Expression, Group, Not, Term

Condition = Callable[[Any], bool]
Kind = Literal["moment", "number", "word", "listed", "tokens", "many", "none", "choice"]
SECOND = timedelta(seconds=1)
TINY = timedelta(microseconds=1)


@dataclass(frozen=True)
class SearchField:
    """How a field is searched.

    ``word`` whole, ``listed`` one of several that commas divide, ``tokens`` by its words unless quoted, ``many`` any of the
    record's several values, ``none`` not one of them.
    """

    kind: Kind
    value: Callable[[Any], Any]
    choices: Mapping[str, Any] = field(default_factory=dict)
    index: str | None = None


@dataclass(frozen=True)
class SearchFields:
    """The fields of one kind of record; ``anywhere`` gives the texts that a word without a field is looked for in.

    Where a kind of record ``has_metafields`` to search by, one without a filtering definition is an error (since 2026-07).
    """

    fields: Mapping[str, SearchField]
    anywhere: Callable[[Any], Iterable[str]]
    timezone: str
    has_metafields: bool = False


@dataclass
class Search:
    """A query made ready: whether a record is found, bounds per index, and what Shopify would warn about."""

    condition: Condition | None
    bounds: dict[str, tuple[Any, Any]]
    warnings: list[dict[str, str]]


def prepare(expression: Expression | None, fields: SearchFields) -> Search:
    """Return the search that an expression asks for. Raises Refusal for a moment that cannot be read."""
    warnings: list[dict[str, str]] = []
    condition = None if expression is None else _condition(expression, fields, warnings)
    return Search(condition, _bounds(expression, fields), warnings)


def _condition(expression: Expression, fields: SearchFields, warnings: list[dict[str, str]]) -> Condition | None:
    if isinstance(expression, Not):
        inner = _condition(expression.inner, fields, warnings)
        return None if inner is None else _not(inner)
    if isinstance(expression, Group):
        members = [_condition(member, fields, warnings) for member in expression.members]
        known = [member for member in members if member is not None]
        if not known or (expression.word == "or" and len(known) < len(members)):
            return None
        return _all(known) if expression.word == "and" else _any(known)
    return _term_condition(expression, fields, warnings)


def _all(members: list[Condition]) -> Condition:
    return lambda record: all(member(record) for member in members)


def _any(members: list[Condition]) -> Condition:
    return lambda record: any(member(record) for member in members)


def _term_condition(term: Term, fields: SearchFields, warnings: list[dict[str, str]]) -> Condition | None:
    if term.field is None:
        return _anywhere(term.value, fields)
    known = fields.fields.get(term.field)
    if known is None and fields.has_metafields and term.field.startswith("metafields."):
        raise bad_request(f"Invalid query filter `{term.field}`: the metafield has no definition that is enabled for filtering.")
    if known is None:
        message = f"Invalid search field for this query. `{term.field}` is not an accepted field."
        warnings.append({"field": term.field, "message": message, "code": "invalid_field"})
        return None
    if known.kind == "moment":
        low, high = _moments(term, fields.timezone)
        return lambda record: _within(known.value(record), low, high)
    if known.kind == "number":
        return _number(term, known, warnings)
    if known.kind == "choice":
        return _choice(term, known, warnings)
    return _text(term, known)


def _within(value: Any, low: Any, high: Any) -> bool:
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _invalid(term: Term, warnings: list[dict[str, str]]) -> Condition:
    message = f"Input `{term.value}` is not an accepted value."
    warnings.append({"field": str(term.field), "message": message, "code": "invalid_value"})
    return lambda record: False


def _numbers(term: Term) -> tuple[int | None, int | None] | None:
    if not re.fullmatch(r"-?\d+", term.value):
        return None
    value = int(term.value)
    spans = {"": (value, value), ">=": (value, None), ">": (value + 1, None), "<=": (None, value), "<": (None, value - 1)}
    return spans[term.comparator]


def _number(term: Term, known: SearchField, warnings: list[dict[str, str]]) -> Condition:
    span = _numbers(term)
    if span is None:
        return _invalid(term, warnings)
    return lambda record: _within(known.value(record), *span)


def _choice(term: Term, known: SearchField, warnings: list[dict[str, str]]) -> Condition:
    wanted = [word.strip().lower() for word in term.value.split(",")]
    if any(word not in known.choices for word in wanted):
        return _invalid(term, warnings)
    allowed = {value for word in wanted for value in _listed(known.choices[word])}
    return lambda record: known.value(record) in allowed


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _text(term: Term, known: SearchField) -> Condition:
    wanted = term.value.lower()
    if known.kind == "many":
        return _many(wanted, known)
    if known.kind == "none":
        return _not(_many(wanted, known))
    if known.kind == "listed" and "," in wanted and not term.quoted:
        allowed = {word.strip() for word in wanted.split(",")}
        return lambda record: (known.value(record) or "").lower() in allowed
    if wanted == "*" and not term.quoted:
        return lambda record: bool(known.value(record))
    if wanted.endswith("*") and not term.quoted:
        return lambda record: (known.value(record) or "").lower().startswith(wanted[:-1])
    if known.kind == "tokens" and not term.quoted:
        words = set(_words(wanted))
        return lambda record: words <= set(_words((known.value(record) or "").lower()))
    return lambda record: (known.value(record) or "").lower() == wanted


def _not(inner: Condition) -> Condition:
    return lambda record: not inner(record)


def _many(wanted: str, known: SearchField) -> Condition:
    if wanted == "*":
        return lambda record: any(known.value(record))
    if wanted.endswith("*"):
        return lambda record: any(value.lower().startswith(wanted[:-1]) for value in known.value(record))
    return lambda record: any(value.lower() == wanted for value in known.value(record))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _anywhere(word: str, fields: SearchFields) -> Condition:
    wanted = word.lower().removesuffix("*")
    return lambda record: any(wanted == text.lower() or wanted in _words(text.lower()) for text in fields.anywhere(record))


def _moments(term: Term, timezone: str) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment that a term allows; a day is the shop's, a moment without zone too."""
    text = term.value.strip()
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"Invalid timestamp for query filter `{term.field}`.") from error
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(timezone))
    is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    end = start + timedelta(days=1) - TINY if is_day else start
    spans = {
        "": (start, end if is_day else start + SECOND - TINY),
        ">=": (start, None),
        ">": (end + TINY, None),
        "<=": (None, end),
        "<": (None, start - TINY),
    }
    return spans[term.comparator]


def _bounds(expression: Expression | None, fields: SearchFields) -> dict[str, tuple[Any, Any]]:
    """Return per index the values between which every found record must lie."""
    members = expression.members if isinstance(expression, Group) and expression.word == "and" else (expression,)
    bounds: dict[str, tuple[Any, Any]] = {}
    for term in members:
        known = fields.fields.get(term.field or "") if isinstance(term, Term) else None
        if not isinstance(term, Term) or known is None or known.index is None:
            continue
        span = _span(term, known, fields.timezone)
        if span is not None:
            low, high = bounds.get(known.index, (None, None))
            bounds[known.index] = (_tighter(low, span[0], max), _tighter(high, span[1], min))
    return bounds


def _span(term: Term, known: SearchField, timezone: str) -> tuple[Any, Any] | None:
    if known.kind == "moment":
        return _moments(term, timezone)
    if known.kind == "number":
        return _numbers(term)
    wanted = term.value.lower()
    return None if wanted.endswith("*") and not term.quoted else (wanted, wanted)


def _tighter(known: Any, new: Any, choose: Callable[[Any, Any], Any]) -> Any:
    if known is None or new is None:
        return new if known is None else known
    return choose(known, new)
