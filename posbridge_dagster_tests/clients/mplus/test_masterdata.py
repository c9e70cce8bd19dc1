from posbridge_dagster.clients.mplus.masterdata import (
    branches,
    current_markers,
    delivery_methods,
    employees,
    payment_methods,
    vat_groups,
    vat_scale,
)
from posbridge_dagster_tests.clients.mplus.scripted import answer, serving

RATES = answer(
    "getVatGroupListResponse",
    "<vatGroup><vatCode>1</vatCode><vatPercentage>900</vatPercentage></vatGroup><vatGroup><vatCode>2</vatCode><vatPercentage>2100</vatPercentage></vatGroup>",
)


def test_vat_groups_tell_the_scale_of_percentages() -> None:
    with serving([RATES, RATES]) as (client, _):
        assert [group["vatPercentage"] for group in vat_groups(client)] == [900, 2100]
        assert vat_scale(client) == 100


def test_nothing_but_number_name_and_state_of_an_employee_is_kept() -> None:
    person = "<employeeNumber>4</employeeNumber><syncMarker>2</syncMarker><name>Anna</name><password>x</password><active>true</active>"
    told = f"<employeeList><employee>{person}</employee></employeeList>"
    pages = [answer("GetEmployeesResponse", told), answer("GetEmployeesResponse", "<employeeList/>")]
    with serving(pages) as (client, _):
        assert employees(client) == [{"employeeNumber": 4, "name": "Anna", "active": True, "syncMarker": 2}]


def test_branches_come_with_their_workplaces_and_methods_with_their_codes() -> None:
    place = "<workplaces><workplace><workplaceNumber>2</workplaceNumber></workplace></workplaces>"
    steps = [
        answer("getBranchesResponse", f"<branches><branch><branchNumber>1</branchNumber>{place}</branch></branches>"),
        answer("GetPaymentMethodsResponse", "<paymentMethodList><paymentMethod><method>PIN</method></paymentMethod></paymentMethodList>"),
        answer("GetDeliveryMethodsV2Response", "<deliveryMethodList/>"),
    ]
    with serving(steps) as (client, _):
        assert branches(client)[0]["workplaces"][0]["workplaceNumber"] == 2
        assert [method["method"] for method in payment_methods(client)] == ["PIN"]
        assert delivery_methods(client) == []


def test_only_the_markers_asked_for_are_told() -> None:
    told = answer("GetCurrentSyncMarkersV2Response", "<relationSyncMarker>12</relationSyncMarker>")
    with serving([told]) as (client, served):
        assert current_markers(client, "Relation", "Order") == {"Relation": 12, "Order": 0}
    assert [child.tag.rpartition("}")[2] for child in served.asked[0].call[0]] == ["includeRelationSyncMarker", "includeOrderSyncMarker"]
