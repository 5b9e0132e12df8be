"""The house's own table of holidays: what it adds, strikes and moves, from a day on."""

from datetime import date
from typing import Any

import pytest

from crm.contacts.models import decision
from crm.contacts.queries.replays import ReplayDecision
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.rulebook.actions.holidays import DraftHolidays
from crm.rulebook.backtest import ALLOWED, REFUSED, Trial
from crm.rulebook.books import HOLIDAYS, Book, Books
from crm.rulebook.engine import decide
from crm.rulebook.models import book_version
from crm.rulebook.queries.drafts import OneDraft
from crm.rulebook.queries.holidays import PublicHolidays
from crm.rulebook.shelf import BrokenBook, shipped_books
from crm.rulebook.versions import kept
from crm.rulebook.versions.checking import check
from crm.rulebook.versions.difference import difference
from crm.rulebook.versions.holidays import Told, Wish, written
from tests.contacts.scene import in_place, rows, rules_of
from tests.rulebook.drafting import LATER, noticed, officer, published, version


def table(*days: dict[str, Any], announced: list[dict[str, Any]] | None = None) -> Book:
    """Give a table of these lines, in force since the beginning of 2026."""
    lines = "".join(f"  - {line}\n" for line in days)
    years = "".join(f"  - {line}\n" for line in announced or [])
    return check(
        'id: HOLIDAYS\nversion: "2026-01-01"\ntitle: Days\n'
        'in_force: {from: "2026-01-01", until: null, zone: Etc/GMT-14}\n'
        f"days:\n{lines or '  []'}\nannounced:\n{years or '  []'}\n"
    )


def ask(books: Books, place: str, at: str, zone: str) -> dict[str, Any]:
    facts = {
        "jurisdictions": [place],
        "collector_role": "bank",
        "time_zones": [zone],
        "proposed": {"at": at, "channel": "call", "purpose": "collection"},
    }
    return decide(facts, books)


def with_table(*own: Book) -> Books:
    shipped = shipped_books()
    return Books([*(b for name in shipped.ids for b in shipped.versions(name)), *own], [HOLIDAYS])


AU = ("AU", "2026-09-30T11:00:00+10:00", "Australia/Brisbane")  # a Wednesday


def refused(decided: dict[str, Any]) -> set[str]:
    return {r["rule"] for r in decided["reasons"] if r["effect"] == "refuse"}


def test_a_day_that_was_added_is_closed_and_the_decision_names_the_table() -> None:
    books = with_table(table({"country": "AU", "day": "2026-09-30", "name": "Day of Mourning"}))
    assert ask(with_table(), *AU)["allowed"]
    found = ask(books, *AU)
    assert not found["allowed"]
    assert "public holiday in Australia/Brisbane: Day of Mourning." in found["reasons"][0]["why"]
    assert found["next_allowed_at"] == "2026-10-01T07:30:00+10:00"
    named = {book["id"]: book["version"] for book in found["rulebooks"]}
    assert named[HOLIDAYS] == "2026-01-01"


def test_a_day_that_was_struck_is_open() -> None:
    christmas = ("AU", "2026-12-25T11:00:00+10:00", "Australia/Brisbane")
    books = with_table(table({"country": "AU", "day": "2026-12-25", "working": True}))
    assert not ask(with_table(), *christmas)["allowed"]
    assert ask(books, *christmas)["allowed"]


def test_a_part_outweighs_its_country_and_is_no_other_part() -> None:
    books = with_table(
        table(
            {"country": "BR", "part": "SP", "day": "2026-06-10", "working": True},
            {"country": "BR", "day": "2026-06-10", "name": "A day"},
            {"country": "BR", "part": "RJ", "day": "2026-06-11", "name": "Another"},
        )
    )
    noon = "2026-06-{}T12:00:00-03:00", "America/Sao_Paulo"
    assert ask(books, "BR-SP", noon[0].format("10"), noon[1])["allowed"]
    assert not ask(books, "BR-RJ", noon[0].format("10"), noon[1])["allowed"]
    assert ask(books, "BR-SP", noon[0].format("11"), noon[1])["allowed"]
    assert not ask(books, "BR-RJ", noon[0].format("11"), noon[1])["allowed"]


def test_a_year_that_was_announced_is_certain_and_so_is_a_day_that_was_named() -> None:
    later = ("ID", "2028-03-01T11:00:00+07:00", "Asia/Jakarta")
    silent = with_table(table(announced=[{"country": "ID", "year": 2028}]))
    assert [r["effect"] for r in ask(with_table(), *later)["reasons"]] == ["warn"]
    assert ask(silent, *later)["reasons"] == []
    named = with_table(table({"country": "ID", "day": "2028-03-01", "working": True}))
    assert ask(named, *later)["reasons"] == []
    assert ask(named, "ID", "2028-03-02T11:00:00+07:00", "Asia/Jakarta")["reasons"]


def test_it_judges_from_its_day_on_also_in_the_search_ahead() -> None:
    own = check(
        'id: HOLIDAYS\nversion: "2026-09-30"\ntitle: Days\n'
        'in_force: {from: "2026-09-30", until: null, zone: Etc/GMT-14}\n'
        'days:\n  - {country: AU, day: "2026-09-29", name: Past}\n'
        '  - {country: AU, day: "2026-09-30", name: Ahead}\nannounced: []\n'
    )
    day_before = ask(with_table(own), "AU", "2026-09-29T11:00:00+10:00", "Australia/Brisbane")
    assert day_before["allowed"]
    assert HOLIDAYS not in {book["id"] for book in day_before["rulebooks"]}
    night = ask(with_table(own), "AU", "2026-09-29T23:00:00+10:00", "Australia/Brisbane")
    assert night["next_allowed_at"] == "2026-10-01T07:30:00+10:00"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"country": "ZZ", "day": "2026-09-30", "name": "x"}, ":6: days.0.country: no calendar of"),
        ({"country": "AU", "part": "XX", "day": "2026-09-30", "name": "x"}, "holidays for AU XX"),
        ({"country": "AU", "day": "2026-02-30", "name": "x"}, "days.0.day: no such date"),
        ({"country": "AU", "day": "1999-12-31", "name": "x"}, "outside 2000 to 2100"),
        ({"country": "AU", "day": "2026-09-30"}, "days.0: a holiday needs a name"),
        ({"country": "au", "day": "2026-09-30", "name": "x"}, "does not match"),
        ({"country": "AU", "day": "2026-09-30", "name": "x", "moon": 1}, "'moon' was unexpected"),
        ({"country": "AU", "day": 20260930, "name": "x"}, "is not of type 'string'"),
    ],
)
def test_a_broken_line_is_named_by_file_line_and_reason(line, told) -> None:
    with pytest.raises(BrokenBook) as fault:
        table(line)
    assert str(fault.value).startswith("HOLIDAYS/2026-01-01.yaml:6: ")
    assert told in str(fault.value)


def test_what_stands_twice_is_broken() -> None:
    line = {"country": "AU", "day": "2026-09-30", "name": "x"}
    with pytest.raises(BrokenBook, match="2026-09-30 of AU stands twice"):
        table(line, line)
    year = {"country": "ID", "year": 2028}
    with pytest.raises(BrokenBook, match="2028 of ID stands twice"):
        table(announced=[year, year])
    with pytest.raises(BrokenBook, match="no calendar of holidays for ZZ"):
        table(announced=[{"country": "ZZ", "year": 2028}])


def test_a_table_with_rules_or_an_end_is_broken() -> None:
    for more in ("rules: []\n", "looks_back: {days: 1, others_days: 1}\n"):
        with pytest.raises(BrokenBook, match="unexpected"):
            check(written(None, LATER, None, ()) + more)
    ended = written(None, LATER, None, ()).replace("until: null", "until: '2030-01-01'")
    with pytest.raises(BrokenBook, match="until"):
        check(ended)


def test_a_form_adds_replaces_and_takes_out_lines() -> None:
    first = Wish(
        "AU", None, (Told(LATER, "A day"),), (Told(date(2026, 12, 25)),), (2027,), "Notice"
    )
    base = check(written(None, LATER, first, ()))
    again = Wish("AU", None, (Told(date(2026, 12, 25), "Christmas"),), (), (), "Notice")
    after = check(written(base, date(2026, 12, 2), again, ["AU 2026-12-01", "AU 2027"]))
    assert after.content["days"] == [{"country": "AU", "day": "2026-12-25", "name": "Christmas"}]
    assert after.content["announced"] == []
    assert after.content["sources"] == ["Notice"]
    changes = {change.path: (change.old, change.new) for change in difference(base, after).head}
    assert changes["days.AU 2026-12-01"] == ("A day", None)
    assert changes["days.AU 2026-12-25"] == ("working", "Christmas")
    assert changes["announced.AU 2027"] == ("all", None)
    assert difference(None, base).head[0].path == "title"
    assert not {"covers", "spares"} & {one.path[:6] for one in difference(None, base).head}


def test_a_back_test_tries_the_rules_that_read_the_table() -> None:
    books = with_table()
    draft = table({"country": "AU", "day": "2026-09-30", "name": "A day"})
    facts = {
        "jurisdictions": ["AU"],
        "collector_role": "bank",
        "time_zones": ["Australia/Brisbane"],
        "proposed": {"at": AU[1], "channel": "call"},
    }
    turn = Trial(draft, books).turn(facts, decide(facts, books), blocked=False)
    assert turn is not None
    assert turn.effect == REFUSED
    assert all("holiday" in rule for rule in turn.rules)
    struck = table({"country": "AU", "day": "2026-12-25", "working": True})
    facts["proposed"]["at"] = "2026-12-25T11:00:00+10:00"
    turn = Trial(struck, books).turn(facts, decide(facts, books), blocked=False)
    assert turn is not None
    assert turn.effect == ALLOWED
    facts["proposed"]["at"] = "2026-12-24T11:00:00+10:00"
    assert Trial(struck, books).turn(facts, decide(facts, books), blocked=False) is None


def drafted(who, **given: Any):
    told = {"begins": LATER, "country": "AU", "holidays": (Told(date(2026, 12, 2), "Storm Day"),)}
    return perform(DraftHolidays(**told | given), who).result["id"]


@pytest.mark.both
@pytest.mark.usefixtures("shelf", "ids_by_the_clock")
def test_a_published_table_judges_and_a_replay_knows_which_it_was(house, time) -> None:
    who = officer()
    time.set("2026-11-20T11:00:00+10:00")
    published(drafted(who), who)
    case = in_place("AU", "AU-QLD", "Australia/Brisbane")
    time.set("2026-12-02T11:00:00+10:00")
    found = case.refused()
    assert any("holiday" in rule for rule in rules_of(found))
    assert {"id": HOLIDAYS, "version": "2026-12-01"}.items() <= found["rulebooks"][1].items()
    one = rows(decision)[-1]
    published(
        drafted(who, begins=date(2026, 12, 10), holidays=(), taken_out=("AU 2026-12-02",)), who
    )
    again = answer(ReplayDecision(one["id"]), who)
    assert str(again["answer"]) == "same"


@pytest.mark.usefixtures("shelf")
def test_a_table_that_was_spoilt_stops_the_house_from_opening(house, time) -> None:
    who = officer()
    published(drafted(who), who)
    (row,) = rows(book_version, book_version.c.book == HOLIDAYS)
    for old, new, told in (
        (
            "country: AU",
            "country: ZZ",
            r"HOLIDAYS/2026-12-01\.yaml:\d+: days\.0\.country: ",
        ),
        ("Storm Day", "Calm Day", "is not what was published"),
    ):
        spoilt = type("Row", (), {**row, "text": row["text"].replace(old, new)})
        with pytest.raises(BrokenBook, match=told):
            kept.shelf_of([spoilt])


@pytest.mark.both
@pytest.mark.usefixtures("shelf")
def test_days_are_written_into_a_draft_and_what_is_wrong_is_told(house, time) -> None:
    who = officer()
    one = drafted(who)
    again = {"id": one, "version": 1, "holidays": (Told(date(2027, 1, 4), "Other"),)}
    drafted(who, **again)
    assert [line["day"] for line in check(version(one).text).content["days"]] == [
        "2026-12-02",
        "2027-01-04",
    ]
    assert [line["key"] for line in answer(OneDraft(one), who)["lines"]] == [
        "AU 2026-12-02",
        "AU 2027-01-04",
    ]
    for wrong, field in (
        ({"country": "ZZ"}, "country"),
        ({"country": None}, "country"),
        ({"part": "XX"}, "part"),
        ({"holidays": ()}, "holidays"),
        ({"holidays": (Told(LATER),)}, "holidays"),
        ({"working": (Told(date(2026, 12, 2)),)}, "working"),
        ({"begins": date(2026, 11, 1)}, "begins"),
    ):
        with pytest.raises(Invalid) as fault:
            drafted(who, **wrong)
        assert field in fault.value.fields, wrong


@pytest.mark.usefixtures("shelf")
def test_the_page_says_what_is_announced_and_who_says_so(house, time) -> None:
    who = officer()
    published(
        drafted(who, working=(Told(date(2026, 12, 25)),), announced=(2028,)),
        who,
    )
    time.set("2026-12-03T11:00:00+10:00")
    noticed()
    found = answer(PublicHolidays("AU", None, 2026), who)
    days = {day["on"]: day for day in found["days"]}
    assert days[date(2026, 12, 2)]["name"] == "Storm Day"
    assert days[date(2026, 12, 2)]["by_house"]
    assert days[date(2026, 12, 25)]["working"]
    assert not days[date(2026, 12, 26)]["by_house"]
    assert found["is_read"]
    assert found["is_announced"]
    indonesia = answer(PublicHolidays("ID", None, 2028), who)
    assert not indonesia["is_announced"]
    assert all(day["expected"] for day in indonesia["days"])
    assert 2028 in next(c for c in found["calendars"] if c["country"] == "ID")["unannounced"]
    china = answer(PublicHolidays("CN", None, 2026), who)
    assert not china["is_read"]
    assert not china["is_announced"]
    assert china["days"]
