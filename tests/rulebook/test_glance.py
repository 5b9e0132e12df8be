"""Books at a glance: hours and numbers in few words, and the table that the papers hold."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crm.cli.rulebook import rulebook
from crm.rulebook.glance import Line, glance
from crm.rulebook.shelf import shipped_books
from crm.rulebook.table import table
from crm.rulebook.terms import said

PAPER = Path(__file__).parents[2] / "docs" / "rulebook.md"


def told(lines: tuple[Line, ...]) -> list[str]:
    return ["; ".join(said(term, str) for term in line.terms) for line in lines]


def hours(book: str) -> list[str]:
    return told(glance(shipped_books().versions(book)[-1]).hours)


@pytest.mark.parametrize(
    ("book", "words"),
    [
        ("MX", ["daily 07:00–22:00"]),
        ("BR-SP", ["Monday to Friday 08:00–20:00; Saturday 08:00–14:00", "not on public holidays"]),
        ("ZA", ["Monday to Saturday 06:00–21:00"]),
        ("IT", ["Monday to Friday 08:30–21:00; Saturday 08:30–15:00"]),
        ("PL", ["Monday to Friday 06:00–22:00; Saturday to Sunday 08:00–20:00"]),
        ("KE", []),
    ],
)
def test_the_hours_of_a_book_stand_in_few_words(book: str, words: list[str]) -> None:
    assert hours(book) == words


def test_numbers_and_waits_stand_in_few_words() -> None:
    assert told(glance(shipped_books().versions("IT")[-1]).numbers) == ["1 a day: conversations"]
    assert told(glance(shipped_books().versions("US-FED")[-1]).numbers) == [
        "7 in 7 days: calls that connected",
        "a wait of 7 days after: conversations",
    ]


def test_what_only_warns_or_is_switched_off_is_not_shown_as_a_limit() -> None:
    assert hours("HOUSE") == []
    assert len(hours("PL")) == 1


def test_media_are_named_where_a_rule_binds_few_and_left_out_ones_where_it_spares_few() -> None:
    (calls, holidays) = glance(shipped_books().versions("BR-SP")[-1]).hours
    assert (calls.media, calls.but) == (("call",), ())
    assert holidays.media == ("call",)
    (florida,) = glance(shipped_books().versions("US-FL")[-1]).hours
    assert (florida.media, florida.but) == ((), ("email",))
    (all_of_them,) = glance(shipped_books().versions("MX")[-1]).hours
    assert (all_of_them.media, all_of_them.but) == ((), ())


def test_the_paper_holds_the_table_of_the_books() -> None:
    printed = CliRunner().invoke(rulebook, ["table"]).stdout
    assert printed == table(shipped_books())
    # Where this fails: crm rulebook table, into docs/rulebook.md.
    assert PAPER.read_text("utf-8").endswith(f"\n\n{printed}")


def test_every_book_has_its_row_with_strength_and_how_it_was_checked() -> None:
    books = shipped_books()
    rows = table(books).splitlines()[2:]
    assert len(rows) == len(books.ids)
    for name, row in zip(books.ids, rows, strict=True):
        assert row.startswith(f"| `{name}`<br>{books.versions(name)[-1].version} |")
        assert row.count("|") == 8
