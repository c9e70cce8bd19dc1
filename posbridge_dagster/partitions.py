"""The calendar of the daily flows: local days of the shop, from the first day that can be read up to today."""

import dagster as dg

from posbridge_dagster.settings import current_settings


def open_days() -> dg.DailyPartitionsDefinition:
    """Return the days up to and including today, which is still open: sales of today must arrive today."""
    settings = current_settings()
    return dg.DailyPartitionsDefinition(settings.first_day.isoformat(), timezone=settings.timezone, end_offset=1)
