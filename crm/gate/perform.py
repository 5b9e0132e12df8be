"""The one door through which every change passes. See docs/decisions/0001-one-door.md."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from crm.audit.entry import Outcome
from crm.gate.action import Action, Subject, Then
from crm.gate.approvals import ask_second_person
from crm.gate.errors import Missing, Refusal, Stale
from crm.gate.idempotency import earlier_result, remember
from crm.gate.permissions import scope_of
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.storage.database import database

DEEPEST = 3  # an action, what it brings along, and what that brings along

_here = threading.local()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action: its result, or the id of the request that now waits."""

    result: Any
    repeated: bool = False
    waiting: Any = None


def perform(action: Action, actor: Actor, key: str | None = None) -> Done:
    """Authorise, check, run, record and commit `action`: all of it, or none.

    `key` makes a repeat harmless: the second call answers with the first one's result. Raises
    Refusal, Missing, Invalid or Stale; a refusal and a stale edit are in the ledger then.
    """
    try:
        return _in_one_transaction(action, actor, key)
    except IntegrityError:
        if key is None:
            raise
        return _in_one_transaction(action, actor, key)  # the same key came twice at once
    except (Refusal, Stale) as no:
        if not no.recorded:  # raised inside run: its transaction is undone
            _record_afresh(action, actor, no)
        raise


def _in_one_transaction(action: Action, actor: Actor, key: str | None) -> Done:
    with _alone(), database().write() as connection:
        return _performed(Work(connection, actor), action, key)


def _performed(work: Work, action: Action, key: str | None) -> Done:
    if key is not None:
        earlier = earlier_result(work, action, key)
        if earlier is not None:
            return Done(action.again(work, earlier), repeated=True)
    done = _deed(work, action, depth=1)
    if key is not None:
        remember(work, action, key, done.result)
    work.finish()
    return done


def _deed(work: Work, action: Action, depth: int) -> Done:
    """Do one action inside the transaction, and then those that belong to it."""
    subject, verdict = _judged(work, action)
    if verdict.second_person:
        request = ask_second_person(work, action, subject, verdict)
        work.close_page(action, Outcome.ASKED, subject, verdict.rule)
        return Done({"id": request}, waiting=request)
    if not verdict:
        _refuse(work, action, subject, verdict)
    outcome = action.run(work, subject)
    result, following = (
        (outcome.result, list(outcome.actions)) if isinstance(outcome, Then) else (outcome, [])
    )
    for kind in Action.followers.get(type(action), ()):
        following.extend(kind.built_from(action, result))
    work.close_page(action, Outcome.DONE, subject, verdict.rule)
    if following and depth == DEEPEST:
        raise RuntimeError(f"{action.recorded_as} brings along too much")
    for part in following:
        _deed(work, part, depth + 1)
    return Done(result)


def _judged(work: Work, action: Action) -> tuple[Subject | None, Verdict]:
    """Find the subject under its locks, and say whether this actor may do this to it now."""
    agreed = work.agreed is not None and work.agreed.action is action
    asker = work.agreed.requester if work.agreed is not None and agreed else work.actor
    scope = scope_of(asker.role, action.needs)
    if scope is None:
        return None, refuse("permission.denied", "Your role may not do this.")
    work.lock(action.locks(work))
    subject = action.subject(work)
    if subject is not None and not agreed and not scope.covers(subject.relation):
        return subject, refuse("permission.scope", "This is outside your area.")
    verdict = action.check(work, subject)
    return subject, ALLOWED if verdict.second_person and agreed else verdict


def _refuse(work: Work, action: Action, subject: Subject | None, verdict: Verdict) -> None:
    """Record the refusal with all that it leaves behind, and raise it."""
    by_permission = verdict.rule.startswith("permission.")
    if not by_permission:
        action.refused(work, subject, verdict)
    work.close_page(action, Outcome.REFUSED, subject, verdict.rule)
    work.finish()
    if verdict.rule == "permission.scope":
        raise Missing(subject.type if subject else "")  # 404: it does not even exist for him
    raise Refusal(verdict, by_permission=by_permission, recorded=True)


def _record_afresh(action: Action, actor: Actor, no: Refusal | Stale) -> None:
    rule = no.verdict.rule if isinstance(no, Refusal) else "edit.stale"
    with _alone(), database().write() as connection:
        work = Work(connection, actor)
        work.close_page(action, Outcome.REFUSED, None, rule)
        work.finish()


@contextmanager
def _alone() -> Iterator[None]:
    """Refuse to start inside another transaction of this thread."""
    if getattr(_here, "inside", False):
        raise RuntimeError("perform() inside perform(): return Then(result, actions) instead")
    _here.inside = True
    try:
        yield
    finally:
        _here.inside = False
