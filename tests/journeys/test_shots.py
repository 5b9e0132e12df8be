"""The pictures: every page of the house is taken."""

from pathlib import Path

from flask import Flask
from werkzeug.exceptions import NotFound

from crm.rooms import addresses
from crm.web.room import Room
from tests.journeys import shots


def pages() -> set[str]:
    """Return the address of every page that shows something."""
    list(addresses())
    return {one.at for one in Room.everywhere if one.page and one.template and one.method == "GET"}


def opened(app: Flask) -> set[str]:
    """Return the addresses that are opened as they stand."""
    match, found = app.url_map.bind("localhost").match, set()
    for path in (path for paths in shots.PLAIN.values() for path in paths):
        try:
            rule, _ = match("/" + path.partition("?")[0], return_rule=True)
        except NotFound:
            assert path == "nowhere"
        else:
            found.add(str(rule))
    return found


def test_every_page_is_taken(app: Flask) -> None:
    taken = opened(app) | set(shots.REACHED)
    assert pages() <= taken, "take the new page in tests/journeys/shots.py"


def test_every_picture_that_is_promised_is_taken() -> None:
    text = Path(shots.__file__).read_text(encoding="utf-8")
    linked = {name for links in shots.LINKED.values() for _, _, name in links}
    for at, name in shots.REACHED.items():
        last = name.removeprefix("person-")
        assert name in linked or f'"{last}"' in text.split("def collect")[1], at
