"""The commands of operators, each of which performs an action as a named system actor."""
