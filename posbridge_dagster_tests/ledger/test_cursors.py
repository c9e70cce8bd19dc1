from posbridge_dagster.ledger import Ledger


def test_a_cursor_is_unknown_until_it_is_moved(ledger: Ledger) -> None:
    assert ledger.cursor("orders") is None
    assert ledger.move_cursor("orders", "2026-11-20T10:00:00Z")
    assert ledger.move_cursor("orders", "2026-11-20T11:00:00Z")
    assert ledger.cursor("orders") == "2026-11-20T11:00:00Z"
    assert ledger.cursor("relations") is None


def test_a_cursor_moves_only_from_where_it_is_expected(ledger: Ledger) -> None:
    assert not ledger.move_cursor("orders", "1", expected="0")
    assert ledger.move_cursor("orders", "1", expected=None)
    assert not ledger.move_cursor("orders", "2", expected=None)
    assert not ledger.move_cursor("orders", "2", expected="0")
    assert ledger.cursor("orders") == "1"
    assert ledger.move_cursor("orders", "2", expected="1")
    assert ledger.cursor("orders") == "2"


def test_administrations_have_their_own_cursors(url: str) -> None:
    with (
        Ledger.open(url, shop="amsterdam", administration="main") as main,
        Ledger.open(url, shop="amsterdam", administration="second") as second,
    ):
        main.move_cursor("orders", "1")
        assert second.cursor("orders") is None
