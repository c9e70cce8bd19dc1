from pathlib import Path

import pytest

from posbridge_dagster.clients.mplus.description import describe, read_description

OFFICIAL = Path(__file__).parents[3] / "../shared/spec/mplusqapi.wsdl"


def test_inherited_members_come_first() -> None:
    assert [member.name for member in describe().types["CreateOrderV3Request"]][:2] == ["idempotencyKey", "order"]
    assert describe().types["CreateOrderV3Response"][0].name == "idempotencyResult"


@pytest.mark.parametrize(
    ("operation", "element"),
    [
        ("findOrder", "GetOrderResponse"),
        ("findInvoice", "GetInvoiceResponse"),
        ("getApiVersion", "getApiVersionResponse"),
        ("getPaymentMethodsV2", "GetPaymentMethodsResponse"),
        ("getBranches", "getBranchesResponse"),
    ],
)
def test_the_irregular_names_of_answers_are_looked_up(operation: str, element: str) -> None:
    assert describe().operations[operation].answer_element == element


def test_only_some_calls_take_an_idempotency_key() -> None:
    described = describe()
    with_key = {name for name, operation in described.operations.items() if described.idempotent(operation)}
    assert with_key == {"createOrderV3", "payOrderV2", "processInvoice"}


def test_reading_invoices_cannot_finalise_them() -> None:
    assert "finalizeInvoices" not in {member.name for member in describe().types["GetInvoicesRequest"]}


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official description is not beside this checkout")
def test_our_description_reads_like_the_official_one() -> None:
    ours, official = describe(), read_description(OFFICIAL.read_bytes())
    for name, operation in ours.operations.items():
        assert operation == official.operations[name]
    for name, members in ours.types.items():
        assert [member for member in official.types[name] if member in members] == list(members)
        assert ours.item(name) == official.item(name), f"{name} is a list in one description only"
    for name, values in ours.enumerations.items():
        assert values == official.enumerations[name]
