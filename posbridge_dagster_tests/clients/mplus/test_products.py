import pytest

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.products import create_product, products_of_articles, update_product
from posbridge_dagster_tests.clients.mplus.scripted import Cut, answer, serving

MADE = answer("CreateProductResponse", "<result>CREATE-PRODUCT-RESULT-OK</result><productNumber>7</productNumber><errorMessage/>")
TAKEN = answer(
    "CreateProductResponse",
    "<result>CREATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN</result><productNumber>0</productNumber>"
    "<errorMessage>5001 is taken</errorMessage>",
)
NONE = answer("GetProductsResponse", "<productList/>")
THERE = answer(
    "GetProductsResponse",
    "<productList><product><productNumber>7</productNumber><articleList><article><articleNumber>5001</articleNumber></article>"
    "</articleList></product></productList>",
)
SCARF = {"description": "Sjaal", "articleList": [{"articleNumber": 5001, "priceIncl": 1995, "vatCode": 2}]}


def test_a_product_is_made_with_its_articles() -> None:
    with serving([MADE]) as (client, served):
        assert create_product(client, SCARF) == 7
    (asked,) = served.asked
    assert asked.text("product/description") == "Sjaal"
    assert asked.text("product/articleList/article/articleNumber") == "5001"


def test_a_creation_whose_answer_was_lost_is_looked_up_before_it_is_sent_again() -> None:
    with serving([Cut(), THERE]) as (client, served):
        assert create_product(client, SCARF) == 7
    assert [asked.operation for asked in served.asked] == ["createProduct", "getProducts"]
    with serving([Cut(), NONE, MADE]) as (client, served):
        assert create_product(client, SCARF) == 7
    assert [asked.operation for asked in served.asked] == ["createProduct", "getProducts", "createProduct"]


def test_a_number_that_is_taken_is_told_with_the_sentence_of_the_service() -> None:
    with serving([TAKEN]) as (client, _), pytest.raises(Refused, match="5001 is taken") as refused:
        create_product(client, SCARF)
    assert refused.value.code == "article_number_taken"


def test_only_what_is_given_is_sent_and_a_product_that_is_gone_is_told() -> None:
    done = answer("UpdateProductResponse", "<result>UPDATE-PRODUCT-RESULT-OK</result><errorMessage/>")
    gone = answer("UpdateProductResponse", "<result>UPDATE-PRODUCT-RESULT-NOT-FOUND</result><errorMessage/>")
    with serving([done, gone]) as (client, served):
        assert update_product(client, 7, {"articleList": [{"articleNumber": 5001, "priceIncl": 1795}]})
        assert not update_product(client, 8, {"description": "Das"})
    assert served.asked[0].text("product/productNumber") == "7"
    assert not served.asked[0].has("product/description")


def test_products_are_found_by_their_articles() -> None:
    with serving([THERE]) as (client, served):
        assert list(products_of_articles(client, [5001, 5002])) == [5001]
    assert served.asked[0].text("request/includeAllArticlesOfSelectedProducts") == "true"
