from posbridge_dagster.snapshots.fingerprint import changed_parts, order_fingerprint

ORDER = {"note": "", "tags": "", "total_minor": 1000, "currency": "EUR"}
LINES = [{"line_id": "1", "sku": "1001", "quantity": 1, "total_minor": 1000}]
PAYMENTS = [{"payment_id": "1", "gateway": "cash", "money_minor": 1000}]


def test_the_parts_that_differ_are_named() -> None:
    before = order_fingerprint(ORDER, LINES, PAYMENTS)
    after = order_fingerprint(ORDER | {"note": "Bel eerst"}, [LINES[0] | {"quantity": 2}], PAYMENTS)
    assert changed_parts(before, after) == ["lines", "note"]
    assert changed_parts(before, before) == []


def test_a_payment_that_moved_no_money_is_no_change() -> None:
    refused = {"payment_id": "2", "gateway": "shopify_payments", "money_minor": 0}
    assert order_fingerprint(ORDER, LINES, PAYMENTS) == order_fingerprint(ORDER, LINES, [*PAYMENTS, refused])
