"""The version, in the one place that the build, the front door and stored results read it from."""

__version__ = "0.1.0"
