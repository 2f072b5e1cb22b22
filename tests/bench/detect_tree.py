#!/usr/bin/env python3
"""Time `dhtl detect` on a tree of 100,000 files. Run by hand; not part of any test.

    cargo build --release
    tests/bench/detect_tree.py target/release/dhtl

Makes the tree once, in a folder below the system's temporary one (or `--tree`), and keeps it for the next run:
30,000 Python files, which are those of this Python's standard library copied again and again, each copy as a
package of its own, and 70,000 files of JSON and text. Then runs `detect --json` once to warm the page cache and
`--runs` times for the figures: wall and processor time of each run, the best of them, and the peak memory.

Target: under 1 s warm on 2 cores, under 300 MB.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

FILES = 100_000
PYTHON_FILES = 30_000
WORDS = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar".split()


def sources() -> list[Path]:
    """The standard library, without its own tests and site packages."""
    library = Path(sysconfig.get_paths()["stdlib"])
    skipped = {"test", "tests", "site-packages", "dist-packages", "__pycache__", "idlelib", "lib2to3"}
    return sorted(
        path
        for path in library.rglob("*.py")
        if not skipped & set(path.relative_to(library).parts) and path.stat().st_size < 1 << 20
    )


def make(tree: Path) -> None:
    library = Path(sysconfig.get_paths()["stdlib"])
    files = sources()
    written = 0
    for copy in range(PYTHON_FILES // len(files) + 1):
        package = tree / "src" / f"package_{copy:03}"
        for source in files:
            if written == PYTHON_FILES:
                break
            target = package / source.relative_to(library)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            written += 1
        (package / "__init__.py").touch()
    rng = random.Random(1)
    for number in range(FILES - PYTHON_FILES):
        folder = tree / "data" / f"{number % 500:03}"
        folder.mkdir(parents=True, exist_ok=True)
        text = " ".join(rng.choices(WORDS, k=rng.randrange(20, 400)))
        if number % 2:
            (folder / f"{number}.json").write_text(json.dumps({"number": number, "text": text}))
        else:
            (folder / f"{number}.txt").write_text(text)
    (tree / "pyproject.toml").write_text('[project]\nname = "bench"\nversion = "1"\n')
    (tree / ".complete").touch()


def run(dhtl: Path, tree: Path) -> tuple[float, float, int]:
    """Wall seconds, processor seconds, peak memory in KiB of one run."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen([dhtl, "detect", "--json", "--root", tree], stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"error: `{dhtl} detect` ended with {process.returncode}")
    peak = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return wall, usage.ru_utime + usage.ru_stime, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhtl", type=Path, nargs="?", help="the program; without it only the tree is made")
    parser.add_argument("--tree", type=Path, default=Path(tempfile.gettempdir()) / "dhtl-bench-tree")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if not (arguments.tree / ".complete").exists():
        shutil.rmtree(arguments.tree, ignore_errors=True)
        print(f"making {arguments.tree}", file=sys.stderr)
        make(arguments.tree)
    if arguments.dhtl is None:
        return
    dhtl = arguments.dhtl.resolve()
    run(dhtl, arguments.tree)
    results = [run(dhtl, arguments.tree) for _ in range(arguments.runs)]
    for wall, processor, peak in results:
        print(f"wall {wall:.3f} s  processor {processor:.3f} s  peak {peak / 1024:.0f} MiB")
    print(f"best wall {min(results)[0]:.3f} s  peak {max(peak for *_, peak in results) / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
