"""Tensors held as factors: canonical, Tucker, trains of cores, and trees."""

from tacit.algebra.formats._base import GATHER_COST, AbstractTensorFormat
from tacit.algebra.formats.canonical import CanonicalFormat
from tacit.algebra.formats.train import TrainFormat
from tacit.algebra.formats.transfer import TransferFormat
from tacit.algebra.formats.tree import Tree, TreeFormat, inner_nodes, modes_of
from tacit.algebra.formats.tucker import TuckerFormat

__all__ = [
    "GATHER_COST",
    "AbstractTensorFormat",
    "CanonicalFormat",
    "TrainFormat",
    "TransferFormat",
    "Tree",
    "TreeFormat",
    "TuckerFormat",
    "inner_nodes",
    "modes_of",
]
