"""From the catalogue to what Shopify should hold: pure functions on frames.

Every family is in the mapped frame exactly once, with an empty outcome or with the reason why it may not be written. What is wrong
with an article holds its whole family back, because half a product would be on sale otherwise.
"""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.products_to_shopify.assortment import assortment
from posbridge_dagster.flows.products_to_shopify.attributes import attribute_problems, option_values
from posbridge_dagster.flows.products_to_shopify.features import map_features
from posbridge_dagster.flows.products_to_shopify.options import ProductsToShopifyOptions
from posbridge_dagster.flows.products_to_shopify.shapes import MAPPED_PRODUCTS, MAPPED_VARIANTS
from posbridge_dagster.flows.verdicts import first_verdicts, quarantine, verdicts_of_problems
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Flow = Mapping[ProductsToShopifyOptions]
Frames = MappingOf[str, pd.DataFrame]
KEY = "family_number"
STATUSES = ("ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED")


def map_products(
    catalogue: Frames, mapping: Flow, *, taxes_included: bool, today: str, own: frozenset[int] = frozenset()
) -> dict[str, pd.DataFrame]:
    """Return the frames ``products``, ``variants`` and ``features`` in Shopify's terms.

    ``catalogue`` are the frames of ``mplus_product_shapes``, ``own`` the families that came from this shop and do not travel back.
    """
    options = mapping.settings
    sold = assortment(catalogue, options, taxes_included=taxes_included, today=today)
    products = mapping.apply("products", sold)
    applied = mapping.apply("variants", sold)
    variants = _variants(sold["articles"], applied.frame, catalogue["custom_fields"], options)
    on_sale = variants[variants["for_sale"]]
    verdicts = first_verdicts(
        [
            _came_from_here(sold["families"], own),
            mapping.select(sold, "families"),
            mapping.judge(sold, "families"),
            _unreadable(sold["articles"]),
            verdicts_of_problems(products.problems, KEY),
            _of_family(applied.problems, on_sale),
            _unknown_status(products.frame),
            attribute_problems(on_sale),
            _same_sku(on_sale, sold["families"]),
        ],
        KEY,
    ).astype({KEY: "int64[pyarrow]"})
    names = on_sale.drop_duplicates(KEY)[[KEY, "names"]].rename(columns={"names": "option_names"})
    frame = products.frame.merge(sold["families"][[KEY, "state"]], on=KEY).merge(names, on=KEY, how="left")
    frame = frame.merge(verdicts, on=KEY, how="left").fillna({"outcome": "", "code": "", "reason": ""})
    return {
        "products": MAPPED_PRODUCTS.conform(frame.sort_values(KEY, ignore_index=True)),
        "variants": MAPPED_VARIANTS.conform(variants.rename(columns={"values": "option_values"})),
        "features": map_features(sold, catalogue["custom_fields"], options),
    }


def _variants(
    articles: pd.DataFrame, applied: pd.DataFrame, custom_fields: pd.DataFrame, options: ProductsToShopifyOptions
) -> pd.DataFrame:
    """Return the mapped variants with their place and the values of their options, those that are for sale first."""
    sorted_articles = articles.sort_values("for_sale", ascending=False, kind="stable").reset_index(drop=True)
    parts = [option_values(part, custom_fields, options) for _, part in sorted_articles.groupby("for_sale", sort=False)]
    values = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["article_number", "names", "values"])
    sold = sorted_articles[["article_number", KEY, "for_sale", "ext_article_id"]].merge(applied, on="article_number")
    sold = sold.merge(values[["article_number", "names", "values"]].astype({"article_number": "int64[pyarrow]"}), on="article_number")
    return sold.assign(position=(sold.groupby(KEY).cumcount() + 1).astype("int64[pyarrow]"))


def _came_from_here(families: pd.DataFrame, own: frozenset[int]) -> pd.DataFrame:
    rows = families[families[KEY].isin(own)]
    verdict = {"outcome": Outcome.SKIPPED.value, "code": "came_from_shopify", "reason": "it was made from a product of this shop"}
    return rows[[KEY]].assign(**verdict)


def _unreadable(articles: pd.DataFrame) -> pd.DataFrame:
    rows = articles[articles["fault"].notna()]
    pairs = zip(rows["article_number"], rows["fault"], strict=True)
    return quarantine(rows[[KEY]], "unreadable_article", [f"article {number} cannot be read: {fault}" for number, fault in pairs])


def _of_family(problems: pd.DataFrame, on_sale: pd.DataFrame) -> pd.DataFrame:
    """Return the mapping's problems of articles for sale as verdicts of their families, naming the article."""
    found = problems.merge(on_sale[["article_number", KEY]], on="article_number")
    reasons = [
        f"article {number}: {field} {reason}"
        for number, field, reason in zip(found["article_number"], found["field"], found["reason"], strict=True)
    ]
    return quarantine(found[[KEY]], found["code"], reasons)


def _unknown_status(products: pd.DataFrame) -> pd.DataFrame:
    rows = products[products["status"].notna() & ~products["status"].isin(STATUSES)]
    reasons = [f"{status} is no status; there are {', '.join(STATUSES)}" for status in rows["status"]]
    return quarantine(rows[[KEY]], "unknown_status", reasons)


def _same_sku(on_sale: pd.DataFrame, families: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each family with an article whose SKU another article has too, naming both."""
    named_skus = on_sale[on_sale["sku"].notna()]
    skus = named_skus.assign(sku_key=named_skus["sku"].str.casefold())
    doubles = skus[skus.duplicated("sku_key", keep=False)]
    holders = {sku: list(zip(rows["article_number"], rows[KEY], strict=True)) for sku, rows in doubles.groupby("sku_key")}
    named = dict(zip(families[KEY], families["description"], strict=True))
    reasons = [
        f"SKU {sku} is that of "
        + " and ".join(f"article {article} (family {family}, {named.get(family)})" for article, family in holders[key])
        for sku, key in zip(doubles["sku"], doubles["sku_key"], strict=True)
    ]
    return quarantine(doubles[[KEY]], "duplicate_sku", reasons)
