"""The devices that one problem is shared out to, by JAX's own meshes."""

from functools import partial
from typing import Literal

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from tacit._jit import jit
from tacit._typing import Array
from tacit.runs.result import Result


def device_mesh(count: int | Literal["all"] = "all") -> Mesh:
    """A mesh of one axis, `devices`, over the first `count` devices, or all that there are.

    After `jax.distributed.initialize` those of all processes are there, and every process makes the
    same mesh; it must be of all of them.

    Raises:
        ValueError: if there are fewer devices, or processes would be left without one.
    """
    devices = jax.devices()
    number = len(devices) if count == "all" else count
    if not 1 <= number <= len(devices):
        kind = devices[0].platform
        raise ValueError(
            f"devices: {number} were asked for, and JAX sees {len(devices)} ({kind}); on a CPU, "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={max(number, 1)} makes as many"
            if kind == "cpu"
            else f"devices: {number} were asked for, and JAX sees {len(devices)} ({kind})"
        )
    if number < len(devices) and jax.process_count() > 1:
        raise ValueError(
            f"devices: {number} were asked for of the {len(devices)} of {jax.process_count()} "
            "processes; take all of them"
        )
    return jax.make_mesh((number,), ("devices",), (AxisType.Auto,), devices=devices[:number])


def agreed(ending: Result | None) -> Result | None:
    """Why a run that all processes compute ends here, if any of them has a reason."""
    code = np.int32(-1 if ending is None else int(ending))
    highest = int(multihost_utils.process_allgather(code).max())
    return None if highest < 0 else Result(highest)


def sum_over_devices() -> int:
    """1 + 2 + … over all devices of all processes, each of which gives its number: a check."""
    mesh = device_mesh()
    by_device = NamedSharding(mesh, PartitionSpec("devices"))
    numbers = jax.make_array_from_callback(
        (mesh.size,), by_device, lambda index: np.arange(1, mesh.size + 1, dtype=np.int32)[index]
    )
    (found,) = np.asarray(_added(mesh, numbers)).tolist()
    return found


@jit
def _added(mesh: Mesh, numbers: Array) -> Array:
    """The sum of the numbers of all devices, on each of them."""
    split, whole = PartitionSpec("devices"), PartitionSpec()
    add = partial(jax.lax.psum, axis_name="devices")
    return jax.shard_map(add, mesh=mesh, in_specs=split, out_specs=whole)(numbers)
