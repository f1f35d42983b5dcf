"""Tables with holes: rows and columns in no order, of which neighbours are not alike."""

from tacit.completion.tables.approach import LowRank
from tacit.completion.tables.complete import (
    LearntTable,
    TableModel,
    complete_table,
    learn_table,
)

__all__ = ["LearntTable", "LowRank", "TableModel", "complete_table", "learn_table"]
