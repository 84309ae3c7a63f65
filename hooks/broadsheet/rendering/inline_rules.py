"""Inline rules: read the inline Markdown of a block as CommonMark, GitHub and Material define it.

Emphasis, links, code, escapes, entities and HTML come from markdown-it-py. This module adds GitHub's bare addresses
(mdit-py-plugins has them, but not behind a quotation mark, as GitHub does), Material's `==marks==`, `^^insertions^^`,
`^superscript^` and `~subscript~`, keeps attribute lists and keys from being read as Markdown, lets emphasis begin and
end beside Chinese and Japanese punctuation, and makes typographic quotation marks, dashes and ellipses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markdown.util import ETX
from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isWhiteSpace
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter, Scanned
from markdown_it.token import Token

QUOTES: dict[str, str] = {
    **dict.fromkeys(("da", "en", "ko", "pt", "th", "tr", "vi", "zh"), "“”‘’"),
    **dict.fromkeys(("cs", "de", "et", "is", "sk", "sl"), "„“‚‘"),
    **dict.fromkeys(("ca", "el", "es", "it"), "«»“”"),
    **dict.fromkeys(("ru", "uk"), "«»„“"),
    **dict.fromkeys(("nb", "nn", "no"), "«»‘’"),
    **dict.fromkeys(("pl", "ro"), "„”«»"),
    **dict.fromkeys(("fi", "sv"), "””’’"),
    "hr": "„”‚’",
    "hu": "„”»«",
    "nl": "‘’“”",
    "fr": "«\N{NO-BREAK SPACE}|\N{NO-BREAK SPACE}»|“|”",
}
"""The quotation marks of languages, outer and inner, from the Unicode CLDR (delimiters), which has the same marks twice
for French. In other languages they stay as they are written."""

_ATTRIBUTES = re.compile(r"\{:?[ ]*[#.\w:-][^{}\n]*\}")
_KEYS = re.compile(r"\+\+(?:[\w\-]+|\"[^\"\n]*\"|'[^'\n]*')(?:\+(?:[\w\-]+|\"[^\"\n]*\"|'[^'\n]*'))*\+\+")
_DASHES = re.compile(r"(?<![-!<])(---?)(?![->])")
_WIDE = frozenset("WF")
_SCHEME = re.compile(r"(?<![a-zA-Z])(?:https?|ftp)$", re.IGNORECASE)
_DOMAIN = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*", re.UNICODE)
_WWW = r"(?<![^\s*_~(\x03])www\.(?=\w)"
_WWW_START = re.compile(_WWW)
_URL_END = re.compile(r"[\s<]")
_ENTITY_AT_END = re.compile(r"&[a-zA-Z0-9]+;$")
_EMAIL = re.compile(
    r"(?<![a-zA-Z0-9.+_-])(?:mailto:)?+"
    r"([a-zA-Z0-9.+_-]++@[a-zA-Z0-9_-]++(?:\.[a-zA-Z0-9][a-zA-Z0-9_-]*+)++)(?<=[a-zA-Z])(?!@)"
)
_ANCHOR = re.compile(r"<a[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typography:
    """Which characters are replaced by typographic ones."""

    quotes: bool = True
    dashes: bool = True
    ellipses: bool = True


@dataclass(frozen=True, slots=True)
class _Marker:
    """A pair of markers, such as `==`, around an element."""

    char: str
    length: int
    tag: str
    inside_words: bool


_MARKERS = {
    "mark": _Marker("=", 2, "mark", inside_words=False),
    "insert": _Marker("^", 2, "ins", inside_words=False),
    "superscript": _Marker("^", 1, "sup", inside_words=True),
    "subscript": _Marker("~", 1, "sub", inside_words=True),
    "delete": _Marker("~", 2, "del", inside_words=True),
}
"""By feature. A single `~` without subscripts is GitHub's other form of `~~`."""


def make_inline_parser(
    features: Collection[str], typography: Typography, early: Collection[re.Pattern[str]] = ()
) -> MarkdownIt:
    """Return a parser of inline Markdown.

    Args:
        features: keys of Material's syntax that is on: mark, insert, superscript, subscript, keys, attributes.
        typography: which characters are replaced.
        early: what these match stays as it is; they are tried where punctuation stands.

    """
    parser = MarkdownIt("commonmark", {"maxNesting": 100})
    # The sanitizer decides which addresses are allowed, and reports the others as they are written.
    for name, function in (("normalizeLink", _keep), ("normalizeLinkText", _keep), ("validateLink", _accept)):
        setattr(parser, name, function)
    # Escaped characters stay apart, so that no extension takes them for its syntax.
    parser.core.ruler.disable("text_join")
    parser.inline.ruler.push("bare_url", _bare_url)
    # Have text end where such an address begins too.
    parser.inline.terminator_re = re.compile(f"{parser.inline.terminator_re.pattern}|{_WWW}")
    parser.inline.ruler.push("bare_www", _bare_www)
    parser.core.ruler.before("text_join", "bare_email", _bare_email)
    parser.inline.ruler.at("emphasis", _emphasis)
    markers = [_MARKERS[name] for name in ("mark", "insert", "superscript", "subscript") if name in features]
    markers.append(_MARKERS["delete"])
    if "subscript" not in features:
        markers.append(_Marker("~", 1, "del", inside_words=True))
    by_char: dict[str, list[_Marker]] = {}
    for marker in markers:
        by_char.setdefault(marker.char, []).append(marker)
    for char, pairs in by_char.items():
        parser.inline.ruler.before("emphasis", f"pairs {char}", _make_tokenizer(char, pairs))
        parser.inline.ruler2.before("emphasis", f"pairs {char}", _make_post_processor(char, pairs))
    for number, pattern in enumerate(early):
        parser.inline.ruler.before("escape", f"early {number}", _make_verbatim("", pattern))
    if "attributes" in features:
        parser.inline.ruler.before("emphasis", "attributes", _make_verbatim("{", _ATTRIBUTES))
    if "keys" in features:
        parser.inline.ruler.before("emphasis", "keys", _make_verbatim("+", _KEYS))
    if typography.dashes or typography.ellipses:
        parser.core.ruler.before("text_join", "dashes", _make_replacer(typography))
    if typography.quotes:
        parser.core.ruler.enable("smartquotes")
    return parser


def set_quotes(parser: MarkdownIt, language: str) -> None:
    """Have a parser make the quotation marks of a language (an IETF tag such as `de-AT`), where they are known."""
    marks = QUOTES.get(language.partition("-")[0].lower(), "")
    parser.options["quotes"] = marks.split("|") if "|" in marks else marks
    parser.options["typographer"] = bool(marks)


def _keep(text: str) -> str:
    return text


def _accept(url: str) -> bool:
    return True


def _bare_url(state: StateInline, silent: bool) -> bool:
    """`https://…`, as GitHub links it: no space need stand before it, and none is a link behind an open bracket."""
    if state.src[state.pos] != ":" or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending)
    if scheme is None:
        return False
    start = state.pos - len(scheme[0])
    url = _trim(state.src[start : _find_end(state.src, start, state.posMax)])
    if _is_bracketed(state.src, start) or not _DOMAIN.match(url, len(scheme[0]) + 3):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        _push_link(state, url, url)
    state.pos = start + len(url)
    return True


def _bare_www(state: StateInline, silent: bool) -> bool:
    """`www.example.org`."""
    start = state.pos
    if state.src[start] != "w" or state.linkLevel or not _WWW_START.match(state.src, start):
        return False
    url = _trim(state.src[start : _find_end(state.src, start, state.posMax)])
    if _is_bracketed(state.src, start) or not _DOMAIN.match(url):
        return False
    if not silent:
        _push_link(state, f"http://{url}", url)
    state.pos = start + len(url)
    return True


def _is_bracketed(text: str, place: int) -> bool:
    """Whether an open bracket stands before a place: the text may be that of a link."""
    opened, closed = (text.count(char, 0, place) - text.count(f"\\{char}", 0, place) for char in "[]")
    return opened > closed


def _push_link(state: StateInline, address: str, text: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs, opening.info = {"href": address}, "auto"
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1).info = "auto"


def _bare_email(state: StateCore) -> None:
    """`name@example.org`, in the text outside links; its characters may be escaped."""
    for block in state.tokens:
        if "@" not in block.content:
            continue
        children: list[Token] = []
        inside = 0
        for is_text, group in groupby(block.children or (), lambda token: token.type in {"text", "text_special"}):
            tokens = list(group)
            for token in tokens:
                if token.type == "html_inline":
                    inside += _ANCHOR.match(token.content) is not None
                    inside -= token.content.lower().startswith("</a")
                elif token.tag == "a":
                    inside += token.nesting
            children += _link_emails(tokens) if is_text and not inside else tokens
        block.children = children


def _link_emails(tokens: Sequence[Token]) -> Iterator[Token]:
    text = "".join(token.content for token in tokens)
    end = 0
    for match in _EMAIL.finditer(text):
        yield from _cut(tokens, end, match.start())
        yield Token("link_open", "a", 1, attrs={"href": f"mailto:{match[1]}"}, info="auto")
        yield Token("text", "", 0, content=match[0])
        yield Token("link_close", "a", -1, info="auto")
        end = match.end()
    yield from _cut(tokens, end, len(text))


def _cut(tokens: Sequence[Token], start: int, end: int) -> Iterator[Token]:
    """Yield what tokens of text have between two places in their joined text."""
    place = 0
    for token in tokens:
        part = token.content[max(0, start - place) : max(0, end - place)]
        place += len(token.content)
        if part:
            yield replace(token, content=part)


def _find_end(text: str, start: int, limit: int) -> int:
    match = _URL_END.search(text, start, limit)
    return match.start() if match else limit


def _trim(url: str) -> str:
    """Return an address without the punctuation at its end that belongs to the sentence."""
    while True:
        shorter = _ENTITY_AT_END.sub("", url.rstrip("?!.,:*_~'\""))
        if shorter.endswith(";"):
            shorter = shorter[:-1]
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def _scan(state: StateInline, start: int, *, can_split_word: bool) -> Scanned:
    """Return how many equal markers stand at a place, and whether they can open and close.

    As `StateInline.scanDelims`, but for emphasis, Chinese, Japanese and Korean characters count as space and
    punctuation count on the other side, and their punctuation counts as letters: `これは**「重要」**です`
    (https://github.com/tats-u/markdown-cjk-friendly, specification).
    """
    src, pos = state.src, start
    # A checkbox has been replaced by a placeholder, which ends in this character.
    before = src[start - 1] if start and src[start - 1] != ETX else " "
    while pos < state.posMax and src[pos] == src[start]:
        pos += 1
    after = src[pos] if pos < state.posMax else " "
    before_space, after_space = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    before_wide, after_wide = _is_wide(before), _is_wide(after)
    before_mark = not before_wide and _is_punctuation(before)
    after_mark = not after_wide and _is_punctuation(after)
    left = not after_space and (not after_mark or before_space or before_mark or before_wide)
    right = not before_space and (not before_mark or after_space or after_mark or after_wide)
    can_open = left and (can_split_word or not right or _is_punctuation(before))
    can_close = right and (can_split_word or not left or _is_punctuation(after))
    return Scanned(can_open, can_close, pos - start)


def _is_punctuation(char: str) -> bool:
    """Whether GitHub counts a character as punctuation: not `€`, which CommonMark 0.31 counts too."""
    return isMdAsciiPunct(ord(char)) or unicodedata.category(char)[0] == "P"


def _is_wide(char: str) -> bool:
    return char > "\u1100" and unicodedata.east_asian_width(char) in _WIDE


def _emphasis(state: StateInline, silent: bool) -> bool:
    """`*` and `_`, as markdown-it-py's own rule, beside Chinese and Japanese punctuation too."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = _scan(state, state.pos, can_split_word=marker == "*")
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(ord(marker), scanned.length, len(state.tokens) - 1, -1, scanned.can_open, scanned.can_close)
        )
    state.pos += scanned.length
    return True


def _make_tokenizer(char: str, pairs: Collection[_Marker]) -> Callable[[StateInline, bool], bool]:
    """Return a rule that notes the markers of one character which can open or close an element."""
    by_length = {pair.length: pair for pair in pairs}

    def tokenize(state: StateInline, silent: bool) -> bool:
        if silent or state.src[state.pos] != char:
            return False
        scanned = _scan(state, state.pos, can_split_word=True)
        token = state.push("text", "", 0)
        token.content = char * scanned.length
        pair = by_length.get(scanned.length)
        if pair is not None:
            end = state.pos + scanned.length
            opens, closes = scanned.can_open, scanned.can_close
            if not pair.inside_words:
                opens &= not (state.pos and state.src[state.pos - 1].isalnum())
                closes &= not (end < state.posMax and state.src[end].isalnum())
            # The length is in the marker, so that only markers of one length make a pair; 0 switches off the "rule of
            # three" for emphasis.
            state.delimiters.append(Delimiter(_code(pair), 0, len(state.tokens) - 1, -1, opens, closes))
        state.pos += scanned.length
        return True

    return tokenize


def _code(pair: _Marker) -> int:
    return ord(pair.char) + 0x110000 * pair.length


def _make_post_processor(char: str, pairs: Collection[_Marker]) -> Callable[[StateInline], None]:
    """Return a rule that makes elements of the pairs of markers."""
    by_code = {_code(pair): pair for pair in pairs}

    def make_elements(state: StateInline) -> None:
        groups = [
            state.delimiters,
            *(meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta),
        ]
        for group in groups:
            for opening in group:
                pair = by_code.get(opening.marker)
                if pair is None or opening.end < 0:
                    continue
                closing = group[opening.end]
                if pair.tag in {"sup", "sub"} and _has_space(state, opening, closing):
                    continue
                for delimiter, kind, nesting in ((opening, "open", 1), (closing, "close", -1)):
                    token = state.tokens[delimiter.token]
                    token.type, token.tag, token.nesting, token.content = f"pair_{kind}", pair.tag, nesting, ""

    return make_elements


def _has_space(state: StateInline, opening: Delimiter, closing: Delimiter) -> bool:
    tokens = state.tokens[opening.token + 1 : closing.token]
    return any(token.type in {"softbreak", "hardbreak"} or re.search(r"\s", token.content) for token in tokens)


def _make_verbatim(char: str, pattern: re.Pattern[str]) -> Callable[[StateInline, bool], bool]:
    """Return a rule that keeps the text of a pattern as it is, for an extension that reads it later.

    `char` is the character with which the text begins, or '' for any.
    """

    def keep(state: StateInline, silent: bool) -> bool:
        if char and state.src[state.pos] != char:
            return False
        match = pattern.match(state.src, state.pos, state.posMax)
        if not match or not match[0]:
            return False
        if not silent:
            state.push("verbatim", "", 0).content = match[0]
        state.pos = match.end()
        return True

    return keep


def _make_replacer(typography: Typography) -> Callable[[StateCore], None]:
    def replace(state: StateCore) -> None:
        for block in state.tokens:
            automatic = 0
            for token in block.children or ():
                automatic += token.nesting if token.info == "auto" else 0
                if token.type != "text" or automatic:
                    continue
                text = token.content
                if typography.ellipses and "..." in text:
                    text = re.sub(r"(?<!\.)\.\.\.(?!\.)", "…", text)
                if typography.dashes and "--" in text:
                    text = _DASHES.sub(lambda match: "—" if len(match[1]) > 2 else "–", text)
                token.content = text

    return replace
