"""Screenshots of every page: `make shots` puts them into shots/, which git does not keep.

Each page is opened once a language, and taken wide and narrow, light and dark. With the address
of a sample house that is running, as in `python -m tests.journeys.shots http://127.0.0.1:8000`,
that house is visited (its accounts need the password of conftest); else one is made for it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from crm.demo.portfolios import sample
from tests.journeys.conftest import CHROMIUM, SWITCHES, Site, Visitor, sample_house

FOLDER = Path(__file__).parents[2] / "shots"
LANGUAGES = ("en", "zh")
WIDTHS = {1280: 800, 390: 844}
SCHEMES = ("light", "dark")

# By role: pages with an address of their own.
PLAIN = {
    "collector2": (
        "work",
        "work/check",
        "caller",
        "people",
        "people/new",
        "contacts",
        "books",
        "books/US-FED",
        "me",
        "me/requests",
        "absences",
        "help",
    ),
    "supervisor": (
        "team",
        "team/rebalance",
        "absences",
        "work",
        "people",
        "outages",
        "continuity",
        "compliance",
        "compliance/near-limits",
        "compliance/callers",
        "findings",
        "approvals",
        "staff",
        "help",
    ),
    "compliance": (
        "compliance",
        "findings",
        "refusals",
        "ledger",
        "ledger/verify",
        "approvals",
        "people",
        "matches",
        "books/CN",
        "books/holidays?country=ID&year=2028",
        "books/default",
        "books/limits",
        "books/drafts",
        "books/drafts/new",
        "help",
    ),
    "privacy": ("people", "ledger", "approvals"),
    "steward": ("imports", "set-up", "imports/mappings", "imports/mappings/uci-credit-card"),
    "admin": ("staff", "roles", "sessions", "me", "me/password", "work", "nowhere"),
    "auditor": ("ledger", "refusals", "staff", "books/drafts"),
}

# By role: pages that are reached by a link on another (page, what to press, name of the picture).
LINKED = {
    "collector2": (
        ("work", "main tbody a >> nth=0", "file"),
        ("work?show=later", "main tbody a >> nth=0", "file-refused"),
        ("work?show=later", "main tbody tr:has-text('CNY') a >> nth=0", "file-china"),
        ("work", "main tbody a >> nth=3", "file-fourth"),
        ("work", "main tbody a >> nth=0 >> main a[href*='/week']", "week"),
    ),
    "compliance": (
        ("ledger", "main tbody a >> nth=0", "entry"),
        ("refusals", "main tbody th a >> nth=0", "refusal"),
        ("findings", "main tbody th a >> nth=0", "finding"),
        ("findings", "main tbody th a >> nth=0 >> main a[href*='/replay']", "replay"),
        ("people", "main tbody a >> nth=0", "file"),
    ),
    "steward": (("imports", "main tbody a >> nth=0", "import"),),
    "admin": (("staff", "main tbody a >> nth=1", "account"),),
}

RESERVE = "main:has(.meter-counts > :nth-child(2)) .desk-act form[action$='/permits'] button"

# Pages that a link or a walk leads to, each with the pictures that show it.
REACHED = {
    "/people/<uuid:id>": "file",
    "/people/<uuid:id>/owed": "owed",
    "/people/<uuid:id>/week": "week",
    "/people/<uuid:id>/contacts/new": "person-contacts/new",
    "/people/<uuid:person_id>/edit": "person-edit",
    "/people/<uuid:person_id>/reveal/<field>": "reveal",
    "/loans/<uuid:id>": "loan",
    "/permits/<uuid:id>": "permit-started",
    "/contacts/<uuid:id>": "record",
    "/decisions/<uuid:id>/replay": "replay",
    "/findings/<uuid:id>": "finding",
    "/ledger/<uuid:id>": "entry",
    "/imports/<uuid:id>": "import",
    "/staff/<uuid:id>": "account",
    "/people/<uuid:person_id>/call-back": "call-back",
    "/caller/<uuid:id>": "caller-found",
    "/refusals/<uuid:id>": "refused",
    "/exports/<uuid:id>": "export",
    "/jobs/<uuid:id>": "job",
    "/back-tests/<uuid:id>": "back-test",
    "/books/drafts/<uuid:id>": "draft",
    "/matches/<uuid:id>": "match",
    "/team/rebalance/<uuid:id>": "sharing",
    "/outages/<uuid:id>": "outage",
    "/outages/<uuid:id>/contacts": "outage-contacts",
}


class Camera:
    """Takes what a visitor sees, at every width and in every scheme."""

    def __init__(self, one: Visitor, language: str, role: str) -> None:
        self.one, self.language, self.role = one, language, role

    def take(self, name: str) -> None:
        """Take the present page; say where it is wider than the screen."""
        page = self.one.page
        name = f"{self.role}-{name.replace('/', '-').replace('?', '-')}"
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                path = FOLDER / f"{name}.{self.language}.{width}.{scheme}.png"
                page.screenshot(path=path, full_page=True)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                print(f"too wide at {width}: {name} ({self.language})")
        page.set_viewport_size({"width": 1280, "height": 800})

    def press(self, button: str) -> None:
        """Press something and wait for the page it leads to."""
        self.one.page.locator(button).first.click()
        self.one.page.wait_for_load_state()

    def open(self, path: str) -> None:
        """Open a page and take it."""
        self.one.open("/" + path)
        self.take(path)

    def follow(self, path: str, pressed: str, name: str) -> None:
        """Open a page, press one link after the other, and take where the last one leads."""
        self.one.open("/" + path)
        for link in pressed.split(" >> main "):
            found = self.one.page.locator(link).first
            if not found.count():
                print(f"not there: {name} ({self.role}, {path})")
                return
            found.click()
            self.one.page.wait_for_load_state()
        self.take(name)


# The form of whom one may call now, turned to somebody whom one may not: the books refuse it.
ASK_BY_NIGHT = """async () => {
  const one = (await (await fetch("/api/v1/work?show=later")).json()).items[0];
  const form = document.querySelector("main form[action$='/permits']");
  form.action = `/people/${one.person_id}/permits`;
  form.elements.contact_point_id.value = one.line.contact_point_id;
  form.elements.channel.value = one.line.channel;
  form.querySelectorAll("[name=loan_ids]").forEach((loan) => loan.remove());
}"""


class Both(Camera):
    """Takes the same page in each language: of what a house should not have two."""

    def take(self, name: str) -> None:
        """Take it in the one and the other."""
        for language in LANGUAGES:
            self.language = language
            cookie = {"name": "lang", "value": language, "url": self.one.site.url}
            self.one.page.context.add_cookies([cookie])
            self.one.page.reload()
            super().take(name)


def collect(camera: Camera) -> None:
    """Walk through the main job: the forms of a file, a permit, its start, its record."""
    page, file = camera.one.page, somebody_to_call(camera.one)
    person = file.rpartition("/")[2]
    for path in ("edit", "contacts/new"):
        camera.one.open(f"/people/{person}/{path}")
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        camera.take("person-" + path)
    page.goto(file)
    if (owed := page.locator("main a[href*='/owed']")).count():
        owed.first.click()
        page.wait_for_load_state()
        camera.take("owed")
    if (loan := page.locator("main a[href^='/loans/']")).count():
        loan.first.click()
        page.wait_for_load_state()
        camera.take("loan")
        page.goto(file)
    if (hidden := page.locator("main a[href*='/reveal/']")).count():
        hidden.first.click()
        page.wait_for_load_state()
        camera.take("reveal")
        page.goto(file)
    page.click(RESERVE)
    page.wait_for_load_state()
    camera.take("permit-reserved")
    page.click("main form[action$='/start'] button")
    page.wait_for_load_state()
    camera.take("permit-started")
    check = page.locator("main [data-check]").first.get_attribute("data-check")
    page.check("main [name=script_unsaid]")
    page.fill("main [role=combobox]", "ptp")
    page.press("main [role=combobox]", "Enter")
    page.fill("main [name=promise_amount]", "a lot")
    page.click("main button[type=submit] >> nth=-1")
    page.wait_for_load_state()
    camera.take("log-faults")
    page.fill("main [name=promise_amount]", "120")
    page.fill("main [name=promise_due_on]", "2027-01-15")
    page.click("main button[type=submit] >> nth=-1")
    page.wait_for_load_state()
    camera.take("file-logged")
    page.click("main a[href^='/contacts/'] >> nth=0")
    page.wait_for_load_state()
    camera.take("record")
    camera.one.open(f"{check}&words=tomorrow+22:30&zone=America/New_York")
    camera.take("call-back")
    page.fill("form.find [name=value]", "Nobody Nowhere")
    page.click("form.find button")
    page.wait_for_load_state()
    camera.take("found-nobody")


def somebody_to_call(one: Visitor) -> str:
    """Return the address of the file of a borrower who may be called now: two limits count."""
    one.open("/work?show=now")
    found = one.page.eval_on_selector_all("main tbody th a", "all => all.map(a => a.href)")
    for file in found:
        one.page.goto(file)
        if one.page.locator(RESERVE).count():
            return str(file.split("?")[0])
    raise RuntimeError("nobody may be called: is it noon in New York?")


def keep_out(camera: Camera) -> None:
    """Take what stands at the door."""
    camera.open("sign-in")
    camera.open("api")
    camera.one.open("/sign-in")
    camera.one.page.fill("[name=email]", "nobody@demo.example")
    camera.one.page.fill("[name=password]", "wrong")
    camera.one.page.click("main button[type=submit]")
    camera.one.page.wait_for_load_state()
    camera.take("sign-in-refused")


def administer(camera: Camera) -> None:
    """Take the forms for a new account, and the second factor."""
    page = camera.one.page
    camera.one.open("/staff")
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    camera.take("staff-forms")
    camera.one.open("/me")
    page.click("main form[action='/me/second-factor'] button")
    page.wait_for_load_state()
    camera.take("second-factor")


def serve(camera: Camera) -> None:
    """Look up a caller, ask what the books refuse, and enter one person twice."""
    page = camera.one.page
    header, rows = sample(1)
    camera.one.open("/caller")
    page.check("main [value=loan_number]")
    page.fill("main [name=value]", f"CN{int(rows[0][header.index('ID')]):08d}")
    camera.press("main form[action='/caller'] button[type=submit]")
    camera.take("caller-found")
    page.goto(somebody_to_call(camera.one))
    page.evaluate(ASK_BY_NIGHT)
    camera.press("main form[action$='/permits'] button")
    for _ in range(2):
        camera.one.open("/people/new")
        page.fill("main [name=name]", "Chen Jing")
        page.fill("main [name=national_id]", "110101199003071233")
        camera.press("main form[action='/people'] button[type=submit]")


def oversee(camera: Camera) -> None:
    """Look at what was refused and who may be one; draft a version of a book; export a list."""
    page = camera.one.page
    camera.one.open("/refusals?kind=refused")
    camera.press("main tbody th a")
    camera.take("refused")
    camera.one.open("/matches")
    camera.press("main tbody a")
    camera.take("match")
    camera.one.open("/books/drafts/new?book=US-FED")
    camera.press("main form[action='/books/drafts'] button[type=submit]")
    camera.take("draft")
    camera.press("main form[action$='/back-tests'] button")
    job = page.locator("main [data-job]").first.get_attribute("data-job") or ""
    camera.take("back-test")
    camera.one.open(job.removeprefix("/api/v1"))
    camera.take("job")
    camera.one.open("/people")
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    page.select_option("main form[action$='/exports'] [name=purpose]", index=1)
    page.fill("main form[action$='/exports'] [name=reason]", "Asked for by the auditor")
    camera.press("main form[action$='/exports'] button")
    camera.take("export")


def lead(camera: Camera) -> None:
    """Share people out, and declare an outage: from then on every page says so."""
    page = camera.one.page
    camera.one.open("/team/rebalance")
    page.select_option("main [name=of]", index=4)
    page.fill("main [name=count]", "3")
    camera.press("main form.rebalance button")
    page.fill("main [name=reason]", "Away for a week")
    camera.press("main form[method=post] button[type=submit]")
    camera.take("sharing")
    camera.one.open("/outages")
    page.select_option("main [name=reason]", index=1)
    camera.press("main form[action='/outages'] button[type=submit]")
    camera.press("main tbody a.row-link")
    camera.take("outage")
    camera.press("main a[href$='/contacts']")
    camera.take("outage-contacts")


WALKS: dict[str, Callable[[Camera], None]] = {"collector2": collect, "admin": administer}
# What changes the house comes last, and once.
LAST: dict[str, Callable[[Camera], None]] = {
    "collector2": serve,
    "compliance": oversee,
    "supervisor": lead,
}


def take_all(site: Site, browser: Browser) -> None:
    """Visit every page as each role, in both languages."""
    for language in LANGUAGES:
        with visiting(site, browser, language) as one:
            keep_out(Camera(one, language, "nobody"))
        for role, paths in PLAIN.items():
            with visiting(site, browser, language) as one:
                one.sign_in(role)
                camera = Camera(one, language, role)
                for path in paths:
                    camera.open(path)
                for path, pressed, name in LINKED.get(role, ()):
                    camera.follow(path, pressed, name)
                if role in WALKS:
                    WALKS[role](camera)
    for role, walk in LAST.items():
        with visiting(site, browser, LANGUAGES[0]) as one:
            one.sign_in(role)
            walk(Both(one, LANGUAGES[0], role))


@contextmanager
def visiting(site: Site, browser: Browser, language: str) -> Iterator[Visitor]:
    """Give a visitor who reads that language; say what the console complained of."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "lang", "value": language, "url": site.url}])
    one = Visitor(site, context)
    try:
        yield one
    finally:
        for complaint in one.complaints:
            print(f"the browser says: {complaint}")
        context.close()


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, TemporaryDirectory() as made:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        if len(sys.argv) > 1:
            take_all(Site(sys.argv[1].rstrip("/"), {}), browser)
        else:
            with sample_house(Path(made)) as site:
                take_all(site, browser)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.name}/")


if __name__ == "__main__":
    main()
