import runpy
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.mplus.schema import schema_of

ROOT = Path(__file__).parents[3]
CHECK = ROOT / "../shared/tools/check_specs.py"


@pytest.mark.skipif(not CHECK.exists(), reason="the official interface descriptions are not beside the project")
def test_the_wsdl_is_a_true_subset_of_the_official_one() -> None:
    check = runpy.run_path(str(CHECK))
    official = check["read_wsdl"](check["SPEC"] / "mplusqapi.wsdl")
    wsdl = ROOT / "posbridge_dagster/sandbox/mplus/mplusqapi.wsdl"
    check["check_wsdl"](wsdl, official)
    assert check["errors"] == []
    assert check["read_wsdl"](wsdl)["operation"].keys() <= official["operation"].keys()


def test_every_type_that_is_named_is_described() -> None:
    schema = schema_of((67, 1, 3))
    known = {
        *schema.structures,
        *schema.enumerations,
        "string",
        "boolean",
        "short",
        "int",
        "long",
        "decimal",
        "date",
        "dateTime",
        "unsignedInt",
    }
    named = {member.kind for structure in schema.structures.values() for member in structure.members}
    named |= {member.kind for operation in schema.operations.values() for member in operation.request.members}
    assert named <= known


def test_inherited_members_come_first() -> None:
    operation = schema_of((67, 1, 3)).operations["createOrderV3"]
    assert operation.answer.members[0].name == "idempotencyResult"
    assert schema_of((67, 1, 3)).structures["CreateOrderV3Request"].members[0].name == "idempotencyKey"
    assert operation.answer_element == "CreateOrderV3Response"


def test_answers_are_called_what_the_official_description_calls_them() -> None:
    operations = schema_of((67, 1, 3)).operations
    named = {name: operations[name].answer_element for name in ("getApiVersion", "findOrder", "cancelOrderV2", "getStockHistoryV2")}
    assert named == {
        "getApiVersion": "getApiVersionResponse",
        "findOrder": "GetOrderResponse",
        "cancelOrderV2": "CancelOrderResponse",
        "getStockHistoryV2": "GetStockHistoryResponse",
    }
