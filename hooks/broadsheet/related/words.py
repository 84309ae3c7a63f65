"""Words: an article's Markdown taken down to the sentences and words that it is made of."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import reduce

BREAK = ""
"""Stands among words for the end of a sentence or of a part of one."""

MOST_CHARACTERS = 200_000
"""What follows in a longer text is not read: some 30,000 words say what an article is about."""

_CLEANERS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Code blocks and HTML comments, scripts and styles say nothing that a reader reads. What is never closed
    # goes on to the end, so that a text of nothing but beginnings is read once, not once for each of them.
    (re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL), "\n"),
    (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), " "),
    (re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE), " "),
    # Links and images leave their words.
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\[\]]*)\]\[[^\[\]]*\]"), r"\1"),
    (re.compile(r"^ {0,3}\[[^\[\]\n]+\]:[ \t]*\S+.*$", re.MULTILINE), " "),
    (re.compile(r"</?(?:p|div|li|ul|ol|h\d|br|tr|td|th|table|blockquote)\b[^<>]*>", re.IGNORECASE), "\n"),
    (re.compile(r"<[^<>]{1,2000}>"), ""),
    (re.compile(r"(?:https?://|www\.)\S+"), " "),
)
_TOKEN = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*|[.!?;:](?=\s|$)|[\n()\"“”„«»。！？；：、，…|]")
_POSSESSIVE = re.compile(r"['’]s?$")
# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def strip_markdown(text: str) -> str:
    """The prose of a Markdown text: without code blocks, HTML tags, addresses and link definitions."""
    text = reduce(lambda left, cleaner: cleaner[0].sub(cleaner[1], left), _CLEANERS, text[:MOST_CHARACTERS])
    return html.unescape(html.unescape(text)) if "&" in text else text


def split_tokens(text: str) -> list[str]:
    """The words and punctuation of a text as they stand in it, each to be read by `read_token`."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]))


def read_token(token: str) -> tuple[str, ...]:
    """The word of a token, in its own case and without a possessive; `BREAK` for punctuation.

    A run of a script that is written without spaces becomes its pairs of characters, as nobody has to know
    the language to compare those.

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
    for run in _UNSPACED.finditer(token):
        if run.start() > end:
            words.append(token[end : run.start()])
        chars = run.group()
        words += [chars[place : place + 2] for place in range(max(1, len(chars) - 1))]
        end = run.end()
    if end < len(token):
        words.append(_POSSESSIVE.sub("", token[end:]))
    return tuple(words)


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that is written without spaces."""
    return _UNSPACED.fullmatch(word) is not None
