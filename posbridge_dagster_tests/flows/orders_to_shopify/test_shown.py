"""What the Dagster UI tells of the way back."""

import dagster as dg
import pytest

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.lineage import column_lineage
from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_SHAPES
from posbridge_dagster.flows.orders_to_shopify.vocabulary import VOCABULARY
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import MAPPINGS

ASSETS = {spec.key: spec for spec in defs.resolve_all_asset_specs() if spec.group_name == FLOW}
MAPPING = load_mapping(MAPPINGS / f"{FLOW}.yaml", VOCABULARY)


def columns(key: dg.AssetKey) -> set[str]:
    schema = ASSETS[key].metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    return {column.name for column in schema.columns}


@pytest.mark.parametrize("key", sorted(ASSETS), ids=lambda key: key.to_user_string())
def test_a_node_is_described_and_names_its_frame_and_its_system(key: dg.AssetKey) -> None:
    said, kinds = ASSETS[key].description or "", ASSETS[key].kinds
    assert said[0].isupper()
    assert said.endswith(".")
    assert key.path[1] in kinds
    assert kinds & {"shopify", "mplus", "pandas"}


@pytest.mark.parametrize("frame", MAPPED_SHAPES)
def test_column_lineage_leads_from_columns_that_are_there_to_columns_that_are_there(frame: str) -> None:
    lineage = column_lineage(frame, MAPPING).deps_by_column
    assert set(lineage) <= columns(frame_key(FLOW, frame, "mapped"))
    for dependencies in lineage.values():
        for dependency in dependencies:
            assert dependency.column_name in columns(dependency.asset_key)


def test_column_lineage_follows_the_mapping_file() -> None:
    def sources(frame: str, column: str) -> set[str]:
        return {f"{each.asset_key.path[1]}.{each.column_name}" for each in column_lineage(frame, MAPPING).deps_by_column[column]}

    assert sources("orders", "location_id") == {"documents.branch_number"}
    assert sources("orders", "note") == {"documents.reference", "document_lines.text"}
    assert sources("order_lines", "variant_id") == {"variants.variant_id"}
    assert sources("order_payments", "gateway") == {"document_payments.method"}
    assert "tags" not in column_lineage("orders", MAPPING).deps_by_column
