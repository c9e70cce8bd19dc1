"""An order of Shopify takes 250 lines; a document of the till may have any number."""

from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.orders_to_shopify.many_lines import MOST_LINES, fold_lines
from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_LINES
from posbridge_dagster.loading.rows import plain_rows


def row(position: int, article: int, price: int, rate: int, kind: str = "article", document: str = "order:a") -> dict[str, object]:
    return {
        "document_id": document,
        "line_id": f"l{position}",
        "part": 0,
        "position": position,
        "kind": kind,
        "article_number": article,
        "variant_id": str(article),
        "title": f"Artikel {article}",
        "quantity": 2,
        "delivered": position % 3,
        "price_minor": price,
        "total_minor": 2 * price,
        "tax_minor": price // 3,
        "tax_rate": rate,
        "tax_title": f"BTW {rate}",
    }


@settings(deadline=None, max_examples=40)
@given(
    st.integers(MOST_LINES + 1, 675), st.integers(1, 700), st.lists(st.sampled_from([2100, 900, 0]), min_size=1, max_size=3, unique=True)
)
def test_many_lines_become_few_with_the_same_money_and_vat_by_rate(count: int, articles: int, rates: list[int]) -> None:
    rows = [row(n, n % articles, n % articles * 7, rates[n % articles % len(rates)]) for n in range(count)]
    rows += [row(1000, 9, 695, rates[0], "shipping"), row(1, 5, 100, 2100, document="order:b")]
    before = MAPPED_LINES.frame(rows)
    after = fold_lines(before)
    goods = [each for each in plain_rows(after) if each["kind"] != "shipping" and each["document_id"] == "order:a"]
    assert len(goods) <= MOST_LINES
    assert all(each["quantity"] * each["price_minor"] == each["total_minor"] for each in goods)
    assert all(0 <= each["delivered"] <= each["quantity"] for each in goods)
    for columns in ("total_minor", "tax_minor"):
        sums = [frame.groupby(["document_id", "tax_rate"])[columns].sum().to_dict() for frame in (before, after)]
        assert sums[0] == sums[1]
    assert next(each for each in plain_rows(after) if each["kind"] == "shipping")["total_minor"] == 2 * 695


def test_a_document_of_250_lines_stays_as_it_is() -> None:
    lines = MAPPED_LINES.frame(row(n, 1, 100, 2100) for n in range(MOST_LINES))
    assert fold_lines(lines) is lines


def test_what_is_folded_says_how_many_lines_it_was() -> None:
    lines = MAPPED_LINES.frame(row(n, n, n, 2100) for n in range(300))
    titles = [each["title"] for each in plain_rows(fold_lines(lines))]
    assert titles[-1] == "nog 51 regels"
    assert len(titles) == MOST_LINES
