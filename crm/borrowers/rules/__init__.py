"""What is judged about people who owe, without database or clock."""

from crm.borrowers.rules.evidence import Evidence, Placed, place_of
from crm.borrowers.rules.points import number_of

__all__ = ["Evidence", "Placed", "number_of", "place_of"]
