#!/usr/bin/env python3
"""Compare what `dhtl regenerate` installs from another tool's lock with what that tool installs.

Run by hand; not part of any test. It runs the projects' own build code, as both programs do.

    cargo build
    python3 -m venv tool && tool/bin/pip install poetry    # or pdm, pipenv, uv; pip 26.1 or newer
    tests/bench/foreign_locks.py target/debug/dhtl tool/bin/poetry <checkout> [--lock poetry.lock]

The tool's name, that of its file, says what is run. Poetry, PDM and pipenv install every group and every extra, as
dhtl does; uv and pip follow a `pylock.toml`, pip without the extras and groups, which it has no option for. Both sides
work on a fresh copy of the checkout that has no lock but the one compared, and with the interpreter that dhtl chose.

Three environments are made: with `--strict`, with the tool, and without `--strict`, which may only add to the first
what its report names. Strict, dhtl makes no environment for code that imports what nothing declares; the third is
compared then, without what was added.

What is compared is every distribution with its version, and for those that were not taken from an index, where from:
the project itself, another folder, a repository. `--leave-out` takes packages out of the lock on both sides, for
those that nobody can download here. The seconds are those of one run with whatever the programs have in their caches.

The exit code is 1 when the first two differ in more than the project itself, or when the third lacks something.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

LOCKS = ["uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock"]

READ_INSTALLED = """
import json, re, sys
if sys.version_info >= (3, 8):
    from importlib.metadata import distributions
    found = [(d.metadata["Name"], d.version, d.read_text("direct_url.json")) for d in distributions()]
else:
    import pkg_resources as p
    url = lambda d: d.get_metadata("direct_url.json") if d.has_metadata("direct_url.json") else None
    found = [(d.project_name, d.version, url(d)) for d in p.working_set]
name = lambda text: re.sub("[-_.]+", "-", text).lower()
# The first of a name counts, as for Python: an editable project can have old metadata beside its code.
print(json.dumps({name(n): [v, json.loads(u)["url"] if u else None] for n, v, u in reversed(found) if n}))
"""


class Distribution(NamedTuple):
    """An installed distribution: its version, and the address it was installed from when that is no index."""

    version: str
    url: str | None


Installed = dict[str, Distribution]


class Failed(Exception):
    """A program ended with an error; what it printed last."""


def run(command: list[str | Path], folder: Path, environment: dict[str, str]) -> float:
    """Wall seconds of one run in `folder`."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        tail = [line for line in lines if line.strip() and "--hash=" not in line][-25:]
        raise Failed(f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n" + "\n".join(tail))
    return time.perf_counter() - start


def installed(python: Path, environment: dict[str, str]) -> Installed:
    """What an environment holds, by normalised name."""
    done = subprocess.run([python, "-c", READ_INSTALLED], env=environment, check=True, stdout=subprocess.PIPE)
    return {name: Distribution(*one) for name, one in json.loads(done.stdout).items()}


def copy(checkout: Path, to: Path, lock: str, left_out: list[str]) -> Path:
    """A copy of the checkout, its `.git` included, that has no lock but one."""
    skipped = shutil.ignore_patterns(".venv", "__pypackages__", ".pdm-python", ".dht")
    shutil.copytree(checkout, to, symlinks=True, ignore=skipped)
    for other in LOCKS:
        if other != lock:
            (to / other).unlink(missing_ok=True)
    if left_out:
        text = (to / lock).read_text(encoding="utf-8")
        (to / lock).write_text(without(text, left_out), encoding="utf-8")
    return to


def without(text: str, left_out: list[str]) -> str:
    """A lock, in JSON or TOML, without some packages."""
    if text.lstrip().startswith("{"):
        lock = json.loads(text)
        kept = {key: {name: one for name, one in table.items() if name not in left_out} for key, table in lock.items()}
        return json.dumps(kept, indent=4)
    names = "|".join(re.escape(name) for name in left_out)
    return re.sub(rf'(?ms)^\[\[packages?\]\]\nname = "(?:{names})"\n.*?(?=^\[\[|^\[metadata|\Z)', "", text)


def names(lock: Path, key: str) -> list[str]:
    """The groups or the extras that a lock lists under a key."""
    listed = re.search(rf"(?ms)^{key} = \[(.*?)\]", lock.read_text(encoding="utf-8"))
    return re.findall(r"[\"']([^\"']+)[\"']", listed[1]) if listed else []


def commands(tool: Path, lock: Path, venv: Path) -> list[list[str | Path]]:
    """What the tool is told, so that it installs everything that is locked."""
    name = tool.name
    if name == "poetry":
        groups = ["--all-groups", "--all-extras"]
        return [[tool, "install", "--no-interaction", "--no-ansi", *groups]]
    if name == "pdm":
        # `:all` would ask for groups of the manifest that are not in the lock, too; older locks list none.
        groups = [group for group in names(lock, "groups") if group != "default"] or [":all"]
        return [[tool, "sync", *(f"--group={group}" for group in groups)]]
    if name == "pipenv":
        return [[tool, "sync", "--dev"]]
    if name == "uv":
        extras = [f"--extra={extra}" for extra in names(lock, "extras")]
        groups = [f"--group={group}" for group in names(lock, "dependency-groups")]
        return [[tool, "pip", "sync", lock.name, *extras, *groups]]
    if name == "pip":
        return [[tool, "--python", venv, "install", "-r", lock.name]]
    sys.exit(f"error: do not know what to tell `{tool}`: it is none of poetry, pdm, pipenv, uv, pip")


def base_interpreter(venv: Path) -> tuple[str, str]:
    """The interpreter an environment was made from, and its version."""
    pairs = (line.split("=", 1) for line in (venv / "pyvenv.cfg").read_text().splitlines() if "=" in line)
    settings = {key.strip(): value.strip() for key, value in pairs}
    version = settings.get("version_info") or settings["version"]
    short = ".".join(version.split(".")[:2])
    return str(Path(settings["home"]) / f"python{short}"), version


def without_own(distributions: Installed, folder: Path) -> tuple[Installed, list[str]]:
    """The distributions apart from those of the copy's own folders, which are named with their versions."""
    own = {name for name, one in distributions.items() if one.url and one.url.startswith(folder.as_uri())}
    rest = {name: one for name, one in distributions.items() if name not in own}
    return rest, sorted(f"{name} {distributions[name].version}" for name in own)


def differences(left: Installed, right: Installed) -> list[str]:
    """A line for every distribution that is not the same on both sides."""
    lines = []
    for name in sorted(left.keys() | right.keys()):
        ours, theirs = left.get(name), right.get(name)
        if ours != theirs:
            shown = [f"{one.version}{f' from {one.url}' if one.url else ''}" if one else "-" for one in (ours, theirs)]
            lines.append(f"{name}: {shown[0]} | {shown[1]}")
    return lines


def report(title: str, lines: list[str]) -> None:
    print(f"  {title}: {len(lines) or 'none'}")
    for line in lines:
        print(f"    {line}")


class Made(NamedTuple):
    """What `dhtl regenerate` made: the environment, seconds, why it refused, what is locked, and what it added.

    What is added is resolved together with what it needs, which can be locked already.
    """

    installed: Installed | None
    seconds: float
    refusal: str
    locked: set[str]
    added: set[str]


def required(file: Path) -> set[str]:
    """The names of the distributions in a compiled requirements file, normalised."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return {re.sub("[-_.]+", "-", name).lower() for name in re.findall(r"(?m)^([A-Za-z0-9._-]+) *(?:==|@)", text)}


def regenerate(command: list[str | Path], folder: Path, environment: dict[str, str]) -> Made:
    start, refusal = time.perf_counter(), ""
    try:
        run(command, folder, environment)
    except Failed as failure:
        refusal = str(failure)
    seconds = time.perf_counter() - start
    python = folder / ".venv" / "bin" / "python"
    found = installed(python, environment) if python.exists() else None
    state = folder / ".dht" / "state"
    added = required(state / "supplement.lock") | required(state / "inferred.lock")
    return Made(found, seconds, refusal, required(state / "requirements.lock"), added)


def compare(arguments: argparse.Namespace, scratch: Path) -> bool:
    checkout, lock = arguments.checkout.resolve(), arguments.lock
    dhtl, tool = arguments.dhtl.resolve(), arguments.tool.absolute()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "PYTHON"))}
    environment = kept | {"CI": "true", "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}

    strict = copy(checkout, scratch / "strict" / checkout.name, lock, arguments.leave_out)
    command = [dhtl, "regenerate", "--yes", *arguments.dhtl_option]
    made = regenerate([*command, "--strict"], strict, environment)
    default = copy(checkout, scratch / "default" / checkout.name, lock, arguments.leave_out)
    made_by_default = regenerate(command, default, environment)
    more = made_by_default.installed
    if more is None:
        raise Failed(made_by_default.refusal)
    more, _ = without_own(more, default)
    if made.installed is not None:
        ours, own = without_own(made.installed, strict)
        seconds = made.seconds
    elif "is not declared" in made.refusal:
        ours, own = without_own(made_by_default.installed, default)
        only_added = made_by_default.added - made_by_default.locked
        ours = {name: one for name, one in ours.items() if name not in only_added}
        seconds = made_by_default.seconds
    else:
        raise Failed(made.refusal)
    python, version = base_interpreter(default / ".venv")

    theirs_folder = copy(checkout, scratch / "tool" / checkout.name, lock, arguments.leave_out)
    venv = scratch / "tool-venv"
    run([python, "-m", "venv", "--without-pip", venv], scratch, environment)
    in_venv = environment | {"VIRTUAL_ENV": str(venv), "PIPENV_IGNORE_VIRTUALENVS": "0", "PIPENV_VERBOSITY": "-1"}
    in_venv["PATH"] = f"{venv / 'bin'}{os.pathsep}{environment['PATH']}"
    told = commands(tool, theirs_folder / lock, venv)
    tool_seconds = sum(run(command, theirs_folder, in_venv) for command in told)
    theirs, own_of_tool = without_own(installed(venv / "bin" / "python", environment), theirs_folder)

    differing = differences(ours, theirs)
    equal = sum(1 for name, one in ours.items() if theirs.get(name) == one)
    of_all = f"{equal} of {len(ours.keys() | theirs.keys())}"
    print(f"{checkout.name}: {lock}, python {version}, {of_all} distributions equal; "
          f"dhtl {seconds:.1f} s, {tool.name} {tool_seconds:.1f} s")
    report(f"differences (dhtl | {tool.name})", differing)
    print(f"  the project: {', '.join(own) or 'none'} | {', '.join(own_of_tool) or 'none'}")
    added = more.keys() - ours.keys()
    explained = sorted(f"{name} {more[name].version}" for name in added & made_by_default.added)
    report("added without --strict, as its report says", explained)
    unexplained = sorted(f"{name} {more[name].version}" for name in added - made_by_default.added)
    report("added without --strict, and no report says so", unexplained)
    lost = [line for line in differences(ours, more) if line.split(":")[0] in ours]
    report("changed or missing without --strict", lost)
    for kind, refusal in [(" --strict", made.refusal), ("", made_by_default.refusal)]:
        for line in re.findall(r"(?m)^(?:error: .*|✗ .*|! Not as declared: .*)", refusal):
            print(f"  dhtl regenerate{kind}: {line[:240]}")
    return not (differing or lost or unexplained)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhtl", type=Path, help="the program")
    parser.add_argument("tool", type=Path, help="poetry, pdm, pipenv, uv or pip")
    parser.add_argument("checkout", type=Path, help="the project")
    parser.add_argument("--lock", help="the lock to follow; default: the first that dhtl would take")
    parser.add_argument("--leave-out", action="append", default=[], metavar="NAME", help="take it out of the lock")
    option = {"action": "append", "default": [], "metavar": "OPTION", "help": "as --dhtl-option=--no-system"}
    parser.add_argument("--dhtl-option", **option)
    arguments = parser.parse_args()
    present = [name for name in LOCKS[1:] if (arguments.checkout / name).is_file()]
    arguments.lock = arguments.lock or next(iter(present), None)
    if arguments.lock not in present:
        sys.exit(f"error: `{arguments.checkout}` has no such lock")
    with tempfile.TemporaryDirectory(prefix="foreign-locks-") as scratch:
        try:
            same = compare(arguments, Path(scratch).resolve())
        except Failed as failure:
            sys.exit(f"{arguments.checkout.name}: {failure}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
