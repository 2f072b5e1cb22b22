#!/usr/bin/env python3
"""Compare dhtl's verdict on every import with that of pyright. Run by hand; not part of any test.

    cargo build
    tests/bench/closure_agreement.py target/debug/dhtl CHECKOUT...

Each CHECKOUT is a repository with its environment in `.venv`, as `dhtl regenerate` leaves it. For each, pyright
runs once (its answer is kept below `--cache`), and `dhtl validate-env --imports --json` once. They are compared
module by module: the key is file, line and module.

pyright's verdict is `reportMissingImports`. Where the two differ and dhtl is known to be right, that is counted
apart: types that pyright brings along for modules that are not there (`reportMissingModuleSource`); comments that
tell it to be silent (`# type: ignore`); a configuration that tells it to assume another Python; and editable
installs of setuptools, whose finder only runs. pyright does not read notebooks, so those do not count.

Prints a line for each checkout, the sums, and the differences by kind. Fails below 98 %.
"""

import argparse
import ast
import collections
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TARGET = 0.98
QUOTED = re.compile(r'"([^"]+)"')
SILENCED = re.compile(r"#\s*(type:\s*ignore|pyright:\s*ignore)")


def pyright(program: str, checkout: Path, cache: Path) -> dict:
    """What pyright says, from its cache where it was asked before."""
    key = hashlib.sha256(str(checkout).encode()).hexdigest()[:16]
    kept = cache / f"{checkout.name}-{key}.json"
    if not kept.exists():
        python = checkout / ".venv" / "bin" / "python"
        command = [program, ".", "--outputjson", "--pythonpath", str(python)]
        # Its paths count from the folder it runs in.
        answer = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False).stdout
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(answer[answer.index("{") :])
    return json.loads(kept.read_text())


def verdicts(checkout: Path, answer: dict) -> tuple[set, set]:
    """The keys that pyright finds missing, and those it knows only from types it brings along."""
    rules = {"reportMissingImports": set(), "reportMissingModuleSource": set()}
    for diagnostic in answer["generalDiagnostics"]:
        rule = diagnostic.get("rule")
        if rule in rules:
            path = Path(diagnostic["file"]).relative_to(checkout).as_posix()
            if not path.startswith(".venv/"):
                module = QUOTED.search(diagnostic["message"]).group(1)
                rules[rule].add((path, diagnostic["range"]["start"]["line"] + 1, module))
    return rules["reportMissingImports"], rules["reportMissingModuleSource"]


def explained(dhtl: Path, checkout: Path) -> list[dict]:
    command = [dhtl, "validate-env", "--imports", "--json", "--root", str(checkout)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    document = json.loads(answer)
    if "imports" not in document:
        sys.exit(f"error: {checkout}: {document['error']['message']}")
    return document["imports"]["statements"]


def is_read_by_pyright(path: str) -> bool:
    """By default it leaves out hidden folders, and reads neither notebooks nor other extensions."""
    return path.endswith((".py", ".pyi")) and not any(part.startswith(".") for part in path.split("/")[:-1])


def written(checkout: Path) -> set:
    """The keys of all imports, as Python's own parser finds them in what it can parse."""
    keys = set()
    for path in sorted(checkout.rglob("*.py")):
        place = path.relative_to(checkout)
        hidden = any(part.startswith(".") or part in ("node_modules", "__pycache__") for part in place.parts[:-1])
        if hidden or not path.is_file():
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                keys.update((place.as_posix(), alias.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
                keys.add((place.as_posix(), node.lineno, "." * node.level + (node.module or "")))
    return keys


def is_silenced(checkout: Path, path: str, line: int) -> bool:
    """Whether a comment on the line, or one above all code, silences type checkers."""
    lines = (checkout / path).read_text(encoding="utf-8", errors="replace").splitlines()
    above = []
    for text in lines:
        if text.strip() and not text.startswith("#"):
            break
        above.append(text)
    here = "".join(lines[line - 1 : line])
    return bool(SILENCED.search(here)) or any(SILENCED.match(text) for text in above)


def assumes_another_python(checkout: Path) -> bool:
    """Whether the configuration of pyright names a version or platform."""
    texts = [
        (checkout / name).read_text(encoding="utf-8", errors="replace")
        for name in ("pyproject.toml", "pyrightconfig.json")
        if (checkout / name).is_file()
    ]
    return any(re.search(r"\b(pythonVersion|pythonPlatform)\b", text) for text in texts)


def is_redirected(checkout: Path, module: str) -> bool:
    """Whether a finder of setuptools, which only runs, leads to the module."""
    finders = checkout.glob(".venv/lib/*/site-packages/__editable___*_finder.py")
    quoted = f"'{module.split('.')[0]}':"
    return any(quoted in finder.read_text(encoding="utf-8", errors="replace") for finder in finders)


def has_extension_module(checkout: Path, key: tuple) -> bool:
    """Whether the module is a compiled one in the folder of the file."""
    return any((checkout / key[0]).parent.glob(f"{key[2]}.*so"))


def kind_of(checkout: Path, key: tuple, ours: dict | None, theirs: str) -> str:
    silenced = theirs == "resolved" and is_silenced(checkout, key[0], key[1])
    if ours is None:
        return "pyright missing, dhtl lists no such import"
    if ours["verdict"] == "unreachable" and assumes_another_python(checkout):
        return "pyright missing, being configured for another Python, dhtl unreachable: dhtl is right"
    if ours["found_in"] == "environment" and key[2].split(".")[0] == "distutils":
        return "pyright missing, dhtl knows that setuptools stands in for distutils: dhtl is right"
    if ours["found_in"] == "project" and has_extension_module(checkout, key):
        return "pyright missing, the compiled module is beside the file: dhtl is right"
    if ours["verdict"] == "resolved" and is_redirected(checkout, key[2]):
        return "pyright missing, dhtl follows the finder of an editable install: dhtl is right"
    if ours["verdict"] == "missing":
        if theirs == "source":
            return f"dhtl missing ({ours['reason']}), pyright has types of its own: dhtl is right"
        if silenced:
            return f"dhtl missing ({ours['reason']}), pyright silenced by a comment: dhtl is right"
        return f"dhtl missing ({ours['reason']}), pyright resolved"
    return f"pyright missing, dhtl {ours['verdict']} ({ours['found_in']})"


def compare(dhtl: Path, checkout: Path, answer: dict) -> tuple[int, int, list]:
    """How many imports there are, on how many both agree, and the differences.

    What dhtl does not list is a difference as well: files that git ignores, folders that it leaves out.
    """
    missing, source_only = verdicts(checkout, answer)
    mine = collections.defaultdict(list)
    for import_ in explained(dhtl, checkout):
        if is_read_by_pyright(import_["path"]):
            mine[(import_["path"], import_["line"], import_["module"])].append(import_)
    differences = []
    for key in mine.keys() | missing:
        ours = mine[key][0] if key in mine else None
        is_missing = any(import_["verdict"] == "missing" for import_ in mine.get(key, []))
        if is_missing != (key in missing):
            theirs = "missing" if key in missing else "source" if key in source_only else "resolved"
            differences.append((kind_of(checkout, key, ours, theirs), key, ours))
    unlisted = written(checkout) - mine.keys() - missing
    differences += [("pyright resolved, dhtl lists no such import", key, None) for key in unlisted]
    total = len(mine.keys() | missing | unlisted)
    return total, total - len(differences), differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhtl", type=Path)
    parser.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT")
    parser.add_argument("--pyright", default="pyright")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "dhtl-bench-pyright")
    parser.add_argument("--show", type=int, default=8, help="how many differences of each kind are shown")
    parser.add_argument("--cached", action="store_true", help="leave out what pyright was not asked about before")
    arguments = parser.parse_args()
    dhtl = arguments.dhtl.resolve()
    sums = collections.Counter()
    kinds = collections.defaultdict(list)
    for checkout in arguments.checkouts:
        checkout = checkout.resolve()
        key = hashlib.sha256(str(checkout).encode()).hexdigest()[:16]
        if arguments.cached and not (arguments.cache / f"{checkout.name}-{key}.json").exists():
            continue
        try:
            answer = pyright(arguments.pyright, checkout, arguments.cache)
        except ValueError:
            print(f"{checkout.name:32} pyright says nothing")
            continue
        total, agreed, differences = compare(dhtl, checkout, answer)
        dhtl_right = sum("dhtl is right" in kind for kind, _, _ in differences)
        sums.update(total=total, agreed=agreed, dhtl_right=dhtl_right, checkouts=1)
        share = agreed / total if total else 1
        print(f"{checkout.name:32} {total:6} imports  {len(differences):4} differ  {share:8.2%}", flush=True)
        for kind, place, ours in differences:
            kinds[kind].append((checkout.name, *place, ours["why"] if ours else ""))
    share = sums["agreed"] / sums["total"] if sums["total"] else 1
    lenient = (sums["agreed"] + sums["dhtl_right"]) / sums["total"] if sums["total"] else 1
    print(f"\n{sums['checkouts']} checkouts, {sums['total']} imports: {share:.2%} agree, "
          f"{lenient:.2%} with those where dhtl is right\n")
    for kind, places in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(places):5}  {kind}")
        for name, path, line, module, why in sorted(places)[: arguments.show]:
            print(f"         {name}: {path}:{line} {module}  {why}")
    if share < TARGET:
        sys.exit(f"error: below {TARGET:.0%}")


if __name__ == "__main__":
    main()
