"""Whatever is typed or set up wrongly, a command says so in one sentence: no trace, no secret, an exit status that a script can use."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli import main
from posbridge_dagster_tests.flows.coupling import SHIPPED

SECRET = "hush-4711"
CLOSED = "http://127.0.0.1:9"  # the discard port, where nothing listens
OLD_DAY, NO_DAY = "2009-01-01", "2099-01-01"
FACTS = {
    "SHOPIFY_API_URL": CLOSED,
    "MPLUS_API_URL": CLOSED,
    "MPLUS_API_SECRET": SECRET,
    "SHOPIFY_ACCESS_TOKEN": f"shpat_{SECRET}",
    "POSBRIDGE_MAPPINGS": str(SHIPPED.parent),
    "POSBRIDGE_RETRY_BUDGET_S": "0.1",
}


@pytest.fixture(autouse=True)
def setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [each for each in os.environ if each.startswith(("POSBRIDGE_", "SHOPIFY_", "MPLUS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for name, value in {**FACTS, "POSBRIDGE_HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(name, value)


def said(*arguments: str, status: int = 1) -> str:
    """Return what a command that must fail said last; a trace in place of a sentence would be raised here."""
    ended = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert ended.exit_code == status, ended.output
    assert SECRET not in ended.output
    last = ended.output.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return last.removeprefix("Error: ")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("explain", "#9999"), 1, "nothing is known of #9999"),
        (("replay", "#9999"), 1, "nothing in quarantine matches"),
        (("replay",), 2, "name records, or choose them with --flow, --code or --day"),
        (("replay", "--flow", "nope"), 2, "there is no flow nope; choose one of: categories_to_shopify"),
        (("replay", "--day", "2026-13-45"), 2, "'2026-13-45' does not match the format"),
        (("plan", "nope"), 1, "there is no flow nope; choose one of: categories_to_shopify"),
        (("plan", "orders_to_mplus"), 2, "orders_to_mplus is run day by day: name one with --day"),
        (("plan", "orders_to_mplus", "--day", OLD_DAY), 1, f"orders_to_mplus has no day {OLD_DAY}: its days go from"),
        (("plan", "stock_to_shopify", "--day", OLD_DAY), 2, "stock_to_shopify has no days: leave --day out"),
        (("plan", "stock_to_shopify"), 1, f"no connection to {CLOSED}"),
        (("balance", "--day", NO_DAY), 1, f"the result of {NO_DAY} has not been made yet"),
        (("balance",), 2, "Missing option '--day'."),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_so(arguments: tuple[str, ...], status: int, sentence: str) -> None:
    assert sentence in said(*arguments, status=status)


@pytest.mark.parametrize("arguments", [("explain", "1"), ("replay", "1"), ("erase", "a@b.example", "--yes"), ("plan", "stock_to_shopify")])
def test_a_home_that_cannot_be_made_and_a_ledger_that_is_none_are_named(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("POSBRIDGE_HOME", str(tmp_path / "file" / "home"))
    assert "file/home/ledger.db of the ledger cannot be made: " in said(*arguments)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "ledger.db").write_text("no database at all " * 100)
    monkeypatch.setenv("POSBRIDGE_HOME", str(tmp_path / "home"))
    assert "file is not a database" in said(*arguments)


@pytest.mark.parametrize("arguments", [("explain", "1"), ("erase", "a@b.example", "--yes"), ("balance", "--day", NO_DAY)])
def test_a_storage_that_is_not_there_is_named(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POSBRIDGE_STORAGE_URL", "nope://bucket/frames")
    assert "nope://bucket/frames is no storage that is known" in said(*arguments)
    half = tmp_path / "frames" / "orders_to_mplus" / "orders" / "result" / f"{NO_DAY}.parquet"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"PAR1")
    monkeypatch.setenv("POSBRIDGE_STORAGE_URL", str(tmp_path / "frames"))
    assert said(*arguments)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("POSBRIDGE_TIMEZONE", "Mars/Olympus", "Mars/Olympus is no time zone; write it like Europe/Amsterdam"),
        ("POSBRIDGE_FIRST_DAY", "gisteren", "POSBRIDGE_FIRST_DAY: "),
        ("POSBRIDGE_DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:9/x", "Connection refused"),
        ("POSBRIDGE_DATABASE_URL", f"mysql://u:{SECRET}@127.0.0.1/x", "use SQLite or PostgreSQL"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert sentence in said("explain", "1")
