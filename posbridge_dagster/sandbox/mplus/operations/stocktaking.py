"""Changing stock by the API: by an amount, to an amount, or as a document of corrections."""

from dataclasses import dataclass
from decimal import Decimal

from posbridge_dagster.sandbox.mplus.context import Context, Perform
from posbridge_dagster.sandbox.mplus.quantities import quantity_of
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.records import StockBooking
from posbridge_dagster.sandbox.mplus.warehouse import correct

API = "STOCK-HISTORY-TYPE-API"


def update_stock(request: Message, context: Context) -> Message:
    """Change the stock of one article by an amount; every time it is called."""
    asked = request["request"]
    if objection := _objection(asked.get("branchNumber", 0), asked.get("articleNumber", 0), context):
        return {"result": f"UPDATE-STOCK-RESULT-{objection}"}
    amount = quantity_of(asked.get("amountChanged", 0), asked.get("decimalPlaces"))
    return {"result": "UPDATE-STOCK-RESULT-OK", "stockId": _book(asked, amount, context)}


def set_stock(request: Message, context: Context) -> Message:
    """Bring the physical stock of one article to an amount, whatever was sold meanwhile."""
    asked = request["request"]
    if objection := _objection(asked.get("branchNumber", 0), asked.get("articleNumber", 0), context):
        return {"result": f"SET-STOCK-RESULT-{objection}"}
    row = context.books.stock_row(asked["branchNumber"], asked["articleNumber"])
    amount = quantity_of(asked.get("amount", 0), asked.get("decimalPlaces")) - row.physical
    return {"result": "SET-STOCK-RESULT-OK", "stockId": _book(asked, amount, context) if amount else row.stock_id}


def _book(asked: Message, amount: Decimal, context: Context) -> int:
    context.wrote = True
    return context.books.book(StockBooking(0, asked["branchNumber"], asked["articleNumber"], amount, API, context.now))


def _objection(branch: int, article: int, context: Context) -> str:
    """Return the end of the result that refuses a change, empty where there is nothing against it."""
    state = context.books.state
    if branch not in state.branches:
        return "BRANCH-NOT-FOUND"
    if article not in state.articles:
        return "ARTICLE-NOT-FOUND"
    return "" if state.articles[article].members.get("stockArticle") else "NO-STOCK-ARTICLE"


@dataclass(frozen=True)
class _Refusal:
    result: str
    article: int = 0


def save_stock_corrections(request: Message, context: Context) -> Message:
    """Make one document that corrects many articles, all of them or none."""
    asked = request["request"]
    corrections = (asked.get("stockCorrectionList") or {}).get("correction", [])
    if refusal := _refusal(asked, corrections, context):
        answer: Message = {"result": f"SAVE-STOCK-CORRECTIONS-RESULT-{refusal.result}"}
        return answer | ({"failedArticleNumber": refusal.article} if refusal.article else {})
    relative = asked.get("correctionMode") == "STOCK-CORRECTION-MODE-RELATIVE"
    document = {"year": context.today.year, "number": context.books.next_number(f"correction/{context.today.year}")}
    stock_id = 0
    for each in corrections:
        amount = quantity_of(each["amount"], each.get("decimalPlaces"))
        stock_id = correct(asked["branchNumber"], each["articleNumber"], amount, document, context, relative=relative)
    return {"result": "SAVE-STOCK-CORRECTIONS-RESULT-OK", "stockId": stock_id}


def _refusal(asked: Message, corrections: list[Message], context: Context) -> _Refusal | None:
    if not corrections:
        return _Refusal("NO-CORRECTIONS")
    if asked.get("employeeNumber") not in context.books.state.employees:
        return _Refusal("FAILED")
    seen: set[int] = set()
    for each in corrections:
        number = each.get("articleNumber", 0)
        if objection := _objection(asked.get("branchNumber", 0), number, context):
            return _Refusal(objection, 0 if objection == "BRANCH-NOT-FOUND" else number)
        if number in seen:
            return _Refusal("DUPLICATE-ARTICLE", number)
        seen.add(number)
    return None


OPERATIONS: dict[str, Perform] = {
    "updateStock": update_stock,
    "setStock": set_stock,
    "saveStockCorrections": save_stock_corrections,
}
