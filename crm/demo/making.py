"""Making the sample house, from its first account to its last contact."""

from sqlalchemy import func, select

from crm import open_house
from crm.demo import portfolios, stories
from crm.demo.history import tell_history, tell_slips
from crm.demo.identities import Identities
from crm.demo.marks import FINISHED, UNFINISHED, is_demo, is_whole, marker
from crm.demo.staff import Told, attest_day_one, hire, shared_password
from crm.identity.models import account
from crm.opening import CannotOpen
from crm.settings import Settings
from crm.storage.database import database
from crm.storage.tables import metadata

BUSINESS = ("person", "loan", "portfolio", "import_run", "contact")


def make_demo(settings: Settings, borrowers: int, tell: Told) -> None:
    """Fill an empty instance with `borrowers` made-up people; raise CannotOpen where it is not."""
    if not 1 <= borrowers <= portfolios.MOST:
        raise CannotOpen(f"the sample holds 1 to {portfolios.MOST} accounts")
    house = open_house(settings)
    try:
        if not is_empty():
            raise CannotOpen(f"{settings.home} is not empty: the demo needs an instance of its own")
        marker(settings).write_text(UNFINISHED, encoding="utf-8")
        _fill(settings, borrowers, tell)
        marker(settings).write_text(FINISHED, encoding="utf-8")
    finally:
        house.close()


def ensure_demo(settings: Settings, borrowers: int, tell: Told) -> bool:
    """Make the sample house where there is nothing yet; tell whether the instance is one."""
    if is_whole(settings):
        return True
    if is_demo(settings):
        raise CannotOpen(f"making the demo was broken off: delete {settings.home} and begin anew")
    house = open_house(settings)
    empty = is_empty()
    house.close()
    if empty:
        make_demo(settings, borrowers, tell)
    return empty


def is_empty() -> bool:
    """Tell whether nobody works here and nobody owes anything yet."""
    with database().glance() as connection:
        for table in (account, *(metadata.tables[name] for name in BUSINESS)):
            if connection.execute(select(func.count()).select_from(table)).scalar_one():
                return False
    return True


def _fill(settings: Settings, borrowers: int, tell: Told) -> None:
    tell("Making the sample house (about half a minute):")
    attest_day_one(hire(shared_password(settings)))
    people = Identities()
    portfolios.bring_in_portfolios(borrowers, people, tell)
    late = portfolios.late_people()
    stories.put_people_beside(late, people, tell)
    stories.tell_circumstances(late, tell)
    tell_history(late, tell)
    tell_slips(late, tell)
