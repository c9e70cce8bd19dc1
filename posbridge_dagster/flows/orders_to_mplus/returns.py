"""Refunds and exchanges as documents of the same kind as a sale, so that one mapping, one check and one way of writing serve all.

A refund is a document with negative quantities, totals and payments. An exchange is one document with both sides: what came
back, what was taken for it, and the money that moved either way; the sale itself stays what it was. An order that is first
read when it already has exchanges is written in the same parts as one that was sent before them.

Record ids: ``<order id>:r<refund id>`` and ``<order id>:e<return id>``.
"""

from collections.abc import Mapping

import pandas as pd

from posbridge_dagster.model.frames import MOMENT, TEXT, Column, FrameShape
from posbridge_dagster.model.money import decimal_amount
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.snapshots.order_shapes import ORDER_LINES, ORDER_PAYMENTS, ORDERS

Frames = Mapping[str, pd.DataFrame]

SOURCES = ("orders", "order_lines", "order_payments", "refunds", "refund_lines", "refund_payments", "exchanges", "customers")
"""The snapshot frames that sales and returns are told apart from."""

RETURN_HEADERS = FrameShape(
    "return_headers",
    ("order_id",),
    {
        "order_id": Column(TEXT, "id of the record"),
        "original_id": Column(TEXT, "row of orders"),
        "name": Column(TEXT, "what people call it"),
        "day": Column(TEXT, "local day on which it was given back"),
        "run_day": Column(TEXT, "local day of the order"),
        "created_at": Column(MOMENT, "when it was given back"),
        "processed_at": Column(MOMENT, "when it was given back"),
        "note": Column(TEXT, "reason given"),
        "fingerprint": Column(TEXT, "one short hash per part of the content, as JSON"),
    },
)

_EXCHANGED = {"total_minor": "exchanged_minor", "tax_minor": "exchanged_tax_minor", "rounding_minor": "exchanged_rounding_minor"}
_NOTHING = {"cancelled_at": None, "cancelled_day": None, "fault": None, "refund_count": 0, **dict.fromkeys(_EXCHANGED.values(), 0)}


def original_ids(record_ids: pd.Series) -> pd.Series:
    """Return the order ids of records of returns."""
    return record_ids.str.partition(":")[0]


def sales(frames: Frames) -> dict[str, pd.DataFrame]:
    """Return the frames with the orders as they were sold: without the lines, payments and money of exchanges.

    A line of which an edit left nothing is no line any more.
    """
    orders, lines, payments = (frames[name] for name in ("orders", "order_lines", "order_payments"))
    is_empty = (lines["quantity"] == 0) & (lines["total_minor"] == 0)
    elsewhere = is_empty | lines["return_id"].notna()
    touched = orders["order_id"].isin(frames["exchanges"]["order_id"])
    if not touched.any() and not elsewhere.any():
        return dict(frames)
    own_payments = payments[payments["return_id"].isna()]
    orders = orders.assign(**{name: orders[name] - orders[added] for name, added in _EXCHANGED.items()})
    left_out = lines[elsewhere].groupby("order_id").size()
    received = own_payments.groupby("order_id")["money_minor"].sum()
    orders["line_count"] = orders["line_count"] - orders["order_id"].map(left_out).fillna(0).astype("int64[pyarrow]")
    orders["received_minor"] = orders["received_minor"].where(~touched, orders["order_id"].map(received).fillna(0))
    return {**frames, "orders": ORDERS.conform(orders), "order_lines": lines[~elsewhere], "order_payments": own_payments}


def returns(frames: Frames) -> dict[str, pd.DataFrame]:
    """Return the refunds and exchanges in the shapes of orders, order_lines and order_payments, their record id as order_id.

    What a document comes to is the money that moved; whether its lines add up to it is for the amount checks to say.
    """
    headers, lines, payments = return_headers(frames), _lines(frames), _payments(frames)
    orders = frames["orders"].merge(headers, left_on="order_id", right_on="original_id", suffixes=("_of_the_sale", ""))
    money = payments.groupby("order_id")["money_minor"].sum()
    rounding = lines[lines["kind"] == "rounding"].groupby("order_id")["total_minor"].sum()
    orders["received_minor"], orders["rounding_minor"] = (_for(orders, amounts) for amounts in (money, rounding))
    orders["total_minor"] = orders["received_minor"] - orders["rounding_minor"]
    orders["tax_minor"] = _for(orders, lines.groupby("order_id")["tax_minor"].sum())
    for name, of_one in (("line_count", lines), ("payment_count", payments)):
        orders[name] = _for(orders, of_one.groupby("order_id").size())
    orders["location_id"] = orders["order_id"].map(_places(frames, payments)).fillna(orders["location_id"])
    orders = orders.assign(**_NOTHING, financial_status="REFUNDED")
    return {
        **frames,
        "orders": ORDERS.conform(orders),
        "order_lines": ORDER_LINES.conform(lines),
        "order_payments": ORDER_PAYMENTS.conform(payments),
    }


def return_headers(frames: Frames) -> pd.DataFrame:
    """Return one row per refund and exchange of the day's orders; ``order_id`` is the record's id, ``original_id`` the order's."""
    orders = frames["orders"][["order_id", "name", "day"]].rename(columns={"day": "run_day"})
    refunds = frames["refunds"][~frames["refunds"]["exchange"].fillna(False)].merge(orders, on="order_id")
    exchanges = frames["exchanges"].merge(orders, on="order_id")
    plain = refunds.assign(
        original_id=refunds["order_id"],
        order_id=_record(refunds["order_id"], "r", refunds["refund_id"]),
        name=refunds["name"] + " R" + refunds["position"].astype("string[pyarrow]"),
        created_at=refunds["processed_at"],
    )
    swapped = exchanges.assign(
        original_id=exchanges["order_id"],
        order_id=_record(exchanges["order_id"], "e", exchanges["return_id"]),
        name=exchanges["name"] + " E" + exchanges["position"].astype("string[pyarrow]"),
        processed_at=exchanges["created_at"],
    )
    whole = pd.concat([plain, swapped], ignore_index=True)
    return RETURN_HEADERS.conform(whole.reindex(columns=list(RETURN_HEADERS.columns)))


def unsettled_returns(frames: Frames) -> pd.DataFrame:
    """Return a verdict for each refund that moved no money: nothing is to be given back, or not yet."""
    refunds = frames["refunds"][~frames["refunds"]["exchange"].fillna(False)]
    keys = pd.DataFrame({"order_id": _record(refunds["order_id"], "r", refunds["refund_id"])})
    promised = refunds["pending_minor"].fillna(0)
    waits, empty = promised > 0, (promised == 0) & (refunds["money_minor"].fillna(0) == 0)
    said = [
        f"{decimal_amount(int(amount), currency)} {currency} are not given back yet; it is written when they are"
        for amount, currency in zip(promised[waits], refunds.loc[waits, "currency"], strict=True)
    ]
    pending = keys[waits].assign(outcome=Outcome.SKIPPED.value, code="refund_pending", reason=said)
    nothing = keys[empty].assign(
        outcome=Outcome.SKIPPED.value, code="refund_without_money", reason="no money was given back: goods were only put back or taken off"
    )
    return pd.concat([pending, nothing], ignore_index=True)


def does_not_add_up(problems: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the amount checks in the words of refunds."""
    worded = problems.astype("string[pyarrow]")
    off = worded["code"] == "does_not_add_up"
    said = worded["reason"].str.replace("its total", "the money that was given back", regex=False)
    return worded.assign(code=worded["code"].mask(off, "refund_does_not_add_up"), reason=worded["reason"].mask(off, said))


def _record(order_ids: pd.Series, kind: str, ids: pd.Series) -> pd.Series:
    return (order_ids + f":{kind}" + ids).astype("string[pyarrow]")


def _for(orders: pd.DataFrame, amounts: pd.Series) -> pd.Series:
    """Return an amount per document in the order of the documents; 0 where one has none."""
    return amounts.reindex(orders["order_id"], fill_value=0).set_axis(orders.index).astype("int64[pyarrow]")


def _given_back(frame: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    """Return rows of refunds with the id of the record they belong to as order_id, and whether that is an exchange."""
    rows = frame.merge(refunds[["refund_id", "return_id", "exchange"]], on="refund_id")
    exchange = rows["exchange"].fillna(False).astype("bool")
    swapped, plain = _record(rows["order_id"], "e", rows["return_id"]), _record(rows["order_id"], "r", rows["refund_id"])
    return rows.assign(order_id=swapped.where(exchange, plain), exchange=exchange)


def _taken(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[frame["return_id"].notna()]
    return rows.assign(order_id=_record(rows["order_id"], "e", rows["return_id"]))


def _places(frames: Frames, payments: pd.DataFrame) -> pd.Series:
    """Return by document the location whose stock and till it changes, where it is known.

    Goods may come back to another shop than they were sold in: where they are all put back to one, it is that; else that of the money.
    """
    goods = _given_back(frames["refund_lines"], frames["refunds"]).dropna(subset=["location_id"])
    several = goods.groupby("order_id")["location_id"].transform("nunique") > 1
    places = pd.concat([goods[~several], payments[payments["money_minor"] != 0].dropna(subset=["location_id"])])
    return places.groupby("order_id")["location_id"].first()


def _lines(frames: Frames) -> pd.DataFrame:
    back = _given_back(frames["refund_lines"], frames["refunds"])
    back = back.assign(
        line_id=back["line_id"].where(~back["exchange"], "r" + back["refund_id"] + ":" + back["line_id"]),
        **{name: -back[name] for name in ("quantity", "total_minor", "tax_minor")},
    )
    whole = pd.concat([back, _taken(frames["order_lines"])], ignore_index=True).reindex(columns=list(ORDER_LINES.columns))
    return whole.assign(position=whole.groupby("order_id").cumcount() + 1)


def _payments(frames: Frames) -> pd.DataFrame:
    back = _given_back(frames["refund_payments"], frames["refunds"])
    back = back.assign(money_minor=-back["money_minor"])
    return pd.concat([back, _taken(frames["order_payments"])], ignore_index=True).reindex(columns=list(ORDER_PAYMENTS.columns))
