import pandas as pd

from posbridge_dagster.flows.verdicts import first_verdicts, quarantine


def keys(*orders: str) -> pd.DataFrame:
    return pd.DataFrame({"order_id": pd.Series(orders, dtype="string[pyarrow]")})


def skipped(*orders: str) -> pd.DataFrame:
    return keys(*orders).assign(outcome="skipped", code="not_selected", reason="a test order")


def test_the_first_cause_decides_and_the_sentence_names_all_of_them_once() -> None:
    lines = pd.concat(
        [quarantine(keys("1"), "article_not_found", reason) for reason in ("line 2: no SKU", "line 5: no SKU", "line 2: no SKU")]
    )
    (verdict,) = first_verdicts([lines, quarantine(keys("1"), "overpaid", "too much")], "order_id").to_dict("records")
    assert verdict == {
        "order_id": "1",
        "outcome": "quarantined",
        "code": "article_not_found",
        "reason": "line 2: no SKU; line 5: no SKU; too much",
    }


def test_what_is_skipped_is_not_quarantined_as_well() -> None:
    verdicts = first_verdicts([skipped("1"), quarantine(keys("1", "2"), "overpaid", "too much")], "order_id")
    assert verdicts[["order_id", "outcome", "reason"]].to_numpy().tolist() == [
        ["1", "skipped", "a test order"],
        ["2", "quarantined", "too much"],
    ]


def test_a_hundred_faults_are_counted_and_not_told_one_by_one() -> None:
    lines = pd.concat([quarantine(keys("1"), "article_not_found", f"line {number}") for number in range(1, 101)])
    (reason,) = first_verdicts([lines], "order_id")["reason"]
    assert reason.startswith("line 1; line 2; ")
    assert reason.endswith("line 8; and 92 more")


def test_no_cause_no_verdict() -> None:
    assert first_verdicts([skipped()], "order_id").empty
