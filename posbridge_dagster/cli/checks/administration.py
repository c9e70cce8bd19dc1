"""The administration: address, service version, and whether everything that the mapping names is there."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from posbridge_dagster.cli.checks.clock import look_at_clock
from posbridge_dagster.cli.checks.findings import Check, Finding, ill, note, well
from posbridge_dagster.cli.checks.home import MAPPING
from posbridge_dagster.cli.checks.named import named_values, rates_of_codes
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import branches, delivery_methods, employees, payment_methods, vat_groups
from posbridge_dagster.clients.mplus.probe import check_connection
from posbridge_dagster.clients.mplus.relations import get_relation
from posbridge_dagster.clients.mplus.values import percent_scale, percentage
from posbridge_dagster.clients.mplus.versions import OLDEST_SUPPORTED, show_version
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.settings import Settings

ADDRESS = "MplusKASSA address"
_SUPER_USER = 999999  # MplusKASSA's own employee, which getEmployees need not list
_LISTED = 8  # things named one by one; more are counted
_NONE = "0"  # how the mapping says that there is no service article


class AdministrationChecks:
    """The checks of one administration."""

    def __init__(self, settings: Settings, client: MplusClient, mapping: Callable[[], Mapping[OrdersToMplusOptions]]) -> None:
        self._settings, self._client, self._mapping = settings, client, mapping

    def checks(self) -> list[Check]:
        """Return the checks in the order in which they are to be read."""
        settings, both = self._settings, (ADDRESS, MAPPING)
        return [
            Check(ADDRESS, self._look_at_address),
            Check("MplusKASSA service", self._look_at_service, (ADDRESS,)),
            Check("MplusKASSA percentages", self._look_at_percentages, (ADDRESS,)),
            Check("MplusKASSA default debtor", self._look_at_debtors, both),
            Check("MplusKASSA employees", self._look_at_employees, both),
            Check("MplusKASSA branches", self._look_at_branches, both),
            Check("MplusKASSA payment methods", self._look_at_payment_methods, both),
            Check("MplusKASSA delivery methods", self._look_at_delivery_methods, both),
            Check("MplusKASSA VAT codes", self._look_at_vat_codes, both),
            Check("MplusKASSA articles", self._look_at_articles, both),
            Check("MplusKASSA clock", lambda: look_at_clock(settings.mplus_origin, is_local=settings.mplus_on_loopback), (ADDRESS,)),
        ]

    def _look_at_address(self) -> Finding:
        check_connection(self._client)
        return well(f"{self._client.address} lets posbridge in")

    def _look_at_service(self) -> Finding:
        self._client.require(OLDEST_SUPPORTED)
        features = self._client.features
        used = [
            "createOrderV3 with its payments" if features.knows_payments_on_create else "createOrderV3, then payOrderV2",
            "getOrdersByExtOrderIds" if features.knows_orders_by_ext_ids else "findOrder, one call per order",
            "processInvoice" if features.knows_process_invoice else "saveInvoice",
        ]
        says = f"version {show_version(features.version)}: {', '.join(used)}"
        if self._client.call("getApiVersion").get("isSlaveApi"):
            return note(f"{says}. It is a copy of another one (slave API): set MPLUS_API_URL to the main one")
        return well(says)

    def _look_at_percentages(self) -> Finding:
        try:
            scale = percent_scale(vat_groups(self._client))
        except ValueError as failure:
            return ill(str(failure))
        return well("hundredths of a percent" if scale == 100 else "whole percents")

    def _look_at_debtors(self) -> Finding:
        options = self._mapping().settings
        wanted = {options.default_debtor, *options.default_debtor_by_location.values()}
        return _all_there("relation", wanted, {number for number in wanted if get_relation(self._client, number) is not None})

    def _look_at_employees(self) -> Finding:
        there = {row["employeeNumber"] for row in employees(self._client) if row.get("active") is not False}
        return _all_there("employee", named_values(self._mapping(), "orders", "employee_number"), there | {_SUPER_USER})

    def _look_at_branches(self) -> Finding:
        mapping = self._mapping()
        tills = {str(row["branchNumber"]): {str(till["workplaceNumber"]) for till in row["workplaces"]} for row in branches(self._client)}
        wanted = named_values(mapping, "orders", "branch_number")
        found = _all_there("branch", wanted, tills)
        lacking = [
            f"{till} in branch {branch}"
            for branch in sorted(wanted & set(tills))
            for till in sorted(named_values(mapping, "orders", "workplace_number") - tills[branch])
        ]
        return ill(f"there is no workplace {', '.join(lacking)}. {_ADVICE}") if lacking else found

    def _look_at_payment_methods(self) -> Finding:
        mapping = self._mapping()
        wanted = named_values(mapping, "order_payments", "method") | named_values(mapping, "orders", "payment_terms")
        rows = payment_methods(self._client)
        retired = sorted(wanted & {str(row["method"]) for row in rows if row.get("active") is False})
        if retired:
            return ill(f"not active: payment method {', '.join(retired)}. Make it active in MplusKASSA or change the mapping")
        return _all_there("payment method", wanted, {row["method"] for row in rows})

    def _look_at_delivery_methods(self) -> Finding:
        wanted = named_values(self._mapping(), "orders", "delivery_method")
        return _all_there("delivery method", wanted, {row["deliveryMethod"] for row in delivery_methods(self._client)})

    def _look_at_vat_codes(self) -> Finding:
        mapping, groups = self._mapping(), vat_groups(self._client)
        found = _all_there("VAT code", named_values(mapping, "order_lines", "vat_code"), {row["vatCode"] for row in groups})
        scale = percent_scale(groups)
        rates: dict[int, set[Decimal]] = {}
        for row in groups:
            rates.setdefault(int(row["vatCode"]), set()).add(percentage(int(row["vatPercentage"]), scale))
        wrong = [
            f"{Decimal(rate) / 100} % is mapped to code {code}, which is {' or '.join(f'{each} %' for each in sorted(rates[code]))}"
            for rate, code in rates_of_codes(mapping).items()
            if code in rates and Decimal(rate) / 100 not in rates[code]
        ]
        return ill(f"{'; '.join(wrong)}. {_ADVICE}") if wrong else found

    def _look_at_articles(self) -> Finding:
        mapping = self._mapping()
        wanted = named_values(mapping, "order_lines", "service_article", "service_code") - {_NONE}
        wanted |= {str(mapping.settings.fallback_article)} if mapping.settings.fallback_article else set()
        asked = {"pluNumbers": [], "articleNumbers": sorted(map(int, wanted))}
        found = self._client.call("getProducts", {"request": asked})["productList"] if wanted else []
        return _all_there("article", wanted, {article["articleNumber"] for product in found for article in product["articleList"]})


_ADVICE = "Change the mapping, or set it up in MplusKASSA"


def _all_there(kind: str, wanted: Iterable[object], there: Iterable[object]) -> Finding:
    """Compare, as text, what the mapping names with what the administration has."""
    named, known = {str(each) for each in wanted}, {str(each) for each in there}
    missing = sorted(named - known)
    if missing:
        return ill(f"the mapping names what is not there: {kind} {', '.join(missing)}. {_ADVICE}")
    if len(named) > _LISTED:
        return well(f"{kind}: {len(named)} are named and all are there")
    return well(f"{kind} {', '.join(sorted(named))}" if named else f"the mapping names no {kind}")
