from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean
from stdnum.nl import bsn

from posbridge_dagster.sandbox.generator import generate_shop
from posbridge_dagster.sandbox.generator.wholesale import Size
from posbridge_dagster.sandbox.mplus.masterdata import ARTICLE_FIELDS
from posbridge_dagster.sandbox.seed import ArticleSeed, RelationSeed, Seed

DAY = date(2026, 10, 19)


def shop_of(size: Size, seed: int = 1) -> Seed:
    return generate_shop(seed, DAY, 1, 3, nasty=False, size=size)


def goods(shop: Seed) -> list[ArticleSeed]:
    return [article for family in shop.families for article in family.articles if article.code and article.article_number]


@pytest.fixture(scope="module")
def large() -> Seed:
    return shop_of(Size(600, 1500, 80, relations=900))


def test_a_shop_has_exactly_the_size_that_is_asked_for(large: Seed) -> None:
    assert (large.report["families"], len(goods(large)), len(large.groups), len(large.relations)) == (600, 1500, 80, 900)


def test_its_groups_stand_in_four_levels_each_larger_than_the_one_above(large: Seed) -> None:
    parents = {group.number: group.parent for group in large.groups if group.number > 1000}

    def level(number: int) -> int:
        return 1 + (level(parents[number]) if parents[number] else 0)

    levels = Counter(map(level, parents))
    assert sorted(levels) == [1, 2, 3, 4]
    assert [levels[place] for place in (1, 2, 3, 4)] == sorted(levels.values())


def test_every_number_code_and_barcode_is_there_once(large: Seed) -> None:
    barcodes = [article.barcode for article in goods(large)] + [code for article in goods(large) for code in article.details.barcodes]
    for values in ([article.article_number for article in goods(large)], [article.code for article in goods(large)], barcodes):
        assert len(values) == len(set(values))
    assert all(ean.is_valid(code) for code in barcodes)


def test_the_articles_of_a_family_differ_in_their_options_and_have_places_in_the_tills_sequence(large: Seed) -> None:
    wide = [family for family in large.families if family.number > 10_000 and len(family.articles) > 1 and family.articles[0].code]
    for family in wide:
        options = [(article.colour, article.size) for article in family.articles]
        places = [(article.details.colour_position, article.details.size_position) for article in family.articles]
        assert len(set(options)) == len(set(places)) == len(options)
    assert any([a.article_number for a in family.articles] != sorted(a.article_number for a in family.articles) for family in wide)


def test_it_has_articles_of_every_awkward_kind(large: Seed) -> None:
    details = [article.details for article in goods(large)]
    assert {field.name for each in details for field in each.custom_fields} == set(ARTICLE_FIELDS)
    for kind in (
        [not article.active for article in goods(large)],
        [not article.stock_article for article in goods(large)],
        [each.discontinued for each in details],
        [each.webshop is False for each in details],
        [each.day_stock for each in details],
        [each.till_stock is not None for each in details],
        [bool(each.sales_prices) for each in details],
        [bool(each.barcodes) for each in details],
        [not family.groups for family in large.families],
        [len(family.groups) > 1 for family in large.families],
    ):
        assert 0 < sum(kind) < len(kind) / 2


def spoiled(relations: list[RelationSeed]) -> dict[str, int]:
    emails = Counter(relation.email.lower() for relation in relations if relation.email)
    phones = Counter(relation.mobile or relation.telephone for relation in relations if relation.mobile or relation.telephone)
    return {
        "companies": sum(bool(relation.company_name) for relation in relations),
        "without e-mail": sum(not relation.email for relation in relations),
        "unreachable": sum(not (relation.email or relation.telephone or relation.mobile) for relation in relations),
        "shared telephones": sum(count - 1 for count in phones.values()),
        "shared e-mails": sum(count - 1 for count in emails.values()),
        "inactive": sum(not relation.active for relation in relations),
        "delivery elsewhere": sum(relation.delivery is not None for relation in relations),
    }


def test_its_relations_have_all_that_is_wrong_with_a_file_of_years(large: Seed) -> None:
    found = spoiled(large.relations)
    assert min(found.values()) > 0
    assert 0.15 * 900 < found["companies"] < 0.35 * 900
    assert found["unreachable"] < found["without e-mail"] < 0.25 * 900


def test_dutch_vat_numbers_are_valid(large: Seed) -> None:
    numbers = [relation.vat_number for relation in large.relations if relation.vat_number]
    assert len(numbers) > 50
    assert all(bsn.is_valid(number[2:11]) for number in numbers)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 1000), families=st.integers(130, 260), more=st.integers(0, 700))
def test_any_size_is_met_and_the_same_seed_is_the_same_shop(seed: int, families: int, more: int) -> None:
    size = Size(families, 300 + families + more, relations=100)
    shop = shop_of(size, seed)
    assert (shop.report["families"], len(goods(shop)), len(shop.relations)) == (families, size.articles, 100)
    assert shop == shop_of(size, seed)


def test_a_larger_shop_has_what_the_standard_one_has() -> None:
    standard, larger = shop_of(Size()), shop_of(Size(families=300))
    assert larger.families[: standard.report["families"]] == standard.families[: standard.report["families"]]
    assert larger.customers == standard.customers


@pytest.mark.parametrize("size", [Size(families=3), Size(articles=5000), Size(groups=2), Size(relations=1), Size(families=40_000)])
def test_a_size_that_cannot_be_is_refused(size: Size) -> None:
    with pytest.raises(ValueError, match=r"ask for more families|too few"):
        shop_of(size)
