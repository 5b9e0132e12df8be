"""Looking books and rules up by place, law or word, in either language."""

import pytest

from crm.rulebook.looking import place_names, rules_about
from crm.rulebook.overview import Wanted, overview
from crm.rulebook.rule import Basis, Source
from crm.rulebook.shelf import shipped_books


def books_about(words: str) -> set[str]:
    shelf = shipped_books()
    return {n for n in shelf.ids if rules_about(shelf.versions(n)[-1], words, None, None)}


@pytest.mark.parametrize(
    ("words", "book"),
    [
        ("Mexico", "MX"),
        ("墨西哥", "MX"),
        ("brazil", "BR-SP"),
        ("巴西", "BR-SP"),
        ("São Paulo", "BR-SP"),
        ("圣保罗", "BR-SP"),
        ("126B", "ZA"),
        ("UNIREC", "IT"),
        ("za.hours", "ZA"),
        ("oppression west", "US-WV"),
    ],
)
def test_a_book_is_found_by_place_law_or_word_in_either_language(words: str, book: str) -> None:
    assert book in books_about(words)


def test_what_nothing_is_about_is_not_found() -> None:
    assert books_about("Atlantis") == set()
    assert "CN" not in books_about("Mexico")


def test_who_names_the_place_means_every_rule_and_who_names_a_law_its_rules_alone() -> None:
    south_africa = shipped_books().versions("ZA")[-1]
    assert rules_about(south_africa, "South Africa", None, None) == list(south_africa.rules)
    assert {rule.id for rule in rules_about(south_africa, "126B", None, None)} == {
        "ZA.stop.prescription",
        "ZA.content.prescribed",
    }


def test_strength_and_way_of_checking_narrow_what_is_found() -> None:
    italy = shipped_books().versions("IT")[-1]
    found = rules_about(italy, None, Basis.SELF_REGULATION, Source.SUMMARY)
    assert {rule.basis for rule in found} == {Basis.SELF_REGULATION}
    assert rules_about(italy, None, Basis.GUIDANCE, None) == []


def test_a_part_of_a_country_bears_the_countrys_name_and_the_house_none() -> None:
    assert "Brazil" in place_names("BR-SP")
    assert "欧盟" in place_names("EU")
    assert place_names("HOUSE").strip() == ""


def test_rules_are_listed_only_where_something_is_looked_for() -> None:
    mexico = shipped_books().versions("MX")[-1]
    assert overview(mexico, Wanted(None, None, None))["found"] == []
    found = overview(mexico, Wanted("Mexico", None, None))
    assert [rule["id"] for rule in found["found"]] == [rule.id for rule in mexico.rules]
    assert found["hours_in_words"] == ["daily 07:00–22:00"]
    assert (found["bases"], found["sources"]) == (["regulation"], ["summary"])
