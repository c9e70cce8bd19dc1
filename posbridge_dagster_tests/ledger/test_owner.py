import os
import subprocess
import sys

import pytest

from posbridge_dagster.ledger import Owner
from posbridge_dagster.ledger.owner import this_host


def test_an_owner_is_this_process_and_lives() -> None:
    owner = Owner.of_this_process("run-1")
    assert (owner.host, owner.pid, owner.run_id) == (this_host(), os.getpid(), "run-1")
    assert not owner.is_gone()


def test_two_owners_of_one_process_and_run_differ() -> None:
    assert Owner.of_this_process("run-1").text != Owner.of_this_process("run-1").text


@pytest.mark.parametrize("run_id", ["run-1", "", "a/b/c"])
def test_an_owner_is_found_again_in_its_text(run_id: str) -> None:
    owner = Owner.of_this_process(run_id)
    assert Owner.from_text(owner.text) == owner


def test_another_process_with_the_same_number_is_not_the_owner() -> None:
    here = Owner.of_this_process("run-1")
    assert Owner(here.host, here.pid, here.started_s - 60, here.nonce, here.run_id).is_gone()


def test_nothing_is_known_of_another_host() -> None:
    assert not Owner("another-host-0123456789ab", 2**22 + 1, 1.0, "0a0b0c0d", "run-1").is_gone()


def test_an_ended_process_is_gone_and_a_running_one_says_the_same_of_itself() -> None:
    program = "from posbridge_dagster.ledger import Owner; print(Owner.of_this_process('run-1').text, flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    owner = Owner.from_text(process.stdout.readline().strip())
    assert owner.pid == process.pid
    assert not owner.is_gone()
    process.communicate("\n")
    assert owner.is_gone()
