import pandas as pd

from posbridge_dagster.balance.sides import booked, kind_of, sold
from posbridge_dagster.loading.rows import plain_rows

ORDER = {
    "extOrderId": "shopify:winkel:5001",
    "transactionString": "O2026-1",
    "totalInclAmount": 1210,
    "lineList": [{"data": {"quantity": 2, "decimalPlaces": 0}}, {"data": {"quantity": 10, "decimalPlaces": 1}}],
    "vatGroupList": [{"vatPercentage": 2100, "vatAmount": 210}],
    "paymentList": [{"method": "PIN", "amount": 1000}, {"method": "CONTANT", "amount": 210}],
}


def amounts(entries: pd.DataFrame) -> dict[tuple[str, str], int]:
    sums = entries.groupby(["measure", "part"], as_index=False)["amount"].sum()
    return {(str(row["measure"]), str(row["part"])): int(row["amount"]) for row in plain_rows(pd.DataFrame(sums))}


def test_an_order_of_the_administration_is_added_up_by_measure() -> None:
    assert amounts(booked([ORDER], 100)) == {
        ("documents", ""): 1,
        ("gross", ""): 1210,
        ("lines", ""): 2,
        ("pieces", ""): 3,
        ("vat", "2100"): 210,
        ("tender", "PIN"): 1000,
        ("tender", "CONTANT"): 210,
    }


def test_whole_percents_are_the_same_rates() -> None:
    order = ORDER | {"vatGroupList": [{"vatPercentage": 21, "vatAmount": 210}]}
    assert amounts(booked([order], 1))[("vat", "2100")] == 210


def test_a_refund_is_told_from_a_sale() -> None:
    kinds = {suffix: kind_of(f"shopify:winkel:5001{suffix}") for suffix in ("", ":r7", ":e8")}
    assert kinds == {"": "sale", ":r7": "refund", ":e8": "exchange"}
    assert set(booked([ORDER | {"extOrderId": "shopify:winkel:5001:r7"}], 100)["kind"]) == {"refund"}


def test_both_sides_of_one_sale_say_the_same() -> None:
    document = {"order_id": "5001", "external_id": "shopify:winkel:5001", "name": "#1001", "kind": "sale", "total_minor": 1210}
    documents = pd.DataFrame([document])
    lines = pd.DataFrame({"order_id": ["5001", "5001"], "quantity": [2, 1]})
    payments = pd.DataFrame({"order_id": ["5001", "5001"], "method": ["PIN", "CONTANT"], "amount_minor": [1000, 210]})
    taxes = pd.DataFrame({"order_id": ["5001", "5001"], "tax_rate": [2100, 2100], "tax_minor": [100, 110]})
    assert amounts(sold(documents, lines, payments, taxes)) == amounts(booked([ORDER], 100))
