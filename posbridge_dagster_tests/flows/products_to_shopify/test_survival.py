"""What people made in Shopify survives every way in which the till changes a product: variants, media, metafields, collections."""

from collections.abc import Iterator
from typing import Any

import pytest

from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.product_matching import Found
from posbridge_dagster.loading.product_plan import Rules, Stage, Step
from posbridge_dagster.loading.product_progress import Progress
from posbridge_dagster.loading.product_steps import one_by_one
from posbridge_dagster.loading.works import Work
from posbridge_dagster.resources import shopify_client
from posbridge_dagster.sandbox.seed import FamilySeed
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.in_step import Ran, Row
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import Clothes, article, clothes_shop
from posbridge_dagster_tests.flows.products_to_shopify.test_people import ADD, META

RETIRES, COLOURED, REMOVED_VALUE, UNDECIDED, GIVES, TAKES, EMPTIED, HOLDS, WAITS, SWAPS, REPLACED, TAKEN = range(30, 42)


def family(number: int, *colours: str) -> FamilySeed:
    return FamilySeed(
        number,
        f"Familie {number}",
        tuple(article(number * 100 + n, f"Artikel {number}", colour=colour) for n, colour in enumerate(colours)),
    )


FAMILIES = (
    family(RETIRES, "Rood", "Blauw"),
    family(COLOURED, ""),
    family(REMOVED_VALUE, "Rood", "Blauw"),
    family(UNDECIDED, ""),
    family(GIVES, "Rood", "Blauw"),
    family(TAKES, "Geel", "Groen"),
    family(EMPTIED, "Rood"),
    family(HOLDS, "Rood", "Blauw", "Groen"),
    family(WAITS, "Geel", "Wit"),
    family(SWAPS, "Rood", "Blauw", "Geel"),
    family(REPLACED, ""),
    family(TAKEN, "Rood", "Blauw"),
)
HELD_BACK = {UNDECIDED: "options_changed", HOLDS: "variants_alike", WAITS: "article_elsewhere", TAKEN: "values_taken"}
BY_HAND = (RETIRES, REMOVED_VALUE, UNDECIDED, GIVES, EMPTIED, SWAPS, TAKEN)
RED = [{"optionName": "Kleur", "name": "Rood"}]
PICTURE = {"originalSource": "https://example.com/foto.jpg", "mediaContentType": "IMAGE"}
ADD_PICTURE = """mutation P($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
  productUpdate(product: $product, media: $media) { userErrors { field message } } }"""
COLLECT = """mutation C($collection: CollectionCreateInput!) {
  collectionCreate(collection: $collection) { collection { id } userErrors { field message } } }"""
THEIRS = """query T($id: ID!, $collection: ID!) {
  collection(id: $collection) { hasProduct(id: $id) }
  product(id: $id) { id media(first: 5) { nodes { id } } metafield(namespace: "winkel", key: "pasvorm") { value }
    options { name optionValues { name } }
    variants(first: 20) { nodes { id sku price selectedOptions { value } metafield(namespace: "winkel", key: "plank") { value } } } } }"""


def decorated(shop: Clothes, number: int, product: Row) -> None:
    """Give a product what people give it: a picture, a metafield, one for each of its variants, and a variant made by hand."""
    text = {"namespace": "winkel", "type": "single_line_text_field"}
    owners = [("pasvorm", product["id"]), *(("plank", variant["id"]) for variant in product["variants"]["nodes"])]
    shop.step.execute(META, metafields=[{**text, "ownerId": owner, "key": key, "value": "A1"} for key, owner in owners])
    shop.step.execute(ADD_PICTURE, product={"id": product["id"]}, media=[PICTURE])
    if number in BY_HAND:
        option = "Title" if number == UNDECIDED else "Kleur"
        chosen = [{"optionName": option, "name": "Paars"}]
        made = {"optionValues": chosen, "price": "10.00", "inventoryItem": {"sku": f"hand-{number}"}}
        shop.step.execute(ADD, productId=product["id"], variants=[made])


def the_till_changes(shop: Clothes) -> None:
    """Let every family change in its own way."""
    shop.floor.change_article(RETIRES * 100, {"active": False})
    shop.floor.change_article(COLOURED * 100, {"colour": "Wit"})
    shop.floor.change_article(REMOVED_VALUE * 100, {"colour": "Oranje"})
    shop.floor.change_article(UNDECIDED * 100, {"colour": "Wit"})
    shop.floor.move_article(GIVES * 100, TAKES)
    shop.floor.move_article(EMPTIED * 100, TAKES)
    shop.floor.change_article(EMPTIED * 100, {"colour": "Zwart"})
    for place, colour in enumerate(("Blauw", "Geel", "Rood")):
        shop.floor.change_article(SWAPS * 100 + place, {"colour": colour})
    shop.floor.change_article(REPLACED * 100, {"active": False})
    shop.floor.add_article(REPLACED, {"articleNumber": REPLACED * 100 + 1, "priceIncl": 995, "vatCode": 2})
    shop.floor.change_article(TAKEN * 100, {"colour": "paars"})
    shop.floor.move_article(HOLDS * 100, WAITS)
    shop.floor.change_article(HOLDS * 100 + 2, {"colour": "blauw"})


class Story:
    """A shop that people have enriched, before and after the till changed every product."""

    def __init__(self, shop: Clothes) -> None:
        self.shop = shop
        shop.run()
        self.first = shop.products()
        ids = [{"productId": product["id"]} for product in self.first.values()]
        sources = [{"source": {"title": "Etalage", "inclusion": {"selections": ids}}}]
        self.collection = shop.step.execute(COLLECT, collection={"title": "Etalage", "sources": sources})["collectionCreate"]["collection"][
            "id"
        ]
        for number, product in self.first.items():
            decorated(shop, number, product)
        self.before = {number: self.theirs(number) for number in self.first}
        the_till_changes(shop)
        self.ran: Ran = shop.run()
        self.after = {number: self.theirs(number) for number in self.first}

    def theirs(self, number: int) -> Row:
        """Return a product with what people gave it."""
        told = self.shop.step.execute(THEIRS, id=self.first[number]["id"], collection=self.collection)
        return {**told["product"], "collected": told["collection"]["hasProduct"]}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with clothes_shop(tmp_path_factory.mktemp("survival"), *FAMILIES) as shop:
        yield Story(shop)


def of_product(product: Row) -> Any:
    return [media["id"] for media in product["media"]["nodes"]], product["metafield"], product["collected"]


def by_sku(product: Row) -> dict[str, Row]:
    return {variant["sku"]: variant for variant in product["variants"]["nodes"]}


def test_every_change_was_carried_out_but_those_that_would_cost_something(story: Story) -> None:
    assert {number: story.ran.rows[str(number)]["code"] for number in HELD_BACK} == HELD_BACK
    assert f"article {HOLDS * 100} is still variant" in story.ran.rows[str(WAITS)]["reason"]
    assert {story.ran.outcomes()[str(number)] for number in story.first if number not in HELD_BACK} == {"updated"}


@pytest.mark.parametrize("number", [RETIRES, COLOURED, REMOVED_VALUE, UNDECIDED, GIVES, TAKES, EMPTIED, SWAPS, REPLACED, TAKEN])
def test_pictures_metafields_and_collections_of_a_product_stay(number: int, story: Story) -> None:
    assert of_product(story.after[number]) == of_product(story.before[number])
    assert story.after[number]["collected"] and story.after[number]["media"]["nodes"] and story.after[number]["metafield"]


@pytest.mark.parametrize("number", BY_HAND)
def test_variants_made_by_hand_stay_as_they_were(number: int, story: Story) -> None:
    made = f"hand-{number}"
    assert by_sku(story.after[number])[made] == by_sku(story.before[number])[made]


@pytest.mark.parametrize("number", [RETIRES, COLOURED, REMOVED_VALUE, UNDECIDED, GIVES, TAKES, SWAPS, TAKEN])
def test_variants_that_stay_keep_their_ids_and_their_metafields(number: int, story: Story) -> None:
    before, after = by_sku(story.before[number]), by_sku(story.after[number])
    gone = {RETIRES: {str(RETIRES * 100)}, GIVES: {str(GIVES * 100)}}.get(number, set())
    assert before.keys() - after.keys() == gone
    kept = before.keys() & after.keys()
    assert {sku: (after[sku]["id"], after[sku]["metafield"]) for sku in kept} == {
        sku: (before[sku]["id"], before[sku]["metafield"]) for sku in kept
    }


def test_values_that_change_places_and_articles_that_replace_each_other_are_no_obstacle(story: Story) -> None:
    colours = {sku: variant["selectedOptions"][0]["value"] for sku, variant in by_sku(story.after[SWAPS]).items()}
    assert [colours[str(SWAPS * 100 + place)] for place in range(3)] == ["Blauw", "Geel", "Rood"]
    assert list(by_sku(story.after[REPLACED])) == [str(REPLACED * 100 + 1)]


def test_values_stand_in_the_tills_sequence_and_those_of_others_after_them(story: Story) -> None:
    def values(number: int) -> list[str]:
        return [value["name"] for option in story.after[number]["options"] for value in option["optionValues"]]

    assert values(RETIRES) == ["Blauw", "Paars"]
    assert values(COLOURED) == ["Wit"]
    assert values(REMOVED_VALUE) == ["Oranje", "Blauw", "Rood", "Paars"], "Shopify keeps a value that no variant has any more"
    assert values(TAKES) == ["Rood", "Geel", "Groen", "Zwart"]


def test_an_article_arrives_once_the_product_it_leaves_lets_it_go_and_then_all_is_quiet(story: Story) -> None:
    story.shop.floor.change_article(HOLDS * 100 + 2, {"colour": "Oker"})
    ran = story.shop.run()
    assert (ran.outcomes()[str(HOLDS)], ran.outcomes()[str(WAITS)]) == ("updated", "updated")
    assert str(HOLDS * 100) in by_sku(story.theirs(WAITS)) and str(HOLDS * 100) not in by_sku(story.theirs(HOLDS))
    story.shop.forget_calls()
    ran = story.shop.run()
    assert (story.shop.writes(), ran.counts()) == ([], {"quarantined": 2, "unchanged": 10})


def test_a_variant_that_somebody_made_meanwhile_is_not_lost_by_setting_all_at_once(story: Story) -> None:
    product = story.first[SWAPS]["id"]
    before = story.theirs(SWAPS)
    seen = Found({"id": product, "variants": before["variants"]["nodes"][:-1]}, {})
    given = {"productOptions": [{"name": "Kleur", "values": [{"name": "Rood"}]}], "variants": [{"optionValues": RED}]}
    step = Step(Stage.SET, "product_set", {"identifier": {"id": product}, "input": given})
    work = Work(Kept(str(SWAPS), f"sandbox:{SWAPS}", "", {}, payload={"variants": {}}), found=seen)
    client = shopify_client(read_settings())
    ((ended,),) = one_by_one(client, [Progress(work, [step], product)], Rules())
    client.close()
    assert ended.failure is not None and ended.failure.code == "changed_meanwhile"
    assert story.theirs(SWAPS) == before
