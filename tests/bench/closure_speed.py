#!/usr/bin/env python3
"""Time the import closure on checkouts that have their environment. Run by hand; not part of any test.

    cargo build --release
    tests/bench/closure_speed.py target/release/dhtl CHECKOUT...

For each checkout, in which `dhtl regenerate` ended: how many import statements there are, and the best wall time
of `--runs` for `dhtl validate-env`, which proves the whole environment, and for `dhtl validate-env --imports
--json`, which explains every import. With `--pyright PROGRAM` that program is timed once beside them.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """The wall time of a command in seconds, and what it prints."""
    start = time.perf_counter()
    completed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return time.perf_counter() - start, completed.stdout


def best(command: list[str], folder: Path, runs: int) -> float:
    """The best of several times."""
    return min(timed(command, folder)[0] for _ in range(runs))


def main() -> None:
    """Print one line for each checkout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dhtl", type=Path)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pyright", help="the program to time beside")
    options = parser.parse_args()
    dhtl = str(options.dhtl.resolve())
    print(f"{'checkout':<28}{'imports':>9}{'validate':>11}{'--imports':>11}{'pyright':>10}")
    for checkout in options.checkouts:
        explain = [dhtl, "validate-env", "--imports", "--json"]
        document = json.loads(timed(explain, checkout)[1])
        imports = len(document["imports"]["statements"])
        validate = best([dhtl, "validate-env"], checkout, options.runs)
        explained = best(explain, checkout, options.runs)
        beside = ""
        if options.pyright:
            python = str(checkout / ".venv" / "bin" / "python")
            seconds, _ = timed([options.pyright, ".", "--pythonpath", python, "--outputjson"], checkout)
            beside = f"{seconds:.1f} s"
        milliseconds = f"{validate * 1000:.0f} ms", f"{explained * 1000:.0f} ms"
        print(f"{checkout.name:<28}{imports:>9}{milliseconds[0]:>11}{milliseconds[1]:>11}{beside:>10}")


if __name__ == "__main__":
    main()
