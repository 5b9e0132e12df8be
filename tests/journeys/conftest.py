"""The sample house on the air, and a real Chromium to visit it with."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.moved import seconds_to_noon
from tests.required import lacking

PASSWORD = "four plain words together"
BORROWERS = "300"  # enough that each desk has several people whom one may call now
CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@dataclass(frozen=True)
class Site:
    """A running house: where it is, and how its operator's command is called."""

    url: str
    environment: dict[str, str]

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the operators' command beside the running house."""
        return subprocess.run(
            [*_CRM, *words], env=self.environment, capture_output=True, text=True, check=False
        )


_CRM = [sys.executable, "-m", "tests.journeys.moved", str(seconds_to_noon())]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample house on the air."""
    with sample_house(tmp_path_factory.mktemp("site")) as running:
        yield running


@contextmanager
def sample_house(folder: Path) -> Iterator[Site]:
    """Serve a sample house with its worker; it is noon in New York and night in China."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "CRM_HOME": str(folder / "home"),
        "CRM_KEYS_DIR": str(folder / "keys"),
        "CRM_DEMO_PASSWORD": PASSWORD,
        "PORT": str(port),
    }
    site = Site(f"http://127.0.0.1:{port}", environment)
    made = site.command("demo", "--borrowers", BORROWERS)
    assert made.returncode == 0, made.stderr
    parts = [subprocess.Popen([*_CRM, word], env=environment) for word in ("serve", "worker")]
    try:
        _wait(site.url)
        yield site
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait(15)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urlopen(url + "/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the sample house did not answer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    if not CHROMIUM.exists():
        lacking("chromium", "Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a screen: a page that knows its site and collects what the console says."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site = site
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    def _hear(self, message) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.site.url + path)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Come in as one of the demo accounts."""
        self.open("/sign-in")
        email = name if "@" in name else f"{name}@demo.example"
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_load_state()

    @property
    def text(self) -> str:
        """What the page's main part says."""
        return re.sub(r"\s+", " ", self.page.inner_text("main"))


@pytest.fixture
def visitor(site: Site, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Make a visitor: visitor("collector"), with options of the browser's context."""
    contexts: list[BrowserContext] = []

    def make(name: str | None = None, **options: object) -> Visitor:
        context = chromium.new_context(
            **({"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options)
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        made = Visitor(site, context)
        if name is not None:
            made.sign_in(name)
        return made

    yield make
    for context in contexts:
        context.close()
