import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_layer_knows_the_one_above_it_and_the_sandbox_stands_alone() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 broken" in checked.stdout
