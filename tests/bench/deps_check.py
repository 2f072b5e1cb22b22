#!/usr/bin/env python3
"""Time `dhtl deps check` beside deptry. Run by hand; not part of any test.

    cargo build --release
    python3 -m venv deptry-venv && deptry-venv/bin/pip install deptry
    tests/bench/deps_check.py target/release/dhtl deptry-venv/bin/deptry <checkout of flask> <another> ...

Runs each program once on every folder to warm the page cache and `--runs` times for the figures: the least
processor time and wall time of each. deptry needs a manifest it knows; where it refuses, its time is that of the
refusal, and the exit code shows it.

Target: at most half of deptry's processor time.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path


def run(command: list[str | Path], folder: Path) -> tuple[float, float, int]:
    """Processor seconds, wall seconds and exit code of one run in `folder`."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, wall, process.returncode


def best(command: list[str | Path], folder: Path, runs: int) -> tuple[float, float, int]:
    run(command, folder)
    return min(run(command, folder) for _ in range(runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhtl", type=Path, help="the program")
    parser.add_argument("deptry", type=Path, help="the other program")
    parser.add_argument("folders", type=Path, nargs="+", help="the projects")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    dhtl, deptry = arguments.dhtl.resolve(), arguments.deptry.absolute()
    ratios = []
    for folder in arguments.folders:
        ours = best([dhtl, "deps", "check", "--json"], folder, arguments.runs)
        theirs = best([deptry, "."], folder, arguments.runs)
        if ours[2] not in (0, 1):
            sys.exit(f"error: `dhtl deps check` ended with {ours[2]} in `{folder}`")
        ratios.append(ours[0] / theirs[0])
        print(
            f"{folder.name}: dhtl {ours[0]:.3f} s (wall {ours[1]:.3f}), "
            f"deptry {theirs[0]:.3f} s (wall {theirs[1]:.3f}, exit code {theirs[2]}), ratio {ratios[-1]:.2f}"
        )
    print(f"worst ratio {max(ratios):.2f}, target 0.50")


if __name__ == "__main__":
    main()
