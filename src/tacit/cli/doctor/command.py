"""`tacit doctor`: what this installation computes with."""

from typing import Annotated

from cyclopts import Parameter

from tacit.cli.cluster import Cluster

Flag = Annotated[bool, Parameter(negative=())]


def doctor(*, cluster: Cluster = Cluster(), json: Flag = False) -> int:
    """Print devices, processes, versions and the compile cache, and add up a number of each device.

    Exits with 1 if the sum is wrong. Under SLURM, Kubernetes or MPI start it as the jobs that it is
    to vouch for:

    ```
    tacit doctor
    srun tacit doctor --distributed
    tacit doctor --distributed --coordinator host1:1234 --processes 2 --process 0
    ```

    Args:
        cluster: Which processes compute together.
        json: Print one JSON object.
    """
    from tacit.cli.doctor.work import examine

    return examine(cluster, json)
