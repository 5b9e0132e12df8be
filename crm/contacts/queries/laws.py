"""What a rule is called and cites, in the books that the house has now."""

from typing import Any

from crm.rulebook.in_force import books_in_force


def law_of(rule_id: str | None) -> dict[str, Any]:
    """Return title and citation of a rule as the house's books have it; empty where unknown."""
    books = books_in_force()
    book = (rule_id or "").partition(".")[0]
    if book in books.ids:
        for version in reversed(books.versions(book)):
            for rule in version.rules:
                if rule.id == rule_id:
                    return {"title": rule.title, "citation": rule.citation}
    return {"title": rule_id, "citation": None}
