"""Block rules: read the blocks of a Markdown text as CommonMark, GitHub and Material define them.

CommonMark and GitHub's tables come from markdown-it-py, which follows the specification's test suite. This module adds
the blocks of Python-Markdown and Material that GitHub does not know: admonitions, details, tabs, blocks between `///`,
footnotes, abbreviations, definition lists, and HTML whose content is Markdown. Where both readings are possible,
these win.

Each rule has markdown-it-py's signature: it looks at a line, and returns whether a block of its kind begins there;
unless `silent`, it adds the block's token and moves on to the line after the block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

Rule = Callable[[StateBlock, int, int, bool], bool]

TAB_LENGTH = 4
"""The columns by which Material's blocks indent their content."""
MAX_NESTING = 100_000
"""Never reached: markdown-it-py leaves out text that is nested deeper. Python raises a `RecursionError` before that."""

_INDENTED_HEAD = re.compile(r'(?:!!! ?[\w"-]|\?\?\?\+? ?[\w"-]|===[!+]{0,2} +["\'])')
_FENCED_HEAD = re.compile(r"(/{3,})[ ]*([\w-]+)(?:[ ]*\||[ ]*$)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
_ABBREVIATION = re.compile(r"\*\[[^\]]+\] ?: ?")
_DEFINITION = re.compile(r":[ \t]")
_MARKDOWN_ELEMENT = re.compile(
    r"<([a-zA-Z][\w-]*)(?=[\s>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*?\smarkdown(?=[\s=>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
)
_INTERRUPTING: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def make_block_parser(names: Collection[str]) -> MarkdownIt:
    """Return a parser of blocks, which leaves the inline Markdown of each block as it is.

    Args:
        names: the names under which Python-Markdown's extensions have registered their block processors: their syntax
            is recognized.

    """
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    parser.core.ruler.enableOnly(["block"])
    rules: dict[str, Rule] = {}
    if {"admonition", "details", "tabbed"} & set(names):
        rules["indented"] = _indented_block
    if "blocks" in names:
        rules["fenced"] = _fenced_block
    if "abbr" in names:
        rules["abbr"] = _abbreviation
    if "markdown_block" in names:
        rules["markdown_html"] = _markdown_html
    if "footnote" in names:
        rules["footnote"] = _footnote
    for name, rule in rules.items():
        # Before everything else: `===` would be the line below a heading, `[^1]:` the definition of a link.
        parser.block.ruler.before("table", name, rule, _INTERRUPTING)
    if "deflist" in names:
        parser.block.ruler.before("paragraph", "definitions", _definitions)
    return parser


def _get_line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _find_indented_end(
    state: StateBlock, start: int, end: int, *, lazy: bool = False, indent: int | None = None
) -> int:
    """Return the line after the lines that are indented below `start`, blank lines between them included.

    `indent` is their least indentation, four columns more than that of `start` by default. With `lazy`, lines that
    follow a line of text without a blank line count as well.
    """
    indent = state.sCount[start] + TAB_LENGTH if indent is None else indent
    last = line = start
    while (line := line + 1) < end:
        if state.isEmpty(line):
            lazy = False
            continue
        if not lazy and state.sCount[line] < indent:
            break
        if lazy and _FOOTNOTE.match(_get_line(state, line)):
            break
        last = line
    return last + 1


def _push(state: StateBlock, kind: str, start: int, end: int, content: str, info: str = "") -> bool:
    token = state.push(kind, "", 0)
    token.map = [start, end]
    token.content = content
    token.info = info
    state.line = end
    return True


def _indented_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`!!! note "Title"`, `??? note`, `=== "Tab"` with indented content."""
    if state.is_code_block(start) or not _INDENTED_HEAD.match(head := _get_line(state, start)):
        return False
    if silent:
        return True
    last = _find_indented_end(state, start, end)
    content = state.getLines(start + 1, last, state.sCount[start] + TAB_LENGTH, keepLastLF=False)
    return _push(state, "indented", start, last, content, head)


def _fenced_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`/// name | arguments` until `///`; one that is not closed is a paragraph."""
    if state.is_code_block(start) or not (head := _FENCED_HEAD.match(_get_line(state, start))):
        return False
    closing = next(
        (
            line
            for line in range(start + 1, end)
            if _get_line(state, line).rstrip() == head[1] and state.sCount[line] >= state.blkIndent
        ),
        None,
    )
    if closing is None:
        return False
    return silent or _push(
        state,
        "fenced",
        start,
        closing + 1,
        state.getLines(start, closing + 1, state.sCount[start], keepLastLF=False),
    )


def _abbreviation(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`*[HTML]: Hypertext Markup Language`."""
    if state.is_code_block(start) or not _ABBREVIATION.match(line := _get_line(state, start)):
        return False
    return silent or _push(state, "abbr", start, start + 1, line)


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[^1]: The text of the note.`, with further paragraphs indented."""
    if state.is_code_block(start) or not _FOOTNOTE.match(_get_line(state, start)):
        return False
    if silent:
        return True
    last = _find_indented_end(state, start, end, lazy=True)
    return _push(state, "footnote", start, last, state.getLines(start, last, state.sCount[start], keepLastLF=False))


def _markdown_html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An HTML element with the attribute `markdown`, until its end tag or the end of the text."""
    if state.is_code_block(start) or not (opening := _MARKDOWN_ELEMENT.match(_get_line(state, start))):
        return False
    if silent:
        return True
    tag = re.compile(rf"<(/?){re.escape(opening[1])}(?=[\s>/])", re.IGNORECASE)
    depth, last = 0, end
    for line in range(start, end):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            last = line
            break
        depth += sum(-1 if match[1] else 1 for match in tag.finditer(_get_line(state, line)))
        if depth <= 0:
            last = line + 1
            break
    return _push(state, "markdown_html", start, last, state.getLines(start, last, state.blkIndent, keepLastLF=False))


def _definitions(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Terms, one on each line, and below them `: The definition`, with further paragraphs indented."""
    if silent or state.is_code_block(start):
        return False
    interrupting = state.md.block.ruler.getRules("paragraph")
    line = start
    while True:
        terms = line
        while line < end and state.sCount[line] >= state.blkIndent and not state.isEmpty(line):
            if _DEFINITION.match(_get_line(state, line)):
                break
            line += 1
        first = line + 1 if line < end and state.isEmpty(line) else line
        if line == terms or first >= end or not _starts_definition(state, first):
            break
        if any(rule(state, number, end, True) for number in range(terms + 1, line) for rule in interrupting):
            break
        if terms == start:
            state.push("dl_open", "dl", 1).map = [start, end]
        for number in range(terms, line):
            state.push("dt_open", "dt", 1)
            state.push("inline", "", 0).content = _get_line(state, number).strip()
            state.push("dt_close", "dt", -1)
        line = _push_definitions(state, first, end, loose=first > line)
    if terms == start:
        return False
    state.push("dl_close", "dl", -1)
    state.line = terms
    return True


def _push_definitions(state: StateBlock, start: int, end: int, *, loose: bool) -> int:
    """Add the definitions of terms; return the line after them and after the blank lines that follow."""
    line = start
    while line < end and _starts_definition(state, line):
        last = line + 1
        while last < end and not state.isEmpty(last) and not _starts_definition(state, last):
            last += 1
        last = _find_indented_end(state, last - 1, end, indent=state.sCount[line] + TAB_LENGTH)
        rest = state.getLines(line + 1, last, state.sCount[line] + TAB_LENGTH, keepLastLF=False)
        content = f"{_get_line(state, line)[1:].lstrip()}\n{rest}"
        _push(state, "definition", line, last, content, "loose" if loose else "tight")
        line = last
        while line < end and state.isEmpty(line):
            line, loose = line + 1, True
    return line


def _starts_definition(state: StateBlock, line: int) -> bool:
    indent = state.sCount[line] - state.blkIndent
    return 0 <= indent < TAB_LENGTH and _DEFINITION.match(_get_line(state, line)) is not None
