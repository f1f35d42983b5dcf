"""A user's words and shares in messages."""

import pytest

from tacit.media import percent, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äß温שלום", "plain äß温שלום"),
        ("a\nb\tc\x1b[2J", "a\\nb\\tc\\x1b[2J"),
        ("\u202eevil", "\\u202eevil"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_seen_is_written_out(text, shown):
    assert visible(text) == shown


def test_long_names_end_with_an_ellipsis():
    assert visible("abcdef", 4) == "abc…"
    assert visible("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.046, "4.6 %"), (1e-5, "0.001 %"), (0.99999, "over 99.9 %"), (1.0, "100 %")],
)
def test_a_share_has_three_digits_and_is_never_all_of_what_is_less(share, text):
    assert percent(share) == text
