"""Whom a collector may call while nothing answers: a sheet for each team, sealed every hour."""
