"""The run of `aoyagi2024_coefficient`."""

import itertools

import numpy as np
import xarray as xr

from tacit.certificates import learning_coefficient
from tacit.experiments._experiment import Report
from tacit.experiments.aoyagi2024_coefficient.config import Config
from tacit.experiments.aoyagi2024_coefficient.sampling import draw_factors, sample_energy


def run(config: Config, report: Report) -> xr.Dataset:
    """Sample every case at each strength, and compute its coefficient."""
    generator = np.random.default_rng(config.seed)
    cases = config.cases
    shape = (len(cases), config.draws, len(config.strengths))
    estimate, deviation = np.empty(shape), np.empty(shape)
    for number, (widths, rank) in enumerate(cases):
        # A truth a draw; its chains lie side by side.
        drawn = [draw_factors(widths, rank, generator) for _ in range(config.draws)]
        centre = [
            np.repeat(np.stack(layers), config.chains, axis=0)
            for layers in zip(*drawn, strict=True)
        ]
        for place, strength in enumerate(config.strengths):
            share = (number + place / len(config.strengths)) / len(cases)
            report(share, f"{_name(widths, rank)}, t = {strength:g}")
            energy = sample_energy(centre, strength, config.sweeps, generator)
            chains = energy[config.sweeps // 5 :].mean(axis=0).reshape(config.draws, config.chains)
            estimate[number, :, place] = chains.mean(axis=1)
            deviation[number, :, place] = chains.std(axis=1) / np.sqrt(config.chains)
    report(1.0, "done")

    exact = [learning_coefficient(widths, rank) for widths, rank in cases]
    regular = [sum(a * b for a, b in itertools.pairwise(widths)) / 2 for widths, _ in cases]
    swept = ("case", "draw", "strength")
    return xr.Dataset(
        {
            "estimate": (swept, estimate, {"long_name": "sampled t E K"}),
            "estimate_deviation": (swept, deviation, {"long_name": "its deviation over chains"}),
            "coefficient": (
                "case",
                [float(one.value) for one in exact],
                {"long_name": "learning coefficient λ"},
            ),
            "multiplicity": ("case", [one.multiplicity for one in exact], {"long_name": "m"}),
            "regular": ("case", regular, {"long_name": "half the parameters"}),
        },
        coords={
            "case": ("case", np.array([_name(*case) for case in cases], object)),
            "draw": ("draw", 1 + np.arange(config.draws), {"long_name": "draw"}),
            "strength": ("strength", list(config.strengths), {"long_name": "t"}),
        },
    )


def _name(widths: tuple[int, ...], rank: int) -> str:
    return f"{'-'.join(map(str, widths))}, rank {rank}"
