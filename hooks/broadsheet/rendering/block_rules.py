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
from mdit_py_plugins.deflist import deflist_plugin

Rule = Callable[[StateBlock, int, int, bool], bool]

TAB_LENGTH = 4
"""The columns by which Material's blocks indent their content."""
MAX_NESTING = 60
"""Blocks nested deeper than this lose their structure. The serializer of Python-Markdown is recursive."""

_INDENTED_HEAD = re.compile(r'(?:!!! ?[\w"-]|\?\?\?\+? ?[\w"-]|===[!+]{0,2} +["\'])')
_FENCED_HEAD = re.compile(r"(/{3,})[ ]*([\w-]+)(?:[ ]*\||[ ]*$)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
_ABBREVIATION = re.compile(r"\*\[[^\]]+\] ?: ?")
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
        deflist_plugin(parser)
        _limit_definition_marker(parser)
    return parser


def _get_line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _find_indented_end(state: StateBlock, start: int, end: int, *, lazy: bool = False) -> int:
    """Return the line after the lines that are indented below `start`, blank lines between them included.

    With `lazy`, lines that follow a line of text without a blank line count as well.
    """
    last = line = start
    while (line := line + 1) < end:
        if state.isEmpty(line):
            lazy = False
            continue
        if not lazy and state.sCount[line] < state.sCount[start] + TAB_LENGTH:
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


def _limit_definition_marker(parser: MarkdownIt) -> None:
    """Take `:` alone as the marker of a definition: in news `~` is "about"."""
    rules = parser.block.ruler.getRules("")
    deflist = next(rule for rule in rules if rule.__name__ == "deflist")

    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        following = start + 1
        while following < end and state.isEmpty(following):
            following += 1
        if silent or (following < end and _get_line(state, following).startswith(":")):
            return bool(deflist(state, start, end, silent))
        return False

    parser.block.ruler.at("deflist", rule, {"alt": ["paragraph", "reference", "blockquote"]})
