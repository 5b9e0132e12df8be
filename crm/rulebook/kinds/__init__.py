"""The kinds of rule a book may hold, one small pure judgement per file."""
