"""May this person be reached, by which line, until when and why: one line of the meter each."""
