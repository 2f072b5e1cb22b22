#!/usr/bin/env python3
"""Score `dhtl deps check` on real projects that were labelled by hand. Run by hand; not part of any test.

    cargo build
    tests/bench/deps_labels.py target/debug/dhtl <folder of checkouts> [<project> ...]

`deps_labels.json` says, for each project, what a careful reader finds: `findings` must be reported, entries of
`either` are arguable and count neither way, anything else that is reported is wrong. A checkout is a folder
`owner+name` at the labelled commit, or for what is labelled as `sdist` the unpacked folder of that name.

A finding is a kind and a distribution. `also` lists further names of the same fact, of which one is enough; a module
whose distribution the program does not know is the same fact when the label gives it as `module`.

Each project is of one `set`: `labelled` by somebody who had not seen the program, `held-out` labelled before the
program was ever run on it, and `developed-on`, which proves nothing but that nothing was lost.

Target: precision and recall of .95 each.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

Fact = tuple[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhtl", type=Path, help="the program")
    parser.add_argument("checkouts", type=Path, help="the folder that holds the projects")
    parser.add_argument("projects", nargs="*", help="score only these")
    parser.add_argument("--labels", type=Path, default=Path(__file__).with_name("deps_labels.json"))
    arguments = parser.parse_args()
    labels = json.loads(arguments.labels.read_text(encoding="utf-8"))
    totals: dict[str, list[int]] = {}
    for name, label in labels.items():
        if arguments.projects and name not in arguments.projects:
            continue
        folder = checkout(arguments.checkouts, name, label)
        hits, wrong, missed = compare(reported(arguments.dhtl.resolve(), folder), label)
        print(line(name, len(hits), len(wrong), len(missed)))
        for text in wrong:
            print(f"    wrong:  {text}")
        for text in missed:
            print(f"    missed: {text}")
        counts = totals.setdefault(label["set"], [0, 0, 0])
        counts[:] = [total + len(part) for total, part in zip(counts, (hits, wrong, missed))]
    for name, counts in totals.items():
        print(line(f"all {name}", *counts))


def checkout(checkouts: Path, name: str, label: dict) -> Path:
    """The folder of the project, which must be what was labelled."""
    folder = checkouts / label.get("sdist", name.replace("/", "+"))
    if not folder.is_dir():
        sys.exit(f"error: `{folder}` is missing")
    if commit := label.get("commit"):
        command = ["git", "-C", folder, "rev-parse", "HEAD"]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        if found != commit:
            sys.exit(f"error: `{folder}` is at {found}, not at {commit}")
    return folder


def reported(dhtl: Path, folder: Path) -> dict[Fact, str]:
    """What the program finds, each with its first place."""
    process = subprocess.run([dhtl, "deps", "check", "--json", "--root", "."], cwd=folder, capture_output=True)
    if process.returncode not in (0, 1):
        sys.exit(f"error: `dhtl deps check` ended with {process.returncode} in `{folder}`")
    facts: dict[Fact, str] = {}
    for finding in json.loads(process.stdout)["findings"]:
        name = finding["distribution"] or f"module {finding['module']}"
        place = (finding["evidence"] + finding["declarations"])[0]
        where = f"{finding['project']}: {place['path']}:{place['line']}"
        facts.setdefault((finding["kind"], name), f"{finding['kind']} {name} ({where})")
    return facts


def compare(facts: dict[Fact, str], label: dict) -> tuple[list[str], list[str], list[str]]:
    """What is found rightly, found wrongly and missed."""
    hits, missed, accepted = [], [], set()
    for expected in label["findings"]:
        names = names_of(expected)
        accepted |= names
        text = f"{expected['kind']} {expected['distribution']} ({expected['why']})"
        (hits if names & facts.keys() else missed).append(text)
    for arguable in label["either"]:
        accepted |= names_of(arguable)
    wrong = [text for fact, text in facts.items() if fact not in accepted]
    return hits, wrong, missed


def names_of(entry: dict) -> set[Fact]:
    """The names under which the program may report the fact."""
    names = {(entry["kind"], entry["distribution"])} | {(kind, name) for kind, name in entry.get("also", [])}
    if module := entry.get("module"):
        names.add((entry["kind"], f"module {module}"))
    return names


def line(name: str, hits: int, wrong: int, missed: int) -> str:
    precision = f"{hits / (hits + wrong):.3f}" if hits + wrong else "-"
    recall = f"{hits / (hits + missed):.3f}" if hits + missed else "-"
    return f"{name}: {hits} right, {wrong} wrong, {missed} missed; precision {precision}, recall {recall}"


if __name__ == "__main__":
    main()
