from datetime import date

from posbridge_dagster.ledger import Closing, Directory, Intent, Ledger, Owner, QuarantineEntry, State
from posbridge_dagster.ledger.rehearsal import rehearsal

FLOW = "orders_to_mplus"
ROW = {"article_number": 7, "description": "Tas", "sync_marker": 3}


def test_it_knows_what_the_real_ledger_knows(ledger: Ledger) -> None:
    owner = Owner.of_this_process("run-1")
    ledger.claim(FLOW, [Intent("1", "s", "p"), Intent("2", "s", "p")], owner)
    ledger.close_records(FLOW, [Closing("1", State.DONE, "created", target_id="77")], owner)
    ledger.link("relation", {"customer:1": "1001"})
    Directory(ledger).store_articles([ROW], 4)
    with rehearsal(ledger) as trial:
        assert trial.records(FLOW, ["1", "2"]) == ledger.records(FLOW, ["1", "2"])
        assert trial.oldest_unsent(FLOW) == ledger.oldest_unsent(FLOW)
        assert trial.links("relation", ["customer:1"]) == {"customer:1": "1001"}
        assert Directory(trial).articles(numbers=[7]) == Directory(ledger).articles(numbers=[7])
        assert Directory(trial).articles_marker() == 4


def test_whatever_is_written_to_it_is_forgotten(ledger: Ledger) -> None:
    Directory(ledger).store_articles([ROW], 4)
    with rehearsal(ledger) as trial:
        Directory(trial).store_articles([{**ROW, "description": "Zak", "sync_marker": 9}, {**ROW, "article_number": 8}], 10)
        Directory(trial).store_relations([{"relation_number": 1, "email": "eva@example.com", "sync_marker": 2}], 3)
        trial.move_cursor("somewhere", "12")
        trial.quarantine(FLOW, [QuarantineEntry("9", "code", "reason", {}, day=date(2026, 11, 20))], "run")
        trial.claim(FLOW, [Intent("9", "s", "p")], Owner.of_this_process("run"))
        assert [row["description"] for row in Directory(trial).articles(numbers=[7, 8])] == ["Zak", "Tas"]
    assert [row["description"] for row in Directory(ledger).articles(numbers=[7, 8])] == ["Tas"]
    assert (Directory(ledger).articles_marker(), Directory(ledger).relations_marker()) == (4, None)
    assert ledger.cursor("somewhere") is None
    assert ledger.records(FLOW, ["9"]) == {} and ledger.quarantined() == []
