"""What the page of help says: of each role, of each place, of marks, keys and situations.

A place or a situation is shown to whoever holds its permission, so help never speaks of what the
reader cannot do.
"""

from typing import Any

from flask import g

from crm.gate.permissions import Permission, scope_of
from crm.identity.roles import Role
from crm.web.language import sentence
from crm.words import N_

ROLES = {
    Role.COLLECTOR: N_(
        "You reach people who are behind with a debt, and write down what came of it."
    ),
    Role.HARDSHIP_SPECIALIST: N_(
        "You speak with people in hardship, and find what they can carry."
    ),
    Role.FIELD_COLLECTOR: N_("You visit people at their door, where and when that is lawful."),
    Role.TEAM_LEADER: N_("You see to it that your team reaches its people, and fairly."),
    Role.SUPERVISOR: N_("You lead desks: who works on whom, what waits for you, what went wrong."),
    Role.QUALITY_REVIEWER: N_(
        "You look at how contacts were made, and how they were written down."
    ),
    Role.COMPLAINTS_OFFICER: N_(
        "You look into complaints and disputes, with every contact at hand."
    ),
    Role.LEGAL_OFFICER: N_("You read the law of each place, and what was done under it."),
    Role.COMPLIANCE_OFFICER: N_("You keep the house within the law, and prove that it was."),
    Role.PRIVACY_OFFICER: N_("You guard what is personal: who opened it, and why."),
    Role.DATA_STEWARD: N_("You bring files in and out, and answer for their figures."),
    Role.AGENCY_LEAD: N_("You see what your agency does, and nobody else's people."),
    Role.MANAGEMENT: N_("You see figures, and nobody's personal data."),
    Role.ADMIN: N_("You let people in and out. You see no borrower's data."),
    Role.AUDITOR: N_("You read what was done, in order, and prove that it was not altered."),
}

PLACES = {
    "/team": N_(
        "Begin the day here: who is away, what stops calls and why, what was begun and not "
        "logged. Hand people over with a preview, and undo it if it was wrong."
    ),
    "/work": N_(
        "Your people, lawful now first. Open one, start the call, make sure who is speaking, "
        "log what came of it, go on to the next."
    ),
    "/people": N_("Everybody you may see. Open a file to read what may be done, by which means."),
    "/contacts": N_("Every record you may read, with its decision: why it was lawful, or was not."),
    "/compliance": N_(
        "Findings, refusals, contacts without a permit, people near a limit. Begin with the "
        "findings that are open longest."
    ),
    "/imports": N_(
        "A file is read and compared first; nothing changes before you agree. What is rejected "
        "names its line, its column and the reason."
    ),
    "/ledger": N_(
        "What was done, by whom and when, in order; and the proof that it stands unaltered."
    ),
    "/approvals": N_(
        "What waits for a second person. Agreeing judges it anew at this moment; no approval "
        "overrides a book of law."
    ),
    "/caller": N_(
        "Somebody rings whom a colleague has, or nobody knows: find whom they name, make sure who "
        "they are, and hold the file for this call."
    ),
    "/outages": N_(
        "The office is down: declare it, and write down afterwards what was done without a permit."
    ),
    "/staff": N_("Accounts, roles and teams. Nobody changes a role of their own."),
    "/sessions": N_("Who is signed in, and since when. End what should not be."),
    "/books": N_("The law of each place as rules: with its source, its strength and its dates."),
    "/set-up": N_(
        "What must be known of the time before this house, so that no first call breaks a rule."
    ),
    "/roles": N_("What each role may do, and how far."),
}

MARKS = (
    ("may", N_("Lawful now"), N_("You may. Until when stands beside it.")),
    ("soon", N_("Nearly used, or closing soon"), N_("You may, but not for long or not often.")),
    (
        "not",
        N_("Refused"),
        N_("You may not. Beside it: the rule, your figures, the law, and when it ends."),
    ),
    ("later", N_("Later"), N_("Not yet. When it becomes lawful stands beside it.")),
    (
        "wait",
        N_("Waits"),
        N_("For an answer, for a second person, or for you to do something first."),
    ),
    (
        "care",
        N_("Handle with care"),
        N_("Hardship, illness or grief. Speak gently, and promise little."),
    ),
)

KEYS = (
    ("J K", N_("Next and previous in the list")),
    ("C", N_("Start what the primary button says")),
    ("V", N_("Who is speaking?")),
    ("Y", N_("All of it was said")),
    ("1 … 8", N_("Nobody reached: log it and go on")),
    ("O", N_("Outcome: a code, a word, pinyin initials or a digit")),
    ("P B X D H", N_("Promise, call back, no more by this medium, dispute, hardship")),
    ("N", N_("Note")),
    ("Ctrl Enter", N_("Send the form one is in")),
    ("Ctrl K", N_("Go to, do or find")),
    ("?", N_("Every key of the page you are on")),
)

SITUATIONS = (
    (
        Permission.READ_WORK,
        N_("It says no"),
        N_(
            "Nobody can go around it. The red line names the rule, your figures, the law and "
            "when it ends; below it stands what is lawful instead. The refusal is recorded, "
            "and nobody holds it against you."
        ),
    ),
    (
        Permission.READ_WORK,
        N_("Somebody else answers"),
        N_(
            "Press “Somebody else took the call”. The page keeps to what such a person may "
            "hear, and takes a message or a better number. Do not mention a debt."
        ),
    ),
    (
        Permission.READ_WORK,
        N_("They say: stop"),
        N_("Open “Wants no more by this medium” and save. It binds everybody at once."),
    ),
    (
        Permission.READ_WORK,
        N_("They ask to be called back"),
        N_(
            "Write when, in words, on their clock: “tomorrow 10:00”. The page shows how it was "
            "meant."
        ),
    ),
    (
        Permission.READ_WORK,
        N_("It is the wrong number"),
        N_("Log WN. The number is closed for this person, and nobody rings it again for them."),
    ),
    (
        Permission.LOG_UNPERMITTED,
        N_("They call you"),
        N_("Open the file, press “Write down a contact”, and say that they contacted us."),
    ),
    (
        Permission.EDIT_PEOPLE,
        N_("They have moved"),
        N_(
            "Press “Change what is known” and enter where they say they are, as soon as you "
            "know who is speaking. Their hours and their law follow from it."
        ),
    ),
    (
        Permission.READ_WORK,
        N_("A slip of the key"),
        N_(
            "Open the record and correct it. The old one stays and points to the new one. "
            "Within two minutes your own slip needs nobody else; later, what gives back a slot "
            "does."
        ),
    ),
    (
        Permission.READ_WORK,
        N_("The network is gone"),
        N_(
            "Stay on the page: it says “not saved yet” and sends the same again by itself. "
            "What you typed is kept as a draft, and nothing is saved twice."
        ),
    ),
    (
        Permission.MANAGE_SELF,
        N_("A value is hidden"),
        N_(
            "A lock stands before it. Where the lock is open you may see the value: say why; "
            "that is recorded first, and the value hides itself again after a minute."
        ),
    ),
    (
        Permission.MANAGE_SELF,
        N_("A page says that it is not yours to see"),
        N_(
            "Your role or your team does not reach it. Send the reference below the message to "
            "whoever leads you."
        ),
    ),
)


def guide(url: str) -> str:
    "Return what one does at a place of the rail, in the reader's language;  of an unknown"
    "one."
    return sentence(PLACES[url]) if url in PLACES else ""


def help_for(role: Role) -> dict[str, Any]:
    "Return what help says to a role, in the reader's language: sentences, marks, keys."
    held = [one for one in SITUATIONS if scope_of(g.actor.role, one[0]) is not None]
    works = scope_of(g.actor.role, Permission.READ_WORK) is not None
    return {
        "about": sentence(ROLES[role]),
        "marks": [(mark, sentence(word), sentence(told)) for mark, word, told in MARKS],
        "keys": [(key, sentence(does)) for key, does in (KEYS if works else KEYS[-3:])],
        "situations": [(sentence(when), sentence(then)) for _, when, then in held],
    }
