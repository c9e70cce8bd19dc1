"""What docs/mappings.md says is what the code does."""

import re
from pathlib import Path

from posbridge_dagster.flows.orders_to_mplus.vocabulary import VOCABULARY
from posbridge_dagster.mapping.conditions import OPERATORS
from posbridge_dagster.mapping.reading.fields import KEYS
from posbridge_dagster.mapping.reading.lookups import MISSING
from posbridge_dagster.mapping.reading.rules import DEEDS
from posbridge_dagster.mapping.transforms import TRANSFORMS
from posbridge_dagster.mapping.transforms.registry import UNREADABLE
from posbridge_dagster_tests.mapping.shop import load

MANUAL = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = re.split(r"^## ", MANUAL, flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(f"{heading}\n"))
    lines = [line for line in text.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def names(heading: str) -> list[str]:
    return [row[0].strip("`") for row in rows(heading)]


def test_every_operator_is_explained() -> None:
    assert names("Conditions") == list(OPERATORS)
    for (_, says, kinds), operator in zip(rows("Conditions"), OPERATORS.values(), strict=True):
        assert says == operator.says
        assert set(kinds.split(", ")) == operator.accepts


def test_every_transform_is_explained_with_an_example_and_its_problem() -> None:
    assert sorted(names("Transforms")) == sorted(TRANSFORMS)
    for name, says, example, problem in rows("Transforms"):
        transform = TRANSFORMS[name.strip("`")]
        assert (says, example.replace("`", "")) == (transform.says, transform.example)
        assert problem.strip("`") == ("" if transform.flaw == UNREADABLE else transform.flaw.code)


def test_every_key_policy_and_deed_is_explained() -> None:
    assert names("Fields") == list(KEYS)
    assert names("Lookups") == [*MISSING, "{default: 2}"]
    assert [re.findall(r"\w+", name)[0] for name in names("Rules")] == list(DEEDS)


def test_the_file_in_the_manual_is_one_that_loads() -> None:
    match = re.search(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
    assert match
    mapping = load(match[1], VOCABULARY)
    assert mapping.lookup("vat_codes").policy == "quarantine"
    assert mapping.policies("customers")["email"] == "create"


def test_every_example_of_a_transform_loads() -> None:
    columns = {"date": "orders.created_at", "local_day": "orders.created_at", "scale": "orders.total_minor"}
    for name, _, cell, _ in rows("Transforms"):
        for example in cell.replace("`", "").split(" or "):
            source = columns.get(name.strip("`"), "orders.name")
            mapping = load(_sale(f"reference: {{from: {source}, transform: [{example}]}}"), VOCABULARY)
            assert mapping.column_lineage("orders")["reference"] == [tuple(source.split("."))]


def _sale(field: str) -> str:
    customers = "name: {from: customers.last_name}, email: {from: customers.email}"
    order = "branch_number: {value: 1}, workplace_number: {value: 1}, employee_number: {value: 1}"
    return (
        "flow: orders_to_mplus\nsettings: {default_debtor: 1}\nfields:\n"
        f"  customers: {{{customers}}}\n  orders: {{{order}, {field}}}\n"
        "  order_lines: {vat_code: {value: 1}}\n  order_payments: {method: {value: PIN}}\n"
    )
