"""A small load generator: so many connections, each sending its next request when answered."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True)
class Request:
    """One request: method, path, body (JSON bytes) and headers beyond the usual."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Figures:
    """What one measurement gave: requests a second, and milliseconds at two ranks."""

    per_second: float
    p50: float
    p99: float
    count: int


class Unexpected(RuntimeError):
    """An answer that the measurement did not expect: its figures would mean nothing."""


def measure(
    port: int, requests: Iterator[Request], *, connections: int, seconds: float, expect: int
) -> Figures:
    """Send requests for `seconds`, or until there are no more; every answer must be `expect`."""
    return asyncio.run(_measure(port, requests, connections, seconds, expect))


async def _measure(
    port: int, requests: Iterator[Request], connections: int, seconds: float, expect: int
) -> Figures:
    took: list[float] = []
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(
        *(_visitor(port, requests, until, expect, took) for _ in range(connections))
    )
    spent = time.perf_counter() - began
    took.sort()
    rank = max(0, int(len(took) * 0.99) - 1)
    return Figures(len(took) / spent, statistics.median(took) * 1e3, took[rank] * 1e3, len(took))


async def _visitor(
    port: int, requests: Iterator[Request], until: float, expect: int, took: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        start = time.perf_counter()
        if start > until:
            break
        writer.write(_bytes(request))
        status, body = await _answer(reader)
        took.append(time.perf_counter() - start)
        if status != expect:
            raise Unexpected(f"{request.method} {request.path}: {status} {body[:400]!r}")
    writer.close()


def _bytes(request: Request) -> bytes:
    lines = [f"{request.method} {request.path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(request.body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + request.body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return status, await reader.readexactly(length)


def repeat(requests: list[Request]) -> Iterator[Request]:
    """Go round a list of requests for ever."""
    return (requests[number % len(requests)] for number in count())
