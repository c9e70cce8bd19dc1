import pytest

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.mplus import MplusClient
from posbridge_dagster.clients.mplus.probe import check_connection
from posbridge_dagster_tests.clients.mplus.scripted import (
    IDENT,
    QUICK,
    SECRET,
    Cut,
    Hang,
    Say,
    Step,
    fault,
    scripted,
    serving,
    version_answer,
)

ALIVE = Say(b"", 405)


def test_a_living_service_tells_its_version() -> None:
    with serving([ALIVE, version_answer(67, 1)]) as (client, served):
        assert check_connection(client) == (67, 1)
    assert (served.asked[0].method, served.asked[0].query) == ("GET", {})


@pytest.mark.parametrize(
    ("steps", "code", "advice"),
    [
        ([Say(b"<html>Welcome</html>")], "not_mplus", "without a path"),
        ([Say(b"<html>Not found</html>", 404)], "not_mplus", "MPLUS_API_URL"),
        ([Cut()], "unreachable", "firewall"),
        ([ALIVE, fault("SOAP-ENV:Client.Authentication", "wrong")], "credentials", "MPLUS_API_SECRET"),
        ([ALIVE, Say(b"", 403)], "credentials", "MPLUS_API_SECRET"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(steps: list[Step], code: str, advice: str) -> None:
    with serving(steps) as (client, _), pytest.raises(Misconfigured, match=advice) as wrong:
        check_connection(client)
    assert wrong.value.code == code
    assert SECRET not in str(wrong.value)


def test_an_unreachable_host_is_a_wrong_setting() -> None:
    with scripted([Hang()]) as served:
        url = served.url
    with pytest.raises(Misconfigured, match="nothing answers at") as wrong:
        check_connection(MplusClient(url, IDENT, SECRET, patience=QUICK))
    assert wrong.value.code == "unreachable"
