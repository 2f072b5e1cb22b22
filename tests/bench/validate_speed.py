#!/usr/bin/env python3
"""Time the proof of an environment of 100 and more distributions. Run by hand; not part of any test.

    cargo build --release
    tests/bench/validate_speed.py target/release/dhtl [--folder FOLDER] [--runs 15]

In FOLDER, by default a temporary one, a project with jupyterlab, django, scipy, pandas, matplotlib and scikit-learn is
made and set up with `dhtl setup`; where FOLDER has its environment already, it is taken. That needs the network once,
and 600 MB.

Then every command is run in turn, `--runs` times, so that what else the machine does concerns all of them alike. One line
for each: the median and the best. The first round, after which everything is in the page cache, does not count.

    dhtl validate-env --full     reads every installed file
    dhtl validate-env            nothing has changed
    dhtl regenerate              nothing is to be done
    uv sync --check              what uv itself looks at: names and versions
    uv pip sync --dry-run        the same, from the exported lock
    sha256sum                    coreutils, over the files that --full reads, on one core
    sha256sum, two at a time     the same, on two
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

PYPROJECT = """\
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["jupyterlab", "django", "scipy", "pandas", "matplotlib", "scikit-learn"]
"""

REPORT = """\
import django
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.stats
import sklearn.linear_model
"""


def make(dhtl: str, project: Path) -> None:
    """Make the project and its environment."""
    (project / "shop").mkdir(parents=True, exist_ok=True)
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "shop" / "__init__.py").write_text("")
    (project / "shop" / "report.py").write_text(REPORT)
    subprocess.run([dhtl, "setup"], cwd=project, check=True)


def installed_files(project: Path) -> list[str]:
    """Every installed file but bytecode and links."""
    found = []
    for folder, folders, names in os.walk(project / ".venv"):
        folders[:] = [name for name in folders if name != "__pycache__"]
        paths = (os.path.join(folder, name) for name in names)
        found.extend(path for path in paths if not os.path.islink(path))
    return found


def commands(dhtl: str, project: Path, listing: Path) -> dict[str, list[str]]:
    """What is timed, by name."""
    tools = subprocess.run([dhtl, "tools", "--json"], cwd=project, check=True, capture_output=True, text=True)
    uv = json.loads(tools.stdout)["tools"][0]["path"]
    export = str(project / ".dht" / "state" / "uv-export.lock")
    python = str(project / ".venv" / "bin" / "python")
    sha256sum = ["xargs", "-0", "-a", str(listing), "-n", "200"]
    return {
        "dhtl validate-env --full": [dhtl, "validate-env", "--full", "--quiet"],
        "dhtl validate-env": [dhtl, "validate-env", "--quiet"],
        "dhtl regenerate": [dhtl, "regenerate", "--quiet"],
        "uv sync --check": [uv, "sync", "--check", "--locked", "--offline", "--quiet"],
        "uv pip sync --dry-run": [uv, "pip", "sync", "--dry-run", "--offline", "--quiet", "--python", python, export],
        "sha256sum": [*sha256sum, "sha256sum"],
        "sha256sum, two at a time": [*sha256sum, "-P", "2", "sha256sum"],
    }


def timed(command: list[str], folder: Path) -> float:
    """The wall time of a command in milliseconds."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print one line for each command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dhtl", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    dhtl = str(options.dhtl.resolve())
    with tempfile.TemporaryDirectory() as temporary:
        project = (options.folder or Path(temporary) / "shop").resolve()
        if not (project / ".venv").exists():
            make(dhtl, project)
        files = installed_files(project)
        listing = Path(temporary) / "files"
        listing.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in files))
        size = sum(os.path.getsize(path) for path in files)
        distributions = len(list((project / ".venv").glob("lib/*/site-packages/*.dist-info")))
        print(f"{distributions} distributions, {len(files)} files, {size / 1e6:.0f} MB, {os.cpu_count()} cores")
        all_commands = commands(dhtl, project, listing)
        times: dict[str, list[float]] = {name: [] for name in all_commands}
        for turn in range(options.runs + 1):
            for name in random.sample(list(all_commands), len(all_commands)):
                milliseconds = timed(all_commands[name], project)
                if turn:
                    times[name].append(milliseconds)
        print(f"{'command':<28}{'median':>10}{'best':>10}")
        for name, values in times.items():
            print(f"{name:<28}{statistics.median(values):>7.0f} ms{min(values):>7.0f} ms")


if __name__ == "__main__":
    main()
