"""Every sentence a reader may meet stands in Chinese too, whole and with its figures."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "crm" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
FIGURE = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None, "lazy_gettext": None}
AS_THEY_ARE = {"Probity", "English", "openapi", "json", "Ctrl", "Enter", "Esc", "open"}


def flat(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one sentence, or its forms for one and for many, as a tuple."""
    return text if isinstance(text, tuple) else (text,)


@cache
def sentences() -> dict[str, str]:
    """Return each sentence marked in sources and templates, and a file where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    for folder in ("crm", "templates"):
        own = [(p.removeprefix(f"{folder}/"), m) for p, m in methods if p.startswith(folder)]
        of = {p.removeprefix(f"{folder}/"): o for p, o in options.items()}
        for name, _, message, *_ in extract_from_dir(
            str(ROOT / folder), method_map=own, options_map=of, keywords=KEYWORDS
        ):
            for sentence in flat(message):
                found.setdefault(sentence, f"{folder}/{name}")
    found.pop("", None)
    return found


@cache
def catalogue() -> Catalog:
    """Return the Chinese catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


@cache
def chinese() -> dict[str, str]:
    """Return its sentences; where English tells one from many, Chinese has one for both."""
    found: dict[str, str] = {}
    for message in catalogue():
        found |= dict.fromkeys(filter(None, flat(message.id)), flat(message.string)[0])
    return found


def test_sentences_are_found_where_they_stand() -> None:
    places = {place.split("/")[0] + "/" + place.split("/")[1] for place in sentences().values()}
    assert {"crm/rulebook", "crm/web", "crm/identity", "templates/parts"} <= places


def test_every_sentence_is_in_chinese() -> None:
    missing = [
        f"{place}: {sentence}"
        for sentence, place in sentences().items()
        if not chinese().get(sentence)
    ]
    assert not missing, "\n".join(missing)


def test_no_translation_is_a_guess_or_left_over() -> None:
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []
    assert set(chinese()) - set(sentences()) == set()


def test_every_translation_has_the_figures_of_its_sentence() -> None:
    for message in catalogue():
        english = "".join(message.id)
        for said in filter(None, flat(message.string)):
            assert set(FIGURE.findall(said)) == set(FIGURE.findall(english)), english


def test_chinese_sentences_end_as_chinese_sentences_do() -> None:
    halves = re.compile(r"[一-鿿][,;:?!]|[,;:?!][一-鿿]")
    for said in chinese().values():
        assert not halves.search(said), said
        assert not said.endswith((".", ",", "!", "?")), said


@pytest.mark.parametrize(
    "template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_no_template_speaks_past_the_translator(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    for code in (r"{#.*?#}", r"{%.*?%}", r"{{.*?}}", r"<!--.*?-->", r"<[^>]*>", r"&\w+;"):
        text = re.sub(code, " ", text, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{3,}", text)) - AS_THEY_ARE == set()
