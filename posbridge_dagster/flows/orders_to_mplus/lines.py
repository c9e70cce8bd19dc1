"""Lines in MplusKASSA's terms: which article they are."""

from typing import Any

import pandas as pd

from posbridge_dagster.flows.line_prices import WHOLE
from posbridge_dagster.flows.orders_to_mplus.options import ArticleKey, OrdersToMplusOptions
from posbridge_dagster.loading.rows import plain_rows


def match_articles(lines: pd.DataFrame, articles: pd.DataFrame, options: OrdersToMplusOptions) -> tuple[pd.Series, pd.DataFrame]:
    """Return the article number of each line, and the lines without one.

    ``lines`` has order_id, line_id, position, code, barcode, service_article, service_code and text; the second frame has
    order_id, code (article_not_found, article_ambiguous) and reason. A service article of the mapping wins over the SKU; it must exist.
    """
    articles = articles[articles["active"].fillna(True)]
    lines = lines.assign(service=service_articles(lines))
    number = lines["service"].where(lines["service"].isin(articles["article_number"]))
    wanted = lines["service"].notna()
    ambiguous = pd.Series(False, index=lines.index)
    for key in options.match_articles:
        values, index = _keys(lines, articles, key)
        several = values.isin(index[index.duplicated(keep=False)].unique()) & number.isna() & ~wanted
        single = index.drop_duplicates(keep=False)
        found = pd.Series(single.index, index=single.array, dtype=WHOLE).reindex(values.array).set_axis(lines.index)
        number = number.where(number.notna() | wanted | several, found)
        ambiguous |= several & number.isna()
    if options.article_not_found == "fallback":
        number = number.where(number.notna() | wanted | ambiguous, options.fallback_article)
    missing = number.isna()
    problems = lines.loc[missing, ["order_id"]].copy()
    problems["code"] = ["article_ambiguous" if both else "article_not_found" for both in ambiguous[missing]]
    problems["reason"] = [_sentence(row, both) for row, both in zip(plain_rows(lines[missing]), ambiguous[missing], strict=True)]
    return number.astype(WHOLE), problems


def service_articles(lines: pd.DataFrame) -> pd.Series:
    """Return the service article that the mapping names for each line, by its SKU or by its kind; empty for goods."""
    by_code, by_kind = (lines[name].where(lines[name].fillna(0) != 0) for name in ("service_code", "service_article"))
    return by_code.fillna(by_kind)


def _keys(lines: pd.DataFrame, articles: pd.DataFrame, key: ArticleKey) -> tuple[pd.Series, pd.Series]:
    """Return what the lines are looked up by, and the same key of each article as a series indexed by article number."""
    column = {"article_number": "article_number", "external_id": "ext_article_id", "barcode": "barcode"}[key]
    values = lines["barcode" if key == "barcode" else "code"]
    index = articles.set_index("article_number", drop=False)[column].dropna().astype("string[pyarrow]")
    index.index.name, index.name = "article_number", "key"
    return values, index[index != ""]


def _sentence(line: dict[str, Any], ambiguous: bool) -> str:
    if line["service"] is not None:
        return f"line {line['position']}: service article {line['service']} does not exist in MplusKASSA"
    code = f"SKU {line['code']!r}" if line["code"] else "no SKU"
    if ambiguous:
        return f"line {line['position']}: {code} belongs to more than one article"
    return f"line {line['position']}: {code} ({line['text']}) is no article of MplusKASSA"
