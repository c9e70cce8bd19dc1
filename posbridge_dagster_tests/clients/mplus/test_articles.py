from posbridge_dagster.clients.mplus.articles import products, products_since
from posbridge_dagster_tests.clients.mplus.scripted import Say, answer, serving

EMPTY = answer("GetProductsResponse", "<productList/>")


def product(number: int, marker: int, *article_markers: int) -> str:
    articles = "".join(f"<article><articleNumber>{m}</articleNumber><syncMarker>{m}</syncMarker></article>" for m in article_markers)
    return (
        f"<product><productNumber>{number}</productNumber><syncMarker>{marker}</syncMarker><articleList>{articles}</articleList></product>"
    )


def page(*found: str) -> Say:
    return answer("GetProductsResponse", f"<productList>{''.join(found)}</productList>")


def test_the_marker_leads_over_products_and_articles_to_an_empty_page() -> None:
    with serving([page(product(1, 4, 9, 2), product(2, 6)), page(product(3, 12, 11)), EMPTY]) as (client, served):
        pages = list(products_since(client, 2, 100))
    assert [([row["productNumber"] for row in rows], marker) for rows, marker in pages] == [([1, 2], 10), ([3], 13)]
    assert [asked.text("request/syncMarker") for asked in served.asked] == ["2", "10", "13"]
    asked = served.asked[0]
    assert asked.text("request/syncMarkerLimit") == "100"
    assert asked.text("request/includeAllArticlesOfSelectedProducts") == "false"
    assert asked.text("request/syncMarkerExcludePreparationMethods") == "true"
    assert asked.has("request/pluNumbers")
    assert not asked.has("request/onlyActive")
    assert not asked.has("request/onlyWebshop")


def test_whole_families_are_read_by_number_in_batches() -> None:
    with serving([page(product(1, 4, 9), product(2, 6)), page(product(3, 12))]) as (client, served):
        assert [row["productNumber"] for row in products(client, [1, 2, 3], batch=2)] == [1, 2, 3]
    assert served.asked[0].text("request/includeAllArticlesOfSelectedProducts") == "true"
    assert [len(asked.call.findall(".//{urn:mplusqapi}productNumbers")) for asked in served.asked] == [2, 1]
