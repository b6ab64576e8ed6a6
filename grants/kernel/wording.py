"""Counting words, by the one rule that limits, pages and reviewers go by."""

import re

_WORD = re.compile(r"\S*\w\S*")


def count_words(text: str) -> int:
    """The number of words: runs between spaces that hold a letter or digit, so that a lone dash is none.

    >>> count_words("A well-made plan – in 3 steps.")
    6
    """
    return len(_WORD.findall(text))
