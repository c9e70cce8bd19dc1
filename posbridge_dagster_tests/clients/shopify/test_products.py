"""Products, publications, definitions and bulk mutations of a client against the pretend shop."""

from collections.abc import Iterator
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Misconfigured, Refused, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.shopify.bulk_mutations import run_mutation, wait_for_mutations
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.custom_ids import custom_id, custom_id_metafield, ensure_definition, products_by_custom_ids
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.metafield_definitions import Definition, are_defined, ensure_definitions
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.products import product_set, products_by_ids, variants_create, variants_delete
from posbridge_dagster.clients.shopify.publications import POINT_OF_SALE, publication_ids, publish
from posbridge_dagster.clients.shopify.staged_uploads import upload_lines
from posbridge_dagster.clients.shopify.token import FixedToken
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import LocationSeed, Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster_tests.clients.shopify.scripted import QUICK

SOON = Deadline(total_s=20.0, first_nap_s=0.02, longest_nap_s=0.1)
MATERIAL = Definition("PRODUCT", "mplus", "materiaal", "Materiaal", "single_line_text_field")


@pytest.fixture
def served() -> Iterator[Served]:
    shop = ShopifySandbox(Seed(families=[], locations=[LocationSeed(1, "Winkel", 1)], customers=[], relations=[], orders=[]))
    shop.switches["plan"] = "enterprise"
    with running(shop) as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[ShopifyClient]:
    client = ShopifyClient(served.url, FixedToken("shpat_sandbox"), patience=QUICK, pace=Pace())
    ensure_definition(client, "PRODUCT", "mplus_product", "product")
    yield client
    client.close()


def mug(number: int, *colours: str) -> dict[str, Any]:
    variants = [
        {"optionValues": [{"optionName": "Kleur", "name": colour}], "sku": f"{number}-{colour}", "price": "9.95"} for colour in colours
    ]
    return {
        "title": f"Mok {number}",
        "metafields": [custom_id_metafield("mplus_product", f"test:{number}")],
        "productOptions": [{"name": "Kleur", "values": [{"name": colour} for colour in colours]}],
        "variants": variants,
    }


def test_a_product_with_more_variants_than_a_page_is_made_and_found_whole(client: ShopifyClient) -> None:
    colours = [f"kleur {number}" for number in range(120)]
    made = product_set(client, custom_id("mplus_product", "test:1"), mug(1, *colours))
    assert [variant["sku"] for variant in made["variants"]] == [f"1-{colour}" for colour in colours]
    found = products_by_custom_ids(client, "mplus_product", ["test:1", "test:2"])
    assert {key: node["id"] for key, node in found.items()} == {"test:1": made["id"]}
    there = products_by_ids(client, [made["id"], "gid://shopify/Product/1"])
    assert list(there) == [made["id"]]
    assert len(there[made["id"]]["variants"]) == 120


def test_the_same_product_sent_twice_is_one_product_though_the_first_answer_was_lost(client: ShopifyClient, served: Served) -> None:
    served.control.faults.append(Fault("reset_after", operation="productSet", times=1))
    product_set(client, custom_id("mplus_product", "test:1"), mug(1, "rood"))
    assert client.statistics.retries == 1
    system = served.system
    assert isinstance(system, ShopifySandbox)
    assert len(list(system.shop.products)) == 1


def test_variants_are_added_and_taken_away_and_the_others_stay(client: ShopifyClient) -> None:
    made = product_set(client, None, mug(1, "rood", "wit"))
    added = variants_create(
        client, made["id"], [{"optionValues": [{"optionName": "Kleur", "name": "groen"}], "inventoryItem": {"sku": "1-groen"}}]
    )
    assert [variant["sku"] for variant in added] == ["1-groen"]
    variants_delete(client, made["id"], [made["variants"][0]["id"]])
    left = products_by_ids(client, [made["id"]])[made["id"]]["variants"]
    assert [variant["sku"] for variant in left] == ["1-wit", "1-groen"]


def test_a_product_is_put_on_sale_at_the_till(client: ShopifyClient) -> None:
    made = product_set(client, None, mug(1, "rood"))
    channel = publication_ids(client)[POINT_OF_SALE]
    publish(client, made["id"], [channel])
    publish(client, made["id"], [channel])
    there = products_by_ids(client, [made["id"]])[made["id"]]["resourcePublicationsV2"]
    assert [each["publication"]["id"] for each in there] == [channel]


def test_definitions_are_made_once_and_another_type_is_a_set_up_fault(client: ShopifyClient) -> None:
    assert not are_defined(client, [MATERIAL])
    assert ensure_definitions(client, [MATERIAL]) == 1
    assert ensure_definitions(client, [MATERIAL]) == 0
    assert are_defined(client, [MATERIAL])
    other = Definition("PRODUCT", "mplus", "materiaal", "Materiaal", "boolean")
    with pytest.raises(Misconfigured, match=r"mplus\.materiaal of products is defined as single_line_text_field"):
        ensure_definitions(client, [other])


def test_bulk_rows_are_joined_by_their_number_and_a_refused_row_refuses_no_other(client: ShopifyClient) -> None:
    rows = [{"identifier": custom_id("mplus_product", f"test:{number}"), "input": mug(number, "rood")} for number in range(6)]
    rows[3]["input"]["title"] = ""
    started: list[str] = []
    answers = dict(run_mutation(client, document("product_set_bulk"), rows, started.append, deadline=SOON))
    assert sorted(answers) == list(range(6))
    assert len(started) == 1
    assert {number for number, answer in answers.items() if isinstance(answer, RemoteFailure)} == {3}
    assert isinstance(answers[3], Refused)
    there = products_by_custom_ids(client, "mplus_product", [f"test:{number}" for number in range(6)])
    for number, answer in answers.items():
        if not isinstance(answer, RemoteFailure):
            assert answer["productSet"]["product"]["id"] == there[f"test:{number}"]["id"]
            assert [edge["node"]["sku"] for edge in answer["productSet"]["product"]["variants"]["edges"]] == [f"{number}-rood"]


def test_a_bulk_operation_that_takes_too_long_is_cancelled_and_told(client: ShopifyClient, served: Served) -> None:
    served.system.switches["bulk_seconds"] = 30.0
    rows = [{"identifier": custom_id("mplus_product", "test:1"), "input": mug(1, "rood")}]
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    soon = Deadline(total_s=3.0, clock=lambda: now[0], sleep=sleep)
    started: list[str] = []
    with pytest.raises(UnknownOutcome, match="did not end within 3 s and was cancelled"):
        list(run_mutation(client, document("product_set_bulk"), rows, started.append, deadline=soon))
    operation = client.execute(document("bulk_operation"), {"id": started[0]})["bulkOperation"]
    assert operation["status"] in ("CANCELING", "CANCELED"), "the next run is not held up by it"


def test_an_operation_that_may_be_anothers_is_waited_for_and_never_cancelled(client: ShopifyClient, served: Served) -> None:
    served.system.switches["bulk_seconds"] = 30.0
    path = upload_lines(client, "regels.jsonl", b"{}\n")
    of = document("product_set_bulk")
    theirs = client.execute(document("bulk_run_mutation"), {"mutation": of.text, "path": path, "client": "iemand anders"})
    operation_id = theirs["bulkOperationRunMutation"]["bulkOperation"]["id"]
    with pytest.raises(UnknownOutcome, match=f"{operation_id} of this app still runs"):
        wait_for_mutations(client, Deadline(total_s=0.05, first_nap_s=0.01, longest_nap_s=0.01))
    assert client.execute(document("bulk_operation"), {"id": operation_id})["bulkOperation"]["status"] in ("CREATED", "RUNNING")


def test_an_upload_that_is_cut_off_is_sent_again(client: ShopifyClient, served: Served) -> None:
    served.control.faults.append(Fault("reset_before", operation="staged_upload", times=1))
    assert upload_lines(client, "regels.jsonl", b'{"a": 1}\n').endswith("regels.jsonl")
