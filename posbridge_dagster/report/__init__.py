"""Frames as what a person reads in the Dagster UI: plain numbers and small tables, persons masked."""
