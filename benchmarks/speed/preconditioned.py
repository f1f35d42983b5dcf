"""Preconditioned against plain tubal descent: iterations and seconds to a relative error of 1e-6.

Writes `preconditioned.md`. L * Rᵀ of tubal rank 3 and condition number 100 from ten Gaussian
measurements to a degree of freedom, float64, both rules from one start. Plain descent has the step
of the grid that takes the fewest iterations.
"""

from benchmarks.speed.measure import interleaved, table, write

SIDE, TUBE, RANK, CONDITION, PER_FREEDOM = 16, 3, 3, 100.0, 10
START, STEP, PLAIN_STEPS = 1e-3, 0.7, (0.3, 0.5, 0.7, 0.9)
SOLVED, MOST = 1e-6, 20_000


def make():
    """The problem and the start."""
    import jax
    import jax.numpy as jnp

    from tacit.algebra import t_outer, tubal_frame
    from tacit.models import Tubal
    from tacit.problems import tubal_sensing

    keys = jax.random.split(jax.random.key(0), 4)
    shape = (SIDE, RANK, TUBE)
    left, right = (tubal_frame(shape, dtype="float64", key=key) for key in keys[:2])
    truth = t_outer(left * jnp.geomspace(1, 1 / CONDITION, RANK)[None, :, None], right)
    count = PER_FREEDOM * RANK * (2 * SIDE - RANK) * TUBE
    problem = tubal_sensing(truth, count, deviation=count**-0.5, key=keys[2])
    start = Tubal.initialise(
        truth.shape, init_scale=START, width=RANK, dtype="float64", key=keys[3]
    )
    return problem, start, count


def iterations(problem, start, rule) -> int:
    """Steps to the error, or more than the most."""
    from tacit import Schedule, run
    from tacit.observers import test_error
    from tacit.runs import Below

    schedule, stop = Schedule.every(1, MOST), Below("test_error", SOLVED)
    found = run(problem, start, rule, schedule, (test_error,), stop=stop, chunk=500)
    return int(found.step[-1]) if found["test_error"][-1] <= SOLVED else MOST + 1


def main() -> None:
    """Measure, and write `preconditioned.md`."""
    import jax

    from tacit.dynamics import GradientDescent, ScaledDescent
    from tacit.runs import jit

    with jax.enable_x64(True):
        problem, start, count = make()
        plain = {step: iterations(problem, start, GradientDescent(step)) for step in PLAIN_STEPS}
        step = min(plain, key=plain.__getitem__)
        rules = {
            f"plain, step {step:g}": (GradientDescent(step), plain[step]),
            f"preconditioned, step {STEP:g}": (
                rule := ScaledDescent(STEP, 1e-10, alternating=True),
                iterations(problem, start, rule),
            ),
        }

        def call(rule, steps):
            go = jit(
                lambda problem, start: rule.advance(
                    problem, start, rule.init(problem, start), steps
                )[0]
            )
            return lambda: jax.block_until_ready(go(problem, start).left)

        times = interleaved({name: call(*how) for name, how in rules.items()}, 8, 120.0)

    names = list(rules)
    ends = [[rules[name][1], times[name].least * 1e3, times[name].middle * 1e3] for name in names]
    ratios = [slow / quick for slow, quick in zip(*ends, strict=True)]
    rows = [
        *(
            [name, *(f"{value:,.0f}" for value in end)]
            for name, end in zip(names, ends, strict=True)
        ),
        ["plain over preconditioned", *(f"{ratio:.1f}" for ratio in ratios)],
    ]
    text = [
        f"L * Rᵀ of {SIDE} × {SIDE} × {TUBE}, tubal rank {RANK} and condition number "
        f"{CONDITION:g}, from {count:,} Gaussian measurements and one start of scale {START:g}, "
        f"float64: iterations to a relative error of {SOLVED:g}, and milliseconds of so many in "
        "one compiled call (target 20). Plain descent has the step of "
        f"{', '.join(f'{step:g}' for step in PLAIN_STEPS)} that takes the fewest iterations.",
        "",
        *table(["descent", "iterations", "ms, least", "ms, median"], rows),
    ]
    write("preconditioned", "Preconditioned tubal descent", text)


if __name__ == "__main__":
    main()
