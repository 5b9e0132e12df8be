"""Decisions as they are kept: facts and decision, compressed, under the person's evidence key."""

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.rulebook.canonical import canonical
from crm.storage.ids import new_id

# Of the text: base64 of zlib of canonical JSON, with a preset dictionary of what decisions say.
# The dictionary of a form never changes: without it no decision of that form can be read again.
FORM = "1"


def decision_row(
    person_id: UUID, asked_by: UUID, asked_for: str, facts: dict[str, Any], decision: dict[str, Any]
) -> dict[str, Any]:
    """Return a decision as a row, its document fresh; `asked_for`: permit, start, end, contact."""
    proposed, refusal = facts["proposed"], first_refusal(decision)
    return {
        "id": new_id(),
        "person_id": person_id,
        "asked_by": asked_by,
        "asked_for": asked_for,
        "at": datetime.fromisoformat(proposed["at"]),
        "channel": proposed["channel"],
        "allowed": decision["allowed"],
        "rule": refusal["rule"] if refusal else None,
        "next_allowed_at": _moment(decision["next_allowed_at"]),
        "engine": decision["engine"],
        "facts_digest": bytes.fromhex(decision["facts_digest"]),
        "document": Sealed.fresh(packed(facts, decision)),
    }


def first_refusal(decision: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the first reason that refuses; None where the contact is allowed."""
    return next((r for r in decision["reasons"] if r["effect"] == "refuse"), None)


def packed(facts: dict[str, Any], decision: dict[str, Any]) -> str:
    """Return facts and decision as one short text."""
    content = canonical({"facts": facts, "decision": decision})
    packer = zlib.compressobj(zdict=_dictionary())
    return FORM + base64.b64encode(packer.compress(content) + packer.flush()).decode()


def unpacked(document: Sealed) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return facts and decision of a stored document.

    Raises SealKeyMissing where the person was erased.
    """
    return opened(reopen(document))


def opened(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return facts and decision of a text of `packed`."""
    unpacker = zlib.decompressobj(zdict=_dictionary())
    content = json.loads(unpacker.decompress(base64.b64decode(text.removeprefix(FORM))))
    return content["facts"], content["decision"]


@lru_cache(maxsize=1)
def _dictionary() -> bytes:
    name = f"decision-form-{FORM}.dictionary"
    return resources.files("crm.contacts").joinpath(name).read_bytes()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
