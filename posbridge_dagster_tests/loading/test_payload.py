import pandas as pd

from posbridge_dagster.loading.payload import payload_fingerprints


def documents(**members: object) -> pd.DataFrame:
    rows = [{"order_id": "1", "reference": "a", "created_at": 1}, {"order_id": "2", "reference": "b", "created_at": 1}]
    return pd.DataFrame([rows[0] | members, rows[1]])


def lines(quantity: int = 1, *orders: str) -> pd.DataFrame:
    return pd.DataFrame([{"order_id": order, "line_id": "9", "quantity": quantity} for order in orders or ("1", "2")])


def test_the_same_content_has_the_same_fingerprint_and_a_stamp_is_no_content() -> None:
    first = payload_fingerprints(documents(), lines()).tolist()
    assert payload_fingerprints(documents(created_at=2), lines()).tolist() == first
    assert len(set(first)) == 2


def test_a_change_in_the_document_or_a_line_changes_its_fingerprint_and_no_other() -> None:
    first, second = payload_fingerprints(documents(), lines())
    for changed in (
        payload_fingerprints(documents(reference="c"), lines()),
        payload_fingerprints(documents(), pd.concat([lines(2, "1"), lines(1, "2")])),
        payload_fingerprints(documents(), pd.concat([lines(), lines(1, "1")])),
        payload_fingerprints(documents(reference=None), lines()),
    ):
        assert changed.tolist()[0] != first
        assert changed.tolist()[1] == second


def test_neighbouring_values_do_not_run_together() -> None:
    one = pd.DataFrame([{"order_id": "1", "a": "x", "b": "yz"}])
    other = pd.DataFrame([{"order_id": "1", "a": "xy", "b": "z"}])
    assert payload_fingerprints(one).tolist() != payload_fingerprints(other).tolist()


def test_an_empty_day_has_no_fingerprint() -> None:
    assert payload_fingerprints(documents().iloc[:0], lines().iloc[:0]).empty
