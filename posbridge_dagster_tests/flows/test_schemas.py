import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from posbridge_dagster.flows.discovery import flow_names
from posbridge_dagster.flows.schemas import schema_text, write_schemas

MAPPINGS = Path(__file__).parents[2] / "mappings"


class Editor(yaml.SafeLoader):
    """Reads `on` as text, as editors do (YAML 1.2)."""


Editor.yaml_implicit_resolvers = {first: rules for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items() if first not in "oOnNyY"}


def document(flow: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(yaml.load((MAPPINGS / f"{flow}.yaml").read_text("utf-8"), Editor)))
    return read


def faults(flow: str, read: dict[str, Any]) -> list[str]:
    return [fault.message for fault in Draft202012Validator(json.loads(schema_text(flow))).iter_errors(read)]


@pytest.mark.parametrize("flow", flow_names())
def test_the_shipped_schema_is_the_one_the_code_makes(flow: str) -> None:
    shipped = (MAPPINGS / f"{flow}.schema.json").read_text("utf-8")
    assert shipped == schema_text(flow), "run: python -m posbridge_dagster.flows.schemas"


@pytest.mark.parametrize("flow", flow_names())
def test_an_editor_finds_the_schema_and_no_fault_in_the_shipped_mapping(flow: str) -> None:
    assert (MAPPINGS / f"{flow}.yaml").read_text("utf-8").startswith(f"# yaml-language-server: $schema={flow}.schema.json\n")
    assert faults(flow, document(flow)) == []


def test_an_editor_marks_a_field_that_does_not_exist() -> None:
    wrong = document("orders_to_mplus")
    wrong["fields"]["orders"]["colour"] = {"value": "red"}
    assert any("colour" in fault for fault in faults("orders_to_mplus", wrong))


def test_schemas_are_written_beside_the_mapping_files(tmp_path: Path) -> None:
    files = write_schemas(tmp_path)
    assert [path.name for path in files] == [f"{flow}.schema.json" for flow in flow_names()]
    assert all(path.read_text("utf-8") == schema_text(path.name.removesuffix(".schema.json")) for path in files)
