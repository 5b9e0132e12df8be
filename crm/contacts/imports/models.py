"""Which line of which file became which record, so that no line comes in twice."""

from sqlalchemy import ForeignKey, Integer, LargeBinary, String

from crm.privacy.fields import impersonal, personal
from crm.storage.tables import recorded
from crm.storage.types import Id

import_item = recorded(
    "import_item",
    impersonal("id", Id, primary_key=True),
    impersonal("run_id", Id, ForeignKey("import_run.id"), nullable=False, index=True),
    impersonal("line", Integer, nullable=False),
    impersonal("kind", String(12), nullable=False),  # contacts, stops, consents
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    personal("digest", LargeBinary(16), unique=True),  # keyed, of the line's reference or content
    personal("content", LargeBinary(16)),  # keyed, of its content: told the same again, or anew
    impersonal("record_id", Id, nullable=False),  # the contact, circumstance or consent
    person="person_id",
)
