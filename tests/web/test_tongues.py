"""Mixed text: a screen reader says each part in its own language."""

import re
from typing import Any

import pytest

from crm.identity.roles import Role
from crm.web.marks import in_tongue
from tests.factories import make_account, make_loan, make_person


@pytest.mark.parametrize(
    ("lang", "text", "tongue"),
    [
        ("en", "王伟", "zh-Hans"),
        ("en", "湖南省长沙市岳麓区范例路206号1104室, 410006", "zh-Hans"),
        ("en", "William B. Lee", None),
        ("en", "12 CFR 1006.14(b)", None),
        ("en", "said: 没钱", None),  # of two languages: nothing is right for all of it
        ("zh", "William B. Lee", "en"),
        ("zh", "王伟", None),
        ("zh", "+86 •••• 0117", None),
        ("zh", "A", None),
        ("zh", "", None),
    ],
)
def test_text_of_another_script_has_its_language(
    app: Any, lang: str, text: str, tongue: str | None
) -> None:
    with app.test_request_context(headers={"Cookie": f"lang={lang}"}):
        said = str(in_tongue(text))
    assert said == (f'<span lang="{tongue}">{text}</span>' if tongue else text)


def test_it_is_escaped(app: Any) -> None:
    with app.test_request_context():
        assert str(in_tongue("王<b>")) == '<span lang="zh-Hans">王&lt;b&gt;</span>'


def test_names_on_pages_have_their_language(house: Any, browser: Any) -> None:
    me = make_account()
    person_id = make_person("王伟", me)
    make_loan(person_id)
    page = browser(Role.COLLECTOR, actor=me)
    for path in ("/people", "/work", f"/people/{person_id}/edit"):
        assert '<span lang="zh-Hans">王伟</span>' in page.get(path).text, path
    page.client.set_cookie("lang", "zh")
    assert not re.search(r'<span lang="[^"]*">王伟', page.get("/people").text)
