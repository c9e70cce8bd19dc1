"""What a write took away is known afterwards, whatever happened to the run; of a person nobody sees it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.ledger import BEFORE, Change, Ledger
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.trail import WIDTH, changes_of, told_change, told_changes
from posbridge_dagster_tests.loading.shelf import Killed, Shelf, ShelfOfParts
from posbridge_dagster_tests.loading.test_upkeep import FLOW, item, keep, outcomes

ID = "family:1"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", shop="s", administration="a") as opened:
        yield opened


def trail(ledger: Ledger) -> list[tuple[str, Any, Any]]:
    return [(change.field, change.before, change.after) for change in ledger.changes(FLOW, [ID])]


def test_a_change_is_kept_with_what_stood_there_the_rules_and_the_run_and_a_new_record_has_none(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1), rule="first rules")
    assert trail(ledger) == []
    keep(ledger, shelf, item(1, price="12.0", vendor="Zijde"), run="monday", rule="second rules")
    changes = ledger.changes(FLOW, [ID])
    assert trail(ledger) == [("price", "10.0", "12.0"), ("vendor", None, "Zijde")]
    assert {(each.target_id, each.rule, each.run_id, each.attempt) for each in changes} == {("t-a:1", "second rules", "monday", 2)}
    keep(ledger, shelf, item(1, price="12.0", vendor="Zijde"))
    assert len(trail(ledger)) == 2, "a quiet run adds nothing"


def test_what_was_taken_over_can_be_put_back(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.things = {"a:1": {"title": "Eigen titel", "price": "9", "vendor": "Wol"}}
    keep(ledger, shelf, item(1))
    assert trail(ledger) == [("price", "9", "10.0")]
    assert shelf.things["a:1"] | {field: before for field, before, _ in trail(ledger)} == {
        "title": "Eigen titel",
        "price": "9",
        "vendor": "Wol",
    }


def test_what_a_correction_undid_of_a_persons_work_is_known(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.things["a:1"]["price"] = "7.5"
    keep(ledger, shelf, item(1), drifted={ID: {"price"}})
    assert trail(ledger) == [("price", "7.5", "10.0")]


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("trouble", ["loses", "half", "dies"])
def test_a_write_that_was_cut_short_is_told_by_the_run_that_completes_it(ledger: Ledger, trouble: str, is_known: bool) -> None:
    shelf = Shelf()
    if is_known:
        keep(ledger, shelf, item(1, price="9"))
    else:
        shelf.things = {"a:1": {"title": "Eigen titel", "price": "9", "vendor": "Wol"}}
    if trouble == "dies":
        shelf.dies_after = len(shelf.writes) + 1
        with pytest.raises(Killed):
            keep(ledger, shelf, item(1))
        shelf.dies_after = None
    else:
        getattr(shelf, trouble).add(ID)
        keep(ledger, shelf, item(1))
        getattr(shelf, trouble).clear()
    assert (shelf.things["a:1"]["price"], trail(ledger)) == ("10.0", [])
    keep(ledger, shelf, item(1), run="again")
    assert trail(ledger) == [("price", "9", "10.0")]
    assert BEFORE not in (ledger.records(FLOW, [ID])[ID].detail or {}), "what is in the trail is kept once"


def test_a_refused_change_leaves_no_trail(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.refuses = {ID}
    assert outcomes(keep(ledger, shelf, item(1, price="11"))) == ["quarantined"]
    assert trail(ledger) == [] and BEFORE not in (ledger.records(FLOW, [ID])[ID].detail or {})


def test_what_stood_in_a_field_that_cannot_be_read_is_not_invented(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.unknown = {"price"}
    rows = keep(ledger, shelf, item(1, price="11", vendor="Zijde"))
    assert rows[0].changes == 'price, vendor: empty -> "Zijde"'
    assert trail(ledger) == [("vendor", None, "Zijde")]


def test_fields_of_few_parts_tell_their_values_and_those_of_many_are_counted(ledger: Ledger) -> None:
    shelf = ShelfOfParts()
    cheap = {f"{part}.price": "9" for part in range(1, 6)}
    keep(ledger, shelf, replace(item(1), fields=cheap, policies={}))
    one = keep(ledger, shelf, replace(item(1), fields=cheap | {"2.price": "8"}, policies={}), dry_run=True)
    assert one[0].changes == '2.price: "9" -> "8"'
    dear = dict.fromkeys(cheap, "99")
    assert keep(ledger, shelf, replace(item(1), fields=dear, policies={}))[0].changes == "price of 5"
    assert sorted(trail(ledger)) == [(name, "9", "99") for name in sorted(cheap)], "the ledger has all of them"


def test_a_person_is_masked_in_plan_and_result_and_whole_in_the_ledger_alone(ledger: Ledger) -> None:
    shelf = Shelf()
    fields = {"last_name": "Jansen", "tax_exempt": "", "tags": ""}
    jan = Kept(ID, "a:1", "relation 1", fields, is_person=True)
    keep(ledger, shelf, jan)
    married = replace(jan, fields=fields | {"last_name": "Pietersen"})
    for how in ({"dry_run": True}, {}):
        assert keep(ledger, shelf, married, **how)[0].changes == "last_name: J••••• -> P••••••"  # type: ignore[arg-type]
    assert trail(ledger) == [("last_name", "Jansen", "Pietersen")]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Tas", "Grote tas", '"Tas" -> "Grote tas"'),
        (None, 2995, "empty -> 2995"),
        (True, None, "true -> empty"),
        (["a"], ["a", "é"], '["a"] -> ["a", "é"]'),
        ("een\ntwee", "x", '"een\\ntwee" -> "x"'),
    ],
)
def test_values_are_told_on_one_line(before: Any, after: Any, told: str) -> None:
    assert told_change(Change("title", before, after), is_person=False) == told


def test_long_values_are_cut() -> None:
    told = told_change(Change("description", "lang " * 40, "kort"), is_person=False)
    before, arrow, after = told.partition(" -> ")
    assert (len(before), before[-1], arrow, after) == (WIDTH, "…", " -> ", '"kort"')


def test_nothing_is_nothing_however_it_is_written_and_no_change() -> None:
    kept = Kept("1", "a:1", "x", {"vendor": None, "tags": [], "price": "1", "handle": "tas"})
    before = {"vendor": "", "tags": None, "price": "1", "handle": "oud"}
    assert changes_of(kept, before) == (Change("handle", "oud", "tas"),)
    assert changes_of(kept, before, {"handle": "oud"}) == ()
    assert told_changes(kept, ("vendor", "handle"), changes_of(kept, before, {"handle": "tas-1"})) == 'vendor, handle: "oud" -> "tas-1"'
