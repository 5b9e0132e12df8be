"""Judge contacts from the command line: facts in, decisions out, by the shipped books."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import Any, BinaryIO, TypeAlias

import click

from crm import strict_json
from crm.rulebook.canonical import canonical
from crm.rulebook.engine import decide as judge
from crm.rulebook.facts import BadFacts
from crm.rulebook.shelf import shipped_books
from crm.strict_json import Twice

ALLOWED, REFUSED, BAD_INPUT = 0, 1, 2
BATCH = 500

# The number of the first line and the lines; the answers as bytes and the worst exit code.
Batch: TypeAlias = tuple[int, list[bytes]]
Answers: TypeAlias = tuple[bytes, int]


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--lines", is_flag=True, help="JSON Lines: a document in, a decision out.")
def decide(file: BinaryIO, lines: bool) -> None:
    """Judge the contact of a facts document (FILE, or - for standard input).

    Exit 0: allowed; 1: refused; 2: bad input, with the field at fault. With --lines: 2 if any line
    was bad, else 1 if any contact was refused, else 0; many lines are shared among the cores and
    answered in their order.
    """
    if lines:
        sys.exit(_judge_lines(file))
    decision, code = _judge(file.read())
    if code == BAD_INPUT:
        error = decision["error"]
        at = f"{error['field']}: " if error["field"] else ""
        click.echo(f"crm decide: {at}{error['reason']}", err=True)
    else:
        click.echo(json.dumps(decision, ensure_ascii=False, indent=2))
    sys.exit(code)


def _judge_lines(file: Iterable[bytes]) -> int:
    worst, out = ALLOWED, sys.stdout.buffer
    for answers, code in _answers(_batches(file), os.cpu_count() or 1):
        out.write(answers)
        worst = max(worst, code)
    out.flush()
    return worst


def _batches(file: Iterable[bytes]) -> Iterator[Batch]:
    lines, first = iter(file), 1
    while batch := list(islice(lines, BATCH)):
        yield first, batch
        first += len(batch)


def _answers(batches: Iterator[Batch], workers: int) -> Iterator[Answers]:
    """Give the answers to the batches in their order; one batch alone is not worth a process."""
    first = next(batches, (1, []))
    if workers == 1 or len(first[1]) < BATCH:
        yield _judge_batch(first)
        yield from map(_judge_batch, batches)
        return
    shipped_books()  # read once, before the workers inherit them
    under_way: deque[Future[Answers]] = deque()
    with ProcessPoolExecutor(workers) as pool:
        under_way.append(pool.submit(_judge_batch, first))
        for batch in batches:
            under_way.append(pool.submit(_judge_batch, batch))
            if len(under_way) > 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _judge_batch(batch: Batch) -> Answers:
    worst, answers, first = ALLOWED, bytearray(), batch[0]
    for number, line in enumerate(batch[1], first):
        if line.strip():
            answer, code = _judge(line)
            if code == BAD_INPUT:
                answer = {"error": {"line": number, **answer["error"]}}
            answers += canonical(answer) + b"\n"
            worst = max(worst, code)
    return bytes(answers), worst


def _judge(text: bytes) -> tuple[dict[str, Any], int]:
    try:
        decision = judge(strict_json.read(text), shipped_books())
    except Twice as fault:
        reason = "stands twice in one object"
        return {"error": {"field": fault.name, "reason": reason}}, BAD_INPUT
    except BadFacts as fault:
        return {"error": {"field": fault.field, "reason": fault.reason}}, BAD_INPUT
    except (ValueError, RecursionError) as fault:
        reason = f"not JSON: {fault}" if isinstance(fault, ValueError) else "nested too deeply"
        return {"error": {"field": "", "reason": reason}}, BAD_INPUT
    return decision, ALLOWED if decision["allowed"] else REFUSED
