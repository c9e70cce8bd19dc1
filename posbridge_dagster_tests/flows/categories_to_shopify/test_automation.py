import dagster as dg

from posbridge_dagster.definitions import defs
from posbridge_dagster.flows.categories_to_shopify import FLOW
from posbridge_dagster.flows.categories_to_shopify.automation import after_products


def test_each_good_run_of_the_products_asks_for_one_of_the_categories() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(defs.resolve_job_def("products_to_shopify"))
        event = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_SUCCESS.value, "products_to_shopify")
        context = dg.build_run_status_sensor_context(
            sensor_name=after_products.name, dagster_event=event, dagster_instance=instance, dagster_run=run
        )
        asked = [after_products(context) for _ in range(2)]
    assert [request.run_key for request in asked if isinstance(request, dg.RunRequest)] == [f"{FLOW}/after/{run.run_id}"] * 2
    assert [job.name for job in after_products.jobs] == [FLOW]
