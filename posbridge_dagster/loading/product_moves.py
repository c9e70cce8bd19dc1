"""Articles that move from one product to another: none is taken in before it was let go, for its custom id can be there only once.

A product that cannot let go (a person must decide about it first, or its call failed) keeps the article; the product that wants it
then waits, and is looked at again by every run.
"""

from collections.abc import Iterable, Mapping, Sequence

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.inventory import variants_by_id
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.loading.product_matching import ARTICLE, Found
from posbridge_dagster.loading.product_plan import Stage, articles_for_sale
from posbridge_dagster.loading.product_progress import Progress
from posbridge_dagster.loading.works import Conflict, Work
from posbridge_dagster.model.identity import tail


def taken_in(work: Work) -> set[str]:
    """Return the articles for which a product gets new variants."""
    there = work.found.variants.keys() if isinstance(work.found, Found) else set()
    return set(articles_for_sale(work.item)) - there


def let_go(progress: Progress) -> set[str]:
    """Return the articles whose variants a product is still to let go."""
    steps = [step.variables for step in progress.steps if step.stage is Stage.RELEASE]
    gone = {each for step in steps for each in (*step.get("variantsIds", ()), *(variant["id"] for variant in step.get("variants", ())))}
    return {number for number, variant in progress.work.found.variants.items() if variant["id"] in gone}


def held_elsewhere(client: ShopifyClient, ledger: Ledger, works: Sequence[Work], letting_go: Mapping[str, set[str]]) -> dict[str, Conflict]:
    """Return a question for each work that would take in an article which is a variant of another product and stays one.

    ``letting_go`` are the articles that each product of this run lets go, by source id. Raises the failures of the client.
    """
    linked = ledger.links(ARTICLE, sorted({number for work in works for number in taken_in(work)}))
    there = variants_by_id(client, sorted(linked.values())) if linked else {}
    holders = {number: there[variant] for number, variant in linked.items() if variant in there}
    hindered: dict[str, Conflict] = {}
    while True:
        free = {number for source_id, numbers in letting_go.items() if source_id not in hindered for number in numbers}
        more = {
            work.item.source_id: _kept(number, holders[number])
            for work in works
            if work.item.source_id not in hindered
            for number in sorted(taken_in(work) & holders.keys() - free)
        }
        if not more:
            return hindered
        hindered |= more


def end_takers(progress: Iterable[Progress]) -> None:
    """End the writing of products that wait for an article of a product whose letting go has failed."""
    everyone = list(progress)
    kept = {number: each for each in everyone if each.failure is not None and isinstance(each.work.found, Found) for number in let_go(each)}
    for each in everyone:
        if each.failure is None and (numbers := sorted(taken_in(each.work) & kept.keys())):
            each.failure = _waiting(numbers[0], kept[numbers[0]])


def _kept(number: str, variant: Node) -> Conflict:
    place = f"variant {tail(variant['id'])} of product {tail(variant['product']['id'])}"
    return Conflict("article_elsewhere", f"article {number} is still {place}, which does not let it go yet: see to that product first")


def _waiting(number: str, holder: Progress) -> UnknownOutcome:
    reason = f"article {number} could not be taken from product {tail(holder.product_id)}"
    why = holder.failure.reason if isinstance(holder.failure, Refused) else "its call failed"
    return UnknownOutcome(f"{reason}: {why}", system="Shopify", operation="product", code="article_elsewhere")
