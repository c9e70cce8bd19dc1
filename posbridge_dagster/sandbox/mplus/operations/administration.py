"""Versions, markers and master data."""

from datetime import date

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.markers import page
from posbridge_dagster.sandbox.mplus.masterdata import COUNTRIES, DELIVERY_METHODS, PAYMENT_METHODS, with_rates
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import Branch
from posbridge_dagster.sandbox.mplus.rendering import card_message

_RELEASED = date(2026, 7, 30)


def get_api_version(request: Message, context: Context) -> Message:
    """Tell the versions; features hang on the service version, the protocol has stayed at 1.0.0."""
    major, minor, revision = context.version
    return {
        "majorNumber": 1,
        "minorNumber": 0,
        "revisionNumber": 0,
        "serviceMajorNumber": major,
        "serviceMinorNumber": minor,
        "serviceRevisionNumber": revision,
        "serviceBuildNumber": 1,
        "serviceDate": _RELEASED,
        "inDebugMode": False,
        "isSlaveApi": False,
        "slaveApiType": "NO-SLAVE-API",
        "serviceVersionDisplayString": f"{major}.{minor}.{revision}",
    }


def get_database_version(request: Message, context: Context) -> Message:
    """Tell the version of the database."""
    return {"majorNumber": 1, "minorNumber": 0, "revisionNumber": 0}


def get_current_sync_markers(request: Message, context: Context) -> Message:
    """Tell the newest marker of each kind that is asked for."""
    books = context.books
    newest = {
        "articleSyncMarker": books.article_log.last,
        "articleGroupSyncMarker": books.group_log.last,
        "relationSyncMarker": books.relation_log.last,
        "employeeSyncMarker": books.employee_log.last,
        "invoiceSyncMarker": books.invoice_log.last,
        "receiptSyncMarker": books.state.counters.get("receipt", 0),
        "orderSyncMarker": books.order_log.last,
        "stockId": books.state.counters.get("stock", 0),
    }
    return {name: marker for name, marker in newest.items() if request["request"].get(f"include{name[0].upper()}{name[1:]}")}


def get_vat_group_list(request: Message, context: Context) -> Message:
    """List the VAT rates of every country that the till has rates for."""
    return {
        "vatGroup": [
            {"countryCode": country.number, "countryIso3": country.iso3, "vatCode": code, "vatPercentage": rate}
            for country in with_rates(branch.country for branch in context.books.state.branches.values()).values()
            for code, rate in country.rates.items()
        ]
    }


def get_branches(request: Message, context: Context) -> Message:
    """List the branches with their workplaces."""
    return {"branches": {"branch": [_branch(branch) for branch in context.books.state.branches.values()]}}


def _branch(branch: Branch) -> Message:
    country = COUNTRIES[branch.country]
    return {
        "branchNumber": branch.number,
        "branchName": branch.name,
        "abbreviation": f"V{branch.number}",
        "isFullSlave": False,
        "workplaces": {
            "workplace": [
                {"workplaceNumber": number, "workplaceName": f"Kassa {number}", "isMobile": False} for number in branch.workplaces
            ]
        },
        "countryCode": country.number,
        "countryIso3": country.iso3,
        "countryName": country.name,
    }


def get_employees(request: Message, context: Context) -> Message:
    """List employees by number or by marker."""
    asked = request.get("request", {})
    wanted = asked.get("employeeNumbers")
    numbers = page(context.books.employee_log, asked, lambda number: not wanted or number in wanted, context.switches)
    employees = context.books.state.employees
    return {"employeeList": {"employee": [card_message(employees[number], "employeeNumber") for number in numbers]}}


def get_payment_methods(request: Message, context: Context) -> Message:
    """List the ways to pay, the inactive ones too."""
    kinds = request["request"].get("paymentMethodTypes")
    return {"paymentMethodList": {"paymentMethod": [method for method in PAYMENT_METHODS.values() if not kinds or method["type"] in kinds]}}


def get_delivery_methods(request: Message, context: Context) -> Message:
    """List the ways to deliver."""
    return {"deliveryMethodList": {"deliveryMethod": list(DELIVERY_METHODS.values())}}


OPERATIONS: dict[str, Perform] = {
    "getApiVersion": get_api_version,
    "getDatabaseVersion": get_database_version,
    "getCurrentSyncMarkersV2": get_current_sync_markers,
    "getVatGroupList": get_vat_group_list,
    "getBranches": get_branches,
    "getEmployees": get_employees,
    "getPaymentMethodsV2": get_payment_methods,
    "getDeliveryMethodsV2": get_delivery_methods,
}
