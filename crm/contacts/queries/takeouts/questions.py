"""Lists asked for a file: a thousand rows at once, masked as whatever leaves the house."""

from dataclasses import dataclass
from typing import ClassVar

from crm.contacts.callers.away import CallersAway
from crm.contacts.queries.console import NearLimits
from crm.contacts.queries.contacts import Contacts
from crm.contacts.queries.findings import Findings
from crm.contacts.queries.refusals import Refusals
from crm.gate.permissions import Permission
from crm.privacy.masks import Context

AT_ONCE = 1000


@dataclass(frozen=True)
class RefusalsForFile(
    Refusals, needs=Permission.READ_FINDINGS, recorded_as="contacts.refusals.exported"
):
    """The same list, a thousand rows at once, masked as whatever leaves the house."""

    context: ClassVar[Context] = Context.EXPORT

    def size(self) -> int:
        """Return how many rows a page has."""
        return AT_ONCE


@dataclass(frozen=True)
class ContactsForFile(
    Contacts, needs=Permission.READ_CONTACTS, recorded_as="contacts.contacts.exported"
):
    """The list of contact records for a file."""

    context: ClassVar[Context] = Context.EXPORT

    def size(self) -> int:
        """Return how many rows a page has."""
        return AT_ONCE


@dataclass(frozen=True)
class FindingsForFile(
    Findings, needs=Permission.READ_FINDINGS, recorded_as="contacts.findings.exported"
):
    """The list of findings for a file."""

    context: ClassVar[Context] = Context.EXPORT

    def size(self) -> int:
        """Return how many rows a page has."""
        return AT_ONCE


@dataclass(frozen=True)
class NearForFile(NearLimits, needs=Permission.READ_FINDINGS, recorded_as="contacts.near.exported"):
    """The people near a limit for a file."""

    context: ClassVar[Context] = Context.EXPORT


@dataclass(frozen=True)
class CallersForFile(
    CallersAway, needs=Permission.READ_FINDINGS, recorded_as="contacts.callers.exported"
):
    """Callers who were turned away, for a file."""

    context: ClassVar[Context] = Context.EXPORT

    def size(self) -> int:
        """Return how many rows a page has."""
        return AT_ONCE
