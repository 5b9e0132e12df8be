"""A record and those that correct it: one contact, however often it was written down anew."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.contacts.models import contact
from crm.gate.reader import Reader


def chain_to(reader: Reader, row: Any) -> list[Any]:
    """Return a record, the one it corrects, and so on back to the first."""
    chain = [row]
    while chain[-1].corrects_id is not None:
        chain.append(_one(reader, contact.c.id == chain[-1].corrects_id))
    return chain


def first_of(reader: Reader, row: Any) -> Any:
    """Return the record that began the chain; what is told of the contact itself stands with it."""
    return chain_to(reader, row)[-1]


def first_id(reader: Reader, contact_id: UUID) -> UUID:
    """Return its id; the same id where there is no such record."""
    row = _one(reader, contact.c.id == contact_id)
    return contact_id if row is None else first_of(reader, row).id


def chain_of(reader: Reader, row: Any) -> list[Any]:
    """Return all the records of one contact, from the first to the newest."""
    chain = chain_to(reader, row)[::-1]
    while (newer := _one(reader, contact.c.corrects_id == chain[-1].id)) is not None:
        chain.append(newer)
    return chain


def _one(reader: Reader, which: Any) -> Row[Any] | None:
    return reader.one(select(contact).where(which))
