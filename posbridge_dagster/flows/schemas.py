"""The JSON Schemas that editors check mapping files with: ``python -m posbridge_dagster.flows.schemas`` writes them all.

Run it after the vocabulary of a flow has changed. The files stand beside the mapping files, in ``POSBRIDGE_MAPPINGS``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from posbridge_dagster.flows.categories_to_shopify.vocabulary import VOCABULARY as CATEGORIES_TO_SHOPIFY
from posbridge_dagster.flows.customers_to_shopify.vocabulary import VOCABULARY as CUSTOMERS_TO_SHOPIFY
from posbridge_dagster.flows.orders_to_mplus.vocabulary import VOCABULARY as ORDERS_TO_MPLUS
from posbridge_dagster.flows.orders_to_shopify.vocabulary import VOCABULARY as ORDERS_TO_SHOPIFY
from posbridge_dagster.flows.products_to_mplus.vocabulary import VOCABULARY as PRODUCTS_TO_MPLUS
from posbridge_dagster.flows.products_to_shopify.vocabulary import VOCABULARY as PRODUCTS_TO_SHOPIFY
from posbridge_dagster.flows.stock_to_shopify.vocabulary import VOCABULARY as STOCK_TO_SHOPIFY
from posbridge_dagster.mapping import Vocabulary, json_schema
from posbridge_dagster.settings import read_settings

_EVERY: tuple[Vocabulary[Any], ...] = (
    ORDERS_TO_MPLUS,
    ORDERS_TO_SHOPIFY,
    CUSTOMERS_TO_SHOPIFY,
    CATEGORIES_TO_SHOPIFY,
    STOCK_TO_SHOPIFY,
    PRODUCTS_TO_SHOPIFY,
    PRODUCTS_TO_MPLUS,
)
VOCABULARIES: Mapping[str, Vocabulary[Any]] = {vocabulary.flow: vocabulary for vocabulary in _EVERY}


def schema_text(flow: str) -> str:
    """Return the schema of a flow's mapping file as it is shipped; KeyError for a flow that has none."""
    return json.dumps(json_schema(VOCABULARIES[flow]), indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every flow into a folder and return the files."""
    files = {folder / f"{flow}.schema.json": schema_text(flow) for flow in VOCABULARIES}
    for path, text in files.items():
        path.write_text(text, "utf-8")
    return list(files)


if __name__ == "__main__":
    for written in write_schemas(read_settings().mappings):
        click.echo(written)
