"""What is for sale, at what price, and which article stands for its family: the catalogue as the mapping reads it."""

from collections.abc import Mapping

import pandas as pd

from posbridge_dagster.flows.products_to_shopify.options import ProductsToShopifyOptions
from posbridge_dagster.flows.products_to_shopify.shapes import EMPTY, FOR_SALE, RETIRED, SOLD_ARTICLES, SOLD_FAMILIES

Frames = dict[str, pd.DataFrame]
SEQUENCE = ["family_number", "colour_position", "size_position", "article_number"]


def assortment(catalogue: Mapping[str, pd.DataFrame], options: ProductsToShopifyOptions, *, taxes_included: bool, today: str) -> Frames:
    """Return the frames ``families``, ``lead`` and ``articles`` (SOLD_FAMILIES, SOLD_ARTICLES), articles in the till's sequence.

    ``catalogue`` has the frames of ``mplus_product_shapes``; ``today`` (YYYY-MM-DD) decides which sales prices hold.
    """
    articles = catalogue["articles"]
    articles = articles.assign(for_sale=_for_sale(articles, options), **_prices(catalogue, options, taxes_included, today))
    articles = SOLD_ARTICLES.conform(articles.sort_values(SEQUENCE, ignore_index=True))
    families = SOLD_FAMILIES.conform(catalogue["families"].merge(_summaries(articles), on="family_number", how="left").pipe(_with_state))
    return {"families": families, "lead": articles, "articles": articles}


def _for_sale(articles: pd.DataFrame, options: ProductsToShopifyOptions) -> pd.Series:
    sold = articles["active"].fillna(True) & ~articles["discontinued"].fillna(False) & articles["fault"].isna()
    sold &= articles["special_price"].fillna("PRICE-NORMAL").isin(options.special_prices)
    return sold & articles["webshop"].fillna(False) if options.webshop_only else sold


def _prices(
    catalogue: Mapping[str, pd.DataFrame], options: ProductsToShopifyOptions, taxes_included: bool, today: str
) -> dict[str, pd.Series]:
    articles = catalogue["articles"]
    base = _in_shop_terms(articles, articles["vat_rate"], taxes_included)
    reduced = articles["article_number"].map(_reductions(catalogue, options, taxes_included, today)).astype("int64[pyarrow]")
    is_reduced = (reduced < base).fillna(False)
    return {"shop_price_minor": base.where(~is_reduced, reduced), "shop_compare_at_minor": base.where(is_reduced)}


def _reductions(
    catalogue: Mapping[str, pd.DataFrame], options: ProductsToShopifyOptions, taxes_included: bool, today: str
) -> dict[int, int]:
    """Return the lowest price of the reductions' list that holds today for one piece, by article."""
    prices = catalogue["sales_prices"]
    if not options.sale_price_list or prices.empty:
        return {}
    begun = prices["first_day"].isna() | (prices["first_day"] <= today).fillna(False)
    lasting = prices["last_day"].isna() | (prices["last_day"] >= today).fillna(False)
    for_one = prices["minimum_quantity"].fillna(1) <= 1
    prices = prices[(prices["price_number"] == options.sale_price_list) & begun & lasting & for_one]
    rates = prices[["article_number"]].merge(catalogue["articles"][["article_number", "vat_rate"]], on="article_number", how="left")
    stated = _in_shop_terms(prices.reset_index(drop=True), rates["vat_rate"], taxes_included)
    found = pd.DataFrame({"article": rates["article_number"], "price": stated}).dropna()
    lowest = found.groupby("article", as_index=False)["price"].min()
    return {int(article): int(price) for article, price in zip(lowest["article"], lowest["price"], strict=True)}


def _in_shop_terms(frame: pd.DataFrame, rates: pd.Series, taxes_included: bool) -> pd.Series:
    """Return prices as the shop has them; one that is told the other way only is reckoned with the VAT rate, half up."""
    whole = 10_000 + rates
    if taxes_included:
        return frame["price_minor"].fillna((frame["price_excl_minor"] * whole * 2 + 10_000) // 20_000)
    return frame["price_excl_minor"].fillna((frame["price_minor"] * 20_000 + whole) // (2 * whole))


def _summaries(articles: pd.DataFrame) -> pd.DataFrame:
    """Return for each family with articles how many are for sale and the first of them, else its first article."""
    sold_first = articles.sort_values("for_sale", ascending=False, kind="stable")
    by_family = sold_first.groupby("family_number", sort=False)
    return pd.DataFrame(
        {"lead_article": by_family["article_number"].first(), "article_count": by_family["for_sale"].sum().astype("int64[pyarrow]")}
    ).reset_index()


def _with_state(families: pd.DataFrame) -> pd.DataFrame:
    count = families["article_count"].fillna(0)
    state = pd.Series(FOR_SALE, index=families.index, dtype="string[pyarrow]")
    state = state.mask(count == 0, RETIRED).mask(families["lead_article"].isna(), EMPTY)
    return families.assign(article_count=count, state=state)
