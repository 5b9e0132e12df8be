"""What the papers say is so: links lead somewhere, commands and buttons exist, settings agree."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from crm.cli.main import crm
from crm.rooms import addresses
from crm.settings import CATALOGUE
from crm.web.room import API, Room
from tests.structure.source import ROOT

PAPERS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*"))
CATALOGUE_OF_WORDS = ROOT / "crm/translations/zh/LC_MESSAGES/messages.po"
LARGEST_PICTURE = 200 * 1024
LONGEST_RECORD = 45  # the first one has a diagram

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(r"(?:^|[`/ ])crm ((?:[a-z-]+ ?){1,2})", re.MULTILINE)
_TARGET = re.compile(r"(?:`|^)make ([a-z0-9]+)", re.MULTILINE)
_SETTING = re.compile(r"\b(?:CRM_[A-Z_]+[A-Z]|PORT)\b")
_ADDRESS = re.compile(r"`(GET|POST|PUT|PATCH) (/[a-z0-9/{}_-]+)`")
_ON_SCREEN = re.compile(r"\*\*([^*\n]+)\*\*|(?<!\*)\*([^*\n]+)\*(?!\*)")
_CODE = re.compile(r"```.*?```", re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def broken_links(text: str, folder: Path) -> list[str]:
    """Return the relative links that lead nowhere."""
    found = [link for link in _LINK.findall(text) if "://" not in link]
    return [link for link in found if not (folder / link).exists()]


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert not broken_links(text_of(path), path.parent)


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "here.md").touch()
    text = "[a](here.md#part) [b](gone.md) [c](https://example.org/x)"
    assert broken_links(text, tmp_path) == ["gone.md"]


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Yield every command as it is typed after crm."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        words = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words


def test_every_command_is_in_the_table_of_operations() -> None:
    text = text_of(ROOT / "docs" / "operations.md")
    assert [words for words in commands(crm) if f"| `crm {words}` |" not in text] == []


def test_commands_targets_and_addresses_are_found_in_the_papers() -> None:
    text = "".join(text_of(path) for path in PAPERS)
    assert {"init", "keys doctor"} <= set(_COMMAND.findall(text))
    assert {"run", "test", "e2e", "shots"} <= set(_TARGET.findall(text))
    assert ("POST", "/api/v1/payments") in _ADDRESS.findall(text)


# Named as what is still to come.
TO_COME = {"backup"}


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_every_command_that_is_named_exists(path: Path) -> None:
    known = set(commands(crm))
    for found in _COMMAND.findall(text_of(path)):
        words = found.split()
        assert words[0] in known | TO_COME or " ".join(words[:2]) in known, found


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_every_target_of_make_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    assert set(_TARGET.findall(text_of(path))) <= targets


def test_the_table_of_settings_is_the_catalogue() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", text_of(ROOT / "docs" / "settings.md"), re.MULTILINE)
    assert rows == [setting.name for setting in CATALOGUE]


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(_SETTING.findall(text_of(path))) <= {setting.name for setting in CATALOGUE}


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_every_address_that_is_named_exists(path: Path) -> None:
    assert list(addresses())
    known = {
        (one.method, re.sub(r"<[^>]+>", "{}", one.at.removeprefix(API)))
        for one in Room.everywhere
        if not one.page
    }
    for method, at in _ADDRESS.findall(text_of(path)):
        if at not in {"/healthz", "/readyz"}:
            assert (method, re.sub(r"\{[^}]*\}", "{}", at.removeprefix(API))) in known, at


@pytest.mark.parametrize("path", GUIDES, ids=name_of)
def test_what_a_guide_marks_as_words_of_the_screen_stands_on_it(path: Path) -> None:
    known = set(re.findall(r'^msgid "(.*)"$', text_of(CATALOGUE_OF_WORDS), re.MULTILINE))
    plain = _CODE.sub("", text_of(path))
    said = {bold or italic for bold, italic in _ON_SCREEN.findall(plain)}
    assert said
    assert said - known == set()


def test_decisions_are_numbered_in_order_and_short() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert numbers == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    for path in DECISIONS:
        lines = text_of(path).splitlines()
        assert lines[0].startswith(f"# {path.name[:4]} "), path
        assert len(lines) <= LONGEST_RECORD, path


def test_pictures_are_small() -> None:
    assert PICTURES
    for path in PICTURES:
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG"), path
        assert len(content) <= LARGEST_PICTURE, path
