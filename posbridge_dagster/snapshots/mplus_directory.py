"""Keeps the local copy of MplusKASSA's articles and relations current, so that no order needs a call to look anything up.

Read by sync marker (an inclusive lower bound) until an empty page, unfiltered: a filter on active articles would hide the very
change that retires one. The marker moves with the rows it covers, in one transaction.
"""

from collections.abc import Mapping
from typing import Any

from posbridge_dagster.clients.mplus.articles import products_since
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.relations import relations_since
from posbridge_dagster.ledger import Directory

_RELATION = {
    "relation_number": "relationNumber",
    "ext_relation_id": "extRelationId",
    "email": "email",
    "name": "name",
    "company_name": "companyName",
    "contact": "contact",
    "address": "address",
    "zipcode": "zipcode",
    "city": "city",
    "country": "country",
    "delivery_address": "deliveryAddress",
    "delivery_zipcode": "deliveryZipcode",
    "delivery_city": "deliveryCity",
    "delivery_country": "deliveryCountry",
    "telephone": "telephone",
    "mobile": "mobile",
    "vat_number": "vatNumber",
    "active": "active",
    "sync_marker": "syncMarker",
}


def refresh_articles(client: MplusClient, directory: Directory) -> int:
    """Read the articles that changed since the last time; return how many."""
    count = 0
    for products, marker in products_since(client, directory.articles_marker() or 0):
        rows = [_article(product, article) for product in products for article in product["articleList"]]
        directory.store_articles(rows, marker)
        count += len(rows)
    return count


def refresh_relations(client: MplusClient, directory: Directory) -> int:
    """Read the relations that changed since the last time; return how many."""
    count = 0
    for relations, marker in relations_since(client, directory.relations_marker() or 0):
        directory.store_relations(
            [{column: relation.get(member) for column, member in _RELATION.items()} for relation in relations], marker
        )
        count += len(relations)
    return count


def _article(product: Mapping[str, Any], article: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "article_number": article["articleNumber"],
        "product_number": product.get("productNumber"),
        "ext_article_id": article.get("extArticleId"),
        "barcode": article.get("barcode"),
        "plu_number": article.get("pluNumber"),
        "description": article.get("description"),
        "vat_code": article.get("vatCode"),
        "active": article.get("active") is not False and not article.get("discontinued"),
        "stock_article": article.get("stockArticle"),
        "sync_marker": article["syncMarker"],
    }
