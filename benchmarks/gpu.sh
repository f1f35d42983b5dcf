#!/bin/sh
# Rows for a GPU of step.md, spectral.md, the time of pictures and docs/guide/scale.md, printed as
# they are measured; ends after ten minutes whatever happens. Needs Tacit with its extras, and JAX
# for the accelerator. With --toy a dry run on any machine.
cd "$(dirname "$0")/.." || exit 1
export OPENBLAS_NUM_THREADS=1 PYTHONPATH="$PWD/src:$PWD${PYTHONPATH:+:$PYTHONPATH}"
exec timeout 590 "${PYTHON:-python3}" -m benchmarks.speed.gpu "$@"
