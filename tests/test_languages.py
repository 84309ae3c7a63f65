"""Languages: which way they are written."""

from __future__ import annotations

import pytest
from broadsheet.languages import find_direction


@pytest.mark.parametrize(
    "tag", ["ar", "AR", "ar-EG", "fa", "he-IL", "ur", "yi", "dv", "az-Arab", "pa-Arab-PK", "ku_Arab"]
)
def test_these_are_written_from_the_right(tag: str) -> None:
    assert find_direction(tag) == "rtl"


@pytest.mark.parametrize("tag", ["", "en", "de", "pt-BR", "zh-Hant", "ar-Latn", "ks-Deva", "arn", "x-ar"])
def test_these_are_written_from_the_left(tag: str) -> None:
    assert find_direction(tag) == "ltr"
