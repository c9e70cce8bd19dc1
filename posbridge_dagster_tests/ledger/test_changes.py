from posbridge_dagster.ledger import BEFORE, Change, Closing, Intent, Ledger, Owner, State

FLOW, PEOPLE = "products_to_shopify", "customers_to_shopify"
TEXT = 'Warme "trui" — 100 % wol\n'


def written(ledger: Ledger, flow: str, source_id: str, *changes: Change, run: str = "run-1", lease_s: float = 60) -> list[str]:
    owner = Owner.of_this_process(run)
    claim = ledger.claim(flow, [Intent(source_id, run, run)], owner, lease_s, reopen=True)[source_id]
    assert claim.granted
    closing = Closing(
        source_id, State.DONE, "updated", target_id="77", changes=changes, attempt=claim.record.attempts, rule=f"rules of {run}"
    )
    return ledger.close_records(flow, [closing], owner)


def told(ledger: Ledger, flow: str, *source_ids: str, most: int = 20) -> list[tuple[str, str, object, object]]:
    return [(change.run_id, change.field, change.before, change.after) for change in ledger.changes(flow, source_ids, most)]


def test_changes_of_every_kind_of_value_are_kept_as_they_were_newest_first(ledger: Ledger) -> None:
    written(ledger, FLOW, "1", Change("title", "Trui", TEXT), Change("options", [], [{"name": "Maat", "values": ["S"]}]))
    written(ledger, FLOW, "1", Change("title", TEXT, None), Change("5.price_minor", 2995, 0), Change("taxable", True, False), run="run-2")
    written(ledger, FLOW, "2", Change("title", "Mok", "Beker"))
    assert told(ledger, FLOW, "1") == [
        ("run-2", "5.price_minor", 2995, 0),
        ("run-2", "taxable", True, False),
        ("run-2", "title", TEXT, None),
        ("run-1", "options", [], [{"name": "Maat", "values": ["S"]}]),
        ("run-1", "title", "Trui", TEXT),
    ]
    assert len(told(ledger, FLOW, "1", "2", most=4)) == 4
    first = ledger.changes(FLOW, ["2"])[0]
    record = ledger.records(FLOW, ["2"])["2"]
    assert (first.target_id, first.rule, first.attempt, first.written_at) == ("77", "rules of run-1", 1, record.changed_at)


def test_another_flow_or_shop_sees_none_of_it(url: str) -> None:
    with (
        Ledger.open(url, shop="amsterdam", administration="main") as here,
        Ledger.open(url, shop="utrecht", administration="main") as there,
    ):
        written(here, FLOW, "1", Change("title", "a", "b"))
        assert (told(here, PEOPLE, "1"), told(there, FLOW, "1")) == ([], [])
        written(there, FLOW, "1", Change("title", "c", "d"))
        assert told(here, FLOW, "1") == [("run-1", "title", "a", "b")]


def test_what_was_written_after_the_lease_had_ended_is_told_too(ledger: Ledger) -> None:
    slow, quick = Owner.of_this_process("slow"), Owner.of_this_process("quick")
    attempt = ledger.claim(FLOW, [Intent("1", "s", "p")], slow, lease_s=-1)["1"].record.attempts
    assert ledger.claim(FLOW, [Intent("1", "s", "p")], quick)["1"].granted
    late = Closing("1", State.DONE, "updated", changes=[Change("title", "a", "b")], attempt=attempt)
    assert ledger.close_records(FLOW, [late], slow) == ["1"]
    in_time = Closing("1", State.DONE, "updated", changes=[Change("title", "b", "c")], attempt=attempt + 1)
    assert ledger.close_records(FLOW, [in_time], quick) == []
    assert sorted(told(ledger, FLOW, "1")) == [("quick", "title", "b", "c"), ("slow", "title", "a", "b")]


def test_who_is_erased_is_gone_from_the_trail_by_number_and_by_the_address_they_had(ledger: Ledger) -> None:
    written(ledger, PEOPLE, "relation:10", Change("last_name", "Jansen", "Pietersen"))
    written(ledger, PEOPLE, "relation:11", Change("email", "Jan@Example.nl", "piet@example.nl"), Change("city", "Ede", "Urk"))
    written(ledger, PEOPLE, "relation:12", Change("email", None, "ander@example.nl"))
    written(ledger, FLOW, "10", Change("title", "Tas", "Grote tas"))
    written(ledger, "orders_to_mplus", "customer:61", Change("address", "Oude weg 7", "Dorpsstraat 1"))
    gone = ledger.erase_person(["jan@example.nl"], ["10", "customer:61"])
    assert (gone["changes"], told(ledger, "orders_to_mplus", "customer:61")) == (4, [])
    assert told(ledger, PEOPLE, "relation:10", "relation:11", "relation:12") == [("run-1", "email", None, "ander@example.nl")]
    assert len(told(ledger, FLOW, "10")) == 1, "a family of the same number is no person"


def test_who_is_erased_while_a_write_is_in_doubt_is_gone_from_it_and_the_doubt_stays(ledger: Ledger) -> None:
    detail = {BEFORE: {"last_name": "Jansen"}, "strange": True}
    first, second = Owner.of_this_process("killed"), Owner.of_this_process("stopped")
    for owner in (first, second):
        ledger.claim(PEOPLE, [Intent("relation:10", "s", "p", detail=detail)], owner, lease_s=-1)
    ledger.erase_person([], ["10"])
    record = ledger.records(PEOPLE, ["relation:10"])["relation:10"]
    assert (record.state, record.detail) == (State.INTENT, {"strange": True})
    assert ledger.release(second) == 1
    assert ledger.records(PEOPLE, ["relation:10"])["relation:10"].detail == {"strange": True}
