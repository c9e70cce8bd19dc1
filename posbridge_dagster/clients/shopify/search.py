"""Search strings in Shopify's own syntax, quoted so that a value can never become a second filter."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

Comparison = Literal["=", "!=", "<", "<=", ">", ">="]

_FIELD = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_$-]+)*")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def clause(field: str, comparison: Comparison, value: str | int | bool | datetime) -> str:
    """Return one filter, such as ``updated_at:>='2026-11-23T09:00:00Z'``.

    A moment must know its time zone; it is written in UTC and whole seconds, rounded so that a range becomes wider, never
    narrower. Raises ValueError for a field name that is none or a moment without a zone.
    """
    if not _FIELD.fullmatch(field):
        raise ValueError(f"{field!r} is not the name of a search field")
    sign = "" if comparison in ("=", "!=") else comparison
    return f"{'-' if comparison == '!=' else ''}{field}:{sign}{_written(value, comparison)}"


def all_of(*clauses: str) -> str:
    """Return the search that asks for every clause; empty ones are left out."""
    return " AND ".join(text for text in clauses if text)


def any_of(*clauses: str) -> str:
    """Return the search that asks for at least one clause, in brackets so that it can be part of another; empty ones are left out."""
    asked = [text for text in clauses if text]
    return f"({' OR '.join(asked)})" if len(asked) > 1 else "".join(asked)


def instant(moment: datetime) -> str:
    """Return a moment as Shopify writes it: UTC, whole seconds, Z. Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; Shopify searches in UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(value: str | int | bool | datetime, comparison: Comparison) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        is_upper = comparison in ("<", "<=")
        part = timedelta(microseconds=value.microsecond)
        return f"'{instant(value + timedelta(seconds=1) - part if is_upper and part else value)}'"
    if _PLAIN.fullmatch(value) and value not in ("AND", "OR", "NOT"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
