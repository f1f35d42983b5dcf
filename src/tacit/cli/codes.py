"""The exit statuses of the command line, besides 0."""

FAILED = 1
"""A check does not hold."""
UNUSABLE = 2
"""The command, a file or a setting cannot be used."""
INTERRUPTED = 130
"""The command was stopped by Ctrl-C."""
