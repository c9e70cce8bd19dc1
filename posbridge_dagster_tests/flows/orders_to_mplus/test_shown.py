"""What the Dagster UI tells of the flow's assets."""

import dagster as dg
import pytest

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.frames import MAPPED
from posbridge_dagster.flows.orders_to_mplus.lineage import column_lineage
from posbridge_dagster.flows.orders_to_mplus.vocabulary import VOCABULARY
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster_tests.flows.coupling import SHIPPED

ASSETS = {spec.key: spec for spec in defs.resolve_all_asset_specs() if spec.group_name == FLOW}
MAPPING = load_mapping(SHIPPED, VOCABULARY)


def columns(key: dg.AssetKey) -> dict[str, dg.TableColumn]:
    schema = ASSETS[key].metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    return {column.name: column for column in schema.columns}


@pytest.mark.parametrize("key", sorted(ASSETS), ids=lambda key: key.to_user_string())
def test_an_asset_is_described_in_sentences_and_so_is_each_of_its_columns(key: dg.AssetKey) -> None:
    said = ASSETS[key].description or ""
    assert said[0].isupper()
    assert said.endswith(".")
    assert len(said.split()) > 4
    assert [name for name, column in columns(key).items() if not column.description] == []


@pytest.mark.parametrize("key", sorted(ASSETS), ids=lambda key: key.to_user_string())
def test_a_node_names_its_frame_and_its_system(key: dg.AssetKey) -> None:
    kinds = ASSETS[key].kinds
    assert key.path[1] in kinds
    assert kinds & {"shopify", "mplus", "pandas"}


@pytest.mark.parametrize("frame", MAPPED)
def test_column_lineage_leads_from_columns_that_are_there_to_columns_that_are_there(frame: str) -> None:
    lineage = column_lineage(frame, MAPPING).deps_by_column
    assert set(lineage) <= set(columns(frame_key(FLOW, frame, "mapped")))
    for dependencies in lineage.values():
        for dependency in dependencies:
            assert dependency.column_name in columns(dependency.asset_key)


def test_column_lineage_follows_the_mapping_file() -> None:
    def sources(frame: str, column: str) -> set[str]:
        return {f"{each.asset_key.path[1]}.{each.column_name}" for each in column_lineage(frame, MAPPING).deps_by_column[column]}

    assert sources("customers", "address") == {"customers.address1", "customers.address2"}
    assert sources("orders", "branch_number") == {"orders.location_id"}
    assert sources("order_lines", "vat_code") == {"order_lines.tax_rate"}
    assert {"order_lines.sku", "articles.article_number"} <= sources("order_lines", "article_number")
    assert sources("orders", "total_minor") == {"orders.total_minor", "orders.rounding_minor"}
    assert "workplace_number" not in column_lineage("orders", MAPPING).deps_by_column
