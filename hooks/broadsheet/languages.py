"""Languages: which way they are written."""

from __future__ import annotations

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "khw", "ks", "lrc", "mzn"})
_RIGHT_TO_LEFT |= {"nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"}
_SCRIPTS = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})


def find_direction(tag: str) -> str:
    """'rtl' or 'ltr', for a language tag; a script that it names decides.

    >>> [find_direction(tag) for tag in ("ar", "pt-BR", "az-Arab", "ks-Deva", "he-IL")]
    ['rtl', 'ltr', 'rtl', 'ltr', 'rtl']
    """
    language, *rest = tag.lower().replace("_", "-").split("-")
    scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
    right_to_left = scripts[0] in _SCRIPTS if scripts else language in _RIGHT_TO_LEFT
    return "rtl" if right_to_left else "ltr"
