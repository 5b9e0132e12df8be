"""One-time codes (RFC 6238): made, shown as a picture, checked, and good once."""

import pyotp
import segno
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.gate.work import Work
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
        f"M{x + 2},{y + 2}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )


def accept(work: Work, secret: Sealed, code: str) -> bool:
    """Tell whether `code` is right now and was not used before; use it up."""
    step = matching_step(reopen(secret), code)
    if step is None:
        return False
    used = work.scalar(select(totp_used.c.step).where(totp_used.c.account_id == work.actor.id))
    if used is not None and step <= used:
        return False
    kind = sqlite.insert if work.connection.dialect.name == "sqlite" else postgresql.insert
    statement = kind(totp_used).values(account_id=work.actor.id, step=step)
    work.connection.execute(
        statement.on_conflict_do_update(index_elements=["account_id"], set_={"step": step})
    )
    return True


def matching_step(secret: str, code: str) -> int | None:
    """Return the time step whose code this is, or None."""
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp())
    for drift in range(-DRIFT, DRIFT + 1):
        step = now // SECONDS + drift
        if pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
