import json
import os
import pickle
from pathlib import Path

import pytest

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.mplus.keeping import STATE_FILE
from posbridge_dagster.sandbox.mplus.operations import OPERATIONS
from posbridge_dagster.sandbox.mplus.schema import schema_of
from posbridge_dagster.sandbox.running import running
from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LocationSeed, Seed
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order, payments


def test_a_saved_shop_goes_on_where_it_was(till: Till, tmp_path: Path) -> None:
    request = {"idempotencyKey": "k", "order": order("s:1", line(101, 2)), "prepay": False, "paymentList": payments(2000)}
    made = till.ask("createOrderV3", **request)
    till.ask("createOrderV2", order=order("s:2", line(102)))
    till.call("createRelation", relation={"name": "Piet", "birthDate": {"day": 1, "mon": 2, "year": 1980}})
    till.sandbox.save(tmp_path / "shop")
    loaded = MplusSandbox.load(tmp_path / "shop")
    assert json.dumps(loaded.state()) == json.dumps(till.sandbox.state())
    with running(loaded) as served:
        again = Till(served)
        assert again.ask("createOrderV3", **request)["info/orderId"] == made["info/orderId"]
        repeated = again.ask("createOrderV2", order=order("s:2", line(102)))
        assert repeated["result"] == "CREATE-ORDER-RESULT-EXT-ORDER-ID-ALREADY-EXISTS"
        new = again.ask("createOrderV2", order=order("s:3", line(102)))
        assert (new["info/orderString"], new["order/syncMarker"]) == ("O2026-3", "4")
        assert again.call("createRelation", relation={"name": "Anna"})["relationNumber"] == "53"
        assert again.stock(101) == till.stock(101)
        assert set(again.ask("getRelations", syncMarker=4).all("relationList/relation/name")) == {"Piet", "Anna"}


def test_a_folder_without_a_shop_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        MplusSandbox.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", pickle.dumps({"Order": ["id"]}), pickle.dumps(Path("x"))])
def test_a_file_of_another_make_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STATE_FILE).write_bytes(content)
    with pytest.raises(ValueError, match="fill the sandbox anew"):
        MplusSandbox.load(tmp_path)


def test_a_file_cannot_call_anything_when_it_is_read(tmp_path: Path) -> None:
    class Intruder:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "intruded"),)

    (tmp_path / STATE_FILE).write_bytes(pickle.dumps(Intruder()))
    with pytest.raises(ValueError, match="it names"):
        MplusSandbox.load(tmp_path)
    assert not (tmp_path / "intruded").exists()


def test_every_call_of_the_wsdl_is_answered_and_no_other() -> None:
    assert set(OPERATIONS) == set(schema_of((67, 1, 3)).operations)


@pytest.mark.parametrize(
    ("seed", "reason"),
    [
        (Seed(locations=[LocationSeed(1, "Londen", 1, country="GB")]), "no VAT rates for GB"),
        (Seed(families=[FamilySeed(1, "Odd", (ArticleSeed(1, "1", "Odd", 1, vat_rate=1234),))]), "12.34 %"),
    ],
)
def test_a_shop_that_a_dutch_till_cannot_hold_is_refused(seed: Seed, reason: str) -> None:
    with pytest.raises(LookupError, match=reason):
        MplusSandbox(seed)


def test_an_article_number_stands_for_one_article() -> None:
    article = ArticleSeed(1, "1", "Twin", 1)
    with pytest.raises(ValueError, match="article 1 stands twice"):
        MplusSandbox(Seed(families=[FamilySeed(1, "A", (article,)), FamilySeed(2, "B", (article,))]))
