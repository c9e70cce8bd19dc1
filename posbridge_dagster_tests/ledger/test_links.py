from posbridge_dagster.ledger import Ledger


def test_links_are_found_from_both_sides(ledger: Ledger) -> None:
    ledger.link("article", {"100": "gid://shopify/ProductVariant/1", "101": "gid://shopify/ProductVariant/2"})
    assert ledger.links("article", ["100", "999"]) == {"100": "gid://shopify/ProductVariant/1"}
    assert ledger.links_back("article", ["gid://shopify/ProductVariant/2", "?"]) == {"gid://shopify/ProductVariant/2": ["101"]}


def test_two_sources_of_one_target_are_both_named(ledger: Ledger) -> None:
    ledger.link("relation", {"8": "1", "7": "1", "9": "2"})
    assert ledger.links_back("relation", ["1", "2"]) == {"1": ["7", "8"], "2": ["9"]}


def test_a_link_can_be_moved_and_forgotten(ledger: Ledger) -> None:
    ledger.link("article", {"100": "old", "101": "other"})
    ledger.link("article", {"100": "new"})
    assert ledger.links("article", ["100", "101"]) == {"100": "new", "101": "other"}
    assert ledger.links_back("article", ["old"]) == {}
    assert ledger.unlink("article", ["100", "102"]) == 1
    assert ledger.links("article", ["100", "101"]) == {"101": "other"}


def test_kinds_and_shops_are_apart(url: str) -> None:
    with (
        Ledger.open(url, shop="amsterdam", administration="main") as amsterdam,
        Ledger.open(url, shop="utrecht", administration="main") as utrecht,
    ):
        amsterdam.link("article", {"1": "a"})
        amsterdam.link("group", {"1": "g"})
        utrecht.link("article", {"1": "u"})
        assert amsterdam.links("article", ["1"]) == {"1": "a"}
        assert amsterdam.links("group", ["1"]) == {"1": "g"}
        assert utrecht.links("article", ["1"]) == {"1": "u"}


def test_thousands_are_linked_and_found(ledger: Ledger) -> None:
    pairs = {str(number): f"v{number}" for number in range(1203)}
    ledger.link("article", pairs)
    assert ledger.links("article", pairs) == pairs
    assert ledger.links_back("article", pairs.values()) == {target: [source] for source, target in pairs.items()}


def test_links_of_every_kind_are_found_from_either_side(ledger: Ledger) -> None:
    ledger.link("relation", {"customer:1": "1001", "customer:2": "1002"})
    ledger.link("article", {"1001": "gid-7"})
    assert ledger.links_of(["1001"]) == [("article", "1001", "gid-7"), ("relation", "customer:1", "1001")]
    assert ledger.links_of(["customer:2", "nobody"]) == [("relation", "customer:2", "1002")]
    assert ledger.links_of([]) == []
