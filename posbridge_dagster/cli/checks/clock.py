"""How far the clock of this machine is from a server's: days, leases and changes since a moment all hang on it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from posbridge_dagster.cli.checks.findings import Finding, ill, note, well

LIMIT_S = 5.0
NOTABLE_S = 5
HARMFUL_S = 60


def look_at_clock(address: str, *, is_local: bool) -> Finding:
    """Compare this machine's clock with the Date of an HTTP answer, which counts in whole seconds."""
    with requests.Session() as session:
        session.trust_env = not is_local
        try:
            told = session.head(address, timeout=LIMIT_S, allow_redirects=False).headers.get("Date", "")
        except requests.RequestException as failure:
            return note(f"{address} was not asked for its clock: {type(failure).__name__}")
    try:
        difference = (datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds()
    except (TypeError, ValueError):
        return note(f"{address} does not tell its time")
    return judged(round(difference))


def judged(difference_s: int) -> Finding:
    """Return what a difference in whole seconds means; positive is a clock that is fast."""
    if abs(difference_s) < NOTABLE_S:
        return well("this machine's clock agrees")
    says = f"this machine's clock is {abs(difference_s)} s {'fast' if difference_s > 0 else 'slow'}"
    if abs(difference_s) < HARMFUL_S:
        return note(f"{says}; let it be set over the network (NTP)")
    return ill(f"{says}: changes may be missed and claims end too early. Set it, best over the network (NTP)")
