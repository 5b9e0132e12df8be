"""Files from core banking: mapped, previewed, totalled, and brought in account by account."""
