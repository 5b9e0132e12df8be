"""Bringing in 30,000 accounts with six months of bills and payments, as the command does it."""

import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS = 30_000
BILLS = [f"BILL_AMT{n}" for n in range(1, 7)]
PAID = [f"PAY_AMT{n}" for n in range(1, 7)]
STATUS = ["PAY_0", *(f"PAY_{n}" for n in range(2, 7))]


def write_portfolio(path: Path) -> None:
    """Write a made-up file of the shape that the shipped mapping reads."""
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "ID",
                "LIMIT_BAL",
                "SEX",
                "EDUCATION",
                "MARRIAGE",
                "AGE",
                *STATUS,
                *BILLS,
                *PAID,
                "default.payment.next.month",
            ]
        )
        for number in range(1, ROWS + 1):
            late = [chance.choice((-2, -1, 0, 0, 0, 1, 2)) for _ in STATUS]
            bills = [chance.randrange(-500, 200_000) for _ in BILLS]
            paid = [chance.choice((0, chance.randrange(20_000))) for _ in PAID]
            writer.writerow([number, 50_000, 1, 2, 1, 35, *late, *bills, *paid, 0])


def measure_import() -> dict[str, Any]:
    """Import the file into a fresh instance; print and return seconds and megabytes."""
    with tempfile.TemporaryDirectory(prefix="probity-bench-") as name:
        folder = Path(name)
        write_portfolio(folder / "portfolio.csv")
        env = dict(os.environ, CRM_HOME=str(folder / "home"), CRM_KEYS_DIR=str(folder / "keys"))
        crm = [sys.executable, "-m", "crm"]
        subprocess.run(
            [*crm, "init", "--email", "a@bank.example"],
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        began = time.perf_counter()
        words = [
            "import",
            "portfolio",
            str(folder / "portfolio.csv"),
            "--mapping",
            "uci-credit-card",
        ]
        subprocess.run([*crm, *words], env=env, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"import of {ROWS:,} accounts: {seconds:.0f} s (goal 240), {megabytes:.0f} MB (goal 500)")
    return {"seconds": seconds, "megabytes": megabytes}
