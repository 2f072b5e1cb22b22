#!/usr/bin/env python3
"""Rebuild src/detection/imports_table/import_to_dist_top15000.tsv.

Two inputs, both fetched by whoever runs this:

* the wheel of `pigar` (BSD-3-Clause), whose SQLite database lists the top-level modules of distributions,
  or that database itself;
* the download ranks of `hugovk/top-pypi-packages`: its JSON, or a text file with one name per line,
  most downloaded first.

    .ci/rebuild-import-table.py pigar-*.whl top-packages.json > src/detection/imports_table/import_to_dist_top15000.tsv
    .ci/rebuild-import-table.py --self-test

Where several distributions claim a module, the highest score wins: its downloads (without figures, the
inverse of its rank), times 20 when its name equals the module's, divided by 100 for stubs and nightlies.
"""

import argparse
import json
import re
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

TOP = 15_000
SAME_NAME = 20
STUB_OR_NIGHTLY = re.compile(r"^types-|-stubs?$|-nightly(-|$)|^stubs?-")


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_ranks(path: Path) -> dict[str, float]:
    """Distribution and its weight, for the `TOP` most downloaded ones."""
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("{"):
        rows = json.loads(text)["rows"][:TOP]
        return {normalised(row["project"]): float(row["download_count"]) for row in rows}
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {normalised(name): 1e9 / rank for rank, name in enumerate(names[:TOP], start=1)}


def columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        table: [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')] for (table,) in tables
    }


def read_claims(database: Path) -> list[tuple[str, str]]:
    """Pairs of module and distribution.

    One table names the distributions; the others (one per initial letter in pigar's database) have a name
    and refer to it by a second id column.
    """
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    by_table = columns(connection)

    def reference(names: list[str]) -> str | None:
        return next((name for name in names if name != "id" and name.endswith("id")), None)

    distribution_tables = [
        (table, next(name for name in ("package", "distribution", "name") if name in names))
        for table, names in by_table.items()
        if "id" in names and reference(names) is None and {"package", "distribution", "name"} & set(names)
    ]
    if len(distribution_tables) != 1:
        sys.exit(f"error: cannot tell which table lists the distributions: {by_table}")
    distributions, label = distribution_tables[0]
    claims = []
    for table, names in by_table.items():
        key = reference(names)
        module = next((name for name in ("name", "module") if name in names), None)
        if table == distributions or key is None or module is None:
            continue
        claims += connection.execute(
            f'SELECT m."{module}", d."{label}" FROM "{table}" m JOIN "{distributions}" d ON m."{key}" = d.id'
        ).fetchall()
    connection.close()
    if not claims:
        sys.exit(f"error: the database lists no modules in a form this script knows: {by_table}")
    return claims


def choose(claims: list[tuple[str, str]], ranks: dict[str, float]) -> dict[str, str]:
    best: dict[str, tuple[float, str]] = {}
    for module, distribution in claims:
        distribution = normalised(distribution)
        weight = ranks.get(distribution)
        if weight is None or not module.isidentifier():
            continue
        if normalised(module) == distribution:
            weight *= SAME_NAME
        if STUB_OR_NIGHTLY.search(distribution):
            weight /= 100
        # The name decides between equals, so that the result does not depend on the order of rows.
        if module not in best or (-weight, distribution) < (-best[module][0], best[module][1]):
            best[module] = (weight, distribution)
    return {module: distribution for module, (_, distribution) in best.items()}


def rebuild(source: Path, ranks: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as wheel:
                names = [name for name in wheel.namelist() if name.endswith((".sqlite3", ".db"))]
                if len(names) != 1:
                    sys.exit(f"error: `{source}` holds {len(names)} databases, expected 1")
                source = Path(wheel.extract(names[0], folder))
        table = choose(read_claims(source), read_ranks(ranks))
    return "".join(f"{module}\t{table[module]}\n" for module in sorted(table, key=str.encode))


def self_test() -> None:
    """A small database in pigar's documented layout, as a wheel and bare, with both kinds of ranks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / ".db.sqlite3"
        connection = sqlite3.connect(database)
        connection.execute("CREATE TABLE table_packages (id INTEGER PRIMARY KEY, package VARCHAR NOT NULL UNIQUE)")
        for letter in "py":
            connection.execute(
                f"CREATE TABLE table_{letter} (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, pkgid INTEGER NOT NULL)"
            )
        rows = [("yaml", "PyYAML"), ("yaml", "types-PyYAML"), ("yaml", "Obscure"), ("pip", "Pip"), ("pip", "big")]
        for module, package in rows:
            connection.execute("INSERT OR IGNORE INTO table_packages (package) VALUES (?)", (package,))
            (key,) = connection.execute("SELECT id FROM table_packages WHERE package = ?", (package,)).fetchone()
            connection.execute(f"INSERT INTO table_{module[0]} (name, pkgid) VALUES (?, ?)", (module, key))
        connection.commit()
        connection.close()
        wheel = folder / "pigar-0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.write(database, "pigar/.db.sqlite3")
        counts = {"types-pyyaml": 900, "pyyaml": 800, "big": 700, "pip": 70}
        ranks = folder / "ranks.json"
        ranks.write_text(json.dumps({"rows": [{"project": p, "download_count": n} for p, n in counts.items()]}))
        plain = folder / "ranks.txt"
        plain.write_text("# comment\n" + "\n".join(counts))
        for source in (wheel, database):
            for given in (ranks, plain):
                assert rebuild(source, given) == "pip\tpip\nyaml\tpyyaml\n", rebuild(source, given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--self-test", action="store_true", help="check this script on made-up data")
    parser.add_argument("pigar", type=Path, nargs="?", help="wheel of pigar, or its database")
    parser.add_argument("ranks", type=Path, nargs="?", help="distributions by downloads")
    arguments = parser.parse_args()
    if arguments.self_test:
        self_test()
    elif arguments.ranks is None:
        parser.error("name the wheel and the ranks")
    else:
        sys.stdout.write(rebuild(arguments.pigar, arguments.ranks))


if __name__ == "__main__":
    main()
