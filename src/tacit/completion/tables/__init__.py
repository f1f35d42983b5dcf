"""Tables with holes: rows and columns in no order, of which neighbours are not alike."""

from tacit.completion.tables.approach import LowRank
from tacit.completion.tables.complete import complete_table
from tacit.completion.tables.learn import LearntTable, learn_table
from tacit.completion.tables.model import TableModel

__all__ = ["LearntTable", "LowRank", "TableModel", "complete_table", "learn_table"]
