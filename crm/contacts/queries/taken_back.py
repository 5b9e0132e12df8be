"""What was said, and was taken back since as not said."""

from sqlalchemy import Exists, select

from crm.contacts.models import said, said_withdrawal

TAKEN_BACK: Exists = (
    select(said_withdrawal.c.id).where(said_withdrawal.c.said_id == said.c.id).exists()
)
