"""What is said of a wrong mapping file. ``«`` stands in the texts before each place that must be named; it is not in the file."""

import textwrap
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from posbridge_dagster.mapping import MappingFileError, SourceFrame, Vocabulary, load_mapping
from posbridge_dagster_tests.mapping.shop import LINES, VOCABULARY

HEAD = "flow: sales\nsettings: {default_debtor: 1}\n"
FIELDS = "fields: {sales: {debtor: {value: 1}}}\n"


def places(text: str) -> list[tuple[int, int]]:
    """The lines and columns of the marks, as they are once the marks are gone."""
    return [
        (number, len(line[:at].replace("«", "")) + 1)
        for number, line in enumerate(text.split("\n"), start=1)
        for at, sign in enumerate(line)
        if sign == "«"
    ]


def faults(text: str, folder: Path, vocabulary: Vocabulary[Any] = VOCABULARY) -> list[str]:
    """What is wrong with a text, after a check that it is all said of the marked places."""
    path = folder / "sales.yaml"
    path.write_text(text.replace("«", ""), encoding="utf-8")
    with pytest.raises(MappingFileError) as caught:
        load_mapping(path, vocabulary)
    complaints = caught.value.complaints
    said = [str(complaint) for complaint in complaints]
    assert [(complaint.line, complaint.column) for complaint in complaints] == places(text), said
    assert str(caught.value) == "\n".join(said)
    for sentence, (line, column) in zip(said, places(text), strict=True):
        assert sentence.startswith(f"{path}:{line}:{column}: ")
    return [f"{complaint.what}; {complaint.advice}" for complaint in complaints]


WHOLE_FILES = [
    ("«", "the file is empty"),
    ("«# only a comment\n", "the file is empty"),
    ("«- a\n- b\n", "a mapping file must be a table of keys and values; it is a list"),
    ("«just words", 'a mapping file must be a table of keys and values; it is "just words"'),
    (HEAD + FIELDS + "select: [\n«", "this is not valid YAML"),
    (HEAD + FIELDS + "rules: «@x\n", "this is not valid YAML: found character '@' that cannot start any token"),
    (HEAD + FIELDS + "lookups:\n«\ta: 1\n", "this is not valid YAML"),
    (HEAD + FIELDS + "«---\nflow: sales\n", "this is not valid YAML: but found another document"),
    (HEAD + FIELDS + "select: «&a []\n", "anchors and aliases are not used in mapping files"),
    (HEAD + FIELDS + "select: «*a\n", "anchors and aliases are not used in mapping files"),
    (HEAD + FIELDS + "select: [{field: orders.note, is: «!!python/name:os.system x}]\n", "is not known; write the value without a tag"),
    (HEAD + FIELDS + "«flow: sales\n", '"flow" is here a second time, first on line 1; keep one of the two'),
    (HEAD + FIELDS + "«[a, b]: 1\n", "a key must be one word"),
    (HEAD + FIELDS + "«feilds: {}\n", 'unknown key "feilds"; did you mean "fields"?'),
    (HEAD + FIELDS + "«zzz: {}\n", 'unknown key "zzz"; known here: fields, flow, lookups, rules, select, settings'),
    ("«settings: {default_debtor: 1}\n" + FIELDS, "the file does not say its flow; begin with flow: sales"),
    ("flow: «sale\nsettings: {default_debtor: 1}\n" + FIELDS, 'unknown flow "sale"; did you mean "sales"?'),
]

SETTINGS = [
    ("«flow: sales\n", "setting default_debtor is missing; write default_debtor: and its value"),
    ("flow: sales\nsettings: «[]\n", "settings must be a table of keys and values"),
    ("flow: sales\nsettings: «{document: order}\n", "setting default_debtor is missing"),
    ("flow: sales\nsettings: {«default_debtr: 1, default_debtor: 1}\n", 'unknown setting "default_debtr"; did you mean "default_debtor"?'),
    ("flow: sales\nsettings:\n  «default_debtor: one\n", "setting default_debtor is wrong: Input should be a valid integer"),
    (
        "flow: sales\nsettings:\n  default_debtor: 1\n  «document: receipt\n",
        "setting document is wrong: Input should be 'order' or 'invoice'",
    ),
    ("flow: sales\nsettings:\n  default_debtor: 1\n  limits: {«highest: 0}\n", "setting limits.highest is wrong: Input should be greater"),
    ("flow: sales\nsettings:\n  default_debtor: 1\n  limits: {«higest: 5}\n", 'unknown setting "higest"; did you mean "highest"?'),
    ("flow: sales\nsettings:\n  default_debtor: 1\n  articles: [1, «x]\n", "setting articles.1 is wrong"),
]

CONDITIONS = [
    ("select: «{field: orders.note, is: x}", "select must be a list"),
    ("select: [«orders.note]", "a condition must be a table"),
    ("select: [«{is: pos}]", "a condition without field"),
    ("select: [«{field: orders.note}]", "a condition without operator; add one of is, is_not, in"),
    ("select: [{field: «orders.nte, is: x}]", 'unknown column "orders.nte"; did you mean "orders.note"?'),
    ("select: [{field: «order.note, is: x}]", 'did you mean "orders.note"?'),
    ("select: [{field: «5, is: x}]", "column must be text"),
    ("select: [{field: «order_lines.weight, above: 1}]", "order_lines.weight is of a type that mappings do not read"),
    ("select: [{field: orders.note, «iss: x}]", 'unknown operator "iss"; did you mean "is"?'),
    ("select: [{field: orders.note, «above: 3}]", '"above" cannot judge text; use one of is, is_not'),
    ("select: [{field: orders.quantity, «starts_with: x}]", '"starts_with" cannot judge a whole number'),
    ("select: [{field: orders.tags, «is: x}]", '"is" cannot judge a list of texts; use one of contains, empty'),
    ("select: [{field: orders.quantity, above: «many}]", "the value of above must be a whole number"),
    ("select: [{field: orders.quantity, above: «1.5}]", "the value of above must be a whole number"),
    ("select: [{field: orders.test, is: «maybe}]", "the value of is must be yes or no (true or false)"),
    ("select: [{field: orders.note, is: «true}]", "the value of is must be text (put it in quotes)"),
    ("select: [{field: orders.note, is:« }]", "the value of is must be text (put it in quotes); to ask for a value that is not there"),
    ("select: [{field: orders.note, is: «[a]}]", "the value of is must be text"),
    ("select: [{field: orders.created_at, above: «2026-11-20T09:30:00}]", "must be a moment such as 2026-11-20T09:30:00Z"),
    ("select: [{field: orders.day, above: «20-11-2026}]", "must be a day such as 2026-11-20"),
    ("select: [{field: orders.note, in: «pos}]", '"in" needs a list of values; write in: [one, two]'),
    ("select: [{field: orders.note, in: «[]}]", '"in" needs a list of values'),
    ("select: [{field: orders.quantity, in: [1, «two]}]", "the value of in must be a whole number"),
    ("select: [{field: orders.note, empty: «maybe}]", 'empty must be true or false; it is "maybe"'),
    ('select: [{field: orders.note, contains: «""}]', "contains must be text"),
    ('select: [{field: orders.note, matches: «"(a"}]', "this regular expression cannot be used"),
    ('select: [{field: orders.note, matches: «"(?=a)"}]', "write it in RE2 syntax, which has no look-around"),
    ("select: [{field: orders.note, is: x, otherwise: «5}]", "otherwise must be text"),
]

RULES = [
    ("rules: «{}", "rules must be a list"),
    ("rules: [«{name: a, when: []}]", "a rule without then"),
    ("rules: [{name: a, when: [], then: «{}}]", "rule a must do exactly one thing"),
    ("rules: [{name: a, when: [], then: «{skip: x, quarantine: y}}]", "rule a must do exactly one thing"),
    ("rules: [{name: a, when: [], then: {«skipp: x, skip: y}}]", 'unknown key "skipp"; did you mean "skip"?'),
    ("rules: [{name: a, when: [], then: {skip: «true}}]", "skip must be text"),
    ("rules: [{name: «1, when: [], then: {skip: x}}]", "the name of a rule must be text"),
    ("rules: [{name: a, when: [], then: {skip: x}}, «{name: a, when: [], then: {skip: y}}]", 'a second rule is named "a"'),
    ("rules: [{name: a, when: [{field: orders.note, «otherwise: x, is: y}], then: {skip: x}}]", 'unknown operator "otherwise"'),
    (
        "rules: [{name: a, when: [], then: {set: {«sales.refrence: x}}}]",
        'unknown target field "sales.refrence"; did you mean "sales.reference"?',
    ),
    ("rules: [{name: a, when: [], then: {set: {sales.debtor: «x}}}]", "the value of sales.debtor must be a whole number"),
    (
        "rules: [{name: a, when: «[{field: refunds.note, is: x}, {field: order_lines.sku, is: y}], then: {skip: x}}]",
        "rule a speaks of order_lines and refunds, which no record has together",
    ),
    (
        "rules: [{name: a, when: «[{field: refunds.note, is: x}], then: {set: {sales.reference: y}}}]",
        "sales.reference cannot depend on refunds.note: it says nothing about a row of orders",
    ),
]

LOOKUPS = [
    ("lookups: «[]", "lookups must be a table"),
    ("lookups: {vat: «[]}", "lookup vat must be a table"),
    ("lookups: {vat: «{values: {a: 1}}}", "lookup vat has no missing; write missing: quarantine"),
    ("lookups: {vat: «{missing: keep}}", "lookup vat has no values"),
    ("lookups: {vat: {values: «[], missing: keep}}", "the values of lookup vat must be a table"),
    ("lookups: {vat: {values: {a: 1}, missing: «skip}}", 'unknown missing of lookup vat "skip"'),
    ("lookups: {vat: {values: {a: 1}, missing: {«defalt: 1, default: 1}}}", 'unknown key "defalt"; did you mean "default"?'),
    ("lookups: {vat: {values: {a: 1}, missing: «{default: }}}", "missing of lookup vat has no default"),
    ("lookups: {vat: {values: {a: 1, «a: 2}, missing: keep}}", '"a" is here a second time, first on line 4'),
    ("lookups: {vat: {values: {a:« }, missing: keep}}", 'lookup vat gives no value for "a"'),
    ("lookups: {vat: {values: {a: «[1]}, missing: keep}}", 'lookup vat gives no value for "a"'),
    ("lookups: {vat: {values: «{a: 1, b: true}, missing: keep}}", "lookup vat mixes true or false with other values"),
]

ENTRIES = [
    ("text: «5", "field text must be a table"),
    ("«txt: {value: a}", 'unknown field "txt"; did you mean "text"?'),
    ("text: «{on: create}", "text needs either from or value"),
    ("text: «{from: order_lines.sku, value: a}", "text needs either from or value"),
    ("text: {from: order_lines.sku, «transfrom: trim}", 'unknown key "transfrom"; did you mean "transform"?'),
    ("text: {from: «order_lines.sk}", 'unknown column "order_lines.sk"; did you mean "order_lines.sku"?'),
    ("text: {from: «[]}", "text names no column"),
    (
        "text: {from: «refunds.note}",
        "text cannot read refunds.note: a row of order_lines has no single row of it; read one of customers, orders",
    ),
    ("text: {from: «[orders.note, order_lines.sku]}", "2 columns for one field; begin transform with join"),
    ("text: {from: order_lines.sku, transform: [«trimm]}", 'unknown transform "trimm"; did you mean "trim"?'),
    ("text: {from: order_lines.sku, transform: «trimm}", 'unknown transform "trimm"'),
    ("text: {from: order_lines.sku, transform: [«{a: 1, b: 2}]}", "a transform must be a name or {name: parameter}"),
    ("text: {from: order_lines.sku, transform: [{trim: «5}]}", '"trim" takes no parameter; write trim'),
    ("text: {from: order_lines.sku, transform: [«truncate]}", '"truncate" needs a parameter; write {truncate: 50}'),
    ("text: {from: order_lines.sku, transform: [{truncate: «0}]}", 'the parameter of "truncate" is wrong: Input should be greater'),
    ('text: {from: order_lines.sku, transform: [{truncate: «"5"}]}', 'the parameter of "truncate" is wrong'),
    ("text: {from: order_lines.sku, transform: [{country: «alpha4}]}", 'the parameter of "country" is wrong'),
    ("text: {from: order_lines.sku, transform: [{phone: «{country: nl}}]}", "must be the two capital letters of a country, such as NL"),
    ("text: {from: orders.created_at, transform: [{date: «YYYY}]}", "must be built of %Y %y %m %d %j %H %M %S, such as %d-%m-%Y"),
    ("day: {from: orders.created_at, transform: [{local_day: «Europe/Amsterdm}]}", "must be a time zone such as Europe/Amsterdam"),
    ("price: {from: orders.price, transform: [{scale: «{to: minor, currency: euro}}]}", "three capital letters of a currency, such as EUR"),
    (
        "text: {from: [order_lines.sku, orders.note], transform: [«trim]}",
        '"trim" reads 1 column, not 2; put join or first_filled before it',
    ),
    ("text: {from: orders.tags, transform: [«trim]}", '"trim" reads text, not a list of texts; put join before it'),
    ("text: {from: orders.created_at, transform: [«text]}", '"text" reads a decimal number, not a moment'),
    ("text: {from: «orders.tags}", "text is text, and this gives a list of texts; add transform: [{join: ...}]"),
    ("day: {from: «orders.created_at}", "day is a day, and this gives a moment; add transform: [local_day]"),
    ("vat_code: {from: order_lines.sku, lookup: «vat}", 'unknown lookup "vat"; did you mean "vats"?'),
    ("vat_code: {from: order_lines.sku, lookup: «words}", "vat_code is a whole number, and lookup words gives other values"),
    ("text: {from: orders.tags, lookup: «vats}", "text looks up a list of texts; put join before the lookup"),
    ("vat_code: {from: order_lines.sku, default: «x}", "vat_code has a wrong default: it must be a whole number"),
    ("vat_code: {value: «x}", "vat_code has a wrong value: it must be a whole number"),
    ("vat_code: {value:« }", "vat_code has a wrong value"),
    ("vat_code: {value: 1, «default: 2}", "vat_code has a value, so default does nothing"),
    ("text: {from: order_lines.sku, required: «perhaps}", "required must be true or false"),
    ("text: {from: order_lines.sku, on: «created}", 'unknown on "created"; did you mean "create"?'),
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *WHOLE_FILES,
        *[(text + FIELDS, words) for text, words in SETTINGS],
        *[(f"{HEAD}{FIELDS}{text}\n", words) for text, words in (*CONDITIONS, *RULES, *LOOKUPS)],
        *[
            (
                f"{HEAD}lookups:\n  vats: {{values: {{a: 1}}, missing: quarantine}}\n  words: {{values: {{a: one}}, missing: quarantine}}\n"
                f"fields:\n  sales: {{debtor: {{value: 1}}}}\n  sale_lines:\n    {text}\n",
                words,
            )
            for text, words in ENTRIES
        ],
    ],
)
def test_a_fault_is_named_with_its_place_and_what_to_do(text: str, words: str, tmp_path: Path) -> None:
    (said,) = faults(text, tmp_path)
    assert words in said


def test_a_required_field_needs_a_source(tmp_path: Path) -> None:
    for text in (f"{HEAD}fields: «{{}}\n", f"{HEAD}fields:\n  sales:\n    «reference: {{value: x}}\n"):
        assert faults(text, tmp_path) == ["sales lacks debtor; every required field needs a source or a value"]
    assert faults("«" + HEAD, tmp_path) == ["sales lacks debtor; every required field needs a source or a value"]
    (said,) = faults(f"{HEAD}fields: {{sales: {{debtor: {{value: 1, required: «false}}}}}}", tmp_path)
    assert said == "debtor can never be empty; take required: false away"
    (said,) = faults(f"{HEAD}fields: {{sales: {{debtor: {{value: 1, on: «update}}}}}}", tmp_path)
    assert said == "debtor is needed when a record is made, so it cannot be for afterwards only; write on: create or on: always"


def test_unknown_targets_are_named(tmp_path: Path) -> None:
    text = f"{HEAD}fields:\n  sales: {{debtor: {{value: 1}}}}\n  «sale_line: {{}}\n"
    assert faults(text, tmp_path) == ['unknown target "sale_line"; did you mean "sale_lines"?']


def test_every_fault_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = textwrap.dedent(
        """\
        flow: «sals
        select:
          - {field: «orders.nte, is: x}
          - {field: orders.quantity, «abov: 1}
        settings: {«default_debtor: x}
        fields:
          sales:
            debtor: {from: orders.quantity, transform: [«floor]}
            email: {from: customers.email, lookup: «mails}
        rules:
          - {name: a, when: [{field: «orders.x, is: y}], then: {set: {«sales.mail: z}}}
        """
    )
    assert len(faults(text, tmp_path)) == 8


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lowest: int = 1
    highest: int = 9

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError("lowest is above highest")
        return self


def test_a_strict_model_and_one_that_checks_itself_complain_once(tmp_path: Path) -> None:
    strict = Vocabulary("sales", {"order_lines": SourceFrame(LINES)}, {}, Strict)
    unknown = faults("flow: sales\nsettings: {«lowst: 3}\n", tmp_path, strict)
    assert unknown == ['unknown setting "lowst"; did you mean "lowest"?']
    crossed = faults("flow: sales\nsettings: «{lowest: 3, highest: 2}\n", tmp_path, strict)
    assert crossed == ["the settings do not go together: lowest is above highest; correct the value"]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(MappingFileError, match=r"none\.yaml:1:1: the file cannot be read: No such file or directory"):
        load_mapping(tmp_path / "none.yaml", VOCABULARY)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("flow: één".encode("latin-1"))
    with pytest.raises(MappingFileError, match="the file is not UTF-8 text; save it with the encoding UTF-8"):
        load_mapping(latin, VOCABULARY)
    control = tmp_path / "control.yaml"
    control.write_bytes(b"flow: \x00")
    with pytest.raises(MappingFileError, match="this is not valid YAML"):
        load_mapping(control, VOCABULARY)
    deep = tmp_path / "deep.yaml"
    deep.write_text("[" * 5000, encoding="utf-8")
    with pytest.raises(MappingFileError, match="this is nested too deeply"):
        load_mapping(deep, VOCABULARY)
