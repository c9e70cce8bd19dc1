"""Several records written at the same time, so that waiting for one answer is used for the next request.

The pace of the client decides how fast points are spent; this only hides the time that an answer takes to come.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure
from posbridge_dagster.loading.once import HalfWritten, Written
from posbridge_dagster.loading.works import Answer, Work

CALLS_AT_ONCE = 4


def written_at_once(works: Sequence[Work], write: Callable[[Work], Written]) -> Iterator[tuple[Work, Answer]]:
    """Yield each work with its answer, in order; failures are answers, except Misconfigured, which ends everything.

    When the caller stops listening, what was not begun is left alone; what was begun is finished and its answer lost, so its
    record is in doubt.
    """

    def answer(work: Work) -> Answer:
        try:
            return write(work)
        except Misconfigured:
            raise
        except (RemoteFailure, HalfWritten) as failure:
            return failure

    pool = ThreadPoolExecutor(CALLS_AT_ONCE)
    try:
        yield from zip(works, pool.map(answer, works), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)
