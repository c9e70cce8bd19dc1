"""What was changed of a customer can be found and put back, is seen by nobody else, and goes when the person is erased."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from posbridge_dagster.cli import main
from posbridge_dagster.flows.customers_to_shopify import FLOW
from posbridge_dagster.flows.customers_to_shopify.mapping_file import read_mapping
from posbridge_dagster.flows.showing import result_metadata
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.customers_to_shopify.people import JAN, PEOPLE, PIET, Counter, counter, key
from posbridge_dagster_tests.flows.in_step import Ran

PERSON = ("Jan", "Johannes", "Berg", "Dorpsstraat", "Laan", "Wageningen", "6700", "1234AB", "Pieter")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, Ran]]:
    """A relation that moved, whose customer a person had renamed."""
    with counter(tmp_path_factory.mktemp("people"), *PEOPLE[:2]) as here:
        assert here.step.run().success
        here.edit("jan@example.nl", firstName="Johannes")
        here.change(JAN, address="Laan 7", city="Wageningen", zipcode="6700 AA")
        here.change(PIET, name="Pieter Jansen")
        yield here, here.step.run(read_everything=True)


def posbridge(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def ledger_bytes() -> bytes:
    return b"".join(file.read_bytes() for file in read_settings().home.glob("ledger.db*"))


def test_the_ledger_tells_what_stood_there_whoever_wrote_it(changed: tuple[Counter, Ran]) -> None:
    here, ran = changed
    assert ran.success, ran.failure
    with here.step.ledger() as ledger:
        changes = {each.field: each for each in ledger.changes(FLOW, [key(JAN)])}
    assert {name: (each.before, each.after) for name, each in changes.items()} == {
        "address1": ("Dorpsstraat 1 bis", "Laan 7"),
        "city": ("Ede", "Wageningen"),
        "zip": ("1234AB", "6700 AA"),
        "first_name": ("Johannes", "Jan"),
    }, "moved at the till, renamed in the shop"
    assert {(each.target_id, each.rule) for each in changes.values()} == {
        (ran.rows[key(JAN)]["target_id"], read_mapping(read_settings()).fingerprint)
    }


def test_nobody_sees_the_values_in_the_result_its_preview_or_on_the_screen(changed: tuple[Counter, Ran]) -> None:
    _, ran = changed
    told = ran.rows[key(JAN)]["changes"]
    assert "city: E•• -> W••••••" in told
    frame = FrameStore(read_settings().frames_url).read([FLOW, "customers", "result"], None)
    assert frame is not None
    explained = posbridge("explain", key(JAN))
    assert explained.exit_code == 0
    assert "E•• -> W••••••" in explained.output and read_mapping(read_settings()).fingerprint[:8] in explained.output
    seen = f"{told} {frame.to_csv()} {result_metadata(frame)} {explained.output} {posbridge('explain', key(PIET)).output}"
    assert [word for word in PERSON if word in seen] == []


def test_who_is_erased_leaves_the_trail_and_others_stay(changed: tuple[Counter, Ran]) -> None:
    here, _ = changed
    assert b"Wageningen" in ledger_bytes()
    erased = posbridge("erase", "jan@example.nl", "--yes")
    assert erased.exit_code == 0 and "changes: 4 erased" in erased.output
    assert b"Wageningen" not in ledger_bytes() and b"Dorpsstraat" not in ledger_bytes()
    with here.step.ledger() as ledger:
        assert ledger.changes(FLOW, [key(JAN)]) == [] and ledger.changes(FLOW, [key(PIET)])
