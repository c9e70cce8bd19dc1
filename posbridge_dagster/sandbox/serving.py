"""Both systems in one process on loopback: filled or as they were left, served until somebody stops them, and kept."""

import errno
import json
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from posbridge_dagster.sandbox.filling import Filling
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import LOOPBACK, Served, running
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

DESCRIPTION = "shop.json"
STOPPING = (signal.SIGTERM, signal.SIGINT)


class SandboxError(Exception):
    """The sandbox cannot start; the text says why and what to do."""


@dataclass
class Pair:
    """The two systems of one shop, what they were filled with, and what was counted while filling them."""

    shopify: ShopifySandbox
    mplus: MplusSandbox
    filling: dict[str, str]
    report: dict[str, int] = field(default_factory=dict)


def filled(filling: Filling, plan: str, now: datetime) -> Pair:
    """Return both systems filled with a new shop. Raises SandboxError when it cannot be made."""
    try:
        seed = filling.shop(now)
    except ValueError as error:
        raise SandboxError(str(error)) from error
    return Pair(_on_plan(ShopifySandbox(filling.in_shopify(seed)), plan), MplusSandbox(seed), filling.described(), seed.report)


def keep(pair: Pair, folder: Path) -> None:
    """Save both systems in a folder. The description goes first and comes back last: without it a folder holds no whole shop."""
    folder.mkdir(parents=True, exist_ok=True)
    description = folder / DESCRIPTION
    description.unlink(missing_ok=True)
    pair.shopify.save(folder / "shopify")
    pair.mplus.save(folder / "mplus")
    _write_whole(description, {"filling": pair.filling, "report": pair.report})


def as_it_was_left(folder: Path, wanted: Filling, plan: str) -> Pair | None:
    """Return the shop that a folder holds, or None when it holds none.

    Raises SandboxError when what it holds cannot be read, or is another shop than the one wanted; who wants the default shop
    takes any.
    """
    description = folder / DESCRIPTION
    if not description.exists():
        return None
    try:
        told = json.loads(description.read_text("utf-8"))
        shopify, mplus = ShopifySandbox(Seed()), MplusSandbox.load(folder / "mplus")
        shopify.load(folder / "shopify")
        pair = Pair(_on_plan(shopify, plan), mplus, told["filling"], told["report"])
    except (OSError, ValueError, KeyError) as error:
        raise SandboxError(f"the shop kept in {folder} cannot be read: {error}; take --fresh to fill it anew") from error
    if wanted != Filling() and wanted.described() != pair.filling:
        raise SandboxError(
            f"{folder} holds another shop than the one asked for ({_differences(pair.filling, wanted.described())}); "
            "take --fresh to fill it anew, or another --state folder"
        )
    return pair


@contextmanager
def served(pair: Pair, shopify_port: int, mplus_port: int) -> Iterator[tuple[Served, Served]]:
    """Serve both systems until the block ends and yield (Shopify, MplusKASSA); port 0 takes a free one.

    Raises SandboxError when a port is taken.
    """
    with ExitStack() as stack:
        shopify = _on_port(stack, pair.shopify, shopify_port, "--shopify-port")
        mplus = _on_port(stack, pair.mplus, mplus_port, "--mplus-port")
        yield shopify, mplus


def require_free(port: int, option: str) -> None:
    """Raise SandboxError when a port of the loopback interface is taken; port 0 never is."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        raise _taken(port, option, error) from error


def announcement(shopify: Served, mplus: Served, pair: Pair) -> dict[str, Any]:
    """Return what others need to talk to the pair: the settings of posbridge as environment variables, and the report."""
    return {
        "environment": {
            "SHOPIFY_API_URL": shopify.url,
            "SHOPIFY_ACCESS_TOKEN": "shpat_sandbox",
            "MPLUS_API_URL": mplus.url,
            "MPLUS_API_IDENT": "sandbox",
            "MPLUS_API_SECRET": "sandbox-secret",
        },
        "filling": pair.filling,
        "report": pair.report,
    }


@contextmanager
def announced(path: Path | None, content: Mapping[str, Any]) -> Iterator[None]:
    """Let a file say, while the block runs, that both systems answer; nothing is written without a path."""
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, content)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def stop_signals() -> Iterator[None]:
    """Hold SIGTERM and SIGINT back for ``await_stop``, in this thread and those it starts.

    A background job of a non-interactive shell is born with SIGINT ignored, and an ignored signal is never delivered;
    an own handler, even one that is never called, ends that.
    """
    handlers = {number: signal.signal(number, lambda *_: None) for number in STOPPING}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def await_stop() -> str:
    """Wait until somebody asks the process to end and return the name of the signal; only inside ``stop_signals``."""
    return signal.Signals(signal.sigwait(STOPPING)).name


def _on_plan(shopify: ShopifySandbox, plan: str) -> ShopifySandbox:
    shopify.switches["plan"] = plan
    return shopify


def _on_port(stack: ExitStack, system: ShopifySandbox | MplusSandbox, port: int, option: str) -> Served:
    try:
        return stack.enter_context(running(system, port=port))
    except OSError as error:
        raise _taken(port, option, error) from error


def _taken(port: int, option: str, error: OSError) -> SandboxError:
    if error.errno != errno.EADDRINUSE:
        return SandboxError(f"port {port} cannot be used: {error.strerror}; choose another with {option} (0 takes a free one)")
    return SandboxError(f"port {port} is taken: end what runs there, or choose another with {option} (0 takes a free one)")


def _differences(kept: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {kept.get(name)} there, {value} asked" for name, value in wanted.items() if kept.get(name) != value)


def _write_whole(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON so that a reader sees the whole file or none; only the owner may read it, it can hold credentials."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content, indent=2), "utf-8")
    fresh.replace(path)
