"""One-time codes (RFC 6238): made, shown as a picture, checked, and good once."""

import pyotp
import segno
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.gate.work import Work
from crm.identity.attempts import counted, forget
from crm.identity.models import totp_used
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed

SECONDS = 30
DRIFT = 1  # steps that a clock may be off, either way


def new_secret() -> str:
    """Return a fresh secret, base32."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """Return the otpauth address that an authenticator scans."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Probity"))


def picture(address: str) -> str:
    """Return the path data of the address as a QR code, one unit a module."""
    rows = segno.make(address, error="m").matrix
    return "".join(
        f"M{x + 2},{y + 2}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )


def accept(work: Work, secret: Sealed | None, code: str) -> bool:
    """Tell whether `code` is right now and was not used before; use it up.

    Each try counts, and too many lock the account's codes for a quarter of an hour.
    """
    whose = str(work.actor.id)
    if not counted(work.connection, "code", whose):
        return False
    step = matching_step(reopen(secret), code) if secret is not None else None
    if step is None or not _used_up(work, step):
        return False
    forget(work.connection, "code", whose)
    return True


def _used_up(work: Work, step: int) -> bool:
    """Take the step for good; False where it, or a later one, was taken before."""
    kind = sqlite.insert if work.connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        kind(totp_used)
        .values(account_id=work.actor.id, step=step)
        .on_conflict_do_update(
            index_elements=["account_id"], set_={"step": step}, where=totp_used.c.step < step
        )
        .returning(totp_used.c.step)
    )
    return work.connection.execute(statement).first() is not None


def matching_step(secret: str, code: str) -> int | None:
    """Return the time step whose code this is, or None."""
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp())
    if not code.isascii():
        return None
    for drift in range(-DRIFT, DRIFT + 1):
        step = now // SECONDS + drift
        if pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
