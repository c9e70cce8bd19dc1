from pathlib import Path

from sqlalchemy import create_engine, text

from posbridge_dagster.ledger.tables import METADATA
from posbridge_dagster_tests.cli.conftest import Command
from posbridge_dagster_tests.flows.coupling import Coupling
from posbridge_dagster_tests.flows.little_shop import DAY, bag, sale


def contents(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the ledger by table."""
    engine = create_engine(f"sqlite:///{home / 'ledger.db'}")
    with engine.connect() as connection:
        rows = {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4"))]
            for table in METADATA.tables
        }
    engine.dispose()
    return rows


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and not path.name.startswith("ledger.db")}


def row(output: str, *words: str) -> str:
    """Return the one line of a table that holds all these words."""
    [found] = [line for line in output.splitlines() if all(word in line for word in words)]
    return found


def test_a_plan_tells_what_would_happen_and_writes_nothing(coupling: Coupling, posbridge: Command) -> None:
    before = files(coupling.home)
    result = posbridge("plan", "orders_to_mplus", "--day", DAY, "--day", "2025-10-21")
    assert result.exit_code == 0, result.output
    assert "2025-10-21" not in result.output, "a day without sales has nothing to tell"
    shopify, mplus = len(coupling.shopify.control.calls), len(coupling.mplus.control.calls)
    assert f"Asked with {shopify} calls to Shopify and {mplus} to MplusKASSA. Nothing was written." in result.output
    customers, orders = result.output.split("would do with orders")[0], result.output.split("would do with orders")[1]
    assert "create" in row(customers, "2025-10-20", "create", "1")
    assert "duplicate_relation" in customers
    assert "32.45 EUR" in row(orders, DAY, "create", "2")
    assert "52.45" not in orders
    assert "#3" in row(orders, "article_not_found") and "44.95 EUR" in row(orders, "article_not_found")
    assert "a test order" in row(orders, "not_selected", "#4", "19.95 EUR")
    assert "#5" in row(orders, "customer_quarantined")
    assert "relations 2001, 2002" in orders
    assert coupling.writes() == []
    assert coupling.orders() == {}
    assert files(coupling.home) == before
    assert not any(contents(coupling.home).values())


def test_a_plan_knows_what_was_sent_and_leaves_the_ledger_and_the_frames_as_they_are(coupling: Coupling, posbridge: Command) -> None:
    coupling.run(DAY)
    coupling.sell(sale(6, bag))
    known, frame = contents(coupling.home), coupling.frame("orders", "result", DAY)
    stored = files(coupling.home)
    coupling.forget_calls()
    result = posbridge("plan", "orders_to_mplus", "--day", DAY)
    orders = result.output.split("would do with orders")[1]
    assert "32.45 EUR" in row(orders, DAY, "leave as it is", "2")
    assert "19.95 EUR" in row(orders, DAY, "create", "1")
    assert coupling.writes() == []
    assert contents(coupling.home) == known
    assert files(coupling.home) == stored
    assert coupling.frame("orders", "result", DAY).equals(frame)


def test_a_plan_of_nothing_known_says_what_there_is(coupling: Coupling, posbridge: Command) -> None:
    unknown = posbridge("plan", "orders_to_moon", "--day", DAY)
    assert (unknown.exit_code, "orders_to_mplus" in unknown.output.partition("choose one of: ")[2]) == (1, True)
    early = posbridge("plan", "orders_to_mplus", "--day", "1999-12-31")
    assert early.exit_code == 1
    assert "POSBRIDGE_FIRST_DAY" in early.output
    assert posbridge("plan", "orders_to_mplus").exit_code == 2
    assert posbridge("plan", "orders_to_mplus", "--day", "yesterday").exit_code == 2


def test_a_plan_that_cannot_be_made_says_why(coupling: Coupling, posbridge: Command) -> None:
    coupling.edit_mapping(lambda document: document["settings"].update(default_debtor=777))
    result = posbridge("plan", "orders_to_mplus", "--day", DAY)
    assert result.exit_code == 1
    assert "the default debtor 777 is no relation" in result.output
    assert "Traceback" not in result.output
