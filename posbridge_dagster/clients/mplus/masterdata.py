"""What an administration is set up with: VAT, branches, employees, methods of payment and delivery, and its sync markers."""

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.paging import PAGE_SIZE, pages_since
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import percent_scale

_EMPLOYEE_MEMBERS = ("employeeNumber", "extEmployeeId", "name", "active", "syncMarker")


def vat_groups(client: MplusClient) -> list[Record]:
    """Return the VAT codes with their rates per branch and country; the scale of a rate is told by ``vat_scale``."""
    groups: list[Record] = client.call("getVatGroupList")["vatGroup"]
    return groups


def vat_scale(client: MplusClient) -> int:
    """Return how many units of an integer percentage are one percent, see values.percent_scale."""
    return percent_scale(vat_groups(client))


def branches(client: MplusClient) -> list[Record]:
    """Return the branches with their workplaces."""
    rows: list[Record] = client.call("getBranches")["branches"]
    return rows


def employees(client: MplusClient) -> list[Record]:
    """Return all employees with number, name and whether they are active; nothing more of a person leaves this function."""

    def fetch(since: int) -> list[Record]:
        rows: list[Record] = client.call("getEmployees", {"request": {"syncMarker": since, "syncMarkerLimit": PAGE_SIZE}})["employeeList"]
        return rows

    latest = {row["employeeNumber"]: row for rows, _ in pages_since("getEmployees", 0, fetch) for row in rows}
    return [{name: row[name] for name in _EMPLOYEE_MEMBERS if name in row} for row in latest.values()]


def payment_methods(client: MplusClient) -> list[Record]:
    """Return the payment methods; ``method`` is the code that a payment names, ``allowNegativeAmount`` tells fit for refunds."""
    methods: list[Record] = client.call("getPaymentMethodsV2", {"request": {}})["paymentMethodList"]
    return methods


def delivery_methods(client: MplusClient) -> list[Record]:
    """Return the delivery methods; ``deliveryMethod`` is the code that an order names."""
    methods: list[Record] = client.call("getDeliveryMethodsV2", {"request": {"onlyEnabled": False}})["deliveryMethodList"]
    return methods


def current_markers(client: MplusClient, *kinds: str) -> dict[str, int]:
    """Return the highest sync marker of each kind (``Article``, ``Relation``, ``Order``, ``Invoice``), 0 where there is none."""
    asked = {f"include{kind}SyncMarker": True for kind in kinds}
    answer = client.call("getCurrentSyncMarkersV2", {"request": asked})
    return {kind: answer.get(f"{kind[0].lower()}{kind[1:]}SyncMarker") or 0 for kind in kinds}
