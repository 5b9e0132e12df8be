"""Templates escape everything and hold no code; settings and nouns are explained."""

import re
from pathlib import Path

import pytest

from crm.settings import CATALOGUE
from tests.structure.source import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NOUNS = (
    "person",
    "loan",
    "contact point",
    "circumstance",
    "permit",
    "contact",
    "book",
    "decision",
    "action",
    "question",
    "entry",
    "sealed value",
)

# Our own icons, and hidden fields: literals, filled in by format(), which escapes.
MAKES_MARKUP = {
    "crm/web/language.py",
    "crm/web/marks.py",
    "crm/web/icons.py",
    "crm/web/csrf.py",
    "crm/web/page.py",
}

FAULTS = {
    "unescaped": re.compile(r"\|\s*safe\b|Markup\(|autoescape\s+false|\|\s*forceescape"),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "inline script": re.compile(
        r"<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=|javascript:", re.IGNORECASE
    ),
    "another host": re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE),
}
_STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def faults(text: str) -> list[str]:
    """Return what a template must not have and has."""
    plain = _COMMENT.sub("", text)
    markup = _STATEMENT.sub("", plain)
    return [
        name
        for name, pattern in FAULTS.items()
        if pattern.search(plain if name == "unescaped" else markup)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_escapes_everything_and_holds_no_code(path: Path) -> None:
    assert not faults(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{ x|safe }}", "unescaped"),
        ("{{ x | safe }}", "unescaped"),
        ("{% autoescape false %}", "unescaped"),
        ('<p style="color: red">', "inline style"),
        ("<style>p {}</style>", "inline style"),
        ("<script>alert(1)</script>", "inline script"),
        ('<a onclick="x()">', "inline script"),
        ('<a href="javascript:x()">', "inline script"),
        ('<img src="//cdn.example/x.png">', "another host"),
        ('<script src="https://cdn.example/x.js"></script>', "another host"),
    ],
)
def test_the_law_on_templates_bites(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_a_script_from_our_own_host_is_no_fault() -> None:
    assert not faults('<script type="module" src="{{ asset("js/app.js") }}"></script>')
    assert not faults("{# |safe is forbidden #}")


def test_no_source_marks_text_as_safe() -> None:
    for path in (ROOT / "crm").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "render_template_string" not in text, path
        if "Markup(" in text:
            assert path.relative_to(ROOT).as_posix() in MAKES_MARKUP, path
            assert not re.search(r"""Markup\(\s*f["']|Markup\([^)]*\+""", text), path


def undocumented(text: str) -> list[str]:
    return [setting.name for setting in CATALOGUE if not re.search(rf"\b{setting.name}\b", text)]


def test_every_setting_is_documented() -> None:
    assert not undocumented((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    assert undocumented("CRM_HOMES") == [setting.name for setting in CATALOGUE]


def test_only_settings_in_the_catalogue_are_read() -> None:
    named = {setting.name for setting in CATALOGUE}
    for path in (ROOT / "crm").rglob("*.py"):
        read = set(re.findall(r"""["'](CRM_[A-Z_]+)["']""", path.read_text(encoding="utf-8")))
        assert read <= named | {"CRM_CHEAP_HASHES"}, path


def untold(text: str) -> list[str]:
    lower = text.lower()
    return [noun for noun in NOUNS if not re.search(rf"\*\*{noun}\*\*", lower)]


def test_the_readme_explains_the_twelve_nouns() -> None:
    assert len(NOUNS) == 12
    assert not untold((ROOT / "README.md").read_text(encoding="utf-8"))
    assert untold("**person** and loan") == list(NOUNS[1:])
