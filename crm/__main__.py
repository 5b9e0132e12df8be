"""Lets `python -m crm` be the operators' command."""

from crm.cli.main import main

main()
