"""Records are made once, changed where the source changed, and left alone otherwise, whatever fails in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from posbridge_dagster.ledger import Ledger, Owner, State
from posbridge_dagster.loading.brake import Brake, Braked
from posbridge_dagster.loading.corrections import CORRECTED, MOST, corrections
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.upkeep import Upkeep
from posbridge_dagster.loading.works import Conflict
from posbridge_dagster_tests.loading.shelf import Killed, Shelf, ShelfOfParts

FLOW = "products_to_shopify"
POLICIES = {"title": "create", "price": "always", "vendor": "update"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", shop="s", administration="a") as opened:
        yield opened


def item(number: int, **changed: str) -> Kept:
    fields = {"title": f" Trui {number} ", "price": "10.0", "vendor": "Wol"} | changed
    return Kept(f"family:{number}", f"a:{number}", f"Trui {number}", fields, POLICIES, source={"number": number})


def keep(ledger: Ledger, shelf: Shelf, *items: Kept, run: str = "run", **options: object) -> list[ResultRow]:
    drifted = options.pop("drifted", None)
    upkeep = replace(Upkeep(FLOW, ledger, Owner.of_this_process(run), run), **options)  # type: ignore[arg-type]
    return upkeep.load(items, shelf, drifted)  # type: ignore[arg-type]


def outcomes(rows: list[ResultRow]) -> list[str]:
    return [row.outcome.value for row in rows]


def test_a_second_run_writes_nothing_though_the_other_system_has_trimmed_what_it_was_given(ledger: Ledger) -> None:
    shelf = Shelf()
    assert outcomes(keep(ledger, shelf, item(1), item(2))) == ["created", "created"]
    looked_up = shelf.looked_up
    assert outcomes(keep(ledger, shelf, item(1), item(2))) == ["unchanged", "unchanged"]
    assert (len(shelf.writes), shelf.looked_up) == (2, looked_up)


def test_only_the_fields_that_changed_are_written_and_those_of_policy_create_never_again(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.things["a:1"]["title"] = "Mooie trui, door een mens beschreven"
    rows = keep(ledger, shelf, item(1, price="12.0", title="Trui een"))
    assert (outcomes(rows), rows[0].changes, rows[0].target_id) == (["updated"], 'price: "10.0" -> "12.0"', "t-a:1")
    assert shelf.writes[-1] == ("a:1", ("price",))
    assert shelf.things["a:1"]["title"] == "Mooie trui, door een mens beschreven"


def test_drift_is_repaired_only_where_the_policy_is_always(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.things["a:1"] |= {"title": "x", "price": "1", "vendor": "y"}
    rows = keep(ledger, shelf, item(1), drifted={"family:1": {"title", "price", "vendor"}})
    assert (outcomes(rows), shelf.things["a:1"]) == (["updated"], {"title": "x", "price": "10.0", "vendor": "y"})


def test_what_was_there_before_is_taken_over_with_the_texts_people_gave_it(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.things = {"a:1": {"title": "Eigen titel", "price": "9", "vendor": "Wol"}, "a:2": {"title": "x", "price": "10.0", "vendor": "Wol"}}
    rows = keep(ledger, shelf, item(1), item(2))
    assert outcomes(rows) == ["updated", "unchanged"]
    assert shelf.writes == [("a:1", ("price",))]
    assert outcomes(keep(ledger, shelf, item(1), item(2))) == ["unchanged", "unchanged"]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_killed_run_is_finished_by_the_next_and_nothing_is_made_twice(ledger: Ledger, after: int) -> None:
    shelf = Shelf(batch=2)
    shelf.dies_after = after
    with pytest.raises(Killed):
        keep(ledger, shelf, *map(item, range(4)))
    shelf.dies_after = None
    assert outcomes(keep(ledger, shelf, *map(item, range(4)), run="again")) == [
        "created" if n >= after - 1 else "unchanged" for n in range(4)
    ]
    assert sorted(key for key, _ in shelf.writes) == [f"a:{n}" for n in range(4)]


def test_what_a_killed_creation_left_out_is_completed_whatever_its_policy(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.dies_after = 1
    with pytest.raises(Killed):
        keep(ledger, shelf, item(1))
    del shelf.things["a:1"]["title"]
    shelf.dies_after = None
    assert outcomes(keep(ledger, shelf, item(1))) == ["created"]
    assert shelf.things["a:1"]["title"] == "Trui 1"


def test_an_update_without_an_answer_is_written_again(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.loses = {"family:1"}
    assert outcomes(keep(ledger, shelf, item(1, price="11"))) == ["failed"]
    shelf.loses = set()
    rows = keep(ledger, shelf, item(1, price="11"))
    assert (outcomes(rows), rows[0].changes) == (["updated"], 'price: "10.0" -> "11"')
    assert outcomes(keep(ledger, shelf, item(1, price="11"))) == ["unchanged"]


def test_a_refused_record_waits_in_quarantine_until_it_changes_and_does_not_stop_the_others(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.refuses = {"family:1"}
    assert outcomes(keep(ledger, shelf, item(1), item(2))) == ["quarantined", "created"]
    assert [entry.code for entry in ledger.quarantined(FLOW)] == ["colour"]
    shelf.refuses = set()
    assert outcomes(keep(ledger, shelf, item(1), item(2))) == ["quarantined", "unchanged"]
    assert outcomes(keep(ledger, shelf, item(1, price="3"), item(2))) == ["created", "unchanged"]
    assert ledger.quarantined(FLOW) == []


def test_a_conflict_is_quarantined_with_its_reason_and_ends_when_it_is_solved(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.conflicts = {"family:1": Conflict("sku_twice", "SKU 7 is on two products")}
    rows = keep(ledger, shelf, item(1))
    assert (outcomes(rows), rows[0].code, shelf.writes) == (["quarantined"], "sku_twice", [])
    shelf.conflicts = {}
    assert outcomes(keep(ledger, shelf, item(1))) == ["created"]
    assert ledger.quarantined(FLOW) == []


def test_a_change_that_was_refused_and_is_taken_back_leaves_the_quarantine(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.conflicts = {"family:1": Conflict("sku_twice", "SKU 7 is on two products")}
    assert outcomes(keep(ledger, shelf, item(1, price="4"))) == ["quarantined"]
    assert outcomes(keep(ledger, shelf, item(1))) == ["unchanged"]
    assert ledger.quarantined(FLOW) == []


def test_what_a_person_deleted_in_the_other_system_is_not_made_again_unasked(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.things.clear()
    rows = keep(ledger, shelf, item(1, price="4"))
    assert (outcomes(rows), rows[0].code, shelf.things) == (["quarantined"], "gone_from_target", {})
    attempts = keep(ledger, shelf, item(1, price="4"))[0].attempts
    assert keep(ledger, shelf, item(1, price="4"))[0].attempts == attempts
    assert ledger.try_again(FLOW, ["family:1"]) == ["family:1"]
    assert outcomes(keep(ledger, shelf, item(1, price="4"))) == ["created"]
    assert shelf.things["a:1"]["price"] == "4" and ledger.quarantined(FLOW) == []


def test_a_half_written_record_is_completed_by_the_next_run(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.half = {"family:1"}
    rows = keep(ledger, shelf, item(1))
    assert (outcomes(rows), rows[0].target_id) == (["quarantined"], "t-a:1")
    shelf.half = set()
    del shelf.things["a:1"]["title"]
    keep(ledger, shelf, item(1))
    assert shelf.things["a:1"]["title"] == "Trui 1"
    assert ledger.records(FLOW, ["family:1"])["family:1"].state is State.DONE


def test_a_system_in_trouble_is_not_asked_for_every_record(ledger: Ledger) -> None:
    shelf = Shelf(batch=4)
    shelf.loses = {f"family:{number}" for number in range(12)}
    rows = keep(ledger, shelf, *map(item, range(12)))
    assert set(outcomes(rows)) == {"failed"} and len(shelf.writes) == 3
    shelf.loses = set()
    assert set(outcomes(keep(ledger, shelf, *map(item, range(12))))) == {"created"}


def test_a_plan_names_every_field_and_writes_nothing_on_either_side(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    rows = keep(ledger, shelf, item(1, price="11", vendor="Zijde"), item(2), dry_run=True)
    assert [(row.outcome.value, row.code, row.changes) for row in rows] == [
        ("updated", "planned", 'price: "10.0" -> "11", vendor: empty -> "Zijde"'),
        ("created", "planned", "title, price"),
    ]
    assert len(shelf.writes) == 1 and list(ledger.records(FLOW, ["family:2"])) == []


def test_what_is_planned_is_what_is_then_written(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.things["a:3"] = {"title": "Eigen titel", "price": "9", "vendor": "Zij"}
    wanted = [item(1, price="11"), item(2, vendor=""), item(3)]
    planned = keep(ledger, shelf, *wanted, dry_run=True)
    done = keep(ledger, shelf, *wanted)
    assert [(row.outcome, row.changes) for row in planned] == [(row.outcome, row.changes) for row in done]
    assert [names for _, names in shelf.writes[1:]] == [("price",), ("title", "price"), ("price", "vendor")]
    assert [row.changes for row in planned] == [
        'price: "10.0" -> "11"',
        "title, price",
        'price: "9" -> "10.0", vendor: "Zij" -> "Wol"',
    ]


def test_what_is_for_afterwards_only_is_written_when_it_changes_afterwards(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    assert "vendor" not in shelf.things["a:1"]
    keep(ledger, shelf, item(1, vendor="Zijde"))
    assert shelf.things["a:1"]["vendor"] == "Zijde"


@pytest.mark.parametrize("trouble", ["loses", "half", "dies"])
def test_what_people_wrote_survives_a_taking_over_that_was_cut_short(trouble: str, ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.things = {"a:1": {"title": "Eigen titel", "price": "9", "vendor": "Wol"}}
    if trouble == "dies":
        shelf.dies_after = 1
        with pytest.raises(Killed):
            keep(ledger, shelf, item(1))
        shelf.dies_after = None
    else:
        getattr(shelf, trouble).add("family:1")
        keep(ledger, shelf, item(1))
        getattr(shelf, trouble).clear()
    rows = keep(ledger, shelf, item(1, price="8"))
    assert (outcomes(rows), shelf.things["a:1"]) == (["updated"], {"title": "Eigen titel", "price": "8", "vendor": "Wol"})


def test_a_record_that_another_run_wrote_meanwhile_keeps_what_people_wrote(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    shelf.things["a:1"]["title"] = "Eigen titel"
    shelf.meanwhile = lambda: keep(ledger, shelf, item(1, price="11"), run="other")
    rows = keep(ledger, shelf, item(1, price="12"))
    assert (outcomes(rows), rows[0].changes) == (["updated"], 'price: "11" -> "12"')
    assert shelf.things["a:1"] == {"title": "Eigen titel", "price": "12"}


def test_a_mass_change_of_prices_stops_before_the_first_write(ledger: Ledger) -> None:
    shelf = Shelf()
    brake = Brake(frozenset({"price"}), "products", Decimal(30), least=1)
    keep(ledger, shelf, *map(item, range(10)), brake=brake)
    dearer = [item(number, price="99") for number in range(4)] + [item(number) for number in range(4, 10)]
    with pytest.raises(Braked, match="price of 4 of 10 products"):
        keep(ledger, shelf, *dearer, brake=brake)
    assert len(shelf.writes) == 10
    assert outcomes(keep(ledger, shelf, *dearer, brake=replace(brake, released=True)))[:4] == ["updated"] * 4


def test_taking_over_a_shop_with_other_prices_is_a_mass_change_too(ledger: Ledger) -> None:
    shelf = Shelf()
    shelf.things = {f"a:{number}": {"title": "x", "price": "1", "vendor": "Wol"} for number in range(10)}
    with pytest.raises(Braked):
        keep(ledger, shelf, *map(item, range(10)), brake=Brake(frozenset({"price"}), "products", Decimal(30), least=1))
    assert shelf.writes == []


def test_what_something_else_keeps_writing_is_for_a_person_after_five_corrections(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    drifted = {"family:1": {"price"}}
    for _ in range(MOST):
        assert outcomes(keep(ledger, shelf, item(1), drifted=drifted)) == ["updated"]
    plan = keep(ledger, shelf, item(1), drifted=drifted, dry_run=True)
    rows = keep(ledger, shelf, item(1), drifted=drifted)
    assert [(row.outcome.value, row.code) for row in (*plan, *rows)] == [("quarantined", "keeps_changing")] * 2
    assert rows[0].reason.startswith("price: put right 5 times within 7 days") and rows[0].target_id == "t-a:1"
    assert outcomes(keep(ledger, shelf, item(1))) == ["quarantined"], "it is not forgotten"
    assert len(shelf.writes) == 1 + MOST
    assert outcomes(keep(ledger, shelf, item(1, price="12"), drifted=drifted)) == ["updated"], "the till has spoken"
    assert outcomes(keep(ledger, shelf, item(1, price="12"), drifted=drifted)) == ["updated"], "and the count begins anew"
    assert ledger.quarantined(FLOW) == []


def test_a_person_may_ask_for_one_more_correction(ledger: Ledger) -> None:
    shelf = Shelf()
    keep(ledger, shelf, item(1))
    for _ in range(MOST + 1):
        keep(ledger, shelf, item(1), drifted={"family:1": {"price"}})
    shelf.things["a:1"]["price"] = "1"
    ledger.try_again(FLOW, ["family:1"])
    assert outcomes(keep(ledger, shelf, item(1))) == ["updated"]
    assert (shelf.things["a:1"]["price"], ledger.quarantined(FLOW)) == ("10.0", [])


def test_corrections_of_long_ago_do_not_count() -> None:
    moments = [f"2026-11-{day:02}T12:00:00+00:00" for day in range(10, 20)]
    assert corrections({CORRECTED: moments}, datetime(2026, 11, 20, 11, tzinfo=UTC)) == moments[-7:]


def test_a_part_that_is_new_is_no_change_of_its_price_and_gets_what_a_new_one_gets(ledger: Ledger) -> None:
    shelf = ShelfOfParts()
    brake = Brake(frozenset({"price"}), "products", Decimal(0), least=0)
    parts = {"1.price": "9", "1.title": "S", "1.vendor": "Wol"}
    more = parts | {"2.price": "8", "2.title": "M", "2.vendor": "Wol", "2.colour": ""}
    policies = {name: POLICIES.get(name.partition(".")[2], "always") for name in more}
    keep(ledger, shelf, replace(item(1), fields=parts, policies=policies), brake=brake)
    rows = keep(ledger, shelf, replace(item(1), fields=more, policies=policies), brake=brake)
    assert rows[0].changes == "2.price, 2.title", "what is for later and what is empty is left out"
    with pytest.raises(Braked):
        keep(ledger, shelf, replace(item(1), fields=more | {"2.price": "7"}, policies=policies), brake=brake)
