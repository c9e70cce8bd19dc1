"""What comes back, in MplusKASSA's terms: it is booked in the shop that took it back, not in the one that sold it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from posbridge_dagster.flows.orders_to_mplus.mapped import map_returns
from posbridge_dagster.flows.orders_to_mplus.shapes import ARTICLES
from posbridge_dagster.flows.orders_to_mplus.vocabulary import VOCABULARY
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster.snapshots.orders import order_frames
from posbridge_dagster_tests.flows.coupling import shipped_mapping
from posbridge_dagster_tests.flows.orders_to_mplus.test_mapped import ZONE
from posbridge_dagster_tests.snapshots.nodes import line, order
from posbridge_dagster_tests.snapshots.test_taken_off import refund

HERE, THERE, THIRD = (f"gid://shopify/Location/{number}" for number in (1, 2, 3))
KNOWN = ARTICLES.frame({"article_number": number, "active": True} for number in (1, 2, 900016))


def returned(folder: Path, *given_back: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the mapped frames of what came back of one order of two lines."""
    document = shipped_mapping()
    document["lookups"]["branches"] = {"values": {"1": 10, "2": 20, "3": 30}, "missing": "quarantine"}
    file = folder / "orders_to_mplus.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    lines = [line(1, "Beker", 1, "10.0", "10.0"), line(2, "Bord", 1, "10.0", "10.0")]
    frames = order_frames([order(total="20.0", lineItems=lines, refunds=list(given_back))], ZONE)
    return map_returns(frames, KNOWN, load_mapping(file, VOCABULARY), "winkel")


def branch_of(given_back: dict[str, Any], folder: Path) -> int:
    (row,) = plain_rows(returned(folder, given_back)["orders"])
    assert (row["outcome"], row["reason"]) == ("", "")
    return int(row["branch_number"])


def put_back(*places: str | None, money_at: str | None = None) -> dict[str, Any]:
    node = refund(7, *((item, 1, "RETURN", "10.0") for item, _ in enumerate(places, 1)), given=f"{10 * max(len(places), 1)}.0")
    for item, place in zip(node["refundLineItems"], places, strict=True):
        item["location"] = {"id": place} if place else None
    node["transactions"][0]["location"] = {"id": money_at} if money_at else None
    if not places:
        node["orderAdjustments"] = [
            {"id": "gid://shopify/OrderAdjustment/7", "amountSet": {"shopMoney": {"amount": "-10.0", "currencyCode": "EUR"}}}
        ]
    return node


@pytest.mark.parametrize(
    ("given_back", "branch"),
    [
        (put_back(THERE, money_at=THERE), 20),
        (put_back(THERE, THERE, money_at=HERE), 20),
        (put_back(THERE, THIRD, money_at=THIRD), 30),
        (put_back(THERE, THIRD), 10),
        (put_back(None, THERE), 20),
        (put_back(None, money_at=THERE), 20),
        (put_back(None), 10),
        (put_back(money_at=THIRD), 30),
    ],
    ids=[
        "another shop",
        "its goods",
        "goods in two shops",
        "two shops, no till",
        "one is not put back",
        "only money",
        "nowhere",
        "no goods",
    ],
)
def test_a_refund_belongs_to_the_branch_that_took_it_back(given_back: dict[str, Any], branch: int, tmp_path: Path) -> None:
    assert branch_of(given_back, tmp_path) == branch


def test_a_day_of_which_nothing_came_back_has_the_same_frames_without_rows(tmp_path: Path) -> None:
    nothing, something = returned(tmp_path), returned(tmp_path, put_back(THERE, money_at=THERE))
    assert nothing.keys() == something.keys()
    for name, frame in something.items():
        assert len(frame) > 0
        assert len(nothing[name]) == 0
        assert nothing[name].dtypes.equals(frame.dtypes)
