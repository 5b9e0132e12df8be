"""The desk in a real browser: the hour that closes, and sums once it is known who listens."""

from collections.abc import Callable

import pytest

from tests.journeys.test_codes import Desk, desk  # noqa: F401  the fixture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("13:40", "The hour closes at 22:00"),
        ("13:51", "Less than ten minutes are left: the hour closes at 22:00"),
        ("13:58:30", "Less than two minutes are left."),
    ],
)
def test_the_desk_says_when_the_hour_is_about_to_close(
    desk: Callable[..., Desk],  # noqa: F811
    at: str,
    said: str,
) -> None:
    one = desk(at=at)
    assert said in one.text(".closing")
    assert one.page.get_attribute(".closing", "role") == "status"


def test_sums_stand_on_the_desk_once_two_answers_match(
    desk: Callable[..., Desk],  # noqa: F811
) -> None:
    one = desk()
    assert "Verified: two answers match." in one.text(".speaking")
    assert "3,400.00" in one.text(".desk-who")


def test_without_scripts_the_hour_is_printed(desk: Callable[..., Desk]) -> None:  # noqa: F811
    one = desk(java_script_enabled=False)
    assert "The hour closes at 22:00 in Shanghai." in one.text(".closing")
