"""The first paint of the desk in a real Chromium, beside that of the floor's page of 50."""

import shutil
import statistics
from collections.abc import Iterable
from itertools import chain

from playwright.sync_api import BrowserContext, Page, sync_playwright

GOAL = 1.5  # times the floor's
PAGES = 30
WARM = 5  # pages that are not counted: sheets and scripts are known after the first
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

Headers = dict[str, str]


def measure_paint(floor: str, desks: Iterable[str], headers: Headers) -> dict[str, float]:
    """Open the floor's page and one desk after another, in turn; print and return the ratios.

    `day`: from page to page in one tab, as one works; `first`: in a browser that has nothing yet.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        print("     paint: there is no Chromium here")
        return {}
    found: dict[str, float] = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        desk = browser.new_context(extra_http_headers=headers).new_page()
        turns = list(chain.from_iterable((floor, one) for one in desks))
        found["day"] = _ratio([_painted(desk, turn) for turn in turns][2 * WARM :])
        fresh = []
        for turn in turns[2 * WARM :]:
            context: BrowserContext = browser.new_context(extra_http_headers=headers)
            fresh.append(_painted(context.new_page(), turn))
            context.close()
        found["first"] = _ratio(fresh)
        browser.close()
    mark = "ok  " if found["day"] <= GOAL else "LOW "
    print(
        f"{mark} paint of the desk        {found['day']:5.2f} times the floor's "
        f"(at most {GOAL}); {found['first']:.2f} in a browser that has nothing yet",
        flush=True,
    )
    return found


def _painted(page: Page, address: str) -> float:
    """Return the milliseconds from asking for a page to its first content on the screen."""
    page.goto(address)
    return float(page.wait_for_function(PAINTED).json_value())


def _ratio(painted: list[float]) -> float:
    return statistics.median(painted[1::2]) / statistics.median(painted[::2])
