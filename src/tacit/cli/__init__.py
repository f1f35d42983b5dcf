"""The command line: argument parsing only. Nothing heavy is imported before it is used."""

from tacit.cli.entry import main

__all__ = ["main"]
