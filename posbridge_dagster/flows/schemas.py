"""The JSON Schemas that editors check mapping files with: ``python -m posbridge_dagster.flows.schemas`` writes them all.

Run it after the vocabulary of a flow has changed. The files stand beside the mapping files, in ``POSBRIDGE_MAPPINGS``.
"""

import json
from pathlib import Path

import click

from posbridge_dagster.flows.discovery import vocabularies
from posbridge_dagster.mapping import json_schema
from posbridge_dagster.settings import read_settings


def schema_text(flow: str) -> str:
    """Return the schema of a flow's mapping file as it is shipped; KeyError for a flow that has none."""
    return json.dumps(json_schema(vocabularies()[flow]), indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every flow into a folder and return the files."""
    files = {folder / f"{flow}.schema.json": schema_text(flow) for flow in vocabularies()}
    for path, text in files.items():
        path.write_text(text, "utf-8")
    return list(files)


if __name__ == "__main__":
    for written in write_schemas(read_settings().mappings):
        click.echo(written)
