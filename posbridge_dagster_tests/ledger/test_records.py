from datetime import UTC, date, datetime, timedelta

from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, QuarantineEntry, State, Total

FLOW = "orders_to_mplus"
DAY = date(2026, 11, 20)


def intent(source_id: str, amount_minor: int | None = 1000, currency: str = "EUR", day: date = DAY) -> Intent:
    return Intent(source_id, "s", "p", day=day, amount_minor=amount_minor, currency=currency)


def test_a_day_adds_up_by_outcome_and_currency(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    intents = [
        intent("1"),
        intent("2", 250),
        intent("3", 99),
        intent("4", 5000, "SEK"),
        intent("5", None),
        intent("6", day=date(2026, 11, 21)),
    ]
    ledger.claim(FLOW, intents, owner)
    ledger.close_records(
        FLOW,
        [
            Closing("1", State.DONE, "created", written_minor=1000),
            Closing("2", State.DONE, "created", written_minor=250),
            Closing("3", State.QUARANTINED, "quarantined", code="unknown_article"),
            Closing("4", State.DONE, "created", written_minor=5000),
            Closing("6", State.DONE, "created", written_minor=1000),
        ],
        owner,
    )
    assert ledger.summary(FLOW, DAY) == [
        Total(State.DONE, "created", "EUR", 2, 1250, 1250),
        Total(State.DONE, "created", "SEK", 1, 5000, 5000),
        Total(State.INTENT, "", "EUR", 1, 0, 0),
        Total(State.QUARANTINED, "quarantined", "EUR", 1, 99, 0),
    ]
    assert ledger.summary("orders_to_shopify", DAY) == []


def test_money_beyond_32_bits_is_exact(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    ledger.claim(FLOW, [intent("1", 9_007_199_254_740_993), intent("2", -1)], owner)
    assert sum(total.amount_minor for total in ledger.summary(FLOW, DAY)) == 9_007_199_254_740_992


def test_the_oldest_unsent_record_is_the_one_that_waits_longest(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    assert ledger.oldest_unsent(FLOW) is None
    seen = {}
    for source_id in ("done", "refused", "failed", "waiting"):
        seen[source_id] = ledger.claim(FLOW, [intent(source_id)], owner)[source_id].record.first_seen_at
    ledger.close_records(FLOW, [Closing("done", State.DONE, "created"), Closing("refused", State.QUARANTINED, "quarantined")], owner)
    ledger.close_records(FLOW, [Closing("failed", State.FAILED, "failed")], owner)
    assert ledger.oldest_unsent(FLOW) == seen["failed"]
    ledger.claim(FLOW, [intent("failed")], owner)
    ledger.close_records(FLOW, [Closing("failed", State.DONE, "created")], owner)
    oldest = ledger.oldest_unsent(FLOW)
    assert oldest == seen["waiting"]
    assert oldest is not None and abs(datetime.now(UTC) - oldest) < timedelta(minutes=1)


def test_what_the_flow_wants_to_remember_is_kept_as_json(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    ledger.claim(FLOW, [intent("1")], owner)
    detail = {"lines": 3, "payments": ["PIN", "CASH"], "tax": {"21": "2.10"}}
    ledger.close_records(FLOW, [Closing("1", State.DONE, "created", detail=detail)], owner)
    ledger.quarantine(FLOW, [QuarantineEntry("1", "changed_after_send", "the total changed", {"total": "12.10"})], "run-2")
    record = ledger.records(FLOW, ["1"])["1"]
    assert record.detail == detail
    assert record.state is State.DONE


def test_a_record_is_found_by_each_of_its_names_in_every_flow(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    claims = ledger.claim(FLOW, [intent("1"), intent("2")], owner)
    ledger.claim("products_to_shopify", [intent("1")], owner)
    ledger.close_records(FLOW, [Closing("2", State.DONE, "created", target_id="guid-9", target_number="2026-77")], owner)
    key = claims["2"].record.idempotency_key
    assert [(record.flow, record.source_id) for record in ledger.find(["1"])] == [(FLOW, "1"), ("products_to_shopify", "1")]
    for name in ("2", "guid-9", "2026-77", key):
        assert [record.source_id for record in ledger.find([name, "nobody"])] == ["2"]
    assert ledger.find(["nobody"]) == []
    assert ledger.find([]) == []
