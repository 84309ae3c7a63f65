"""Tokenization: Markdown to plain text, text to words, words to numbers.

Later steps count on arrays: each word has a number, its id, whatever its case, and `SENTENCE_END` stands between
sentences. Each spelling of a word has a number too, so that reasons can quote the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

BREAK = ""
"""The word that stands for punctuation, which ends a sentence or a part of a sentence."""

SENTENCE_END = 0
"""The id of `BREAK`."""

MAX_CHARACTERS = 200_000
"""The rest of a longer text is ignored: some 30,000 words are enough to tell what an article is about."""

_COUNT_INTERVAL = 1_000_000
"""The spellings of this many words are counted in one step."""

Ids = npt.NDArray[np.int32]

# (substrings, pattern, replacement): every match has one of the substrings, so a text without any can skip the pattern.
_MARKUP: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    # Readers see no code blocks as prose, nor HTML comments, scripts and styles. An unclosed one extends to the end
    # of the text: so a text of many openings without an end is read once, not once for each opening.
    (
        ("```", "~~~"),
        re.compile(r"^[ \t]*+(`{3,}+(?![^\n]*`)|~{3,}+).*?(?:^[ \t]*+\1|\Z)", re.MULTILINE | re.DOTALL),
        "\n",
    ),
    (("<!--",), re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), " "),
    (("<",), re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE), " "),
    # Keep the text of images and links. Images first, since a link can contain an image.
    (("](",), re.compile(r"!\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (("](",), re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (("][",), re.compile(r"\[([^\[\]]*)\]\[[^\[\]]*\]"), r"\1"),
    (("]:",), re.compile(r"^ {0,3}\[[^\[\]\n]+\]:[ \t]*\S+.*$", re.MULTILINE), " "),
    (("<",), re.compile(r"</?(?:p|div|li|ul|ol|h\d|br|tr|td|th|table|blockquote)\b[^<>]*>", re.IGNORECASE), "\n"),
    (("<",), re.compile(r"<[/!?A-Za-z][^<>]{0,2000}>"), ""),
    (("://", "www."), re.compile(r"(?:https?://|www\.)\S+"), " "),
    # Template tags and attribute lists: {{< video >}}, {% if %}, { .pull width="400" }.
    (("{",), re.compile(r"\{\{[^{}\n]{0,500}\}\}|\{%[^{}\n]{0,500}%\}|\{:?[ ]*(?=[#.]|[\w-]+=)[^{}\n]{1,200}\}"), " "),
    (("///",), re.compile(r"^[ \t]*/{3,}[^\n]*", re.MULTILINE), "\n"),
)
# A character reference with more digits than any code point has; Python fails on thousands of digits.
_INVALID_REFERENCE = re.compile(r"&#[0-9]{8,}")
_PUNCTUATION = r"[.!?;:](?=\s|$)|[\n()\"“”„«»。！？；：、，…|؟،؛۔।॥]"
_TOKEN = re.compile(rf"[^\W_]++(?:['’.][^\W_]++)*+|{_PUNCTUATION}")
_POSSESSIVE = re.compile(r"['’]s?$")
# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def strip_markdown(text: str) -> str:
    """Return the prose of a Markdown text: without code blocks, HTML tags, URLs and link definitions."""
    text = text[:MAX_CHARACTERS]
    for substrings, pattern, replacement in _MARKUP:
        if any(map(text.__contains__, substrings)):
            text = pattern.sub(replacement, text)
    return _unescape(_unescape(text)) if "&" in text else text


def _unescape(text: str) -> str:
    return html.unescape(_INVALID_REFERENCE.sub(" ", text))


def split_tokens(text: str) -> list[str]:
    """Return the words and punctuation marks of a text in their order. `read_token` turns each into words."""
    text = text[:MAX_CHARACTERS]
    if text.isascii() or _find_marks().isdisjoint(text):
        return _TOKEN.findall(unicodedata.normalize("NFKC", text))
    token, many_marks = _compile_mark_patterns()
    return token.findall(unicodedata.normalize("NFKC", many_marks.sub(r"\1", text)))


@cache
def _find_marks() -> frozenset[str]:
    """Return the combining marks: vowel signs of Devanagari or Thai, for example, which are no letters for `re`."""
    return frozenset(char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.category(char)[0] == "M")


@cache
def _compile_mark_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return a pattern for tokens with combining marks, and one for more than nine marks in a row.

    `unicodedata.normalize` takes quadratic time on long rows of marks.
    """
    marks = f"[{''.join(sorted(_find_marks()))}]"
    word = rf"[^\W_]+(?:(?:['’.]|{marks}+)[^\W_]+)*{marks}*"
    return re.compile(f"{word}|{_PUNCTUATION}"), re.compile(f"({marks}{{9}}){marks}+")


def read_token(token: str) -> tuple[str, ...]:
    """Return the words of a token, without a possessive ending; `BREAK` for punctuation. Case is kept.

    Text in a script that is written without spaces becomes its character bigrams, which can be compared without
    a dictionary of the language.

    >>> [read_token(token) for token in split_tokens("Ryabkov's talks: no deal.")]
    [('Ryabkov',), ('talks',), ('',), ('no',), ('deal',), ('',)]
    >>> read_token("東京都NATO")
    ('東京', '京都', 'NATO')
    """
    if not token[0].isalnum():
        return (BREAK,)
    if token.isascii():
        return (_POSSESSIVE.sub("", token) if "'" in token else token,)
    words: list[str] = []
    end = 0
    for match in _UNSPACED.finditer(token):
        words.append(_trim(token[end : match.start()]))
        chars = match.group()
        words += [chars[start : start + 2] for start in range(max(1, len(chars) - 1))]
        end = match.end()
    words.append(_trim(token[end:]))
    return tuple(word for word in words if word)


def _trim(part: str) -> str:
    """Return the part of a token before or after unspaced text, without the mark that joined the two."""
    return _POSSESSIVE.sub("", part).strip("'’.")


def is_unspaced(word: str) -> bool:
    """Return whether all of a word is in a script that is written without spaces."""
    return _UNSPACED.fullmatch(word) is not None


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A document as ids of words: headline, dek and body, each sentence ended by `SENTENCE_END`."""

    words: Ids
    spellings: Ids
    """How each of `words` is spelled: indexes into `Vocabulary.spellings`."""
    headline_length: int
    """The number of elements of `words` that belong to the headline."""


@dataclass(frozen=True, slots=True)
class TokenizedBatch:
    """Documents tokenized with a vocabulary of their own, for `Vocabulary.merge`."""

    spellings: Sequence[str]
    counts: npt.NDArray[np.int64]
    """How often each of `spellings` occurs other than at the beginning of a sentence."""
    texts: list[tuple[Ids, int]]
    """Of each document the indexes into `spellings`, and how many of them belong to the headline."""


class Vocabulary(dict[str, int]):
    """Gives each word an id from 1 on, ignoring case, and counts the spellings of each word.

    As a dictionary it maps a token to the index of its spelling. A token of several words maps to a negative
    number: its index in `_word_groups`, negated. So most tokens are looked up without running Python code.
    """

    def __init__(self) -> None:
        super().__init__({BREAK: SENTENCE_END})
        self._word_ids: dict[str, int] = {BREAK: SENTENCE_END}
        self.spellings: list[str] = [BREAK]
        """Each spelling once, in the order of first occurrence."""
        self._spelled_word: list[int] = [SENTENCE_END]
        """The id of the word of each spelling."""
        self._word_groups: list[tuple[int, ...]] = [()]
        self._counts = np.zeros(1, dtype=np.int64)
        self._uncounted: list[Ids] = []
        self._uncounted_words = 0

    @property
    def size(self) -> int:
        """The largest word id plus one."""
        return len(self._word_ids)

    def __missing__(self, token: str) -> int:
        """Add a token that was not met before."""
        spellings = tuple(self._add(word) for word in read_token(token))
        if len(spellings) == 1:
            self[token] = spellings[0]
        else:
            self[token] = -len(self._word_groups)
            self._word_groups.append(spellings)
        return self[token]

    def _add(self, word: str) -> int:
        if word not in self:
            self[word] = len(self.spellings)
            self.spellings.append(word)
            self._spelled_word.append(self._word_ids.setdefault(word.casefold(), len(self._word_ids)))
        return self[word]

    def tokenize(self, documents: Iterable[Sequence[str]]) -> list[TokenizedText]:
        """Return documents as ids. Each document is a sequence of texts, the headline first.

        Cost: one dictionary look-up per token, without a step of Python code.
        """
        return self._finish([self._tokenize(parts) for parts in documents])

    def tokenize_batch(self, documents: Iterable[Sequence[str]]) -> TokenizedBatch:
        """Tokenize documents for another vocabulary to merge. This one must be new, and must not be used afterwards."""
        texts = [self._tokenize(parts) for parts in documents]
        self._count_spellings()
        return TokenizedBatch(self.spellings, self._counts, texts)

    def merge(self, batches: Iterable[TokenizedBatch]) -> list[TokenizedText]:
        """Return the texts of all batches, with the ids that `tokenize` would give them in this order.

        The batches lose their texts, so that memory holds each text once.
        Cost: one step per spelling of each batch, and one array look-up per word.
        """
        texts: list[tuple[Ids, int]] = []
        for batch in batches:
            merged = np.array([self._add(spelling) for spelling in batch.spellings], dtype=np.int32)
            self._count_spellings()
            self._counts[merged] += batch.counts
            batch.texts.reverse()
            while batch.texts:
                spellings, headline_length = batch.texts.pop()
                texts.append((merged[spellings], headline_length))
        return self._finish(texts)

    def _finish(self, texts: list[tuple[Ids, int]]) -> list[TokenizedText]:
        spelled_word = np.array(self._spelled_word, dtype=np.int32)
        return [TokenizedText(spelled_word[spellings], spellings, length) for spellings, length in texts]

    def _tokenize(self, parts: Sequence[str]) -> tuple[Ids, int]:
        """Return the spellings of one document, and how many of them belong to the first part, the headline."""
        arrays: list[Ids] = []
        for part in parts:
            tokens = split_tokens(part)
            ids = np.fromiter(map(self.__getitem__, tokens), dtype=np.int32, count=len(tokens))
            arrays += [self._expand_groups(ids), np.array([SENTENCE_END], dtype=np.int32)]
        spellings = np.concatenate(arrays)
        # Of sentence ends in a row keep the first.
        kept = np.ones(len(spellings), dtype=bool)
        kept[1:] = (spellings[1:] != SENTENCE_END) | (spellings[:-1] != SENTENCE_END)
        headline_length = int(np.count_nonzero(kept[: len(arrays[0]) + 1]))
        spellings = spellings[kept]
        # A capital letter at the beginning of a sentence does not tell how a word is spelled.
        self._uncounted.append(spellings[1:][spellings[:-1] != SENTENCE_END])
        self._uncounted_words += len(self._uncounted[-1])
        if self._uncounted_words > _COUNT_INTERVAL:
            self._count_spellings()
        return spellings, headline_length

    def _expand_groups(self, ids: Ids) -> Ids:
        """Return the ids with each negative one replaced by the words of its token."""
        if not len(ids) or ids.min() >= 0:
            return ids
        expanded = [word for id_ in ids.tolist() for word in (self._word_groups[-id_] if id_ < 0 else (id_,))]
        return np.array(expanded, dtype=np.int32)

    def _count_spellings(self) -> None:
        counts = np.zeros(len(self.spellings), dtype=np.int64)
        if self._uncounted:
            counts += np.bincount(np.concatenate(self._uncounted), minlength=len(counts))
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        self._uncounted, self._uncounted_words = [], 0

    def choose_spellings(self) -> list[str]:
        """Return the most frequent spelling of each word, by word id: 'NATO', 'Ryabkov', 'talks'.

        Beginnings of sentences do not count. Of equally frequent spellings the first in the alphabet is chosen.
        """
        self._count_spellings()
        best: list[tuple[int, str]] = [(1, "")] * self.size
        for spelling, word, count in zip(self.spellings, self._spelled_word, self._counts.tolist(), strict=True):
            best[word] = min(best[word], (-count, spelling))
        return [spelling for _, spelling in best]
