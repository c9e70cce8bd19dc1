"""What the customers should be: every relation once, and nothing twice that a shop can hold only once."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.customers_to_shopify.mapped import map_customers
from posbridge_dagster.flows.customers_to_shopify.shapes import KNOWN_CUSTOMERS
from posbridge_dagster.flows.customers_to_shopify.vocabulary import VOCABULARY
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster.snapshots.mplus_relations import RELATIONS

SHIPPED = Path(__file__).parents[3] / "mappings" / "customers_to_shopify.yaml"
MAPPING = load_mapping(SHIPPED, VOCABULARY)


def relation(number: int, **members: Any) -> dict[str, Any]:
    return {"relation_number": number, "name": f"Naam {number}", "active": True, "sync_marker": number, **members}


def mapped(*relations: dict[str, Any], known: tuple[tuple[int, str], ...] = (), mapping: Any = MAPPING) -> dict[int, dict[str, Any]]:
    """Return the mapped customers by relation; ``known`` are relations with the customer they are linked to."""
    links = KNOWN_CUSTOMERS.frame({"relation_number": number, "customer_id": digits, "customers": 1} for number, digits in known)
    frame = map_customers(RELATIONS.frame(relations), links, mapping, "sandbox", "zaak")
    return {row["relation_number"]: row for row in plain_rows(frame)}


def changed(tmp_path: Path, old: str, new: str) -> Any:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    (tmp_path / SHIPPED.name).write_text(text.replace(old, new), "utf-8")
    return load_mapping(tmp_path / SHIPPED.name, VOCABULARY)


def test_nothing_at_all_is_mapped_to_nothing() -> None:
    assert mapped() == {}


def test_a_relation_is_told_in_the_shops_terms() -> None:
    row = mapped(relation(7, name="Jan van Dam", email=" J@X.nl", mobile="0612345678", country="Duitsland"))[7]
    assert (row["custom_id"], row["email"], row["phone"], row["first_name"], row["last_name"]) == (
        "zaak:7",
        "j@x.nl",
        "+31612345678",
        "Jan",
        "van Dam",
    )
    assert (row["country"], row["locale"], row["outcome"]) == ("DE", "de", "")


@pytest.mark.parametrize(
    ("relations", "known", "writable"),
    [
        ((relation(1, email="a@x.nl"), relation(2, email="A@x.nl")), (), []),
        ((relation(1, email="a@x.nl"), relation(2, email="a@x.nl")), ((2, "50"),), [2]),
        ((relation(1, email="a@x.nl"), relation(2, email="a@x.nl")), ((1, "50"), (2, "51")), []),
        ((relation(1, email="a@x.nl", active=False), relation(2, email="a@x.nl")), ((1, "50"),), [1]),
        ((relation(1, email="a@x.nl", active=False), relation(2, email="a@x.nl")), (), [2]),
    ],
)
def test_an_e_mail_address_belongs_to_one_relation_or_waits(relations: Any, known: Any, writable: list[int]) -> None:
    rows = mapped(*relations, known=known)
    assert [number for number, row in rows.items() if not row["outcome"]] == writable
    for row in rows.values():
        if row["outcome"] == "quarantined":
            assert row["reason"].startswith("relations 1, 2 share an e-mail address")


def test_a_telephone_number_stays_with_who_is_a_customer_already_else_with_the_oldest() -> None:
    rows = [relation(number, email=f"{number}@x.nl", telephone="0612345678") for number in (1, 2, 3)]
    assert [row["phone"] for row in mapped(*rows).values()] == ["+31612345678", None, None]
    linked = mapped(*rows, known=((3, "50"),))
    assert [row["phone"] for row in linked.values()] == [None, None, "+31612345678"]
    assert linked[1]["left_out"] == "shared_phone"
    assert "relation 3" in linked[1]["left_out_reason"]


def test_a_number_that_is_none_is_left_out_or_waits(tmp_path: Path) -> None:
    odd = relation(1, email="a@x.nl", telephone="bel moeder")
    row = mapped(odd)[1]
    assert (row["outcome"], row["phone"], row["left_out"]) == ("", None, "unreadable_phone")
    strict = mapped(odd, mapping=changed(tmp_path, "unreadable_phone: leave_out", "unreadable_phone: quarantine"))[1]
    assert (strict["outcome"], strict["code"]) == ("quarantined", "not_a_phone_number")


def test_a_relation_of_another_shops_customer_is_an_ordinary_one() -> None:
    row = mapped(relation(1, email="a@x.nl", ext_relation_id="shopify:elders:customer:9"))[1]
    assert (row["outcome"], row["origin"], row["customer_id"]) == ("", None, None)


def test_a_relation_from_the_shop_may_be_kept_in_step(tmp_path: Path) -> None:
    own = relation(1, email="a@x.nl", ext_relation_id="shopify:sandbox:customer:9")
    assert mapped(own)[1]["code"] == "came_from_shop"
    row = mapped(own, mapping=changed(tmp_path, "from_this_shop: link", "from_this_shop: update"))[1]
    assert (row["outcome"], row["customer_id"]) == ("", "9")


contacts = st.sampled_from(["a@x.nl", "b@x.nl", "c@x.nl", "geen", "", None])
phones = st.sampled_from(["0612345678", "+31 6 12345678", "0201234567", "x", "", None])
people = st.lists(st.tuples(contacts, phones, st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=8, deadline=None)
@given(people)
def test_every_relation_is_there_once_and_no_contact_twice(someone: list[tuple[str | None, str | None, bool, bool]]) -> None:
    rows = [relation(number, email=email, telephone=phone, active=active) for number, (email, phone, active, _) in enumerate(someone, 1)]
    known = tuple((number, str(100 + number)) for number, (_, _, _, linked) in enumerate(someone, 1) if linked)
    customers = mapped(*rows, known=known)
    assert sorted(customers) == list(range(1, len(someone) + 1))
    writable = pd.DataFrame([row for row in customers.values() if not row["outcome"]], columns=["email", "phone"])
    assert not writable["email"].dropna().duplicated().any()
    assert not writable["phone"].dropna().duplicated().any()
    assert all(row["code"] and row["reason"] for row in customers.values() if row["outcome"])
