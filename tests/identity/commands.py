"""Runs the operators' command as an operator does: in a process of its own."""

import os
import subprocess
import sys


def crm(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `crm` with these words, in the test's own instance."""
    return subprocess.run(
        [sys.executable, "-m", "crm.cli.main", *words],
        env=dict(os.environ) | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
