"""Dates and times as the API writes them: parts of the installation's wall clock, zeros for "no date"."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Parts = dict[str, Any]

NO_DATE: Parts = {"day": 0, "mon": 0, "year": 0}
NO_MOMENT: Parts = {"sec": 0, "min": 0, "hour": 0, "day": 0, "mon": 0, "year": 0, "isdst": False, "timezone": 0}


def date_parts(day: date) -> Parts:
    """Return a SoapMplusDate."""
    return {"day": day.day, "mon": day.month, "year": day.year}


def moment_parts(moment: datetime, zone: ZoneInfo) -> Parts:
    """Return an aware moment as a SoapMplusDateTime; ``timezone`` is in minutes east of UTC."""
    local = moment.astimezone(zone)
    return {
        "sec": local.second,
        "min": local.minute,
        "hour": local.hour,
        "day": local.day,
        "mon": local.month,
        "year": local.year,
        "isdst": bool(local.dst()),
        "timezone": int((local.utcoffset() or local - local).total_seconds() // 60),
    }


def as_date(parts: Parts | None) -> date | None:
    """Return the date of a SoapMplusDate, None for none; raises ValueError where there is no such day."""
    if parts is None or not all(parts.get(name) for name in ("day", "mon", "year")):
        return None
    return date(parts["year"], parts["mon"], parts["day"])


def as_moment(parts: Parts | None, zone: ZoneInfo) -> datetime | None:
    """Return the UTC moment of a SoapMplusDateTime, None for none; raises ValueError where there is no such moment.

    The wall clock counts. The offset only decides which of the two equal hours of an autumn night is meant.
    """
    if as_date(parts) is None or parts is None:
        return None
    clock = (parts["year"], parts["mon"], parts["day"], parts.get("hour", 0), parts.get("min", 0), parts.get("sec", 0))
    early, late = (datetime(*clock, tzinfo=zone, fold=fold) for fold in (0, 1))
    offset = (late.utcoffset() or late - late).total_seconds() // 60
    second_time = early.utcoffset() != late.utcoffset() and not parts.get("isdst") and parts.get("timezone") == offset
    return (late if second_time else early).astimezone(UTC)
