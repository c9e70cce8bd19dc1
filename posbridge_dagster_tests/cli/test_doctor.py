import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from posbridge_dagster.cli.checks.clock import judged
from posbridge_dagster.cli.checks.findings import Check, Health, examine, note, well
from posbridge_dagster.clients.failures import Unreachable
from posbridge_dagster_tests.cli.conftest import Command, morning
from posbridge_dagster_tests.flows.coupling import Coupling, coupled

CLOSED = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coupling]:
    with coupled(morning(), tmp_path_factory.mktemp("doctor")) as coupling:
        yield coupling


@pytest.fixture
def pair(shared: Coupling) -> Iterator[Coupling]:
    """Both systems, whose switches and mapping are as before when the test has ended."""
    switches = [dict(served.system.switches) for served in (shared.shopify, shared.mplus)]
    mapping = shared.home / "mappings" / "orders_to_mplus.yaml"
    text = mapping.read_text("utf-8")
    yield shared
    mapping.write_text(text, "utf-8")
    for served, before in zip((shared.shopify, shared.mplus), switches, strict=True):
        served.system.switches.update(before)


def lines(output: str) -> dict[str, tuple[str, str]]:
    """Return the health and the finding of each check as printed, broken cells put together."""
    found: dict[str, tuple[str, str]] = {}
    name = ""
    for line in output.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("│").split("│")]
        if len(cells) == 3 and line.startswith("│"):
            name = cells[0] or name
            health, says = found.get(name, ("", ""))
            found[name] = (health or cells[1], f"{says} {cells[2]}".strip())
    return found


def examined(posbridge: Command, status: int) -> dict[str, tuple[str, str]]:
    result = posbridge("doctor")
    assert result.exit_code == status, result.output
    return lines(result.output)


def ill(found: dict[str, tuple[str, str]]) -> set[str]:
    return {name for name, (health, _) in found.items() if health == "ill"}


def test_a_good_pair_is_well_and_every_check_has_a_line(pair: Coupling, posbridge: Command) -> None:
    found = examined(posbridge, 0)
    assert ill(found) == set()
    assert len(found) == 28
    assert {health for health, _ in found.values()} == {"well", "note"}
    assert "fixed token" in found["Shopify address and token"][1]
    assert "read_orders" in found["Shopify scopes"][1]
    assert "2026-10, served until 2027-10-16" in found["Shopify version"][1]
    assert found["Shopify customer data"] == ("well", "names and e-mail addresses of customers can be read")
    assert found["Shopify currency"] == ("well", "EUR")
    assert "Winkel Zwolle (1), Winkel Utrecht (2)" in found["Shopify locations"][1]
    assert "createOrderV3 with its payments, getOrdersByExtOrderIds, processInvoice" in found["MplusKASSA service"][1]
    assert found["MplusKASSA percentages"] == ("well", "hundredths of a percent")
    assert found["MplusKASSA default debtor"] == ("well", "relation 1")
    assert "agrees" in found["Shopify clock"][1] and "agrees" in found["MplusKASSA clock"][1]
    assert pair.writes() == []
    assert not list((pair.home / "frames").glob("*"))


def test_without_all_orders_the_wall_of_sixty_days_is_told(pair: Coupling, posbridge: Command) -> None:
    pair.shopify.system.switches["scopes"] = ["read_orders", "read_products", "read_locations", "read_returns"]
    found = examined(posbridge, 1)
    assert ill(found) == {"Shopify scopes"}
    assert "read_customers" in found["Shopify scopes"][1]
    assert found["Shopify history"][0] == "note"
    assert "read_all_orders" in found["Shopify history"][1]


def test_a_version_that_has_ended_is_ill(pair: Coupling, posbridge: Command) -> None:
    pair.shopify.system.switches["served_version"] = "2027-01"
    assert "2027-01 was served" in examined(posbridge, 1)["Shopify version"][1]


def test_an_older_service_tells_what_it_lacks_and_a_too_old_one_is_ill(pair: Coupling, posbridge: Command) -> None:
    pair.mplus.system.switches["service_version"] = "60.0.0"
    older = examined(posbridge, 0)["MplusKASSA service"]
    assert older == ("well", "version 60.0.0: createOrderV3, then payOrderV2, findOrder, one call per order, saveInvoice")
    pair.mplus.system.switches["service_version"] = "58.0.0"
    assert "58.0.0 is older than 59.4" in examined(posbridge, 1)["MplusKASSA service"][1]


def everything_wrong(document: dict[str, Any]) -> None:
    document["settings"]["default_debtor"] = 777
    document["fields"]["orders"]["employee_number"] = {"value": 12}
    document["fields"]["orders"]["workplace_number"] = {"value": 44}
    document["fields"]["orders"]["delivery_method"] = {"value": "DRONE"}
    lookups = document["lookups"]
    lookups["payment_methods"]["values"]["cash"] = "TIKKIE"
    lookups["vat_codes"]["values"] = {2100: 1, 900: 2, 0: 3}
    lookups["service_codes"]["values"]["POST"] = 123456
    lookups["branches"] = {"values": {9: 1}, "missing": "quarantine"}


def test_everything_that_a_mapping_names_and_nobody_has_is_told_at_once(pair: Coupling, posbridge: Command) -> None:
    pair.edit_mapping(everything_wrong)
    found = examined(posbridge, 1)
    said = {name: says for name, (health, says) in found.items() if health == "ill"}
    assert "relation 777" in said.pop("MplusKASSA default debtor")
    assert "employee 12" in said.pop("MplusKASSA employees")
    assert "workplace 44 in branch 1" in said.pop("MplusKASSA branches")
    assert "delivery method DRONE" in said.pop("MplusKASSA delivery methods")
    assert "not active: payment method TIKKIE" in said.pop("MplusKASSA payment methods")
    assert "21 % is mapped to code 1, which is 9 %" in said.pop("MplusKASSA VAT codes")
    assert "article 123456" in said.pop("MplusKASSA articles")
    locations = said.pop("Shopify locations")
    assert "Winkel Zwolle (1)" in locations and "not in the shop: 9" in locations
    assert said == {}


def test_wrong_credentials_hide_only_what_cannot_be_asked(pair: Coupling, posbridge: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLUS_API_SECRET", "not-the-secret-4711")
    monkeypatch.setenv("SHOPIFY_CLIENT_ID", "sandbox-client")
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", "sandbox-client-secret")
    result = posbridge("doctor")
    found = lines(result.output)
    assert ill(found) == {"MplusKASSA address"}
    assert "Check MPLUS_API_IDENT and MPLUS_API_SECRET" in found["MplusKASSA address"][1]
    assert found["MplusKASSA VAT codes"] == ("not asked", "needs: MplusKASSA address")
    assert "client credentials" in found["Shopify address and token"][1]
    assert "4711" not in result.output


def test_servers_that_are_not_there_and_a_bad_mapping_are_all_told(
    pair: Coupling, posbridge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SHOPIFY_API_URL", "MPLUS_API_URL"):
        monkeypatch.setenv(name, CLOSED)
    pair.edit_mapping(lambda document: document["settings"].update(defualt_debtor=1))
    found = examined(posbridge, 1)
    assert ill(found) == {"mapping file", "Shopify address and token", "MplusKASSA address"}
    assert 'did you mean "default_debtor"?' in found["mapping file"][1]
    assert CLOSED in found["Shopify address and token"][1] and "SHOPIFY_API_URL" in found["Shopify address and token"][1]
    assert CLOSED in found["MplusKASSA address"][1] and "MPLUS_API_URL" in found["MplusKASSA address"][1]


def test_the_own_sandbox_that_does_not_run_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from posbridge_dagster.flows.failures import sentence

    for name in ("SHOPIFY_API_URL", "MPLUS_API_URL"):
        monkeypatch.delenv(name, raising=False)
    failure = Unreachable("no connection", system="Shopify", code="unreachable", advice="Check SHOPIFY_API_URL.")
    assert "Start it with `posbridge sandbox`, or set both SHOPIFY_API_URL and MPLUS_API_URL" in sentence(failure)
    monkeypatch.setenv("SHOPIFY_API_URL", CLOSED)
    monkeypatch.setenv("MPLUS_API_URL", CLOSED)
    assert "posbridge sandbox" not in sentence(failure)


def test_this_side_is_looked_at_too(pair: Coupling, posbridge: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = pair.home / "no-ledger.db"
    broken.write_text("this is a letter, not a database" * 200)
    blocked = pair.home / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("POSBRIDGE_DATABASE_URL", f"sqlite:///{broken}")
    monkeypatch.setenv("POSBRIDGE_STORAGE_URL", str(blocked / "frames"))
    monkeypatch.setenv("DAGSTER_HOME", str(blocked / "dagster"))
    found = examined(posbridge, 1)
    assert ill(found) == {"ledger", "storage", "Dagster home"}
    assert "POSBRIDGE_STORAGE_URL" in found["storage"][1]
    assert "DAGSTER_HOME" in found["Dagster home"][1]
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(broken).execute("SELECT 1 FROM sqlite_master")


@pytest.mark.parametrize(("difference", "health"), [(0, "well"), (-4, "well"), (5, "note"), (-59, "note"), (60, "ill"), (-3600, "ill")])
def test_a_clock_is_judged_by_how_far_it_is_off(difference: int, health: str) -> None:
    finding = judged(difference)
    assert finding.health == health
    assert health == "well" or f"{abs(difference)} s {'fast' if difference > 0 else 'slow'}" in finding.says


def test_a_check_that_fails_hides_only_those_that_need_it() -> None:
    def fails() -> Any:
        raise OSError("the disk is gone")

    checks = [Check("one", fails), Check("two", lambda: well("fine"), ("one",)), Check("three", lambda: note("hm"), ("two",))]
    checks.append(Check("four", lambda: well("fine")))
    found = dict(examine(checks))
    assert (found["one"].health, found["one"].says) == (Health.ILL, "the disk is gone")
    assert [found[name].health for name in ("two", "three", "four")] == [Health.NOT_ASKED, Health.NOT_ASKED, Health.WELL]
