"""Twenty fresh environments, used as people use them: does `dhtl validate-env` stay silent?

    python tests/bench/false_alarms.py path/to/dhtl

Each is recorded with `dhtl setup`, cloned, made anew in the clone with `dhtl regenerate`, and used: every
top-level module is imported, every installed program is asked for its version, everything is compiled to
bytecode. After each of these `dhtl validate-env --full` has to say MATCH. Prints a line for each environment,
and ends with 1 when there was an alarm.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

SETS = [
    "django djangorestframework psycopg2-binary",
    "flask flask-sqlalchemy gunicorn",
    "fastapi uvicorn[standard] pydantic-settings",
    "numpy scipy pandas",
    "matplotlib seaborn",
    "jupyterlab ipykernel",
    "scikit-learn joblib",
    "requests httpx[http2] aiohttp",
    "celery redis",
    "sqlalchemy alembic asyncpg",
    "pytest pytest-cov pytest-xdist hypothesis",
    "ruff mypy black pre-commit",
    "sphinx furo myst-parser",
    "boto3 moto",
    "cryptography paramiko pyopenssl",
    "pillow opencv-python-headless",
    "lxml beautifulsoup4 scrapy",
    "click typer rich textual",
    "setuptools wheel build twine",
    "grpcio grpcio-tools protobuf",
]

IMPORT_ALL = """
import contextlib, importlib, importlib.metadata, io
for names in importlib.metadata.packages_distributions():
    with contextlib.suppress(BaseException), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module(names)
"""


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=1800)


def alarm(dhtl, project):
    """What differs; nothing where all is as it must be."""
    outcome = run(dhtl, "validate-env", "--full", "--json", cwd=project)
    document = json.loads(outcome.stdout)
    if outcome.returncode == 0 and document.get("verdict") == "match":
        return []
    return [one["what"] for one in document.get("differences", [])] or [outcome.stderr]


def use(project):
    """The ways of use, one after the other."""
    scripts = project / ".venv" / "bin"
    yield "imports", run(scripts / "python", "-c", IMPORT_ALL, cwd=project)
    for program in sorted(scripts.iterdir()):
        if not program.name.startswith(("activate", "python", "deactivate", "pydoc")):
            try:
                subprocess.run(
                    [program, "--version"],
                    cwd=project,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=20,
                )
            except (OSError, subprocess.TimeoutExpired):
                pass
    yield "programs", None
    yield "bytecode", run(scripts / "python", "-m", "compileall", "-q", ".venv", cwd=project)


def check(dhtl, requirements, folder):
    """The alarms of one environment, by what set them off."""
    origin, project = folder / "origin", folder / "clone"
    origin.mkdir()
    (origin / "requirements.txt").write_text("\n".join(requirements.split()) + "\n")
    run("git", "init", "--quiet", cwd=origin)
    recorded = run(dhtl, "setup", "--no-system", cwd=origin)
    if recorded.returncode != 0:
        return {"setup": [recorded.stderr[-500:]]}
    run("git", "add", "--all", cwd=origin)
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@git.example"]
    run("git", *author, "commit", "--quiet", "--message", "Record", cwd=origin)
    run("git", "clone", "--quiet", str(origin), str(project), cwd=folder)
    made = run(dhtl, "regenerate", "--no-system", cwd=project)
    alarms = {"regenerate": [made.stderr[-500:]]} if made.returncode != 0 else {}
    alarms["fresh"] = alarm(dhtl, project)
    for way, _ in use(project):
        alarms[way] = alarm(dhtl, project)
    return {way: found for way, found in alarms.items() if found}


def main():
    dhtl = pathlib.Path(sys.argv[1]).resolve()
    failed = 0
    for requirements in SETS:
        with tempfile.TemporaryDirectory() as folder:
            alarms = check(dhtl, requirements, pathlib.Path(folder))
        failed += bool(alarms)
        print("alarm" if alarms else "quiet", requirements, alarms or "", flush=True)
    print(f"{len(SETS) - failed} of {len(SETS)} without an alarm")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
