"""What stands on this side: settings, mapping file, ledger, storage, Dagster's home."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from upath import UPath

from posbridge_dagster.cli.checks.findings import Check, Finding, ill, note, well
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.mapping_file import read_mapping
from posbridge_dagster.flows.orders_to_mplus.watching import day_volume
from posbridge_dagster.instance import dagster_home, environment
from posbridge_dagster.model.folders import PRIVATE, is_open_to_others, private_folder
from posbridge_dagster.model.secrecy import redact
from posbridge_dagster.resources import open_ledger
from posbridge_dagster.settings import Settings
from posbridge_dagster.storage import FrameStore

MAPPING = "mapping file"
LEDGER = "ledger"


def home_checks(settings: Settings) -> list[Check]:
    """Return the checks of this side."""
    return [
        Check("settings", lambda: _settings(settings)),
        Check("home", lambda: look_at_home(settings.home)),
        Check(MAPPING, lambda: _mapping(settings)),
        Check(LEDGER, lambda: _ledger(settings)),
        Check("storage", lambda: look_at_storage(settings.frames_url)),
        Check("Dagster home", look_at_dagster_home),
        Check("orders today", lambda: look_at_volume(settings, datetime.now(UTC))),
    ]


def _settings(settings: Settings) -> Finding:
    pair = f"shop {settings.shop_handle}, administration {settings.administration_name}, days of {settings.timezone}"
    if settings.on_own_sandbox:
        return note(f"{pair}; posbridge's own sandbox: SHOPIFY_API_URL and MPLUS_API_URL are not set")
    return note(f"{pair}; POSBRIDGE_DRY_RUN is set: no run writes anything") if settings.dry_run else well(pair)


def look_at_home(home: Path) -> Finding:
    """Look whether the home can be used, and whether others on this machine may read the personal data in it."""
    try:
        private_folder(home)
    except OSError as failure:
        return ill(f"{home} cannot be made: {failure.strerror}. Set POSBRIDGE_HOME to another folder")
    if not os.access(home, os.W_OK | os.X_OK):
        return ill(f"{home} cannot be written. Set POSBRIDGE_HOME to another folder, or change its rights")
    if is_open_to_others(home):
        return note(f"{home} holds personal data and can be read by others on this machine: chmod 700 {home}")
    return well(f"{home}, closed to others on this machine")


def _mapping(settings: Settings) -> Finding:
    read_mapping(settings)
    return well(f"{settings.mapping_file(FLOW)} is in order")


def _ledger(settings: Settings) -> Finding:
    with open_ledger(settings) as ledger:
        where, oldest, waiting = ledger.database.where, ledger.oldest_unsent(FLOW), Counter(each.flow for each in ledger.quarantined())
    named = ", ".join(f"{count} of {flow}" for flow, count in sorted(waiting.items()))
    said = f"{where} is open and up to date, {waiting.total()} in quarantine" + (f" ({named})" if named else "")
    return well(said) if oldest is None else note(f"{said}; the oldest unsent record waits since {oldest:%Y-%m-%d %H:%M} UTC")


def look_at_volume(settings: Settings, now: datetime) -> Finding:
    """Compare how many orders were read today with the same weekday of earlier weeks; raises StorageFailure."""
    volume = day_volume(FrameStore(settings.frames_url), now.astimezone(settings.zone).date(), now, settings.zone)
    if volume.is_usual:
        return well(volume.says)
    if not volume.count:
        return ill(f"{volume.says}. Is the sensor {FLOW}_changes on, is the last run green, does the shop sell today?")
    return note(f"{volume.says}. Is that right?")


def look_at_storage(url: str) -> Finding:
    """Write a small file where the frames stand, read it and remove it; raises OSError or what the object store says."""
    try:
        folder = UPath(url)
        probe = folder / f".posbridge-{uuid4().hex}"
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        probe.write_text("posbridge")
        whole = probe.read_text() == "posbridge"
        probe.unlink()
    except OSError as failure:
        return ill(f"{url} cannot be written: {failure.strerror or failure}. Set POSBRIDGE_STORAGE_URL or POSBRIDGE_HOME to another place")
    except ValueError:
        return ill(f"{redact(url)} is no storage that is known. Write a folder, s3://..., gs://... or abfs://... in POSBRIDGE_STORAGE_URL")
    except ImportError as failure:
        return ill(f"{url} needs a library: {failure}. Install posbridge with the extra s3, gcs or azure")
    return well(f"{url} can be written and read") if whole else ill(f"{url} gives back something else than was written")


def look_at_dagster_home() -> Finding:
    """Look whether Dagster can keep its runs, and whether it reads the dagster.yaml of posbridge."""
    home = dagster_home()
    try:
        private_folder(home)
    except OSError as failure:
        return ill(f"{home} cannot be made: {failure.strerror}. Set DAGSTER_HOME or POSBRIDGE_HOME to another folder")
    if not os.access(home, os.W_OK | os.X_OK):
        return ill(f"{home} cannot be written. Set DAGSTER_HOME or POSBRIDGE_HOME to another folder, or change its rights")
    chosen = environment().get("DAGSTER_HOME")
    folder = Path(chosen) if chosen else Path.cwd()
    if not (folder / "dagster.yaml").is_file():
        return note(f"{home}; there is no dagster.yaml in {folder}, so Dagster uses its own defaults: copy that of posbridge there")
    return well(f"{home}")
