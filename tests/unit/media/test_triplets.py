"""Ratings: which columns are read, what their ids are, and what is refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tacit.media import MediaError, read_triplets, write_frame


def put(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text", "header"),
    [
        ("a.csv", "user,item,rating\n1,7,3\n2,7,4.5\n", True),
        ("a.csv", "rating;title;movieId;userId\n3;x;7;1\n4.5;y;7;2\n", True),
        ("a.tsv", "customer\tbook_id\tstars\n1\t7\t3\n2\t7\t4.5\n", True),
        ("a.csv", "user_id,book_id,is_read,rating\n1,7,1,3\n2,7,1,4.5\n", True),
        ("a.csv", ",user_id,product_id,score\n0,1,7,3\n1,2,7,4.5\n", True),
        ("a.csv", "user_id,user,item_id,timestamp,score\n1,a,7,9,3\n2,b,7,8,4.5\n", True),
        ("a.csv", "film,Reviewer ID,rating,score\n7,1,3,9\n7,2,4.5,9\n", True),
        ("u.data", "1\t7\t3\t881250949\n2\t7\t4.5\t891717742\n", False),
        ("ratings.dat", "1::7::3::978300760\n2::7::4.5::978302109\n", False),
        ("a.csv", "user_id,Item ID,Rating\n 1,7 ,3\n2,7, 4.5\n", True),
    ],
)
def test_columns_are_found_by_name_or_order(tmp_path: Path, name, text, header) -> None:
    triplets = read_triplets(put(tmp_path / name, text), header=header)
    assert triplets.users.tolist() == [1, 2]
    assert triplets.items.tolist() == [7, 7]
    np.testing.assert_array_equal(triplets.ratings, [3, 4.5])
    assert triplets.weights is None
    assert triplets.notes == ()


def test_columns_are_named_or_counted(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "t,stars,who,w\nx,3,ann,2\ny,4,bob,1\n")
    triplets = read_triplets(path, user="who", item="t", rating="2", weight="w")
    assert triplets.columns == {"user": "who", "item": "t", "rating": "stars", "weight": "w"}
    assert triplets.users.tolist() == ["ann", "bob"]
    np.testing.assert_array_equal(triplets.weights, [2, 1])


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    frame = {"user": ["01", "1"], "item": [1.0, 2.0], "rating": pl.Series([3, 4], dtype=pl.Int8)}
    write_frame(frame, tmp_path / "a.parquet")
    triplets = read_triplets(tmp_path / "a.parquet")
    assert triplets.users.tolist() == ["01", "1"]
    assert triplets.items.tolist() == [1, 2]
    assert triplets.items.dtype == np.int64
    np.testing.assert_array_equal(triplets.ratings, [3.0, 4.0])


def test_ids_with_leading_zeros_are_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "user,item,rating\n007,7,3\n7,8,3\n")
    assert read_triplets(path).users.tolist() == ["007", "7"]


def test_rows_with_blanks_are_left_out_and_counted(tmp_path: Path) -> None:
    text = "user,item,rating\n1,7,3\n,7,4\n2,,4\n2,8,\n2,8,NaN\n2,9,5\n"
    triplets = read_triplets(put(tmp_path / "a.csv", text))
    assert triplets.users.tolist() == [1, 2]
    assert triplets.notes == ("rows without user, item or rating are left out: 4",)


def test_pairs_keep_all_rows_and_need_no_ratings(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "userId,movieId\n1,7\n2,7\n")
    assert read_triplets(path, rated=False).ratings is None
    rated = put(tmp_path / "b.csv", "userId,movieId,note,rating\n1,7,x,\n2,7,y,4\n")
    np.testing.assert_array_equal(read_triplets(rated, rated=False).ratings, [np.nan, 4])


SERIAL = "user,item,rating\n" + "".join(f"{at % 5},{at % 7},{at}\n" for at in range(30))
"""Numbers of rows, which someone has called ratings."""


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", {}, "is empty"),
        ("user,item,rating\n", {}, "has no rows"),
        ("user,item,rating\n1,2,good\n", {}, "'rating' holds 'good', which is not a finite number"),
        ("user,item,rating\n1,2,inf\n", {}, "'inf', which is not a finite number"),
        ("user,item,rating\n1,2,\n", {}, "no row has user, item, rating"),
        ("user,item,rating\n1,2,3,4\n", {}, "not a readable text file"),
        ("a,b\n1,2\n", {}, "has 2 columns, but user, item, rating are needed"),
        ("1,2,3\n4,5,6\n", {}, "holds numbers, not names: use --no-header"),
        ("user,item,rating\n1,2,3\n", {"user": "who"}, "no column 'who': it has 'user', 'item'"),
        ("user,item,rating\n1,2,3\n", {"user": "item"}, "as the item: name it with --item"),
        ("user,item,rating\n1,2,3\n", {"user": "2", "item": "2"}, "name each of them with --user"),
        ("who,what,stars\n1,2,3\n", {}, r"read from 'stars', but .* with --user, --item \(it has"),
        ("user,film,book,stars\n1,2,3,4\n", {}, "item may be 'film', 'book': name it with --item"),
        ("user,item,mark,time\n1,2,3,4\n", {}, r"as the rating: .* --rating \(it has 'mark'\)"),
        ("user,item,rating,x\n" + "1,2,1,2\n3,4,1,3\n" * 2, {}, r"is 1 in every .*\('x'\)"),
        ("user,item,rating,x\n1,2,1400000000,2\n", {}, r"holds times or ids.*\('x'|check"),
        (SERIAL, {}, "another whole number in every row, as ids do"),
        ("user,item,rating\n1,2,3\n", {"weight": "4"}, "no column '4'"),
        ("user,item\n1,\n", {"rated": False}, "has no user or no item"),
    ],
)
def test_a_bad_table_is_explained(tmp_path: Path, text, options, words) -> None:
    with pytest.raises(MediaError, match=words) as caught:
        read_triplets(put(tmp_path / "a.csv", text), **options)
    assert "\n" not in str(caught.value)
