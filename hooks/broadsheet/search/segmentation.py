"""Segmentation: write texts so that Pagefind finds their words in every language, and can show the texts unchanged.

Pagefind splits a text at white space alone, whatever the language of the index is; its extended program finds Chinese,
Japanese and Thai words by a dictionary, but the browser splits a query by another one. So a row of letters that are
written without spaces is divided into overlapping pairs, as Lucene's CJKBigramFilter does: `新幹線` becomes
`新幹 幹線 線`. In the browser `search-segmentation.js` divides a query in the same way, and makes the original text of
the pairs, by the rules of this module: the search page gets `RULES` with the list of bundles.

The marks in a text for Pagefind:

- A word of two letters of such a row stands for its first letter.
- `~^` at the end of a word stands for no space. Within a word it is nothing, but Pagefind also indexes the two parts of
  a word with ASCII punctuation, and it indexes no such punctuation.
- A letter and a variation selector stand for a letter that people also type as that one: Pagefind ignores the selector.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import count, pairwise

GLUE = "~^"

_ROW_LETTERS = (
    # Chinese, Japanese, Korean and Yi.
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\uac00-\ud7a3"
    "\uf900-\ufad9\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U000323af"
    # Thai and Lao.
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"
    # Tibetan, Burmese and Khmer.
    "\u0f00\u0f40-\u0f6c\u0f88-\u0f8c\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070"
    "\u1075-\u1081\u108e\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e\uaa7f\u1780-\u17b3\u17d7\u17dc"
)
"""Letters of the scripts that are written without spaces, and of Korean, whose words get endings at both sides."""
_ROW_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f84"
    "\u0f86\u0f87\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074"
    "\u1082-\u108d\u108f\u109a-\u109d\uaa7b-\uaa7d\ua9e5\u17b4-\u17d3\u17dd\u302a-\u302f\u3099\u309a\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef"
)
"""Signs that belong to the letter before them."""
_ROW_PUNCTUATION = "\u3001-\u3004\u3008-\u3020\u3030\u303d\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Punctuation that has no space beside it."""

_LETTER = f"[{_ROW_LETTERS}][{_ROW_MARKS}]*"
_PIECE = f"(?:{_LETTER})+|[{_ROW_PUNCTUATION}]+|[^{_ROW_LETTERS}{_ROW_PUNCTUATION}]+"

_FOLDED = {
    "ae": "æÆ",
    "b": "ɓƁ",
    "d": "đĐðÐɖƉɗƊ",
    "e": "əƏ",
    "ff": "ﬀ",
    "fi": "ﬁ",
    "fl": "ﬂ",
    "g": "ǥǤ",
    "h": "ħĦ",
    "i": "ı",
    "k": "ƙƘ",
    "l": "łŁ",
    "n": "ŋŊ",
    "o": "øØ",
    "oe": "œŒ",
    "ss": "ßẞ",
    "t": "ŧŦ",
    "th": "þÞ",
    "y": "ƴƳ",
    # The final sigma; Persian letters, which Arabic keyboards lack.
    "σ": "ς",
    "ي": "ی",
    "ك": "ک",
}
"""Letters that have no accent to Pagefind, by what people type who cannot type them."""
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0).lower() for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))} | {
    chr(code): chr(code - 0xFEE0) for code in range(0xFF41, 0xFF5B)
}


def _number_letters() -> dict[str, str]:
    """Return what stands for each letter: another letter, and a variation selector that tells the two apart."""
    plain = {letter: base for base, letters in _FOLDED.items() for letter in letters} | _FULL_WIDTH
    selectors = {base[-1]: count(0xFE00) for base in plain.values()}
    return {letter: base + chr(next(selectors[base[-1]])) for letter, base in plain.items()}


_LETTERS = _number_letters()
RULES = {
    "glue": GLUE,
    "letters": _ROW_LETTERS,
    "marks": _ROW_MARKS,
    "punctuation": _ROW_PUNCTUATION,
    "folded": _LETTERS,
}
"""What `search-segmentation.js` needs, about 2 KB as JSON."""

_ROW_SIGN = re.compile(f"[{_ROW_LETTERS}{_ROW_PUNCTUATION}]")
_LETTER_PATTERN = re.compile(_LETTER)
_PIECE_PATTERN = re.compile(_PIECE)
_TRANSLATION = str.maketrans({**_LETTERS, "\u200b": "", "\ufeff": ""})
_APOSTROPHE = re.compile(r"(?<=\w)[’‘ʼ·‧״׳‐‑\u200c](?=\w)")
"""Signs between the parts of a word. Pagefind knows those of ASCII."""
_DASH = re.compile(r"(?<=\w)[–—―…](?=\w)")
"""Signs between two words."""


def segment(text: str) -> str:
    """Return a text with marks for Pagefind, with single spaces. Cost: about 60 ms for 1 MB of English."""
    # A reader does not see the word joiner in what is no mark.
    text = text.replace(GLUE, "~\u2060^")
    if text.isascii():
        return text
    return " ".join(word if word.isascii() else _segment_word(word) for word in text.split())


@lru_cache(maxsize=2**14)
def _segment_word(word: str) -> str:
    word = _APOSTROPHE.sub(rf"\g<0>{GLUE}", unicodedata.normalize("NFC", word))
    word = _DASH.sub(rf"\g<0>{GLUE} ", word).translate(_TRANSLATION)
    return " ".join(map(_split_rows, word.split())) if _ROW_SIGN.search(word) else word


def _split_rows(word: str) -> str:
    return f"{GLUE} ".join(_divide(piece) for piece in _PIECE_PATTERN.findall(word))


def _divide(piece: str) -> str:
    """Return the pairs of a row of letters, and its last letter; anything else as it is."""
    letters = _LETTER_PATTERN.findall(piece)
    if not letters:
        return piece
    pairs = [first + second for first, second in pairwise(letters)]
    return " ".join([*pairs, letters[-1]])
