"""Finds out whether the settings lead to a living MplusKASSA service, and says which one is wrong."""

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.clients.mplus.versions import Version

METHOD_NOT_ALLOWED = 405


def check_connection(client: MplusClient) -> Version:
    """Return the service version of the installation.

    A living service answers a plain GET with 405 (so the vendor's own client probes it); then the credentials are tried.
    Raises Misconfigured with what to do for an unreachable host, for something that is not MplusKASSA, and for credentials
    that are refused.
    """
    try:
        reply = client.knock()
    except Misconfigured:
        raise
    except RemoteFailure as failure:
        reason = f"nothing answers at {client.address}."
        advice = "Check that the host and port of MPLUS_API_URL are right, the service is up and no firewall is between."
        raise Misconfigured(reason, system=SYSTEM, operation=failure.operation, code="unreachable", advice=advice) from failure
    if reply.status != METHOD_NOT_ALLOWED:
        reason = f"what answers at {client.address} is not MplusKASSA: HTTP status {reply.status} where its API says 405."
        advice = "MPLUS_API_URL must be the https://host:port of the MplusKASSA API, without a path."
        raise Misconfigured(reason, system=SYSTEM, operation="GET /", code="not_mplus", advice=advice)
    return client.service_version
