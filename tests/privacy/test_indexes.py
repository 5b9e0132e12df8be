"""Finding a sealed value by what it is: one spelling, few bits, and a second look."""

from uuid import UUID

import pytest
from sqlalchemy import select

from crm.borrowers.models import contact_point, person
from crm.privacy.index import blind, normal, normal_phone, token
from crm.privacy.kek import make_kek
from crm.privacy.keyring import Keyring, keyring
from crm.privacy.openers import match
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.settings import Settings
from crm.storage.database import database
from tests.factories import make_person, make_point
from tests.houses import Instance

PHONE, EMAIL = "contact_point.value", "account.email"


@pytest.mark.parametrize(
    ("field", "spellings"),
    [
        (
            PHONE,
            [
                *("+8613800138000", "13800138000", "138 0013 8000", "138-0013-8000"),
                *("+86 138 0013 8000", "0086 138 0013 8000", "１３８００１３８０００"),
            ],
        ),
        (
            PHONE,
            ["+12125550123", "+1 (212) 555-0123", "+1 212.555.0123", "+1 212\u2013555\u00a00123"],
        ),
        (PHONE, ["Chen@Bank.Example", "chen@bank.example", " ＣＨＥＮ@bank.example "]),
        (PHONE, ["12 High Street, York", " 12 high street, york "]),
        (EMAIL, ["Chen@Bank.Example", "chen@bank.example"]),
        (
            "person.national_id",
            [
                *("11010119900307123X", "110101 19900307 123x", "110101-19900307-123X"),
                "１１０１０１１９９００３０７１２３Ｘ",
            ],
        ),
        ("loan.number", ["ab-1", " AB-1 ", "ＡＢ-１"]),
    ],
)
def test_a_value_has_one_spelling(field: str, spellings: list[str]) -> None:
    assert len({normal(field, text) for text in spellings}) == 1


SENTENCES = ["call +8613800138000", "+8613800138000 or 13900000001", "+12125550123 ext. 5"]


@pytest.mark.parametrize("text", ["", "hello", "12", "+", "+999999999999999999", *SENTENCES])
def test_what_is_no_number_is_none(text: str) -> None:
    assert normal_phone(text) is None


def test_different_values_keep_different_spellings() -> None:
    for field, one, two in (
        (PHONE, "+8613800138000", "+8613800138001"),
        (PHONE, "+8613800138000", "+13800138000"),
        ("loan.number", "AB-1", "AB-11"),
        ("person.national_id", "11010119900307123X", "110101199003071231"),
    ):
        assert normal(field, one) != normal(field, two)


def test_an_index_has_its_width_and_is_the_same_each_time(house: Instance) -> None:
    assert blind(PHONE, 20, "a") == blind(PHONE, 20, "a")
    assert all(0 <= int(blind(PHONE, 20, str(n))) < 2**20 for n in range(2000))
    assert max(int(blind(PHONE, 20, str(n))) for n in range(2000)) > 2**19
    assert len(bytes(blind(EMAIL, 128, "a"))) == 16
    assert len(token("contact_point", "a")) == 16


def test_no_two_indexes_have_one_key(house: Instance) -> None:
    """The same number in two columns or tables cannot be joined by whoever steals both."""
    names = [PHONE, EMAIL, "person.national_id", "loan.number", "token/contact_point"]
    assert len({keyring().index_key(name) for name in names}) == len(names)
    made = {blind(EMAIL, 128, "x"), blind("loan.number", 128, "x"), token("contact_point", "x")}
    assert len(made) == 3


def test_another_instance_has_another_index(house: Instance, tmp_path) -> None:
    other = {"CRM_HOME": str(tmp_path / "two"), "CRM_KEYS_DIR": str(tmp_path / "keys")}
    for folder in other.values():
        (tmp_path / folder).mkdir(mode=0o700)
    (tmp_path / "two" / "instance-id").write_text(str(UUID(int=2)))
    settings = Settings.from_environment(other)
    make_kek(settings)
    ring = Keyring(settings)
    assert ring.index_key(PHONE) != keyring().index_key(PHONE)
    ring.close()


def test_an_index_survives_a_new_process(house: Instance) -> None:
    before = blind(PHONE, 20, "+8613800138000")
    ring = Keyring(house.settings)
    assert ring.index_key(PHONE) == keyring().index_key(PHONE)
    ring.close()
    keyring().forget()
    assert blind(PHONE, 20, "+8613800138000") == before


def test_two_values_with_one_index_are_told_apart(house: Instance) -> None:
    seen: dict[object, str] = {}
    for number in (f"+86139{n:08}" for n in range(100_000)):
        index = blind(PHONE, 20, number)
        if index in seen:
            one, two = seen[index], number
            break
        seen[index] = number
    for number in (one, two):
        make_point(make_person(), number)
    query = select(contact_point).where(contact_point.c.value_index == blind(PHONE, 20, one))
    with database().read() as connection:
        rows = [stored(contact_point, dict(r._mapping)) for r in connection.execute(query)]
    assert len(rows) == 2, "the index alone does not say which"
    assert [match(row["value"], Sealed.fresh(one), PHONE) for row in rows] == [True, False]


def test_tokens_are_equal_for_all_who_share_a_value(house: Instance) -> None:
    one, two = make_point(make_person()), make_point(make_person(), "138 0013 8000")
    query = select(contact_point.c.token, contact_point.c.value_index)
    with database().read() as connection:
        found = connection.execute(query.where(contact_point.c.id.in_([one, two]))).all()
    assert len(found) == 2
    assert found[0] == found[1]


def test_names_have_no_index(house: Instance) -> None:
    assert not [column for column in person.c if column.name.startswith("name_")]
