"""`tacit rate fit | predict | recommend`: a table of ratings, a folder with what was learnt."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tacit.cli.cluster import Cluster
from tacit.cli.rate.options import Columns, Flag, Options, Output, Whom


def fit(
    ratings: Path,
    /,
    *,
    columns: Columns = Columns(),
    options: Options,
    cluster: Cluster = Cluster(),
) -> None:
    """Learn to predict ratings from a table of users, items and ratings.

    Reads CSV, TSV, Parquet, and text files such as MovieLens' `u.data` and `ratings.dat`. Ctrl-C
    writes the best model so far.

    ```
    tacit rate fit ratings.parquet -o model --report report.html
    tacit rate fit ratings.csv -o model --user who --item what --rating stars --rating-range 1:5
    tacit rate fit u.data -o model --no-header
    srun tacit rate fit ratings.parquet -o model --devices all --distributed
    ```

    Args:
        ratings: Table with one row per rating.
        columns: Which columns are read.
        options: How to learn, and what to write.
        cluster: Which processes compute together; process 0 writes the model.
    """
    from tacit.cli.rate.work import fit

    fit(ratings, columns, options, cluster)


def predict(
    model: Path,
    pairs: Path,
    /,
    *,
    output: Output,
    columns: Columns = Columns(),
    quiet: Flag = False,
    json: Flag = False,
) -> None:
    """Predict ratings for pairs of a user and an item.

    Two columns are added to the table: prediction and standard deviation. Users and
    items that the model does not know get predictions from means, and are counted. If the table
    also has ratings, the error is printed.

    ```
    tacit rate predict model pairs.csv -o predictions.csv
    ```

    Args:
        model: Folder that `tacit rate fit` wrote.
        pairs: Table with one row per pair.
        output: Table to write: CSV, TSV or Parquet.
        columns: Which columns are read.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """
    from tacit.cli.rate.work import predict

    predict(model, pairs, output, columns, quiet, json)


def recommend(
    model: Path,
    /,
    *,
    whom: Whom = Whom(),
    output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None,
    quiet: Flag = False,
    json: Flag = False,
) -> None:
    """Recommend the items with the highest predicted ratings.

    ```
    tacit rate recommend model --user 196 -n 5
    tacit rate recommend model --all-users -o recommended.parquet
    ```

    Args:
        model: Folder that `tacit rate fit` wrote.
        whom: Whom to recommend to, and what.
        output: Table to write: CSV, TSV or Parquet.
        quiet: Show neither progress nor notes.
        json: Print the recommendations as JSON.
    """
    from tacit.cli.rate.work import recommend

    recommend(model, whom, output, quiet, json)
