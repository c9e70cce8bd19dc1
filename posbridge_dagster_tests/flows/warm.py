"""Imported by the process that others are forked from: everything was used once there, so that a fork runs at once."""

import tempfile
from pathlib import Path

from posbridge_dagster_tests.flows.coupling import coupled
from posbridge_dagster_tests.flows.little_shop import DAY, eva, little_shop, sale

with tempfile.TemporaryDirectory() as folder, coupled(little_shop(sale(1, customer=eva)), Path(folder)) as coupling:
    first = coupling.run(DAY)
assert first.success, first.failure
