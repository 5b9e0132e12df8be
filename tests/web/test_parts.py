"""The macros that pages are built of: what they show, and what a screen reader hears."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, g, render_template_string
from markupsafe import Markup

from crm.identity.actor import ANONYMOUS
from crm.privacy.openers import Presented, State

Render = Callable[..., str]
LATER = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def render(app: Flask) -> Render:
    """Return a function that renders one macro call."""

    def shown(source: str, *, faults: Any = None, typed: Any = None, **values: Any) -> str:
        parts = "".join(
            f'{{% import "parts/{name}.html" as {name} %}}'
            for name in ("forms", "marks", "meter", "lists")
        )
        with app.test_request_context("/people?state=open&after=x"):
            g.actor, g.known = ANONYMOUS, None
            g.faults, g.typed = faults or {}, typed or {}
            return " ".join(render_template_string(parts + source, **values).split())

    return shown


def presented(text: str, state: State, ends: str = "", *, revealable: bool = False) -> Presented:
    return Presented(text, state, ends, revealable)


def test_a_masked_value_is_heard_by_its_ending_not_by_its_dots(render: Render) -> None:
    value = presented("138••••1234", State.MASKED, "1234")
    page = render('{{ marks.sealed(value, label="Mobile") }}', value=value)
    assert '<span aria-hidden="true">138••••1234</span>' in page
    assert "Mobile: hidden, ends 1234" in page
    assert "<a " not in page


def test_a_value_that_may_be_revealed_leads_to_where_one_asks(render: Render) -> None:
    value = presented("138••••1234", State.MASKED, "1234", revealable=True)
    page = render('{{ marks.sealed(value, "/reveal") }}', value=value)
    assert page.startswith('<a class="sealed" href="/reveal">')
    assert "Ask to see it" in page


def test_hidden_erased_missing_and_clear_values_each_look_like_what_they_are(
    render: Render,
) -> None:
    assert "hidden" in render("{{ marks.sealed(v) }}", v=presented("", State.HIDDEN))
    assert "erased" in render("{{ marks.sealed(v) }}", v=presented("", State.ERASED))
    assert "—" in render("{{ marks.sealed(v) }}", v=None)
    assert render("{{ marks.sealed(v) }}", v=presented("A <b>", State.CLEAR)) == "A &lt;b&gt;"


def test_the_reason_line_has_mark_sentence_figures_citation_end_and_what_is_lawful(
    render: Render,
) -> None:
    page = render(
        '{{ marks.reason("Seven calls were made.", "12 CFR 1006.14", used=7, limit=7, until=at, '
        'instead=["A letter may be sent."], zone="America/New_York") }}',
        at=LATER,
    )
    for piece in (
        "■",
        "Refused:",
        "Seven calls were made.",
        "7 of 7 used",
        '<cite class="cite">12 CFR 1006.14</cite>',
        "Ends 10 Apr 2026, 08:00 (New York)",
        "A letter may be sent.",
    ):
        assert piece in page, piece


@pytest.mark.parametrize(
    ("used", "limit", "kind"),
    [(0, 7, ""), (5, 7, ""), (6, 7, "is-soon"), (7, 7, "is-full"), (9, 7, "is-full")],
)
def test_pips_show_each_use_and_warn_before_the_last(
    render: Render, used: int, limit: int, kind: str
) -> None:
    page = render("{{ marks.pips(used, limit) }}", used=used, limit=limit)
    assert page.count("pip is-used") == min(used, limit)
    assert len(re.findall(r'class="pip[ "]', page)) == limit
    assert f"{used} of {limit}" in page
    assert ("is-soon" in page, "is-full" in page) == (kind == "is-soon", kind == "is-full")


def test_many_uses_are_a_bar_not_a_hundred_dots(render: Render) -> None:
    page = render("{{ marks.pips(31, 50) }}")
    assert '<progress max="50" value="31">' in page
    assert "31 of 50" in page


def test_the_ribbon_says_in_words_what_it_draws(render: Render) -> None:
    page = render(
        '{{ meter.ribbon([(480, 1260)], 642, marks_of_today, "America/New_York") }}',
        marks_of_today=[{"minute": 550, "channel": "call", "label": "call, no answer"}],
    )
    assert "Lawful from 08:00 to 21:00 in New York." in page
    assert "It is 10:42 there now." in page
    assert "Earlier today at 09:10: call, no answer." in page
    assert 'x="33.333%"' in page
    assert 'width="54.167%"' in page
    assert "style=" not in page


def test_a_day_without_a_lawful_hour_says_so(render: Render) -> None:
    assert "No lawful time today." in render('{{ meter.ribbon([], 642, (), "UTC") }}')


def line(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "call",
        "channel_label": "Call",
        "contact_point": {
            "id": 1,
            "label": presented("138••••1234", State.MASKED, "1234"),
            "kind": "phone",
            "place": "Shanghai",
        },
        "target": "borrower",
        "allowed": True,
        "soon": False,
        "closing": False,
        "reasons": [],
        "next_allowed_at": None,
        "zone": "America/New_York",
        "windows": [(480, 1260)],
        "now_minute": 642,
        "marks": [],
        "closes_at": LATER,
        "instead": [],
    } | changes


REASON = {
    "sentence": "7 of 7 calls have been made.",
    "citation": "12 CFR 1006.14(b)(2)(i)(A)",
    "rule": "US-FED.call_frequency.seven_in_seven",
    "effect": "refuse",
    "until": LATER,
    "event": None,
    "used": 7,
    "limit": 7,
    "title": "At most seven calls in seven days",
}


def test_a_lawful_line_says_until_when(render: Render) -> None:
    page = render("{% call meter.meter_line(line) %}<button>Go</button>{% endcall %}", line=line())
    assert "You may call now, until 08:00 in New York." in page
    assert "is-may" in page
    assert "<button>Go</button>" in page


def test_a_refused_line_says_why_by_which_law_and_when_it_is_free(render: Render) -> None:
    refused = line(
        allowed=False, closes_at=None, next_allowed_at=LATER, reasons=[REASON], instead=["Write."]
    )
    page = render("{{ meter.meter_line(line) }}", line=refused)
    for piece in (
        "Not now. Free again 10 Apr 2026, 08:00 (New York).",
        REASON["sentence"],
        REASON["citation"],
        "7 of 7",
        "Write.",
    ):
        assert str(piece) in page, piece


def test_a_line_that_no_date_ends_does_not_invent_one(render: Render) -> None:
    page = render(
        "{{ meter.meter_line(line) }}", line=line(allowed=False, closes_at=None, windows=[])
    )
    assert "not before something changes" in page


def test_a_field_shows_its_fault_and_ties_it_to_the_input(render: Render) -> None:
    page = render(
        '{{ forms.field("email", "E-mail", value="old", required=true) }}',
        faults={"email": ["Give an e-mail address."]},
        typed={"email": 'x"y'},
    )
    assert 'value="x&#34;y"' in page
    assert 'aria-describedby="email-fault' in page
    assert 'aria-invalid="true"' in page
    assert "Give an e-mail address." in page


def test_a_password_is_never_written_back(render: Render) -> None:
    page = render(
        '{{ forms.field("password", "Password", value="a", type="password") }}',
        typed={"password": "b"},
    )
    assert "value=" not in page


def test_a_choice_keeps_what_was_chosen(render: Render) -> None:
    source = '{{ forms.select("role", "Role", [("a", "A"), ("b", "B")], value="a") }}'
    assert '<option value="a" selected>' in render(source)
    assert '<option value="b" selected>' in render(source, typed={"role": "b"})


def test_every_form_carries_token_key_and_page(render: Render) -> None:
    page = render("{{ forms.hidden_fields() }}")
    for name in ("csrf_token", "idempotency_key", "page"):
        assert f'name="{name}"' in page
    assert 'name="page" value="/people?state=open&amp;after=x"' in page


def test_the_next_page_keeps_the_filters_and_replaces_the_cursor(render: Render) -> None:
    page = render('{{ lists.pager("y") }}')
    assert 'href="/people?state=open&amp;after=y"' in page
    assert render("{{ lists.pager(none) }}") == ""


def test_money_in_a_table_is_aligned_and_has_its_currency(render: Render) -> None:
    page = render('{{ marks.amount_cell(123456, "CNY") }}').replace("\xa0", " ")
    assert page == '<td class="figure">CNY 1,234.56</td>'


def test_a_fact_shows_a_dash_for_nothing_and_escapes(render: Render) -> None:
    assert "<dd>—</dd>" in render('{{ lists.fact("A", none) }}')
    assert "<dd>0</dd>" in render('{{ lists.fact("A", 0) }}')
    assert "&lt;i&gt;" in render('{{ lists.fact("A", "<i>") }}')
    assert "<i>" in render('{{ lists.fact("A", v) }}', v=Markup("<i>"))
