from datetime import date
from decimal import Decimal

from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, QuarantineEntry, State

FLOW = "orders_to_mplus"
DAY = date(2026, 11, 20)


def entry(source_id: str = "5001", code: str = "unknown_article", reason: str = "line 2: no article 85123A") -> QuarantineEntry:
    return QuarantineEntry(
        source_id,
        code,
        reason,
        source_payload={"name": "#5001", "total": "12.10"},
        target_payload={"lineList": [{"articleNumber": None}]},
        day=DAY,
        source_fingerprint="s1",
        payload_fingerprint="p1",
        amount_minor=1210,
        currency="EUR",
    )


def test_an_entry_comes_back_whole(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry()], "run-1")
    [found] = ledger.quarantined()
    assert {name: getattr(found, name) for name in vars(entry())} == vars(entry())
    assert (found.flow, found.run_id, found.times_seen) == (FLOW, "run-1", 1)
    assert found.first_seen_at is not None and found.first_seen_at == found.last_seen_at


def test_seen_again_it_says_since_when_and_how_often(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry()], "run-1")
    [first] = ledger.quarantined()
    ledger.quarantine(FLOW, [entry(code="unbalanced", reason="0.01 EUR differs")], "run-2")
    [again] = ledger.quarantined()
    assert (again.first_seen_at, again.times_seen, again.run_id) == (first.first_seen_at, 2, "run-2")
    assert again.last_seen_at is not None and first.last_seen_at is not None and again.last_seen_at > first.last_seen_at
    assert (again.code, again.reason) == ("unbalanced", "0.01 EUR differs")


def test_a_quarantined_record_is_known_to_the_ledger_and_can_be_claimed_when_mended(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry()], "run-1")
    record = ledger.records(FLOW, ["5001"])["5001"]
    assert (record.state, record.outcome, record.code, record.day) == (State.QUARANTINED, "quarantined", "unknown_article", DAY)
    claim = ledger.claim(FLOW, [Intent("5001", "s1", "p2")], Owner.of_this_process("run-2"))["5001"]
    assert claim.granted and not claim.in_doubt


def test_a_record_that_is_done_stays_done(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    ledger.claim(FLOW, [Intent("5001", "s1", "p1")], owner)
    ledger.close_records(FLOW, [Closing("5001", State.DONE, "created", target_id="77")], owner)
    ledger.quarantine(FLOW, [entry(code="changed_after_send")], "run-2")
    assert ledger.records(FLOW, ["5001"])["5001"].state is State.DONE
    assert [found.code for found in ledger.quarantined()] == ["changed_after_send"]


def test_a_claim_of_another_run_and_a_doubt_are_left_alone(ledger: Ledger) -> None:
    owner, next_owner = Owner.of_this_process("run-1"), Owner.of_this_process("run-3")
    ledger.claim(FLOW, [Intent("5001", "s1", "p1")], owner)
    ledger.quarantine(FLOW, [entry()], "run-2")
    assert ledger.records(FLOW, ["5001"])["5001"].owner == owner.text
    ledger.close_records(FLOW, [Closing("5001", State.INTENT, "failed", code="unknown_outcome")], owner)
    ledger.quarantine(FLOW, [entry()], "run-2")
    assert ledger.claim(FLOW, [Intent("5001", "s1", "p1")], next_owner)["5001"].in_doubt


def test_it_can_be_asked_by_flow_and_reason_oldest_first(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry("2"), entry("1", code="unbalanced")], "run-1")
    ledger.quarantine("products_to_shopify", [entry("9")], "run-1")
    assert [(found.flow, found.source_id) for found in ledger.quarantined()] == [(FLOW, "1"), (FLOW, "2"), ("products_to_shopify", "9")]
    assert [found.source_id for found in ledger.quarantined(FLOW)] == ["1", "2"]
    assert [found.source_id for found in ledger.quarantined(code="unknown_article")] == ["2", "9"]
    assert [found.source_id for found in ledger.quarantined(FLOW, "unbalanced")] == ["1"]


def test_resolved_entries_are_gone_and_counted(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry("1"), entry("2")], "run-1")
    assert ledger.resolve(FLOW, ["2", "3"]) == 1
    assert [found.source_id for found in ledger.quarantined()] == ["1"]


def test_exact_values_of_a_payload_are_kept_as_text(ledger: Ledger) -> None:
    payload = {"price": Decimal("12.10"), "day": DAY, "name": "Zoë ☕"}
    ledger.quarantine(FLOW, [QuarantineEntry("1", "c", "r", payload)], "run-1")
    assert ledger.quarantined()[0].source_payload == {"price": "12.10", "day": "2026-11-20", "name": "Zoë ☕"}


def test_a_whole_day_can_be_quarantined(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry(str(number)) for number in range(1201)], "run-1")
    ledger.quarantine(FLOW, [entry("5"), entry("5", reason="the last one counts")], "run-1")
    found = ledger.quarantined(FLOW)
    assert len(found) == 1201
    assert [each.reason for each in found if each.times_seen == 2] == ["the last one counts"]


def test_a_refused_record_that_may_be_tried_again_waits_with_a_new_key(ledger: Ledger) -> None:
    owner, intent = Owner.of_this_process("run-1"), Intent("5001", "s1", "p1", day=DAY)
    first = ledger.claim(FLOW, [intent], owner)["5001"].record
    refused = Closing("5001", State.QUARANTINED, "quarantined", code="failed", reason="no employee 12", detail={"refused": True})
    ledger.close_records(FLOW, [refused], owner)
    ledger.quarantine(FLOW, [entry(code="failed")], "run-1")
    assert ledger.unfinished_days(FLOW) == {}
    assert ledger.try_again(FLOW, ["5001", "5002"]) == ["5001"]
    waiting = ledger.records(FLOW, ["5001"])["5001"]
    assert (waiting.state, waiting.outcome, waiting.detail, waiting.code) == (State.FAILED, "failed", None, "failed")
    assert list(ledger.unfinished_days(FLOW)) == [DAY]
    assert [found.source_id for found in ledger.quarantined()] == ["5001"]
    again = ledger.claim(FLOW, [intent], owner)["5001"]
    assert again.granted and not again.in_doubt
    assert again.record.idempotency_key != first.idempotency_key


def test_only_quarantined_records_are_tried_again(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    ledger.claim(FLOW, [Intent("1", "s", "p"), Intent("2", "s", "p"), Intent("3", "s", "p")], owner)
    ledger.close_records(FLOW, [Closing("1", State.DONE, "created"), Closing("2", State.INTENT, "failed")], owner)
    ledger.quarantine(FLOW, [entry("1"), entry("4")], "run-1")
    before = ledger.records(FLOW, ["1", "2", "3"])
    assert ledger.try_again(FLOW, ["1", "2", "3", "4"]) == ["4"]
    assert ledger.try_again(FLOW, ["4"]) == []
    assert ledger.try_again("products_to_shopify", ["4"]) == []
    assert ledger.records(FLOW, ["1", "2", "3"]) == before


def test_a_day_can_be_asked_for(ledger: Ledger) -> None:
    ledger.quarantine(FLOW, [entry("1")], "run-1")
    assert [found.source_id for found in ledger.quarantined(FLOW, day=DAY)] == ["1"]
    assert ledger.quarantined(day=date(2026, 11, 21)) == []
