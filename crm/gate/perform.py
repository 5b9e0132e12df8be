"""The one door through which every change passes. See docs/decisions/0001-one-door.md."""

from sqlalchemy.exc import DBAPIError

from crm.audit.entry import Outcome
from crm.gate.action import Action, Done, Subject, Then
from crm.gate.approvals import ask_second_person, unchanged
from crm.gate.errors import Missing, Refusal, Stale
from crm.gate.idempotency import Earlier, earlier_result, remember
from crm.gate.permissions import reaches, scope_of
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.storage.database import collided, database
from crm.words import N_

DEEPEST = 3  # an action, what it brings along, and what that brings along
TRIES = 3  # where one key came twice at once, or two transactions waited for each other


def perform(action: Action, actor: Actor, key: str | None = None) -> Done:
    """Authorise, check, run, record and commit `action`: all of it, or none.

    `key` makes a repeat harmless: the second call answers with the first one's result. Raises
    Refusal, Missing, Invalid or Stale; a refusal and a stale edit are in the ledger then.
    """
    tries = TRIES
    while True:
        try:
            with database().write() as connection:
                return _performed(work := Work(connection, actor), action, key)
        except DBAPIError as fault:
            tries -= 1
            if tries == 0 or not collided(fault, unique=key is not None):
                raise
        except (Refusal, Stale) as no:
            raise (no if no.recorded else _record_afresh(action, work, no)) from None


def _performed(work: Work, action: Action, key: str | None) -> Done:
    if key is not None and (earlier := earlier_result(work, action, key)) is not None:
        return _repeated(work, action, earlier)
    done = _deed(work, action, depth=1)
    if key is not None:
        remember(work, action, key, done)
    work.finish()
    return done


def _repeated(work: Work, action: Action, earlier: Earlier) -> Done:
    """Answer with the first result, if this actor may still have it."""
    subject, verdict = _permitted(work, action)
    if not verdict:
        _refuse(work, action, subject, verdict)
    if earlier.waits or earlier.result_id is None:
        return Done({"id": earlier.result_id}, repeated=True, waiting=earlier.result_id)
    return Done(action.again(work, earlier.result_id), repeated=True)


def _deed(work: Work, action: Action, depth: int) -> Done:
    """Do one action inside the transaction, and then those that belong to it."""
    subject, verdict = _permitted(work, action)
    if verdict:
        unchanged(work, action, subject)
        verdict = action.check(work, subject)
    if verdict.second_person and not work.agreed_to:
        request = ask_second_person(work, action, subject, verdict)
        work.close_page(action, Outcome.ASKED, subject, verdict.rule)
        return Done({"id": request}, waiting=request)
    if not verdict and not verdict.second_person:
        _refuse(work, action, subject, verdict, part=depth > 1)
    outcome = Then.of(action.run(work, subject))
    following = [*outcome.actions]
    for kind in Action.followers.get(type(action), ()):
        following.extend(kind.built_from(action, outcome.result))
    work.close_page(action, Outcome.DONE, subject, verdict.rule)
    if following and depth == DEEPEST:
        raise RuntimeError(f"{action.recorded_as} brings along too much")
    with work.for_whoever_asked():
        parts = [_deed(work, part, depth + 1).result for part in following]
    return Done(parts[-1] if outcome.answered_by_last else outcome.result)


def _permitted(work: Work, action: Action) -> tuple[Subject | None, Verdict]:
    """Find the subject under its locks, and say whether this actor may do this to it."""
    role = work.actor.role
    if scope_of(role, action.needs) is None:
        return None, refuse("permission.denied", N_("Your role may not do this."))
    work.lock(action.locks(work))
    subject = action.subject(work)
    work.about = work.about or subject
    if subject is not None and not reaches(role, action.needs, subject.relation):
        return subject, refuse("permission.scope", N_("This is outside your area."))
    return subject, ALLOWED


def _refuse(
    work: Work, action: Action, subject: Subject | None, no: Verdict, *, part: bool = False
) -> None:
    """Record the refusal with what it leaves behind, and raise it; that of a part undoes all."""
    by_permission = no.rule.startswith("permission.")
    if not part:
        if not by_permission:
            action.refused(work, subject, no)
        work.close_page(action, Outcome.REFUSED, subject, no.rule)
        work.finish()
    if no.rule == "permission.scope" and not part:
        raise Missing(subject.type if subject else "")  # 404: for him it does not even exist
    raise Refusal(no, by_permission=by_permission, recorded=not part)


def _record_afresh(action: Action, before: Work, no: Refusal | Stale) -> Refusal | Stale:
    with database().write() as connection:
        work = Work(connection, before.actor)
        told = action.undone(work, no)
        work.close_page(action, Outcome.REFUSED, before.about, told.rule)
        work.finish()
    return told
