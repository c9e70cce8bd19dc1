"""The graph that people see in Dagster: which assets there are, what they hang on, and what may write."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.stages import frame_key

ROOT = Path(__file__).parents[1]
MAPPED = {path.stem for path in (ROOT / "mappings").glob("*.yaml")}
BESIDE_FLOWS = {"balance"}

_SHOP = ("customers", "exchanges", "order_lines", "order_payments", "order_taxes", "orders", "refund_lines", "refund_payments", "refunds")
_MAPPED = ("customers", "order_lines", "order_payments", "orders", "refund_lines", "refund_payments", "refunds")
ORDERS_TO_MPLUS = {
    *(frame_key("orders_to_mplus", frame, "snapshot") for frame in (*_SHOP, "articles", "relations")),
    *(frame_key("orders_to_mplus", frame, "mapped") for frame in _MAPPED),
    *(frame_key("orders_to_mplus", frame, "result") for frame in ("customers", "orders", "refunds")),
}


@pytest.fixture(scope="module")
def nodes() -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def test_the_flow_has_exactly_these_frames(nodes: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    assert {key for key, spec in nodes.items() if spec.group_name == "orders_to_mplus"} == ORDERS_TO_MPLUS


def test_every_asset_belongs_to_a_flow_with_a_mapping_file_and_its_key_begins_with_the_flow(nodes: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    assert {spec.group_name for spec in nodes.values()} - BESIDE_FLOWS <= MAPPED
    assert [key.to_user_string() for key, spec in nodes.items() if key.path[0] != spec.group_name] == []


def test_every_group_has_the_job_of_its_name_and_the_job_is_the_whole_group(nodes: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    assert {job.name for job in defs.jobs or ()} == {spec.group_name for spec in nodes.values()}
    for job in defs.jobs or ():
        selected = defs.resolve_job_def(job.name).asset_layer.executable_asset_keys
        assert set(selected) == {key for key, spec in nodes.items() if spec.group_name == job.name}, job.name


def test_nothing_hangs_on_what_is_not_there(nodes: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    graph = defs.resolve_asset_graph()
    assert graph.external_asset_keys == set()
    dangling = {(key, dep.asset_key) for key, spec in nodes.items() for dep in spec.deps if dep.asset_key not in nodes}
    assert dangling == set()


def test_only_results_write_and_what_writes_never_starts_by_itself(nodes: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    writing = {key for key, spec in nodes.items() if "writes" in spec.tags}
    assert writing == {key for key in nodes if key.path[-1] == "result"}
    assert {nodes[key].tags["writes"] for key in writing} <= {"mplus", "shopify"}
    assert [key for key in writing if nodes[key].automation_condition is not None] == []


def test_every_node_says_what_it_is(nodes: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for key, spec in nodes.items():
        assert spec.description and spec.kinds, key.to_user_string()


def test_what_writes_is_checked() -> None:
    checked = {key.asset_key for key in defs.resolve_asset_graph().asset_check_keys}
    assert frame_key("orders_to_mplus", "orders", "result") in checked


@pytest.mark.prove
def test_dagster_takes_the_definitions(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("dagster")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("POSBRIDGE_", "SHOPIFY_", "MPLUS_", "DAGSTER_"))}
    validated = subprocess.run(
        [program, "definitions", "validate", "-w", str(ROOT / "workspace.yaml")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**variables, "POSBRIDGE_HOME": str(tmp_path)},
    )
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert "All code locations passed validation" in validated.stdout + validated.stderr
