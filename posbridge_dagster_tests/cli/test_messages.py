"""What can be set up wrongly says so in one sentence, at the end of what Dagster's own command prints."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from posbridge_dagster_tests.cli.conftest import morning
from posbridge_dagster_tests.cli.warm import Printed, dagster
from posbridge_dagster_tests.flows.coupling import SHIPPED, paired
from posbridge_dagster_tests.flows.little_shop import DAY

WRONG_SECRET = "not-the-secret-4711"
CLOSED = "http://127.0.0.1:9"  # the discard port, where nothing listens
MATERIALIZE = ("asset", "materialize", "-m", "posbridge_dagster.definitions", "--select", "group:orders_to_mplus", "--partition", DAY)
SCOPES = ["read_all_orders", "read_orders", "read_products", "read_locations", "read_returns"]


@dataclass
class Wrong:
    """What every wrong setting made Dagster print, the folder all of them kept their things in, and the shop's address."""

    printed: dict[str, Printed]
    home: Path
    shop: str
    writes: list[str] = field(default_factory=list)

    def said(self, name: str) -> str:
        """Return the last line of a run that must have failed."""
        printed = self.printed[name]
        assert printed.status == 1, printed.text
        return printed.last_line


@contextmanager
def set_up_wrongly(folder: Path, *names: str) -> Iterator[Wrong]:
    """Run Dagster's command once with each of these wrong settings; with all of them where none is named."""
    bad = folder / "bad" / SHIPPED.name
    bad.parent.mkdir()
    bad.write_text(SHIPPED.read_text("utf-8").replace("    branch_number: ", "    branch_numbr: "), "utf-8")
    with paired(morning(), folder / "new") as pair, paired(morning(), folder / "old", service_version="58.9.0") as old:
        shop, administration = {"SHOPIFY_API_URL": pair.shopify.url}, {"MPLUS_API_URL": pair.mplus.url}
        old.shopify.system.switches["scopes"] = SCOPES
        homes = {"POSBRIDGE_HOME": str(folder / "home"), "POSBRIDGE_MAPPINGS": str(SHIPPED.parent)}
        cases = {
            "bad mapping": {**shop, **administration, "POSBRIDGE_MAPPINGS": str(bad.parent)},
            "wrong token": {**shop, **administration, "SHOPIFY_ACCESS_TOKEN": "shpat_wrong"},
            "wrong secret": {**shop, **administration, "MPLUS_API_SECRET": WRONG_SECRET},
            "missing scope": {"SHOPIFY_API_URL": old.shopify.url, **administration},
            "old service": {**shop, "MPLUS_API_URL": old.mplus.url},
            "no shop": {"SHOPIFY_API_URL": CLOSED, **administration},
            "no administration": {**shop, "MPLUS_API_URL": CLOSED},
            "one address": shop,
            "no address": {**shop, "MPLUS_API_URL": "till.example.com"},
        }
        printed = dagster({name: (MATERIALIZE, homes | cases[name]) for name in names or cases})
        yield Wrong(printed, folder / "home", pair.shopify.url, pair.writes() + old.writes())


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wrong]:
    with set_up_wrongly(tmp_path_factory.mktemp("wrong"), "bad mapping", "wrong secret", "one address") as wrong:
        yield wrong


@pytest.fixture(scope="module")
def all_wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wrong]:
    with set_up_wrongly(tmp_path_factory.mktemp("all_wrong")) as wrong:
        yield wrong


def test_an_unknown_word_of_a_mapping_file_is_told_with_its_place_and_the_nearest_right_one(wrong: Wrong) -> None:
    said = wrong.said("bad mapping")
    line = next(number for number, text in enumerate(SHIPPED.read_text("utf-8").splitlines(), 1) if "    branch_number: " in text)
    assert f"orders_to_mplus.yaml:{line}:5: " in said
    assert 'unknown field "branch_numbr"; did you mean "branch_number"?' in said


@pytest.mark.prove
def test_a_wrong_token_names_the_setting(all_wrong: Wrong) -> None:
    assert "HTTP 401" in all_wrong.said("wrong token")
    assert "Check SHOPIFY_ACCESS_TOKEN" in all_wrong.said("wrong token")
    assert "shpat_wrong" not in all_wrong.printed["wrong token"].text


def test_a_wrong_secret_names_the_settings_and_is_nowhere_to_be_read(wrong: Wrong) -> None:
    assert "Check MPLUS_API_IDENT and MPLUS_API_SECRET" in wrong.said("wrong secret")
    assert not any(WRONG_SECRET in printed.text for printed in wrong.printed.values())
    kept = [path for path in wrong.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in kept)
    assert not [path for path in kept if WRONG_SECRET.encode() in path.read_bytes()]


@pytest.mark.prove
def test_a_missing_scope_is_named(all_wrong: Wrong) -> None:
    assert "the token lacks the access scope read_customers" in all_wrong.said("missing scope")
    assert "install the app again" in all_wrong.said("missing scope")


@pytest.mark.prove
def test_a_service_that_is_too_old_is_refused_before_anything_is_written(all_wrong: Wrong) -> None:
    assert "service version 58.9.0 is older than 59.4" in all_wrong.said("old service")
    assert all_wrong.writes == []


@pytest.mark.prove
@pytest.mark.parametrize(("name", "setting"), [("no shop", "SHOPIFY_API_URL"), ("no administration", "MPLUS_API_URL")])
def test_a_server_that_is_not_there_is_named_within_seconds(all_wrong: Wrong, name: str, setting: str) -> None:
    assert f"no connection to {CLOSED}" in all_wrong.said(name)
    assert setting in all_wrong.said(name)
    assert all_wrong.printed[name].seconds < 20


def test_one_address_without_the_other_is_refused_in_one_sentence_without_a_trace(wrong: Wrong) -> None:
    said = "SHOPIFY_API_URL is set and MPLUS_API_URL is not: set both for a real pair, or neither for the local sandbox"
    assert wrong.said("one address") == f"Error: {said}"
    assert "Traceback" not in wrong.printed["one address"].text


@pytest.mark.prove
def test_what_is_no_address_is_told_so(all_wrong: Wrong) -> None:
    assert "MPLUS_API_URL: this is no address" in all_wrong.said("no address")


def assert_each_reason_stands_once(wrong: Wrong) -> None:
    for name, printed in wrong.printed.items():
        errors = [line for line in printed.text.splitlines() if line.startswith("Error: ") and "Materialization failed" not in line]
        assert len(errors) == 1, name
        assert WRONG_SECRET not in printed.text, name


def test_each_reason_stands_once_as_an_error_of_its_own(wrong: Wrong) -> None:
    assert_each_reason_stands_once(wrong)


@pytest.mark.prove
def test_each_of_all_reasons_stands_once_as_an_error_of_its_own(all_wrong: Wrong) -> None:
    assert_each_reason_stands_once(all_wrong)


@pytest.mark.prove
def test_the_installed_command_says_it_too(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("dagster")
    variables = {"POSBRIDGE_HOME": str(tmp_path), "MPLUS_API_URL": CLOSED, "PATH": str(program.parent)}
    ended = subprocess.run([program, *MATERIALIZE], capture_output=True, text=True, timeout=60, check=False, env=variables)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith("Error: MPLUS_API_URL is set and SHOPIFY_API_URL is not")
