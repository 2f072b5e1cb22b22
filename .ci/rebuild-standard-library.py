#!/usr/bin/env python3
"""Rebuild src/detection/imports_table/standard_library.tsv from the package `stdlibs` (MIT).

    pip install --target FOLDER stdlibs
    PYTHONPATH=FOLDER .ci/rebuild-standard-library.py > src/detection/imports_table/standard_library.tsv
"""

import importlib
import importlib.metadata

MINORS = range(8, 15)
# `stdlibs` leaves these out: they are importable, but no part of the documented library.
ALSO = {"__main__", "_typeshed", "test"}


def names(minor: int) -> set[str]:
    module = importlib.import_module(f"stdlibs.py3{minor}")
    return {name for name in module.module_names if "." not in name}


def main() -> None:
    version = importlib.metadata.version("stdlibs")
    by_minor = {minor: names(minor) for minor in MINORS}
    print(
        "# Top-level modules of the standard libraries of Python 3.8 to 3.14, united. The second column is the last\n"
        "# minor version of Python 3 that has the module, empty where 3.14 does. Made from `module_names` of the\n"
        f"# package `stdlibs` {version} (MIT) by `.ci/rebuild-standard-library.py`, plus `__main__`, `test` and\n"
        "# `_typeshed`, which that leaves out. Sorted by bytes; a test keeps it so."
    )
    for name in sorted(set().union(ALSO, *by_minor.values()), key=str.encode):
        last = max((minor for minor in MINORS if name in by_minor[minor]), default=MINORS[-1])
        print(f"{name}\t{'' if name in ALSO or last == MINORS[-1] else last}")


if __name__ == "__main__":
    main()
