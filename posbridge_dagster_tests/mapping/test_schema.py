import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from posbridge_dagster.mapping import json_schema
from posbridge_dagster.mapping.conditions import OPERATORS
from posbridge_dagster.mapping.transforms import TRANSFORMS
from posbridge_dagster_tests.mapping.shop import VOCABULARY, load

GOOD = """
flow: sales
select:
  - {field: orders.source_name, is: pos, otherwise: not a sale}
  - {field: orders.quantity, at_least: 1, not_in: [7, 9]}
  - {field: orders.note, empty: true}
settings: {default_debtor: 1, document: invoice, limits: {highest: 3}}
fields:
  sales:
    debtor: {value: 1}
    email: {from: customers.email, transform: email, "on": create}
  sale_lines:
    text: {from: [orders.note, order_lines.title], transform: [{join: ", "}, trim, {truncate: 5}, {replace: {a: b}}], default: ""}
    vat_code: {from: order_lines.tax_rate, lookup: vat, required: true}
    price: {from: [order_lines.price, orders.currency], transform: [{scale: {to: minor, currency: EUR}}]}
    day: {from: orders.created_at, transform: [{local_day: {zone: UTC}}], "on": update}
lookups:
  vat: {values: {2100: 2, "900": 1}, missing: quarantine}
  other: {values: {a: true}, missing: {default: false}}
rules:
  - {name: tests, when: [{field: orders.test, is: true}], then: {skip: a test}}
  - {name: gifts, when: [{field: order_lines.title, matches: "^GIFT"}], then: {set: {sale_lines.vat_code: 3, sale_lines.gift: true}}}
"""
SCHEMA = json_schema(VOCABULARY)
VALIDATOR = Draft202012Validator(SCHEMA)


def document(text: str) -> Any:
    """A file as an editor sees it: keys are texts."""
    return json.loads(json.dumps(yaml.safe_load(text)))


def test_the_schema_is_one_and_can_be_written_as_a_file() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_what_the_schema_accepts_is_a_mapping() -> None:
    VALIDATOR.validate(document(GOOD))
    assert load(GOOD).settings.limits.highest == 3


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("flow: sales", "flow: sale"),
        ("flow: sales", "flow: sales\nfeilds: {}"),
        ("orders.source_name, is: pos", "orders.sourcename, is: pos"),
        ("orders.source_name, is: pos", "order_lines.weight, is: 1"),
        ("is: pos", "iss: pos"),
        ("is: pos, otherwise", "otherwise"),
        ("not_in: [7, 9]", "not_in: 7"),
        ("empty: true", "empty: 1"),
        ("default_debtor: 1, ", ""),
        ("default_debtor: 1", "default_debtor: 1, default_detor: 2"),
        ("document: invoice", "document: receipt"),
        ("highest: 3", "highest: 0"),
        ("highest: 3", "higest: 3"),
        ("debtor: {value: 1}", "reference: {value: x}"),
        ("debtor: {value: 1}", "debtor: {value: x}"),
        ("debtor: {value: 1}", "debtor: {value: 1, from: orders.quantity}"),
        ("debtor: {value: 1}", "debtor: {value: 1, default: 2}"),
        ("debtor: {value: 1}", "debtor: {}"),
        ("debtor: {value: 1}", "debtor: {value: 1, required: false}"),
        ("    text:", "    txt:"),
        ("  sale_lines:", "  sale_line:"),
        ("transform: email", "transform: mail"),
        ("{truncate: 5}", "{truncate: 0}"),
        ("{truncate: 5}", "truncate"),
        ("trim,", "{trim: 1},"),
        ("{scale: {to: minor, currency: EUR}}", "{scale: major}"),
        ('"on": create', '"on": created'),
        ("missing: quarantine", "missing: skip"),
        ("missing: {default: false}", "missing: {}"),
        ("values: {a: true}, ", ""),
        ("{skip: a test}", "{skip: a test, quarantine: it}"),
        ("{skip: a test}", "{}"),
        ("sale_lines.gift: true", "sale_lines.gift: maybe"),
        ("sale_lines.gift: true", "sale_lines.gft: true"),
        ("name: tests, ", ""),
    ],
)
def test_what_the_schema_refuses_is_no_mapping(right: str, wrong: str) -> None:
    text = GOOD.replace(right, wrong, 1)
    assert text != GOOD
    with pytest.raises(ValidationError):
        VALIDATOR.validate(document(text))
    with pytest.raises(ValueError, match=r"sales\.yaml:"):
        load(text)


def test_an_editor_completes_columns_operators_and_transforms() -> None:
    definitions = SCHEMA["$defs"]
    assert "orders.source_name" in definitions["column"]["enum"]
    assert "order_lines.weight" not in definitions["column"]["enum"]
    assert set(definitions["condition"]["properties"]) == {"field", *OPERATORS}
    named = {shape.get("const") or next(iter(shape["properties"])) for shape in definitions["transform"]["anyOf"]}
    assert named == set(TRANSFORMS)


def test_exact_numbers_are_accepted() -> None:
    text = GOOD.replace("debtor: {value: 1}", "debtor: {value: 1}\n    reference: {value: 1.10}")
    VALIDATOR.validate(document(text))
    rule = load(text).declaration.fields["sales"]["reference"]
    assert rule.constant == str(Decimal("1.10"))
