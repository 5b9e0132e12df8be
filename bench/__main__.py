"""`make bench`: each figure is a ratio to the floor, both measured in turn in the same run."""

import argparse
import json
import platform
import sys
from pathlib import Path


def main() -> None:
    """Measure what was asked for, print it, and keep it as JSON."""
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--contacts", type=int, default=300_000)
    words.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    words.add_argument("--rounds", type=int, default=3, help="of floor and product in turn")
    words.add_argument("--only", choices=("engine", "sqlite", "postgresql", "import"))
    words.add_argument("--keep", type=Path, help="file for the figures, as JSON")
    given = words.parse_args()
    figures: dict[str, object] = {"python": platform.python_version()}
    if given.only in {None, "engine"}:
        from bench.engine import measure_engine

        figures["engine"] = measure_engine()
    for kind in ("sqlite", "postgresql"):
        if given.only in {None, kind}:
            from bench.web import measure_web

            figures[kind] = measure_web(kind, given)
    if given.only in {None, "import"}:
        from bench.imports import measure_import

        figures["import"] = measure_import()
    if given.keep:
        given.keep.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.stdout.flush()


main()
