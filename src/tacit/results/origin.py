"""Where a result came from: versions, machine, settings."""

import json
import platform
from dataclasses import asdict, is_dataclass
from importlib.metadata import version

import jax

from tacit._typing import Any
from tacit._version import __version__

_PACKAGES = ("jax", "jaxlib", "equinox", "numpy")


def provenance(config: Any = None, *, seed: int | None = None) -> dict[str, str | int]:
    """Attributes that say how to repeat a result, all of them text or numbers.

    Versions of the packages and of Python, device, platform; and, where given, the configuration
    (as JSON) and the seed. No time is among them: the same run has the same bytes.

    Args:
        config: a dataclass (an `eqx.Module` is one) or a dictionary.
        seed: the seed of the run.
    """
    facts: dict[str, str | int] = {"tacit_version": __version__}
    facts |= {f"{name}_version": version(name) for name in _PACKAGES}
    facts["python_version"] = platform.python_version()
    facts["platform"] = platform.platform()
    facts["device"] = jax.devices()[0].device_kind
    if config is not None:
        facts["config"] = as_json(config)
    if seed is not None:
        facts["seed"] = seed
    return facts


def as_json(config: Any) -> str:
    """A configuration as JSON text; what JSON does not know is written as its `str`."""
    content = asdict(config) if is_dataclass(config) and not isinstance(config, type) else config
    return json.dumps(content, default=str)
