"""Products (families) with their articles made and changed; an article is always wrapped in a product.

Neither call has an idempotency key. Articles carry numbers of ours, which the service refuses a second time, so a creation whose
answer was lost is looked up by them before it is sent again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import Meaning, judge
from posbridge_dagster.clients.mplus.once import written_once
from posbridge_dagster.clients.mplus.reading import Record

ARTICLES_IN_A_CALL = 100


def products_of_articles(client: MplusClient, article_numbers: Sequence[int]) -> dict[int, Record]:
    """Return the whole product of each article that exists, by article number, 100 articles a call."""
    found: dict[int, Record] = {}
    for start in range(0, len(article_numbers), ARTICLES_IN_A_CALL):
        part = list(article_numbers[start : start + ARTICLES_IN_A_CALL])
        asked = {"articleNumbers": part, "pluNumbers": [], "includeAllArticlesOfSelectedProducts": True}
        for product in client.call("getProducts", {"request": asked})["productList"]:
            found |= {article["articleNumber"]: product for article in product["articleList"] if article["articleNumber"] in part}
    return found


def create_product(client: MplusClient, product: Mapping[str, Any]) -> int:
    """Create a product with its articles (members of the WSDL, each article with its number) and return the product's number.

    Raises Refused with the reason given, such as an article number that is taken.
    """
    numbers = [int(article["articleNumber"]) for article in product["articleList"]]

    def send() -> int:
        answer = client.call("createProduct", {"product": product})
        judge("createProduct", answer)
        return int(answer["productNumber"])

    def look_up() -> int | None:
        found = products_of_articles(client, numbers)
        return int(found[numbers[0]]["productNumber"]) if found.keys() == set(numbers) else None

    return written_once(client, send, look_up)


def update_product(client: MplusClient, product_number: int, changes: Mapping[str, Any]) -> bool:
    """Change the given members of a product and of the articles named in ``articleList``; False when the product is gone.

    Articles that are not named stay; a named one that does not exist is added. Sending the same content twice does no harm.
    Raises Refused with the reason given.
    """
    answer = client.call("updateProduct", {"product": {**changes, "productNumber": product_number}}, repeatable=True)
    return judge("updateProduct", answer, Meaning.NOT_FOUND).meaning is Meaning.DONE
