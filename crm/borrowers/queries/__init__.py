"""What is asked about people who owe, and how each lies to whoever asks."""

from crm.borrowers.queries.subjects import person_subject, within

__all__ = ["person_subject", "within"]
