"""Words: an article's Markdown taken down to the words that it is about."""

from __future__ import annotations

import re
import unicodedata

_CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_TARGET = re.compile(r"\]\([^()\s]{0,2000}(?:\s+\"[^\"]*\")?\)|\]\[[^\]]{0,200}\]")
_DEFINITION = re.compile(r"^\s{0,3}\[[^\]]{1,200}\]:.*$", re.MULTILINE)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_ENTITY = re.compile(r"&#?\w{1,10};")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def strip_markdown(text: str) -> str:
    """The prose of a Markdown text: without code blocks, HTML tags, addresses and link definitions."""
    text = _CODE.sub(" ", text)
    text = _DEFINITION.sub(" ", text)
    text = _TARGET.sub("] ", text)
    text = _TAG.sub(" ", text)
    text = _ADDRESS.sub(" ", text)
    return _ENTITY.sub(" ", text)


def split_words(text: str) -> list[str]:
    """The words of a text in order, folded so that case and typographic apostrophes make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _WORD.findall(folded)
