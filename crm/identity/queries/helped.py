"""What one's own role may do, for the page of help."""

from dataclasses import dataclass
from typing import Any

from crm.gate.action import Subject
from crm.gate.permissions import TABLE, Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope


@dataclass(frozen=True)
class Help(Question, needs=Permission.MANAGE_SELF):
    """What the reader's role is for, and what it may do."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the reader's role, and his permissions by reach, the widest first."""
        held = TABLE[reader.actor.role]
        reach = {
            str(scope): [str(permission) for permission, far in held.items() if far is scope]
            for scope in (Scope.ALL, Scope.AGENCY, Scope.TEAM, Scope.OWN)
        }
        return {
            "role": reader.actor.role,
            "may": {scope: permissions for scope, permissions in reach.items() if permissions},
        }
