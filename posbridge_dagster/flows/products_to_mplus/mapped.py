"""From the shop's products to what MplusKASSA should hold: pure functions on frames.

Every product of the snapshot is in the mapped frame exactly once, with an empty outcome or with the reason why it may not be written.
"""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.products_to_mplus.options import ProductsToMplusOptions
from posbridge_dagster.flows.products_to_mplus.shapes import MAPPED_ARTICLES, MAPPED_FAMILIES
from posbridge_dagster.flows.verdicts import first_verdicts, quarantine, verdicts_of_problems
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Flow = Mapping[ProductsToMplusOptions]
KEY = "product_id"
LONGEST_NUMBER = 18  # digits that a long holds for sure


def map_families(frames: MappingOf[str, pd.DataFrame], mapping: Flow, *, own: frozenset[str]) -> dict[str, pd.DataFrame]:
    """Return the frames ``families`` and ``articles`` in MplusKASSA's terms.

    ``frames`` has ``shop_products`` and ``shop_variants``; ``own`` are the products that came from MplusKASSA.
    """
    products, variants = frames["shop_products"], frames["shop_variants"]
    families, applied = mapping.apply("families", frames), mapping.apply("articles", frames)
    articles = variants[["variant_id", KEY, "item_id", "sku"]].merge(applied.frame, on="variant_id")
    numeric = articles["sku"].fillna("").str.fullmatch(rf"[1-9]\d{{0,{LONGEST_NUMBER - 1}}}")
    articles["article_number"] = pd.to_numeric(articles["sku"].where(numeric)).astype("int64[pyarrow]")
    verdicts = first_verdicts(
        [
            _came_from_the_till(products, own),
            _off(products, mapping.settings),
            mapping.select(frames, "shop_products"),
            mapping.judge(frames, "shop_products"),
            _not_numeric(articles[~numeric]),
            _same_sku(articles[numeric], products),
            verdicts_of_problems(families.problems, KEY),
            _of_product(applied.problems, variants),
        ],
        KEY,
    )
    frame = families.frame.merge(verdicts, on=KEY, how="left").fillna({"outcome": "", "code": "", "reason": ""})
    return {"families": MAPPED_FAMILIES.conform(frame), "articles": MAPPED_ARTICLES.conform(articles)}


def _skipped(rows: pd.DataFrame, code: str, reason: str) -> pd.DataFrame:
    return rows[[KEY]].assign(outcome=Outcome.SKIPPED.value, code=code, reason=reason)


def _came_from_the_till(products: pd.DataFrame, own: frozenset[str]) -> pd.DataFrame:
    rows = products[products[KEY].isin(own)]
    return _skipped(rows, "came_from_mplus", "it is a family of MplusKASSA already")


def _off(products: pd.DataFrame, options: ProductsToMplusOptions) -> pd.DataFrame:
    rows = products if not options.enabled else products.iloc[:0]
    return _skipped(rows, "flow_is_off", "enabled: false in mappings/products_to_mplus.yaml")


def _not_numeric(articles: pd.DataFrame) -> pd.DataFrame:
    reasons = [f"SKU {sku} is no article number: digits only" if sku else "a variant has no SKU" for sku in articles["sku"].fillna("")]
    return quarantine(articles[[KEY]], "sku_not_numeric", reasons)


def _same_sku(articles: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each product with a variant whose SKU another variant has too, naming both."""
    doubles = articles[articles.duplicated("sku", keep=False)]
    named = dict(zip(products[KEY], products["title"], strict=True))
    holders = {sku: list(zip(rows["variant_id"], rows[KEY], strict=True)) for sku, rows in doubles.groupby("sku")}
    reasons = [
        f"SKU {sku} is that of " + " and ".join(f"variant {variant} ({named.get(product)})" for variant, product in holders[sku])
        for sku in doubles["sku"]
    ]
    return quarantine(doubles[[KEY]], "duplicate_sku", reasons)


def _of_product(problems: pd.DataFrame, variants: pd.DataFrame) -> pd.DataFrame:
    found = problems.merge(variants[["variant_id", KEY, "sku"]], on="variant_id")
    reasons = [f"SKU {sku}: {field} {reason}" for sku, field, reason in zip(found["sku"], found["field"], found["reason"], strict=True)]
    return quarantine(found[[KEY]], found["code"], reasons)
