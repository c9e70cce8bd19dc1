from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from posbridge_dagster.ledger import Claim, Closing, Intent, Ledger, Owner, QuarantineEntry, State
from posbridge_dagster.model.outcome import Outcome

FLOW = "orders_to_mplus"
DAY = date(2026, 11, 20)
CREATED = Closing("5001", State.DONE, Outcome.CREATED, target_id="77", target_number="2026-77", written_minor=1210)
REFUSED = Closing("5001", State.QUARANTINED, Outcome.QUARANTINED, code="unknown_article", reason="line 2: no article 85123A")


def intent(source_id: str = "5001", source: str = "s1", payload: str = "p1") -> Intent:
    return Intent(source_id, source, payload, source_version="2026-11-20T10:00:00Z", day=DAY, amount_minor=1210, currency="EUR")


def take(ledger: Ledger, owner: Owner, *intents: Intent, lease_s: float = 60, reopen: bool = False) -> Claim:
    wanted = intents or (intent(),)
    return ledger.claim(FLOW, wanted, owner, lease_s, reopen=reopen)[wanted[0].source_id]


@pytest.fixture
def owner() -> Owner:
    return Owner.of_this_process("run-1")


@pytest.fixture
def other() -> Owner:
    return Owner.of_this_process("run-2")


def elsewhere(run_id: str = "run-far") -> Owner:
    return Owner("another-host-0123456789ab", 4711, 12.5, "0a0b0c0d", run_id)


def gone_from_here() -> Owner:
    here = Owner.of_this_process("run-dead")
    return Owner(here.host, here.pid, here.started_s + 1000, here.nonce, here.run_id)


def test_a_new_record_is_granted_and_known_as_an_intent(ledger: Ledger, owner: Owner) -> None:
    claim = take(ledger, owner)
    assert (claim.granted, claim.in_doubt) == (True, False)
    record = ledger.records(FLOW, ["5001", "5002"])["5001"]
    assert record == claim.record
    assert (record.state, record.attempts, record.generation) == (State.INTENT, 1, 0)
    assert (record.day, record.amount_minor, record.currency, record.run_id) == (DAY, 1210, "EUR", "run-1")
    assert record.owner == owner.text
    assert record.lease_until is not None and record.lease_until - record.changed_at == timedelta(seconds=60)
    assert abs(datetime.now(UTC) - record.first_seen_at) < timedelta(seconds=30)


def test_a_held_record_is_refused_to_others_and_to_its_own_owner(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner)
    for claimant in (other, owner):
        refused = take(ledger, claimant)
        assert not refused.granted
        assert refused.record.owner == owner.text
        assert refused.record.attempts == 1


def test_a_closed_record_keeps_what_the_other_side_said(ledger: Ledger, owner: Owner) -> None:
    take(ledger, owner)
    assert ledger.close_records(FLOW, [CREATED], owner) == []
    record = ledger.records(FLOW, ["5001"])["5001"]
    assert (record.state, record.outcome, record.target_id, record.target_number) == (State.DONE, "created", "77", "2026-77")
    assert (record.written_minor, record.owner, record.lease_until) == (1210, "", None)


def test_a_done_record_is_not_granted_again(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner)
    ledger.close_records(FLOW, [CREATED], owner)
    assert not take(ledger, other, intent(source="s2", payload="p2")).granted
    assert not take(ledger, other, reopen=True).granted, "what has not changed needs no second write"


def test_a_changed_record_is_reopened_with_a_new_key_and_its_target(ledger: Ledger, owner: Owner, other: Owner) -> None:
    first = take(ledger, owner)
    ledger.close_records(FLOW, [CREATED], owner)
    claim = take(ledger, other, intent(source="s2", payload="p2"), reopen=True)
    assert (claim.granted, claim.in_doubt) == (True, False)
    assert (claim.record.target_id, claim.record.generation, claim.record.attempts) == ("77", 1, 2)
    assert claim.record.idempotency_key != first.record.idempotency_key
    assert claim.record.first_seen_at == first.record.first_seen_at
    ledger.close_records(FLOW, [Closing("5001", State.DONE, Outcome.UPDATED)], other)
    record = ledger.records(FLOW, ["5001"])["5001"]
    assert (record.outcome, record.target_id, record.target_number, record.written_minor) == ("updated", "77", "2026-77", 1210)


def test_the_second_of_two_runs_that_saw_one_change_has_nothing_to_write(ledger: Ledger, owner: Owner, other: Owner) -> None:
    changed = intent(source="s2", payload="p2")
    take(ledger, owner)
    ledger.close_records(FLOW, [CREATED], owner)
    take(ledger, owner, changed, reopen=True)
    ledger.close_records(FLOW, [Closing("5001", State.DONE, Outcome.UPDATED)], owner)
    assert not take(ledger, other, changed, reopen=True).granted


def test_a_done_record_whose_other_side_drifted_is_reopened_by_one_run(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner)
    ledger.close_records(FLOW, [CREATED], owner)
    seen = ledger.records(FLOW, ["5001"])["5001"]
    repair = replace(intent(), seen_attempts=seen.attempts)
    assert not take(ledger, owner, repair).granted
    assert take(ledger, owner, repair, reopen=True).granted
    ledger.close_records(FLOW, [Closing("5001", State.DONE, Outcome.UPDATED)], owner)
    assert not take(ledger, other, repair, reopen=True).granted


def test_what_was_remembered_of_one_ending_is_not_said_of_the_next(ledger: Ledger, owner: Owner) -> None:
    take(ledger, owner)
    ledger.close_records(FLOW, [replace(REFUSED, detail={"refused": True})], owner)
    again = take(ledger, owner, intent(payload="p2"))
    assert again.record.detail == {"refused": True}
    ledger.close_records(FLOW, [Closing("5001", State.FAILED, Outcome.FAILED, code="busy")], owner)
    assert ledger.records(FLOW, ["5001"])["5001"].detail is None


def test_a_corrected_request_gets_a_new_key_and_a_repeated_one_the_same(ledger: Ledger, owner: Owner) -> None:
    first = take(ledger, owner).record
    ledger.close_records(FLOW, [REFUSED], owner)
    repeated = take(ledger, owner)
    assert repeated.granted and not repeated.in_doubt
    assert (repeated.record.idempotency_key, repeated.record.generation) == (first.idempotency_key, 0)
    ledger.close_records(FLOW, [REFUSED], owner)
    corrected = take(ledger, owner, intent(payload="p2")).record
    assert (corrected.generation, corrected.attempts) == (1, 3)
    assert corrected.idempotency_key != first.idempotency_key
    assert (corrected.code, corrected.reason) == ("", "")


def test_keys_differ_between_shops_flows_and_records(url: str, owner: Owner) -> None:
    keys = set()
    for shop in ("amsterdam", "utrecht"):
        with Ledger.open(url, shop=shop, administration="main") as ledger:
            for flow in (FLOW, "orders_to_shopify"):
                keys |= {claim.record.idempotency_key for claim in ledger.claim(flow, [intent("1"), intent("2")], owner).values()}
    assert len(keys) == 8


def test_a_lease_that_ended_is_granted_in_doubt_and_keeps_its_key(ledger: Ledger, owner: Owner, other: Owner) -> None:
    first = take(ledger, owner, lease_s=0).record
    claim = take(ledger, other, intent(payload="p2"))
    assert (claim.granted, claim.in_doubt, claim.record.attempts) == (True, True, 2)
    assert claim.record.idempotency_key == first.idempotency_key


def test_a_claim_of_another_host_is_granted_only_after_its_lease(ledger: Ledger, owner: Owner) -> None:
    take(ledger, elsewhere(), lease_s=3600)
    assert not take(ledger, owner).granted
    assert ledger.renew(elsewhere(), lease_s=0) == 1
    claim = take(ledger, owner)
    assert claim.granted and claim.in_doubt


def test_a_claim_of_a_process_that_is_gone_from_this_host_is_granted_at_once(ledger: Ledger, owner: Owner) -> None:
    take(ledger, gone_from_here(), lease_s=3600)
    claim = take(ledger, owner)
    assert claim.granted and claim.in_doubt


def test_closing_after_the_record_was_taken_over_changes_nothing_and_says_so(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner, intent("5001"), intent("5002"), lease_s=0)
    take(ledger, other, intent("5001"))
    late = [CREATED, Closing("5002", State.DONE, Outcome.CREATED, target_id="78")]
    assert ledger.close_records(FLOW, late, owner) == ["5001"]
    records = ledger.records(FLOW, ["5001", "5002"])
    assert (records["5001"].state, records["5001"].owner, records["5001"].target_id) == (State.INTENT, other.text, "")
    assert (records["5002"].state, records["5002"].target_id) == (State.DONE, "78")


def test_a_write_whose_end_nobody_knows_stays_in_doubt(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner)
    ledger.close_records(FLOW, [Closing("5001", State.INTENT, Outcome.FAILED, code="unknown_outcome", reason="no answer")], owner)
    claim = take(ledger, other)
    assert claim.granted and claim.in_doubt


def test_renewing_extends_only_what_is_still_held(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner, intent("5001"), intent("5002"), intent("5003"), lease_s=0)
    take(ledger, other, intent("5001"))
    ledger.close_records(FLOW, [Closing("5002", State.DONE, Outcome.CREATED)], owner)
    assert ledger.renew(owner, lease_s=600) == 1
    assert not take(ledger, other, intent("5003")).granted


def test_what_was_not_sent_is_given_back_as_it_was(ledger: Ledger, owner: Owner, other: Owner) -> None:
    take(ledger, owner, intent("done"), intent("refused"), intent("doubt"))
    closings = [
        Closing("done", State.DONE, Outcome.CREATED, target_id="1"),
        Closing("refused", State.QUARANTINED, Outcome.QUARANTINED, code="unknown_article", reason="no article 85123A"),
        Closing("doubt", State.INTENT, Outcome.FAILED, code="unknown_outcome"),
    ]
    ledger.close_records(FLOW, closings, owner)
    before = ledger.records(FLOW, ["done", "refused", "doubt"])
    changed = [intent(source_id, "s2", "p2") for source_id in ("done", "refused", "doubt", "new")]
    assert all(claim.granted for claim in ledger.claim(FLOW, changed, other, reopen=True).values())
    assert ledger.release(other) == 4
    after = ledger.records(FLOW, ["done", "refused", "doubt", "new"])
    assert {name: vars(record) | {"changed_at": None} for name, record in after.items()} == {
        name: vars(record) | {"changed_at": None} for name, record in before.items()
    }
    assert take(ledger, owner, intent("doubt")).in_doubt
    assert not take(ledger, owner, intent("new")).in_doubt


def test_release_can_name_the_records(ledger: Ledger, owner: Owner) -> None:
    take(ledger, owner, intent("5001"), intent("5002"))
    assert ledger.release(owner, FLOW, ["5002", "5003"]) == 1
    assert set(ledger.records(FLOW, ["5001", "5002"])) == {"5001"}


def test_a_done_record_leaves_the_quarantine_in_the_same_step(ledger: Ledger, owner: Owner) -> None:
    take(ledger, owner)
    ledger.close_records(FLOW, [REFUSED], owner)
    ledger.quarantine(FLOW, [QuarantineEntry("5001", REFUSED.code, REFUSED.reason, {"name": "#5001"})], "run-1")
    take(ledger, owner, intent(payload="p2"))
    ledger.close_records(FLOW, [CREATED], owner)
    assert ledger.quarantined() == []


def test_more_records_than_one_batch_holds_are_all_claimed_and_closed(ledger: Ledger, owner: Owner) -> None:
    many = [intent(str(number)) for number in range(1203)]
    claims = ledger.claim(FLOW, many, owner)
    assert len(claims) == 1203 and all(claim.granted for claim in claims.values())
    assert ledger.close_records(FLOW, [Closing(each.source_id, State.DONE, Outcome.CREATED) for each in many], owner) == []
    assert {record.state for record in ledger.records(FLOW, [each.source_id for each in many]).values()} == {State.DONE}


def test_a_source_id_that_comes_twice_in_one_claim_is_a_mistake(ledger: Ledger, owner: Owner) -> None:
    with pytest.raises(ValueError, match="1 source ids come more than once"):
        ledger.claim(FLOW, [intent(), intent(payload="p2")], owner)
    assert ledger.records(FLOW, ["5001"]) == {}


def test_shops_and_administrations_do_not_see_each_other(url: str, owner: Owner, other: Owner) -> None:
    with (
        Ledger.open(url, shop="amsterdam", administration="main") as first,
        Ledger.open(url, shop="utrecht", administration="main") as second,
    ):
        assert take(first, owner).granted
        assert take(second, other).granted
        assert second.renew(owner) == 0
        assert second.close_records(FLOW, [CREATED], owner) == ["5001"]
