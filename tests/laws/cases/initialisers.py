"""Initialisers."""

from tacit import models

from .base import Case

INITIALISERS = [
    Case("gaussian", models.gaussian),
    Case("balanced", models.balanced),
    Case("orthogonal", models.orthogonal),
    Case("identity", models.identity),
]
