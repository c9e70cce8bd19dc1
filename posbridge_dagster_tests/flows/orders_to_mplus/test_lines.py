from typing import Any

import pandas as pd
import pytest

from posbridge_dagster.flows.orders_to_mplus.lines import match_articles
from posbridge_dagster.flows.orders_to_mplus.options import ArticleKey, OrdersToMplusOptions
from posbridge_dagster.flows.orders_to_mplus.shapes import ARTICLES
from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape

LINES = FrameShape(
    "lines",
    ("order_id", "line_id"),
    {
        **{name: Column(TEXT) for name in ("order_id", "line_id", "code", "barcode", "text")},
        **{name: Column(WHOLE) for name in ("position", "service_article", "service_code")},
    },
)
KNOWN = ARTICLES.frame(
    [
        {"article_number": 100101, "barcode": "8710000000017", "active": True},
        {"article_number": 100102, "barcode": "8710000000024", "active": True},
        {"article_number": 100103, "barcode": "8710000000024", "active": True},
        {"article_number": 700001, "ext_article_id": "85123A", "active": True},
        {"article_number": 700002, "ext_article_id": "100101", "active": True},
        {"article_number": 700003, "ext_article_id": "TWIN", "active": True},
        {"article_number": 700004, "ext_article_id": "TWIN", "active": True},
        {"article_number": 700005, "ext_article_id": "", "active": None},
        {"article_number": 100199, "active": False},
        {"article_number": 900007, "active": True},
    ]
)
EVERY_KEY: list[ArticleKey] = ["article_number", "external_id", "barcode"]


def options(**settings: Any) -> OrdersToMplusOptions:
    return OrdersToMplusOptions(default_debtor=1, **{"match_articles": EVERY_KEY, **settings})


def matched(choice: OrdersToMplusOptions | None = None, **line: Any) -> tuple[int | None, str, str]:
    """Return article number, code and reason of one line."""
    row = {"order_id": "1", "line_id": "1", "position": 3, "text": "Tas", "service_article": 0, "service_code": 0, **line}
    numbers, problems = match_articles(LINES.frame([row]), KNOWN, choice or options())
    number = None if pd.isna(numbers.iloc[0]) else int(numbers.iloc[0])
    assert (number is None) == (len(problems) == 1)
    return number, *(problems[["code", "reason"]].iloc[0] if len(problems) else ("", ""))


@pytest.mark.parametrize(
    ("line", "article"),
    [
        ({"code": "100102"}, 100102),
        ({"code": "85123A"}, 700001),
        ({"code": "100101"}, 100101),  # also the extArticleId of another: the first way in the list wins
        ({"code": "geen", "barcode": "8710000000017"}, 100101),
        ({"code": None, "barcode": "8710000000017"}, 100101),
        ({"code": "geen", "service_article": 900007}, 900007),
        ({"code": "100102", "service_code": 900007}, 900007),
    ],
)
def test_a_line_finds_its_article(line: dict[str, Any], article: int) -> None:
    assert matched(**line) == (article, "", "")


def test_the_order_of_the_ways_is_the_mappings_choice() -> None:
    assert matched(options(match_articles=["external_id", "article_number"]), code="100101")[0] == 700002
    assert matched(options(match_articles=["article_number"]), code="85123A")[1] == "article_not_found"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ({"code": "199901"}, "article_not_found", "line 3: SKU '199901' (Tas) is no article"),
        ({"code": None}, "article_not_found", "line 3: no SKU (Tas)"),
        ({"code": ""}, "article_not_found", "no SKU"),
        ({"code": "100199"}, "article_not_found", "'100199'"),  # retired
        ({"code": "TWIN"}, "article_ambiguous", "'TWIN' belongs to more than one article"),
        ({"code": "x", "barcode": "8710000000024"}, "article_ambiguous", "more than one article"),
        ({"code": "100102", "service_code": 900099}, "article_not_found", "service article 900099 does not exist"),
    ],
)
def test_a_line_without_an_article_is_told_by_its_place_and_why(line: dict[str, Any], code: str, words: str) -> None:
    number, told, reason = matched(**line)
    assert (number, told) == (None, code)
    assert words in reason


def test_the_fallback_takes_what_is_unknown_but_no_guess_between_two_and_no_missing_service() -> None:
    fallback = options(article_not_found="fallback", fallback_article=100102)
    assert matched(fallback, code="199901")[0] == 100102
    assert matched(fallback, code="TWIN")[1] == "article_ambiguous"
    assert matched(fallback, code="199901", service_code=900099)[0] is None


def test_no_line_and_no_article_are_no_trouble() -> None:
    numbers, problems = match_articles(LINES.frame(), KNOWN, options())
    assert (len(numbers), len(problems)) == (0, 0)
    numbers, problems = match_articles(LINES.frame([{"order_id": "1", "code": "1"}]), ARTICLES.frame(), options())
    assert numbers.isna().all()
    assert len(problems) == 1
