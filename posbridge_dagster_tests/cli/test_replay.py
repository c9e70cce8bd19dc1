from dataclasses import replace

from posbridge_dagster.ledger import Record
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster_tests.cli.conftest import Command
from posbridge_dagster_tests.flows.coupling import Coupling
from posbridge_dagster_tests.flows.little_shop import DAY

RUN_IT = f'dagster asset materialize -m posbridge_dagster.definitions --select "group:orders_to_mplus" --partition {DAY}'


def hire(coupling: Coupling, number: int) -> None:
    """Give the administration one more employee."""
    assert isinstance(coupling.mplus.system, MplusSandbox)
    employees = coupling.mplus.system.books.state.employees
    employees[number] = replace(employees[1], number=number)


def record(coupling: Coupling, number: str) -> Record:
    with coupling.ledger() as ledger:
        return ledger.records("orders_to_mplus", [number])[number]


def test_a_quarantined_record_becomes_one_that_waits_and_its_day_is_named(copied: Coupling, posbridge: Command) -> None:
    result = posbridge("replay", "#3")
    assert result.exit_code == 0, result.output
    assert "1 record" in result.output
    assert RUN_IT in result.output
    assert record(copied, "3").state.value == "failed"
    assert "3" in copied.quarantined()
    with copied.ledger() as ledger:
        assert [day.isoformat() for day in ledger.unfinished_days("orders_to_mplus")] == [DAY]
    assert copied.writes() == [] and copied.asked() == []


def test_what_a_person_mended_arrives_after_replay(coupling: Coupling, posbridge: Command) -> None:
    coupling.edit_mapping(lambda document: document["fields"]["orders"].update(employee_number={"value": 12}))
    assert coupling.run(DAY).outcomes()["1"] == "quarantined"
    key = record(coupling, "1").idempotency_key
    hire(coupling, 12)
    coupling.forget_calls()
    assert coupling.run(DAY).outcomes()["1"] == "quarantined", "what was refused is not sent again by itself"
    assert coupling.writes() == []
    assert RUN_IT in posbridge("replay", "#1").output
    assert coupling.run(DAY).outcomes()["1"] == "created"
    assert record(coupling, "1").idempotency_key != key
    assert "1" not in coupling.quarantined()


def test_records_are_chosen_by_code_day_and_flow(copied: Coupling, posbridge: Command) -> None:
    assert posbridge("replay", "--day", "2025-10-21").exit_code == 1
    assert posbridge("replay", "--flow", "orders_to_shopify").exit_code == 1
    assert posbridge("replay", "#3", "--code", "customer_quarantined").exit_code == 1
    assert "2 records" in posbridge("replay", "--day", DAY, "--flow", "orders_to_mplus").output
    assert {record(copied, number).state.value for number in ("3", "5")} == {"failed"}


def test_a_customer_is_tried_again_with_the_orders_that_wait_for_it(copied: Coupling, posbridge: Command) -> None:
    result = posbridge("replay", "customer:63")
    assert "1 record" in result.output and RUN_IT in result.output
    assert (record(copied, "5").state.value, record(copied, "3").state.value) == ("failed", "quarantined")


def test_what_waits_already_and_what_is_unknown_is_said_with_status_1(copied: Coupling, posbridge: Command) -> None:
    posbridge("replay", "#3")
    again = posbridge("replay", "#3")
    assert (again.exit_code, "they wait for their run already" in again.output) == (1, True)
    unknown = posbridge("replay", "#77")
    assert (unknown.exit_code, "nothing in quarantine matches" in unknown.output) == (1, True)
    assert posbridge("replay", "#1").exit_code == 1
    everything = posbridge("replay")
    assert (everything.exit_code, "name records, or choose them" in everything.output) == (2, True)
