"""Run as `python -m posbridge_dagster.cli`."""

from posbridge_dagster.cli import main

main()
