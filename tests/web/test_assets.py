"""Style sheets and scripts: kept for a year under their own hash, and nothing else is served."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import Client

from crm.web.assets import Asset, collect, mark_of
from tests.visitors import Browser


@pytest.fixture
def client(app: Flask) -> Client:
    """A client without a session: assets are open."""
    return app.test_client()


def address(app: Flask, path: str) -> str:
    """Return the address templates give for a file."""
    with app.test_request_context():
        return str(app.jinja_env.globals["asset"](path))


def test_a_style_sheet_is_kept_for_a_year(app: Flask, client: Client) -> None:
    answer = client.get(address(app, "css/tokens.css"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"
    assert b"--may:" in answer.data


def test_a_script_is_served_as_a_module_that_browsers_accept(app: Flask, client: Client) -> None:
    assert client.get(address(app, "js/probity.js")).mimetype == "text/javascript"


def test_the_packed_form_is_the_same_file(app: Flask, client: Client) -> None:
    at = address(app, "bootstrap/bootstrap.min.css")
    packed = client.get(at, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == client.get(at).data


def test_a_page_of_before_an_update_is_sent_on_and_nothing_is_kept(client: Client) -> None:
    answer = client.get("/assets/0123456789abcdef/css/tokens.css")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["css/../../settings.py", "../crm/settings.py", "css/none.css", "bootstrap/jquery.min.js"],
)
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(f"/assets/0123456789abcdef/{path}").status_code == 404


def test_the_hash_changes_with_any_content_and_any_name() -> None:
    one = {"a.css": Asset("text/css", b"a", b""), "b.css": Asset("text/css", b"b", b"")}
    other = one | {"b.css": Asset("text/css", b"c", b"")}
    renamed = {"a.css": one["a.css"], "c.css": one["b.css"]}
    assert len({mark_of(one), mark_of(other), mark_of(renamed)}) == 3


def test_what_a_page_links_is_there(browser: Callable[..., Browser]) -> None:
    visitor = browser()
    page = visitor.get("/sign-in").text
    links = [part.split('"')[0] for part in page.split('"/assets/')[1:]]
    assert len(links) > 8
    for link in links:
        assert visitor.get("/assets/" + link).status_code == 200


def test_a_template_that_names_no_file_fails_at_once(app: Flask) -> None:
    with pytest.raises(KeyError):
        address(app, "css/none.css")


def test_no_asset_asks_another_host_for_anything() -> None:
    for path, held in collect().items():
        if path.endswith((".css", ".js")):
            text = held.plain.decode()
            assert "@import" not in text, path
            assert 'url("http' not in text, path
            assert "url(http" not in text, path
