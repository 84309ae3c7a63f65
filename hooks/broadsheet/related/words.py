"""Words: an article's Markdown taken down to the sentences and words that it is made of."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

BREAK = ""
"""Stands among words for the end of a sentence or of a part of one."""

MOST_CHARACTERS = 200_000
"""What follows in a longer text is not read: some 30,000 words say what an article is about."""

# Each with what stands in all that it finds: where none of that is, the pattern need not look.
_CLEANERS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    # Code blocks and HTML comments, scripts and styles say nothing that a reader reads. What is never closed
    # goes on to the end, so that a text of nothing but beginnings is read once, not once for each of them.
    (
        ("```", "~~~"),
        re.compile(r"^[ \t]*+(`{3,}+(?![^\n]*`)|~{3,}+).*?(?:^[ \t]*+\1|\Z)", re.MULTILINE | re.DOTALL),
        "\n",
    ),
    (("<!--",), re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), " "),
    (("<",), re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE), " "),
    # Images and links leave their words; images first, as a link can be around one.
    (("](",), re.compile(r"!\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (("](",), re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (("][",), re.compile(r"\[([^\[\]]*)\]\[[^\[\]]*\]"), r"\1"),
    (("]:",), re.compile(r"^ {0,3}\[[^\[\]\n]+\]:[ \t]*\S+.*$", re.MULTILINE), " "),
    (("<",), re.compile(r"</?(?:p|div|li|ul|ol|h\d|br|tr|td|th|table|blockquote)\b[^<>]*>", re.IGNORECASE), "\n"),
    (("<",), re.compile(r"<[/!?A-Za-z][^<>]{0,2000}>"), ""),
    (("://", "www."), re.compile(r"(?:https?://|www\.)\S+"), " "),
    # What a template or an attribute list says is for programs: {{< video >}}, {% if %}, { .pull width="400" }.
    (("{",), re.compile(r"\{\{[^{}\n]{0,500}\}\}|\{%[^{}\n]{0,500}%\}|\{:?[ ]*(?=[#.]|[\w-]+=)[^{}\n]{1,200}\}"), " "),
    (("///",), re.compile(r"^[ \t]*/{3,}[^\n]*", re.MULTILINE), "\n"),
)
# More digits than any character's number has.
_NO_CHARACTER = re.compile(r"&#[0-9]{8,}")
_STOP = r"[.!?;:](?=\s|$)|[\n()\"“”„«»。！？；：、，…|؟،؛۔।॥]"
_TOKEN = re.compile(rf"[^\W_]++(?:['’.][^\W_]++)*+|{_STOP}")
_POSSESSIVE = re.compile(r"['’]s?$")
# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def strip_markdown(text: str) -> str:
    """The prose of a Markdown text: without code blocks, HTML tags, addresses and link definitions."""
    text = text[:MOST_CHARACTERS]
    for marks, pattern, words in _CLEANERS:
        if any(map(text.__contains__, marks)):
            text = pattern.sub(words, text)
    return _unescape(_unescape(text)) if "&" in text else text


def _unescape(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub(" ", text))


def split_tokens(text: str) -> list[str]:
    """The words and punctuation of a text as they stand in it, each to be read by `read_token`."""
    text = text[:MOST_CHARACTERS]
    if text.isascii() or _find_marks().isdisjoint(text):
        return _TOKEN.findall(unicodedata.normalize("NFKC", text))
    token, pile = _allow_marks()
    return token.findall(unicodedata.normalize("NFKC", pile.sub(r"\1", text)))


@cache
def _find_marks() -> frozenset[str]:
    """What belongs to the letter before it, in Devanagari and Thai to most of them, though it is none itself."""
    return frozenset(char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.category(char)[0] == "M")


@cache
def _allow_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds tokens in texts with marks, and piles of marks, which take `normalize` quadratic time."""
    marks = f"[{''.join(sorted(_find_marks()))}]"
    word = rf"[^\W_]+(?:(?:['’.]|{marks}+)[^\W_]+)*{marks}*"
    return re.compile(f"{word}|{_STOP}"), re.compile(f"({marks}{{9}}){marks}+")


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
        words.append(_trim(token[end : run.start()]))
        chars = run.group()
        words += [chars[place : place + 2] for place in range(max(1, len(chars) - 1))]
        end = run.end()
    words.append(_trim(token[end:]))
    return tuple(word for word in words if word)


def _trim(part: str) -> str:
    """What stands before or behind an unspaced script, without what tied it to that."""
    return _POSSESSIVE.sub("", part).strip("'’.")


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that is written without spaces."""
    return _UNSPACED.fullmatch(word) is not None
