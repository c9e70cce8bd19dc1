"""Transforms on moments and days.

The rules of a time zone come from Python's own zone data, so the outcome does not depend on what the machine has installed.
"""

import re
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import field_validator

from posbridge_dagster.mapping.kinds import DAY, Checked, series_of
from posbridge_dagster.mapping.transforms.registry import Columns, Parameter, transform

_FORMAT = re.compile(r"([^%]|%[YymdjHMS%])*%[YymdjHMS]([^%]|%[YymdjHMS%])*")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Amsterdam") from None
    return name


class Zone(Parameter):
    """The time zone whose calendar counts."""

    short: ClassVar[str] = "zone"
    zone: str = "Europe/Amsterdam"

    @field_validator("zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        return _known_zone(zone)


class DateFormat(Zone):
    """How a moment or day is written; ``%Y %y %m %d %j %H %M %S`` stand for its parts."""

    short: ClassVar[str] = "format"
    format: str

    @field_validator("format")
    @classmethod
    def _format(cls, form: str) -> str:
        if not _FORMAT.fullmatch(form):
            raise ValueError("must be built of %Y %y %m %d %j %H %M %S, such as %d-%m-%Y")
        return form


def wall_clock(moments: pa.Array, zone: str) -> pa.Array:
    """Return UTC moments as what a clock in the zone shows (timestamps without zone)."""
    local = series_of(moments).astype("datetime64[us, UTC]").dt.tz_convert(ZoneInfo(zone)).dt.tz_localize(None)
    return pa.array(local, pa.timestamp("us"), from_pandas=True)


@transform(
    "date",
    "a moment or day as text in a format (%Y %y %m %d %j %H %M %S); a moment as the clock in `zone` (Europe/Amsterdam) shows it",
    example='{date: "%d-%m-%Y"} or {date: {format: "%H:%M", zone: UTC}}',
    takes=("moment", "day"),
    parameter=DateFormat,
)
def date(columns: Columns, parameter: DateFormat) -> Checked:
    """Return moments or days as text."""
    clock = columns[0] if columns[0].type == DAY else wall_clock(columns[0], parameter.zone)
    return Checked(pc.strftime(clock.cast(pa.timestamp("s"), safe=False), format=parameter.format))


@transform(
    "local_day",
    "the day on which a moment falls in a time zone (Europe/Amsterdam)",
    example="local_day or {local_day: UTC}",
    takes=("moment",),
    gives="day",
    parameter=Zone,
    optional=True,
)
def local_day(columns: Columns, parameter: Zone) -> Checked:
    """Return the calendar days of moments."""
    return Checked(pc.floor_temporal(wall_clock(columns[0], parameter.zone), unit="day").cast(DAY))
