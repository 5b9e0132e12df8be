"""Judge contacts from the command line: facts in, decisions out, by the shipped books."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

import click

from crm.rulebook.canonical import canonical
from crm.rulebook.engine import decide as judge
from crm.rulebook.facts import BadFacts
from crm.rulebook.shelf import shipped_books

ALLOWED, REFUSED, BAD_INPUT = 0, 1, 2


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--lines", is_flag=True, help="JSON Lines: a document in, a decision out.")
def decide(file: BinaryIO, lines: bool) -> None:
    """Judge the contact of a facts document (FILE, or - for standard input).

    Exit 0: allowed; 1: refused; 2: bad input, with the field at fault. With --lines: 2 if any line
    was bad, else 1 if any contact was refused, else 0.
    """
    if lines:
        sys.exit(_judge_lines(file))
    decision, code = _judge(file.read())
    if code == BAD_INPUT:
        error = decision["error"]
        at = ", ".join(f"{error[key]}" for key in ("field",) if error[key])
        click.echo(f"crm decide: {at + ': ' if at else ''}{error['reason']}", err=True)
    else:
        click.echo(json.dumps(decision, ensure_ascii=False, indent=2))
    sys.exit(code)


def _judge_lines(file: Iterable[bytes]) -> int:
    worst, write = ALLOWED, sys.stdout.buffer.write
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        answer, code = _judge(line)
        if code == BAD_INPUT:
            answer = {"error": {"line": number, **answer["error"]}}
        write(canonical(answer) + b"\n")
        worst = max(worst, code)
    sys.stdout.flush()
    return worst


def _judge(text: bytes) -> tuple[dict[str, Any], int]:
    try:
        decision = judge(json.loads(text), shipped_books())
    except BadFacts as fault:
        return {"error": {"field": fault.field, "reason": fault.reason}}, BAD_INPUT
    except (ValueError, RecursionError) as fault:
        reason = f"not JSON: {fault}" if isinstance(fault, ValueError) else "nested too deeply"
        return {"error": {"field": "", "reason": reason}}, BAD_INPUT
    return decision, ALLOWED if decision["allowed"] else REFUSED
