"""What the benchmarks of the flows without days share: two pretend systems, a run of a flow by Dagster, and what it asked of both."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from posbridge_dagster.sandbox.faults import Call
from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster.sandbox.shopify import ShopifySandbox

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
STANDARD_POINTS_A_SECOND = 100
STANDARD_POINTS = 2000


@dataclass(frozen=True)
class Cost:
    """What one run asked of both systems, and how its records ended."""

    seconds: float
    soap: list[Call]
    graphql: list[Call]
    outcomes: Mapping[str, int]

    @property
    def points(self) -> float:
        """Shopify's points."""
        return sum(call.cost or 0.0 for call in self.graphql)

    @property
    def writes(self) -> int:
        """Calls that changed anything, in either system."""
        return sum(call.wrote for call in self.soap + self.graphql)

    def wrote(self, operation: str) -> int:
        """How often one operation changed anything."""
        return sum(call.wrote and call.operation == operation for call in self.graphql)

    def unused(self, *writing: str) -> tuple[str, float, float]:
        """Return a figure with its budget: the points, in percent, that the standard bucket allowed during the writing and nobody used."""
        made = [call for call in self.graphql if call.operation in writing]
        seconds = made[-1].at + made[-1].seconds - made[0].at
        allowed = STANDARD_POINTS + STANDARD_POINTS_A_SECOND * seconds
        share = 100 * self.points / allowed
        print(f"{'':<11}{self.points:.0f} points, {seconds:.0f} s of writing, {allowed:.0f} that the bucket allowed: {share:.1f} %")
        return ("points that the bucket allowed and nobody used, percent", 100 - share, 5)

    def told(self, name: str) -> str:
        """Return the run in two lines."""
        calls = Counter(call.operation for call in self.soap + self.graphql).most_common()
        minutes = self.points / STANDARD_POINTS_A_SECOND / 60
        head = f"{name:<10} {self.seconds:6.1f} s  {len(self.graphql)} calls to Shopify, {self.points:.0f} points ({minutes:.1f} min"
        head += f" on the standard plan), {len(self.soap)} to MplusKASSA, {self.writes} writes"
        return f"{head}\n{'':<11}{dict(self.outcomes)}; " + ", ".join(f"{count} {operation}" for operation, count in calls)


@dataclass
class Pair:
    """Two pretend systems, and the flow between them."""

    flow: str
    frame: str
    shopify: Served
    mplus: Served
    plan: str
    figures: list[tuple[str, float, float]] = field(default_factory=list)

    @property
    def shop(self) -> ShopifySandbox:
        """The pretend shop."""
        assert isinstance(self.shopify.system, ShopifySandbox)
        return self.shopify.system

    @property
    def administration(self) -> MplusSandbox:
        """The pretend administration."""
        assert isinstance(self.mplus.system, MplusSandbox)
        return self.mplus.system

    def run(self) -> Cost:
        """Run the flow and return what it cost; raises SystemExit when it fails."""
        import dagster as dg

        from posbridge_dagster.definitions import defs
        from posbridge_dagster.settings import read_settings
        from posbridge_dagster.storage import FrameStore

        for served in (self.shopify, self.mplus):
            served.control.clear("calls")
        started = time.monotonic()
        with dg.DagsterInstance.ephemeral() as instance:
            result = defs.resolve_job_def(self.flow).execute_in_process(QUIET, instance=instance, raise_on_error=False)
        if not result.success or not all(check.passed for check in result.get_asset_check_evaluations()):
            sys.exit("the run failed, or a check did")
        frame = FrameStore(read_settings().frames_url).read([self.flow, self.frame, "result"], None)
        assert frame is not None
        outcomes = {str(name): int(count) for name, count in frame["outcome"].value_counts().items()}
        return Cost(time.monotonic() - started, list(self.mplus.control.calls), list(self.shopify.control.calls), outcomes)

    def judged(self) -> bool:
        """Print the figures beside their budgets and return whether all are kept."""
        for name, figure, budget in self.figures:
            print(f"{'PASS' if figure <= budget else 'FAIL'}  {name}: {figure:.3g} (budget {budget:g})")
        return all(figure <= budget for _, figure, budget in self.figures)


@contextmanager
def pair(flow: str, frame: str, seed: Seed, plan: str, **switches: Any) -> Iterator[Pair]:
    """Serve both systems, filled from a seed, with an empty home."""
    shop = ShopifySandbox(seed)
    shop.switches.update(plan=plan, **switches)
    with running(shop) as shopify, running(MplusSandbox(seed)) as mplus, TemporaryDirectory() as home:
        os.environ |= {"POSBRIDGE_HOME": home, "SHOPIFY_API_URL": shopify.url, "MPLUS_API_URL": mplus.url}
        os.environ |= {"POSBRIDGE_MAPPINGS": str(Path(__file__).parents[1] / "mappings")}
        yield Pair(flow, frame, shopify, mplus, plan)
