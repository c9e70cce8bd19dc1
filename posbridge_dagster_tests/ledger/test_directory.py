import pytest

from posbridge_dagster.ledger import Directory, Ledger


@pytest.fixture
def directory(ledger: Ledger) -> Directory:
    return Directory(ledger)


def article(number: int, sync_marker: int = 1, **members: object) -> dict[str, object]:
    return {"article_number": number, "sync_marker": sync_marker, **members}


def numbers(rows: list[dict[str, object]], name: str = "article_number") -> list[object]:
    return [row[name] for row in rows]


def test_an_article_is_found_by_number_external_id_and_barcode(directory: Directory) -> None:
    rows = [
        article(10, product_number=1, ext_article_id="85123A", barcode="8710000000017", plu_number="007", vat_code=2),
        article(11, description="Mok", active=True, stock_article=False),
        article(12, barcode="8710000000024"),
    ]
    directory.store_articles(rows, 5)
    assert numbers(directory.articles([11, 99])) == [11]
    assert numbers(directory.articles(external_ids=["85123A"])) == [10]
    assert numbers(directory.articles([10], ["85123A"], ["8710000000024"])) == [10, 12]
    assert directory.articles([10])[0]["vat_code"] == 2
    assert directory.articles([11]) == [
        {
            "article_number": 11,
            "product_number": None,
            "ext_article_id": "",
            "barcode": "",
            "plu_number": "",
            "description": "Mok",
            "vat_code": None,
            "active": True,
            "stock_article": False,
            "sync_marker": 1,
        }
    ]


def test_asking_for_nothing_or_for_emptiness_finds_nothing(directory: Directory) -> None:
    directory.store_articles([article(10), article(11)], 5)
    assert directory.articles() == []
    assert directory.articles([], [""], [""]) == []


def test_the_marker_moves_with_the_rows_and_never_back(directory: Directory) -> None:
    assert directory.articles_marker() is None
    directory.store_articles([article(10, 7)], 8)
    directory.store_articles([article(11, 9)], 10)
    directory.store_articles([article(12, 3)], 4)
    assert directory.articles_marker() == 10
    assert numbers(directory.articles([10, 11, 12])) == [10, 11, 12]
    assert directory.relations_marker() is None


def test_an_empty_page_moves_the_marker(directory: Directory) -> None:
    directory.store_articles([], 0)
    directory.store_articles([], 10)
    assert directory.articles_marker() == 10


def test_an_older_copy_never_replaces_a_newer_one(directory: Directory) -> None:
    directory.store_articles([article(10, 7, description="new"), article(10, 6, description="old")], 8)
    directory.store_articles([article(10, 5, description="older")], 6)
    assert directory.articles([10])[0]["description"] == "new"
    directory.store_articles([article(10, 7, description="read again")], 8)
    assert directory.articles([10])[0]["description"] == "read again"


def test_a_page_with_a_row_that_cannot_be_kept_is_refused_whole(directory: Directory) -> None:
    with pytest.raises(KeyError, match="the directory has no column colour"):
        directory.store_articles([article(10), article(11, colour="red")], 5)
    assert directory.articles_marker() is None
    assert directory.articles([10]) == []


def test_relations_are_found_by_email_however_it_is_written(directory: Directory) -> None:
    rows: list[dict[str, object]] = [
        {"relation_number": 2, "email": " Jan@Example.NL ", "name": "Jan", "ext_relation_id": "x2", "sync_marker": 1},
        {"relation_number": 3, "email": "marijan@example.nl", "name": "Marijan", "sync_marker": 2},
        {"relation_number": 1, "email": "jan@example.nl", "company_name": "Jan BV", "vat_number": "NL001", "sync_marker": 3},
        {"relation_number": 4, "email": None, "sync_marker": 4},
    ]
    directory.store_relations(rows, 5)
    found = directory.relations(["JAN@example.nl "])
    assert numbers(found, "relation_number") == [1, 2], "several relations may share an address and all are named"
    assert found[1]["email"] == "jan@example.nl"
    assert directory.relations([""]) == []
    assert numbers(directory.relations(numbers=[3], external_ids=["x2", ""]), "relation_number") == [2, 3]
    assert directory.relations_marker() == 5


def test_a_full_administration_is_stored_page_by_page(directory: Directory) -> None:
    for page in range(3):
        rows = [article(number, number + 1, barcode=f"b{number}") for number in range(page * 1000, page * 1000 + 1000)]
        directory.store_articles(rows, page * 1000 + 1001)
    assert numbers(directory.articles(barcodes=[f"b{number}" for number in range(2990, 3010)])) == list(range(2990, 3000))
    assert len(directory.articles(range(3000))) == 3000
