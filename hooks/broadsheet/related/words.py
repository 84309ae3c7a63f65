"""Words: an article's Markdown taken down to the sentences and words that it is made of."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import reduce

BREAK = ""
"""Stands in a list of words for the end of a sentence or of a part of one."""

_CLEANERS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Code blocks and HTML comments, scripts and styles say nothing that a reader reads.
    (re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL), "\n"),
    (re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE), " "),
    # Links and images leave their words.
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\[\]]*)\]\[[^\[\]]*\]"), r"\1"),
    (re.compile(r"^ {0,3}\[[^\[\]\n]+\]:\s*\S+.*$", re.MULTILINE), " "),
    (re.compile(r"</?(?:p|div|li|ul|ol|h\d|br|tr|td|th|table|blockquote)\b[^<>]*>", re.IGNORECASE), "\n"),
    (re.compile(r"<[^<>]{1,2000}>"), ""),
    (re.compile(r"(?:https?://|www\.)\S+"), " "),
)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;:](?=\s|$)|[\n()\"“”„«»。！？；：、，…|]")
_POSSESSIVE = re.compile(r"['’]s?$")
# Scripts written without spaces: Han, Hiragana, Katakana, Thai, Lao, Myanmar, Khmer.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)


def strip_markdown(text: str) -> str:
    """The prose of a Markdown text: without code blocks, HTML tags, addresses and link definitions."""
    text = reduce(lambda left, cleaner: cleaner[0].sub(cleaner[1], left), _CLEANERS, text)
    return html.unescape(html.unescape(text)) if "&" in text else text


def split_words(text: str) -> list[str]:
    """The words of a text in order and in their own case, `BREAK` between sentences.

    A run of a script that is written without spaces becomes its pairs of characters, as nobody has to know
    the language to compare those.

    >>> split_words("Ryabkov's talks: no deal. NATO waits")
    ['Ryabkov', 'talks', '', 'no', 'deal', '', 'NATO', 'waits']
    """
    words: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        if not token[0].isalnum():
            if words and words[-1] is not BREAK:
                words.append(BREAK)
        elif token.isascii():
            words.append(_POSSESSIVE.sub("", token) if "'" in token else token)
        elif _UNSPACED.search(token):
            words += _split_unspaced(token)
        else:
            words.append(_POSSESSIVE.sub("", token))
    return words


def _split_unspaced(token: str) -> list[str]:
    words: list[str] = []
    end = 0
    for run in _UNSPACED.finditer(token):
        if run.start() > end:
            words.append(token[end : run.start()])
        chars = run.group()
        words += [chars[place : place + 2] for place in range(max(1, len(chars) - 1))]
        end = run.end()
    return words + ([token[end:]] if end < len(token) else [])
