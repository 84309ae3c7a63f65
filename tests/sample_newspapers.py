"""Sample newspapers: that of this repository, and one with all that is hard to set, for tests that look at pages."""

from __future__ import annotations

from pathlib import Path

from sample_photos import draw, encode, make_bomb, make_photo
from sites import PNG, ROOT, Site

_WORDS = ("harbour", "ferry", "crane", "pilot", "quay", "tide", "cargo", "lock", "tug", "dredger", "customs", "berth")
_WORDS += ("buoy", "storm", "anchor", "sailor")
WORD = "Donaudampfschifffahrtsgesellschaft" * 8
LONG_HEADLINE = ("The committee on the harbour and its cranes reports again " * 4)[:200].strip()
ARABIC = "عاد العبارة إلى الخليج يوم الاثنين بعد عامين من الإصلاحات، وفقا لهيئة الميناء. "

FULL_BODY = """The ferry *Albatros* returns to the bay on [Monday](https://example.org/), the port authority said.

!!! facts "Key facts"
    - Twelve crossings a day
    - Two euros one way

## What it cost

> We waited two years for this ferry, and it was worth every day of it.
{ .pull }

![A white ferry leaves the harbour](hall.png)
/// caption
The *Albatros* on Monday. Photo: Jane Doe
///

> An ordinary quotation of somebody.

| Day    | Crossings | Riders |
|--------|----------:|-------:|
| Monday |        12 |  1,204 |
| Sunday |         8 |    911 |

### In detail

??? note "How we counted"
    This part opens when the reader asks for it.

=== "Weekdays"
    Every hour from six.

=== "Sundays"
    Every two hours from eight.

The line opened in 1912.[^1] `code` and ==marked==, ++ctrl+s++.

- [x] done
- [ ] not yet

```python
@log
def cross(boats: int = 12) -> str | None:
    # Every hour.
    return f"{boats} crossings" if boats > 0x0A else None
```

[^1]: Port authority, annual report for 1912.
"""

HARD = {
    "full": "2026/03/full/",
    "bare": "2026/02/bare/",
    "long headline": "2026/03/long-headline/",
    "long word": "2026/03/long-word/",
    "forty topics": "2026/03/forty-topics/",
    "ten thousand words": "2026/03/ten-thousand/",
    "wide table": "2026/03/wide-table/",
    "code": "2026/03/code/",
    "right to left": "2026/03/arabic/",
    "panorama": "2026/02/panorama/",
    "damaged pictures": "2026/02/damaged/",
    "front page": "",
    "topic": "topics/world/",
    "second page": "topics/world/page/2/",
    "topic with a long name": "topics/long/",
    "topics": "topics/",
    "author": "authors/jane-doe/",
    "authors": "authors/",
    "story": "stories/ferry/",
    "stories": "stories/",
    "archive": "archive/",
    "year": "archive/2026/",
    "month": "archive/2026/01/",
    "own page": "about/",
    "missing": "404.html",
}
"""A page of every kind, and one of every kind of bad input, with their addresses."""

JUDGED = {"front page": "", "article": "2026/01/trump-greenland-push-davos/", "topic": "topics/europe/"}
"""Of the shipped newspaper, what most readers see."""


def write_shipped_paper(root: Path, **environment: str) -> Site:
    """Build the newspaper of this repository, strictly, with its output in a directory of its own."""
    site = object.__new__(Site)
    site.root = root
    site.settings = {}
    for name in ("content", "docs", "hooks", "overrides", "mkdocs.yml"):
        (root / name).symlink_to(ROOT / name)
    run = site.build("--strict", **environment)
    assert run.code == 0, run.output
    return site


def write_note(number: int) -> str:
    """A text that shares some words with every other one, and is like none."""
    return " ".join(_WORDS[(number + 1) * step * step % len(_WORDS)] for step in range(1, 9)) + "."


def write_hard_paper(root: Path, **settings: object) -> Site:
    """Write such a newspaper, and build it."""
    site = Site(root, {"site_url": "http://127.0.0.1/", "broadsheet": {"per_page": 20}, **settings})
    topics = {f"topic_{number}": {"title": f"A topic with number {number}"} for number in range(40)}
    world = {"title": "World", "section": True, "summary": "News from abroad."}
    long = {"title": WORD, "section": True, "parent": "world"}
    site.register("topics", world=world, long=long, trade={"title": "Trade", "section": True}, **topics)
    author = {
        "role": "Correspondent",
        "bio": "Writes about ferries.",
        "url": "https://example.org/",
        "image": "jane.png",
    }
    site.register("authors", jane_doe={"name": "Jane Doe", **author}, desk={"name": WORD})
    site.register("stories", ferry={"title": "The ferry", "summary": "From the first crossing on."})
    for path in ("jane.png", "articles/2026/03/hall.png", "articles/2026/03/lead.png"):
        site.write(f"content/{path}", PNG)
    site.write("docs/about.md", "# About\n\n" + "".join(f"## Part {number}\n\nText.\n\n" for number in range(6)))
    for number in range(25):
        date = f"2026-01-{number + 1:02}"
        site.article(f"note-{number:02}", date, write_note(number), authors=["jane-doe"], summary="A dek.")
    _write_hard_articles(site)
    _write_panorama(site)
    assert site.build("--strict").code == 0
    # Its pictures are warnings, of which a strict build wants none.
    _write_damaged(site)
    assert site.build().code == 0
    return site


def _write_panorama(site: Site) -> None:
    """An article with a panorama and a photograph from a phone, both over the text and in it."""
    site.write("content/articles/2026/02/panorama.jpg", make_photo(6000, 800))
    site.write("content/articles/2026/02/phone.jpg", make_photo(4032, 3024, 6))
    picture = "![A harbour](panorama.jpg)\n/// caption\nThe harbour.\n///"
    body = f"{write_note(1)}\n\n{picture}\n\n{write_note(2)}\n\n![A ferry](phone.jpg)\n\n{write_note(4)}"
    image = {"src": "panorama.jpg", "alt": "A harbour", "caption": "The harbour."}
    site.article("panorama", "2026-02-01", body, image=image, topics=["trade"])


def _write_damaged(site: Site) -> None:
    """An article with all that a picture can be and should not."""
    for name, data in (
        ("cut.jpg", make_photo()[:60_000]),
        ("text.jpg", b"I am a photograph.\n" * 9),
        ("bomb.png", make_bomb()),
        ("chart.jpg", encode(draw(900, 600), "PNG")),
    ):
        site.write(f"content/articles/2026/02/{name}", data)
    pictures = "\n\n".join(f"![{name}]({name})" for name in ("cut.jpg", "text.jpg", "bomb.png", "chart.jpg"))
    body = f"{write_note(1)}\n\n{pictures}\n\n{write_note(2)}"
    site.article("damaged", "2026-02-02", body, image={"src": "text.jpg", "alt": "A text"}, topics=["trade"])


def _write_hard_articles(site: Site) -> None:
    site.article(
        "full",
        "2026-03-02T09:30",
        FULL_BODY,
        title="Ferry line 7 is back from Monday",
        summary="After two years of repairs the ferry crosses the bay again.",
        kicker="On the water",
        dateline="Harbour Town",
        authors=["jane-doe", "desk"],
        updated="2026-03-03",
        story="ferry",
        image={"src": "lead.png", "alt": "A ferry", "caption": "On her last test run.", "credit": "Photo: Jane Doe"},
        sources=[{"title": "Timetable", "url": "https://example.org/timetable"}, {"title": "A talk"}],
        corrections=[{"date": "2026-03-04", "text": "It was 1912, not 1921."}],
        related={"pin": ["bare"], "never": ["note-03"]},
        aliases=["/old/ferry/"],
        front="lead",
    )
    site.article("bare", "2026-02-10")
    site.article("ferry-breaks-down", "2026-02-11", write_note(3), story="ferry", type="opinion", front="feature")
    site.article("long-headline", "2026-03-03", title=LONG_HEADLINE, summary=LONG_HEADLINE * 2, front="feature")
    site.article(
        "long-word", "2026-03-04", f"{WORD}\n\n## {WORD}\n\n`{WORD}`", title=WORD, kicker=WORD, front="feature"
    )
    site.article("forty-topics", "2026-03-05", topics=[f"topic-{number}" for number in range(40)])
    paragraphs = [f"{write_note(number % 16)} " * 10 + f"\n\n## Part {number}" for number in range(125)]
    site.article("ten-thousand", "2026-03-06", "\n\n".join(paragraphs))
    rows = ["| " + " | ".join(f"column {number}" for number in range(30)) + " |", "|" + "---|" * 30]
    rows += ["| " + " | ".join(str(number * 1000) for number in range(30)) + " |"] * 5
    site.article("wide-table", "2026-03-07", "\n".join(rows), topics=["trade"])
    site.article("code", "2026-03-08", "```python\n" + "print('all aboard') # " * 30 + "\n```", topics=["trade"])
    site.article(
        "arabic",
        "2026-03-09",
        f"{ARABIC * 5}\n\n## {ARABIC}\n\n- {ARABIC}\n\n> {ARABIC}\n\n| {ARABIC} | 2 |\n|---|---|\n| 1 | 2 |",
        title=ARABIC.strip(),
        summary=ARABIC.strip(),
        language="ar",
        topics=["long", "trade"],
        front="feature",
    )
