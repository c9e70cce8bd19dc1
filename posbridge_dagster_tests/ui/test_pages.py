"""What a person does with the mouse in Dagster's own pages, in a real browser against everything that `make dev` starts."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from posbridge_dagster.flows.discovery import flow_names
from posbridge_dagster_tests.flows.coupling import Coupling, paired
from posbridge_dagster_tests.flows.little_shop import DAY, bag, bob, book, eva, little_shop, sale, stranger
from posbridge_dagster_tests.ui.browser import Browser, browser, chromium

ROOT = Path(__file__).parents[2]
GROUPS = "/locations/__repository__@posbridge/asset-groups"
PATIENCE_S = 240.0

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(900),
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]


@dataclass(frozen=True)
class Screen:
    """The pages of Dagster with both systems behind them."""

    coupling: Coupling
    browser: Browser
    url: str

    def open(self, path: str) -> None:
        self.browser.open(f"{self.url}{path}")


@contextmanager
def dagster_dev(coupling: Coupling) -> Iterator[str]:
    """Run what `make dev` runs, on a free port, and return its address; it and all it started end with the block."""
    home = coupling.home / "dagster"
    home.mkdir()
    shutil.copy(ROOT / "dagster.yaml", home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, **coupling.environment, "DAGSTER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port), "-w", str(ROOT / "workspace.yaml")]
    with (coupling.home / "dev.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_served(f"http://127.0.0.1:{port}", process, coupling.home / "dev.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_served(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < ends, log.read_text()[-3000:]
        try:
            if requests.get(f"{url}/server_info", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    home = tmp_path_factory.mktemp("screen")
    shop = little_shop(sale(1, bag, book, customer=eva), sale(2, customer=bob), sale(3, stranger), sale(4))
    with paired(shop, home) as coupling, dagster_dev(coupling) as url, browser(home / "browser") as page:
        for file in (ROOT / "mappings").iterdir():
            shutil.copy(file, home / "mappings")
        yield Screen(coupling, page, url)


def test_a_day_is_materialised_by_mouse_and_its_result_can_be_read(screen: Screen) -> None:
    page = screen.browser
    screen.open(f"{GROUPS}/orders_to_mplus")
    page.click("Materialize all…")
    page.click("Show all partitions")
    page.wait_for("2009-12-01")  # the first there is, where the row of days begins
    page.fill("[role=dialog] input[type=text]", DAY)
    page.click("Launch 1 run")

    ends = time.monotonic() + PATIENCE_S
    while not screen.coupling.results("orders", DAY):
        assert time.monotonic() < ends, (screen.coupling.home / "dev.log").read_text()[-3000:]
        time.sleep(0.5)
    screen.open(f"/assets/orders_to_mplus/orders/result?partition={DAY}&view=partitions")
    told = page.wait_for("money_written").split()

    assert sorted(screen.coupling.orders()) == ["1", "2", "4"]
    assert [told[told.index(outcome) + 1] for outcome in ("read", "created", "quarantined", "failed")] == ["4", "3", "1", "0"]
    assert "article_not_found" in told
    assert "72.35" in told  # EUR 19.95 three times and EUR 12.50, as the shop was paid


def test_no_person_can_be_read_on_a_page(screen: Screen) -> None:
    for path in ("orders/snapshot", "customers/snapshot", "orders/mapped", "customers/mapped", "customers/result", "orders/result"):
        screen.open(f"/assets/orders_to_mplus/{path}?partition={DAY}&view=partitions")
        told = screen.browser.wait_for("preview").lower()
        assert not [name for name in ("eva", "smit", "bakker", "dorpsstraat", "612345678") if name in told], path


@pytest.mark.parametrize("flow", flow_names())
def test_every_flow_has_a_graph_that_can_be_materialised(screen: Screen, flow: str) -> None:
    screen.open(f"{GROUPS}/{flow}")
    told = screen.browser.wait_for("mapped").split("\n")  # a stage of the graph; what lies beyond the window is not drawn
    assert flow in told
    assert any(words.startswith("Materialize all") for words in told)


def test_what_runs_by_itself_is_listed_for_every_flow(screen: Screen) -> None:
    screen.open("/automation")
    told = screen.browser.wait_for("stock_to_shopify_changes")
    assert not [flow for flow in flow_names() if f"{flow}_" not in told]
