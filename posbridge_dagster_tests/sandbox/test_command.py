import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import requests
from click.testing import CliRunner

from posbridge_dagster.sandbox.command import sandbox

PROGRAM = "from posbridge_dagster.sandbox.command import sandbox; sandbox(prog_name='posbridge sandbox')"
SMALL = ("--first-day", "2026-10-19", "--days", "1", "--orders-per-day", "5")
FREE_PORTS = ("--shopify-port", "0", "--mplus-port", "0")
PATIENCE = 60.0
SERVICES = 18


def await_ready(process: "subprocess.Popen[str]", ready: Path) -> dict[str, Any]:
    """Return what the ready file says; fails when the process ends before it is there."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not ready.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "the sandbox did not get ready"
        pause.wait(0.05)
    told: dict[str, Any] = json.loads(ready.read_text("utf-8"))
    return told


@contextmanager
def started(folder: Path, *options: str, command: tuple[str, ...] = ()) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    ready = folder / "ready.json"
    arguments = [*command, sys.executable, "-c", PROGRAM, *FREE_PORTS, "--ready-file", str(ready), *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process, await_ready(process, ready)
    finally:
        process.kill()
        process.communicate()


def ended(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[int, str]:
    """Ask a process to end and return its exit status and what it said."""
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, output


def order_names(told: dict[str, Any]) -> set[str]:
    environment = told["environment"]
    answer = requests.post(
        f"{environment['SHOPIFY_API_URL']}/admin/api/2026-10/graphql.json",
        json={"query": "{ orders(first: 100) { nodes { name } } }"},
        headers={"X-Shopify-Access-Token": environment["SHOPIFY_ACCESS_TOKEN"]},
        timeout=10,
    )
    return {node["name"] for node in answer.json()["data"]["orders"]["nodes"]}


def test_both_systems_answer_when_the_ready_file_is_there_and_sigterm_ends_them_cleanly(tmp_path: Path) -> None:
    with started(tmp_path, *SMALL) as (process, told):
        environment = told["environment"]
        assert len(order_names(told)) == told["report"]["orders"]
        assert requests.get(f"{environment['MPLUS_API_URL']}/?wsdl", timeout=10).text.startswith("<?xml")
        status, output = ended(process, signal.SIGTERM)
    assert status == 0
    assert environment["SHOPIFY_API_URL"] in output
    assert "Traceback" not in output
    assert not (tmp_path / "ready.json").exists()


@pytest.mark.prove
def test_ctrl_c_ends_it_even_where_a_shell_had_interrupts_ignored(tmp_path: Path) -> None:
    ignoring = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    with started(tmp_path, *SMALL, command=ignoring) as (process, _):
        status, output = ended(process, signal.SIGINT)
    assert (status, "Traceback" in output) == (0, False)


@pytest.mark.prove
def test_the_shop_is_kept_and_goes_on_where_it_was_left(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state"))
    with started(tmp_path, *SMALL, *state) as (process, told):
        names = order_names(told)
        ended(process, signal.SIGTERM)
    with started(tmp_path, *state) as (process, told):
        assert order_names(told) == names
        _, output = ended(process, signal.SIGTERM)
    assert "as it was left" in output


@pytest.mark.prove
def test_another_shop_than_the_kept_one_is_refused_unless_it_is_to_be_fresh(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state"))
    with started(tmp_path, *SMALL, *state) as (process, _):
        ended(process, signal.SIGTERM)
    other = [*FREE_PORTS, *SMALL, *state, "--seed", "2"]
    refused = subprocess.run([sys.executable, "-c", PROGRAM, *other], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert refused.returncode == 1
    assert "seed: 1 there, 2 asked" in refused.stderr
    assert "--fresh" in refused.stderr
    with started(tmp_path, *SMALL, *state, "--seed", "2", "--fresh") as (process, told):
        assert told["filling"]["seed"] == "2"
        ended(process, signal.SIGTERM)


def test_a_kept_shop_that_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text("{}")
    result = CliRunner().invoke(sandbox, [*FREE_PORTS, *SMALL, "--state", str(tmp_path)])
    assert result.exit_code == 1
    assert "cannot be read" in result.output
    assert "--fresh" in result.output


@pytest.mark.prove
def test_a_shop_can_be_as_large_as_wanted_and_shopify_empty(tmp_path: Path) -> None:
    size = ("--families", "200", "--articles", "500", "--groups", "40", "--relations", "150", "--shopify-goods", "none")
    with started(tmp_path, *SMALL, *size) as (process, told):
        environment = told["environment"]
        counts = requests.get(f"{environment['MPLUS_API_URL']}/control/state", timeout=10).json()["counts"]
        products = requests.post(
            f"{environment['SHOPIFY_API_URL']}/admin/api/2026-10/graphql.json",
            json={"query": "{ productsCount { count } }"},
            headers={"X-Shopify-Access-Token": environment["SHOPIFY_ACCESS_TOKEN"]},
            timeout=10,
        ).json()
        ended(process, signal.SIGTERM)
    assert (told["report"]["families"], told["report"]["articles"], counts["relations"]) == (200, 500, 150)
    assert counts["articles"] == 500 + SERVICES
    assert products["data"]["productsCount"]["count"] == 0


@pytest.mark.parametrize("option", ["--shopify-port", "--mplus-port"])
def test_a_taken_port_is_said_in_one_sentence(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(sandbox, [*FREE_PORTS, option, str(port), *SMALL])
    assert result.exit_code == 1
    assert f"port {port} is taken" in result.output
    assert option in result.output


@pytest.mark.prove
def test_real_transactions_are_served(tmp_path: Path) -> None:
    file = tmp_path / "retail.parquet"
    row = {"invoice": "489434", "stock_code": "85123A", "description": "HEART", "quantity": 2, "unit_price": 2.95, "country": "EIRE"}
    frame = pd.DataFrame([{**row, "invoice_date": pd.Timestamp("2009-12-01 09:00"), "customer_id": 1}])
    frame.to_parquet(file)
    with started(tmp_path, "--from-transactions", str(file), "--days", "2009-12-01..2009-12-02") as (process, told):
        assert order_names(told) == {"#489434"}
        assert told["report"]["lines_loaded"] == 1
        assert ended(process, signal.SIGTERM)[0] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--days", "2009-12-02..2009-12-01"], "the last day is before the first"),
        (["--days", "0"], "neither a number of days nor"),
        (["--days", "tomorrow"], "neither a number of days nor"),
        (["--days", "2009-12-01..2009-12-02", "--first-day", "2009-12-02"], "different first days"),
        (["--from-transactions", "no-such-file.parquet"], "does not exist"),
        (["--plan", "gold"], "'gold' is not one of"),
    ],
)
def test_wrong_options_are_refused_with_a_reason(options: list[str], message: str) -> None:
    result = CliRunner().invoke(sandbox, options)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_a_transaction_file_without_days_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "retail.parquet"
    file.write_bytes(b"")
    result = CliRunner().invoke(sandbox, [*FREE_PORTS, "--from-transactions", str(file)])
    assert result.exit_code == 1
    assert "needs the days to load" in result.output
