"""Documents: random Markdown of the kind that GitHub and readers should see alike, for Hypothesis."""

from __future__ import annotations

import re

from hypothesis import strategies as st

_QUIRKS = re.compile(
    r"(?<!^- )\[[ x]\]|^- \[[ x]\]\s*$"  # A task that is not the first thing on its line: GitHub shows the brackets.
    r"|<[!?](?!-- note -->|--\shidden)"  # Unclosed declarations: parsers of HTML differ.
    r"|^(?:\t| {4,})[ \t]*>|\t>"  # A quotation mark behind four spaces.
    r"|\\(?=\w|  \n)"  # A backslash that escapes nothing.
    r"|^[>\s]*(?:(?:[-+*]|\d+[.)])\s*)+$"  # Items without text.
    r"|>\s*\[\w+\]:"  # A definition at the end of a quotation.
    r"|^[>\s]*(?:[-+*]|\d+[.)])\s+(?:\*\s?\*\s?\*|---|\[\w+\]:)",  # Items that begin with a line or a definition.
    re.MULTILINE,
)
"""Where GitHub's parser differs from the specification, or markdown-it-py does in what nobody writes."""

_WORDS = ["town", "council", "§", "42", "3.5", "naïve", "東京", "会議", "です", "서울", "e.g.", "it's", "€10"]
_MARKED = ["*", "_", "~~", "`", "``", "[", "]", "(", ")", "<", ">", "! ", "\\ ", "&", "#", "-"]
_WHOLE = [
    "*old*", "**old town**", "_old_", "__old__", "***old***", "~~old~~", "`a * b`", "`` a ` b ``", "[text](/url)",
    "[text](<a b> 'title')", "[ref]", "[text][ref]", "[ref][]", "![map](/map.png)", "[![map](/m.png)](/url)",
    "[*old* `code`](/url)", "<https://example.org/>", "<a@example.org>", "https://example.org/a_b_c?x=1&y=2",
    "www.example.org/a", "a@example.org", "&copy;", "&#x41;", "&lt;b&gt;", "\\*", "\\_", "\\[", "\\\\", "\\#", "\\`",
    "<b>bold</b>", "<!-- note -->", "(https://example.org)", "**東京**です", "*a*b*", "foo_bar_baz", "2 * 3 * 4",
    "  \n", "\\\n", "\n",
]  # fmt: skip
_INLINE = st.lists(st.sampled_from([*_WORDS, *_WHOLE]) | st.sampled_from(_MARKED), min_size=1, max_size=7).flatmap(
    lambda parts: st.lists(st.sampled_from([" ", " ", ""]), min_size=len(parts), max_size=len(parts)).map(
        lambda gaps: "".join(f"{part}{gap}" for part, gap in zip(parts, gaps, strict=True))
    )
)
_LINE = _INLINE.map(lambda text: text.replace("\n", " "))


def _fence(fence: str, info: str, lines: list[str], closed: bool) -> str:
    return "\n".join([f"{fence}{info}", *lines, *([fence] if closed else [])])


_CODE_LINES = st.lists(
    st.sampled_from(["x = 1", "", "    y", "* a", "# b", "</p>", "  two  ", "&amp; <b>"]), max_size=4
)
_FENCES = st.builds(
    _fence,
    st.sampled_from(["```", "~~~", "````"]),
    st.sampled_from(["", "python", " text"]),
    _CODE_LINES,
    st.booleans(),
)
_HEADINGS = st.builds(lambda marks, text, end: f"{marks} {text}{end}", st.sampled_from(["#", "##", "######"]), _LINE,
                      st.sampled_from(["", " ##"])) | st.builds(
    lambda text, line: f"{text}\n{line}", _INLINE, st.sampled_from(["---", "===", "-", "======"]))  # fmt: skip
_CELLS = st.lists(_LINE.map(lambda text: text.replace("|", "\\|")), min_size=2, max_size=2)


def _table(head: list[str], dashes: str, rows: list[list[str]]) -> str:
    written = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return "\n".join([written[0], dashes, *written[1:]])


_TABLES = st.builds(
    _table,
    _CELLS,
    st.sampled_from(["| --- | --- |", "|:-:|--:|", "--- | ---"]),
    st.lists(_CELLS, min_size=1, max_size=3),
)
_HTML = st.sampled_from(
    [
        "<div>\n*raw*\n</div>",
        "<div>\n\n*read*\n\n</div>",
        "<!-- hidden\n\ntext -->",
        "<table><tr><td>\n\nx\n\n</td></tr></table>",
        "<details>\n<summary>More</summary>\n\n- a\n\n</details>",
        "<pre>\n*x*\n\ny</pre>",
        "<hr>",
        '<p align="center">x</p>',
    ]
)
_LEAVES = st.one_of(
    _INLINE, _INLINE, _FENCES, _HEADINGS, _TABLES, _HTML,
    st.sampled_from(["---", "***", "* * *", "[ref]: /ref 'Title'", "    code\n\n    more", "\tcode"]),
)  # fmt: skip
_MARKS = ["-", "*", "+", "1.", "2)", "10."]


def _quote(block: str, lazy: bool) -> str:
    first, *rest = block.split("\n")
    return "\n".join([f"> {first}", *(line if lazy and line.strip() else f"> {line}".rstrip() for line in rest)])


def _item(mark: str, gap: int, indent: int, block: str) -> str:
    first, *rest = block.split("\n")
    return "\n".join([f"{mark}{' ' * gap}{first}", *(" " * indent + line if line else "" for line in rest)])


def _list(mark: str, gap: int, indent: int, blocks: list[str], between: str) -> str:
    return between.join(_item(mark, gap, indent, block) for block in blocks)


def _contain(blocks: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(_quote, blocks, st.booleans()),
        st.builds(
            _list, st.sampled_from(_MARKS), st.integers(1, 5), st.integers(1, 5),
            st.lists(blocks, min_size=1, max_size=3), st.sampled_from(["\n", "\n\n", "\n\n\n"]),
        ),
        st.builds(lambda first, second, gap: f"{first}{gap}{second}", blocks, blocks, st.sampled_from(["\n", "\n\n"])),
    )  # fmt: skip


_TASKS = st.lists(
    st.builds("{} {}".format, st.sampled_from(["- [ ]", "- [x]"]), _LINE.map("x {}".format)), min_size=1
).map("\n".join)
DOCUMENTS = (
    st.lists(_TASKS | st.recursive(_LEAVES, _contain, max_leaves=6), min_size=1, max_size=4)
    .flatmap(lambda blocks: st.sampled_from(["\n\n", "\n"]).map(lambda gap: gap.join(blocks)))
    .filter(lambda text: not _QUIRKS.search(text))
)
"""Documents in CommonMark and in GitHub's syntax for tables, deletions, tasks and bare addresses."""
