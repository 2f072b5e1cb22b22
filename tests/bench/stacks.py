#!/usr/bin/env python3
"""Print dhtl's answer about example applications beside what is expected. Run by hand; not part of any test.

    cargo build
    tests/bench/stacks.py target/debug/dhtl EXAMPLES EXPECTATIONS.csv [--only WORD] [--all]

EXAMPLES is a folder with an application in each of its folders; EXPECTATIONS.csv has a row for each of them with
`example,provider,runtime_version,package_manager,install_cmd,build_cmd,start_cmd`. An empty field is not compared.

Only fields that differ are printed, with both answers, after spellings that mean the same are made alike: `npm i`
and `npm install`, a caddy or nginx that hands out files and files that are to be handed out, what only puts the
package manager in place. With `--all` every answer is printed. Ends with the number of rows that agree, for each
field and for all of them; whoever runs it decides which of the others are right.
"""

import argparse
import csv
import json
import re
import subprocess
from pathlib import Path

FIELDS = ("provider", "runtime_version", "package_manager", "install_cmd", "build_cmd", "start_cmd")
PROVIDERS = {"nodejs": "node", "bun": "node", "static": "staticfile"}
FILES = "(files)"


def detected(dhtl: Path, folder: Path) -> dict:
    """What dhtl says about a folder."""
    command = [str(dhtl), "detect", "--json"]
    completed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    try:
        return json.loads(completed.stdout)
    except ValueError:
        return {"error": completed.stderr.strip().splitlines()[:1]}


def application(answer: dict) -> dict | None:
    """The stack that would be deployed, or else the first."""
    survey = answer.get("survey", answer)
    stacks = survey.get("stacks") or []
    chosen = (survey.get("application") or {}).get("value")
    for stack in stacks:
        if stack["folder"] == chosen:
            return stack
    return stacks[0] if stacks else None


def value(found: dict | None) -> str:
    """The value of a fact, or nothing."""
    return str(found["value"]) if found else ""


def ours(answer: dict) -> dict[str, str]:
    """dhtl's answer, field by field."""
    stack = application(answer)
    if stack is None:
        return dict.fromkeys(FIELDS, "")
    commands = stack["commands"]
    manager = stack["package_manager"] or {"name": "", "version": None}
    deploy = answer.get("survey", answer).get("deploy") or {}
    runtimes = [f"{one['runtime']} {one['version']['value']}" for one in stack["runtimes"]]
    start = deploy.get("start_command") or value(commands["start"])
    if not start and stack["static_output"]:
        start = FILES
    return {
        "provider": PROVIDERS.get(stack["kind"], stack["kind"]),
        "runtime_version": " ".join([*runtimes, f"{manager['name']} {value(manager['version'])}".strip()]),
        "package_manager": manager["name"],
        "install_cmd": value(commands["install"]),
        "build_cmd": value(commands["build"]),
        "start_cmd": start,
    }


def alike(field: str, text: str) -> str:
    """A spelling that is the same for everything that means the same."""
    if field == "start_cmd" and ("caddy run" in text or "nginx -c" in text):
        return FILES
    if field == "provider":
        return text.split(",")[0].strip()
    text = text.removeprefix("npm install -g corepack@0.24.1 && corepack enable && ")
    text = re.sub(r"\b(npm|pnpm|bun) i\b", r"\1 install", text)
    text = text.replace("--no-save", "--frozen-lockfile").replace("--check-cache", "--immutable")
    text = text.replace("--no-frozen-lockfile", "").strip()
    return text


def agrees(field: str, expected: str, answer: str) -> bool:
    """Whether two answers mean the same; of versions, every one that is expected must be among ours."""
    if field != "runtime_version":
        return alike(field, expected) == alike(field, answer)
    said = dict(pair.rsplit(" ", 1) for pair in re.findall(r"[a-z.]+ \d[\w.]*", answer))
    for name, digits in re.findall(r"([a-z]+)[-_]?(\d[\d_x]*)", expected):
        wanted = digits.rstrip("x").strip("_").replace("_", ".")
        name = {"nodejs": "node"}.get(name, name)
        if name == "python" and len(wanted) > 1 and "." not in wanted:
            wanted = f"{wanted[0]}.{wanted[1:]}"
        if not f"{said.get(name, '')}.".startswith(f"{wanted}."):
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhtl", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("expectations", type=Path)
    parser.add_argument("--only", default="", help="only examples with this word in their name")
    parser.add_argument("--all", action="store_true", help="print every answer")
    arguments = parser.parse_args()
    dhtl = arguments.dhtl.resolve()
    with arguments.expectations.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if arguments.only in row["example"]]
    agreed = 0
    by_field = {field: [0, 0] for field in FIELDS}
    for row in rows:
        folder = arguments.examples / row["example"]
        if not folder.is_dir():
            print(f"{row['example']}: not there")
            continue
        answer = detected(dhtl, folder)
        said = ours(answer)
        differing = [
            field for field in FIELDS if row.get(field) and not agrees(field, row[field], said[field])
        ]
        agreed += not differing
        for field in FIELDS:
            by_field[field][0] += bool(row.get(field)) and field not in differing
            by_field[field][1] += bool(row.get(field))
        if not differing and not arguments.all:
            continue
        print(f"{row['example']}:{' error ' + str(answer['error']) if 'error' in answer else ''}")
        for field in FIELDS if arguments.all else differing:
            mark = "!" if field in differing else " "
            print(f"  {mark} {field}: {row.get(field, '')}  ->  {said[field]}")
    for field, (same, compared) in by_field.items():
        print(f"{field}: {same} of {compared} agree")
    print(f"{agreed} of {len(rows)} rows agree in every field")


if __name__ == "__main__":
    main()
