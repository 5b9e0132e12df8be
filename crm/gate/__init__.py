"""The one door: actions, questions, permissions, approvals, idempotency and jobs."""
