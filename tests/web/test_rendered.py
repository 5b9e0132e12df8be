"""Pages as they are rendered in Chinese: no English sentence is left on any of them."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from crm.gate.permissions import scope_of
from crm.identity.roles import ASSIGNABLE, Role
from crm.rooms import addresses
from crm.web.room import Room
from tests.factories import make_loan, make_person, make_point
from tests.visitors import Browser

# Words that stay as they are in Chinese: names of things, codes, formats, citations of law.
AS_THEY_ARE = re.compile(
    r"[a-z_]+(\.[a-z_]+)+|[A-Z]{2,}(\.[a-z_]+)+|[\w.-]+@[\w.-]+|\b[0-9a-f]{12}\b"
    r"|Probity|English|API|REST|JSON|CSV|YAML|UTF-8|GB18030|SHA-256|UTC|ISO|HOUSE"
    r"|Ctrl|Enter|Esc|Shift|Authorization|Bearer|OpenAPI|/api/v1|VIC|tests"
    r"|CONC|PROFECO|UNIREC|CONDUSEF|CFR|Alta\. Reg\.|R\.R\.O\.|Reg\.|D\.C\. Code|Fla\. Stat\."
    r"|CMR|NYCRR|RCNY|RCW|W\. Va\. Code"
    r"|Default of Credit Card Clients \(UCI\)|uci-credit-card|consents|contacts|stops"  # mappings
    r"|[A-Z]{2}(-[A-Z]{2,3})+|[A-Z]{3} (?=[\d,.-]+)|（[A-Z]{3}）|\b[A-Z]+-[A-Z]\b"
    r"| · [A-Z]{2,3}(-[A-Z]+)?$|[A-Z][a-z]+(_[A-Za-z]+)?/[A-Z][A-Za-z_]+"
)
ENGLISH = re.compile(r"[A-Za-z]{3,}")
SAID_IN = ("aria-label", "placeholder", "alt")


class Reading(HTMLParser):
    """Collects what a page says, save code, keys, citations and what is marked as English."""

    SILENT = frozenset({"script", "style", "code", "kbd", "cite", "textarea"})
    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "line", "rect", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        silent = tag in self.SILENT or (had.get("lang") or "zh")[:2] != "zh"
        silent = silent or "reference" in (had.get("class") or "").split()
        if not (silent or self._silent()):
            self.said += [had[name] or "" for name in SAID_IN if name in had]
        if tag not in self.VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._silent():
            self.said.append(" ".join(data.split()))

    def _silent(self) -> bool:
        return any(silent for _, silent in self._open)


def english(text: str) -> set[str]:
    """Return the sentences of a rendered page that are not in Chinese."""
    return {one for one in Reading(text).said if ENGLISH.search(AS_THEY_ARE.sub("", one))}


def pages() -> list[str]:
    """Return every page whose address needs nothing filled in."""
    list(addresses())
    found = {one.at for one in Room.everywhere if one.page and one.template and one.method == "GET"}
    return sorted(at for at in found if "<" not in at)


def reader_of(at: str) -> Role:
    """Return a role that may read the page: the collector where he may."""
    needs = next(one.does.needs for one in Room.everywhere if one.at == at and one.method == "GET")
    return next(role for role in ASSIGNABLE if scope_of(role, needs) is not None)


def in_chinese(reader: Browser, at: str) -> str:
    """Return a page in Chinese, without the reader's own name, which is nobody's language."""
    reader.client.set_cookie("lang", "zh")
    text = reader.get(at).text
    return re.sub(r'<details class="person".*?</summary>', "", text, flags=re.DOTALL)


@pytest.mark.parametrize("at", pages())
def test_no_page_keeps_an_english_sentence(browser: Callable[..., Browser], at: str) -> None:
    reader = browser(reader_of(at), name="李娜", email="li.na@bank.example")
    someone = make_person("王芳", reader.actor, language="zh")
    make_point(someone)
    make_loan(someone)
    assert english(in_chinese(reader, at)) == set()


@pytest.mark.parametrize("at", ["", "/contacts/new", "/edit", "/week"])
def test_no_page_of_a_person_keeps_one(browser: Callable[..., Browser], at: str) -> None:
    reader = browser(Role.COLLECTOR, name="李娜")
    someone = make_person("王芳", reader.actor, language="zh")
    make_point(someone)
    make_loan(someone)
    text = in_chinese(reader, f"/people/{someone}{at}")
    assert "王芳" in text
    assert english(text) == set()


@pytest.mark.parametrize("at", ["/nowhere", "/staff", "/books/NOWHERE"])
def test_no_refusal_keeps_one(browser: Callable[..., Browser], at: str) -> None:
    assert english(in_chinese(browser(Role.COLLECTOR, name="李娜"), at)) == set()


def test_faults_of_a_form_are_in_chinese(browser: Callable[..., Browser]) -> None:
    reader = browser(Role.ADMIN, name="李娜")
    reader.client.set_cookie("lang", "zh")
    answer = reader.post("/staff", page="/staff", name="", email="nonsense", role="")
    assert answer.status_code == 422
    faults = re.findall(r'<p class="fault"[^>]*>.*?</p>', answer.text, re.DOTALL)
    assert len(faults) >= 2
    assert english("".join(faults)) == set()


def test_an_english_sentence_is_seen() -> None:
    assert english("<p>您好</p><p>Nothing is missing.</p>") == {"Nothing is missing."}
    assert english('<input aria-label="Search">') == {"Search"}
    assert english('<p lang="en">Good day.</p><cite>12 CFR 1006</cite>API') == set()
