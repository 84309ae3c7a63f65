"""Problems and states: what is wrong with an article is told whether it is public, a draft, scheduled, or expired."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from unittest import mock

import pytest
from broadsheet.cli.main import main
from broadsheet.core.problems import Problem
from click.testing import CliRunner
from sample_photos import make_photo
from sites import PNG, Site, clean_environment

pytestmark = pytest.mark.site

FOLDER = "articles/2026/06"
# The sites are built on 2026-06-01 at 12:00.
PUBLIC = "2026-06-01T11:00"
STATES = {
    "public": (PUBLIC, "x-state: public"),
    "draft": (PUBLIC, "draft: true"),
    "scheduled": ("2026-06-01T13:00", "x-state: scheduled"),
    "embargoed": (PUBLIC, "embargo: 2026-06-01T13:00"),
    "expired": (PUBLIC, "expires: 2026-06-01T11:30"),
}
"""The date, and the last line of the front matter, of an article in each state."""


@dataclass(frozen=True)
class Fault:
    """An article with one fault, and a part of the message that tells of it."""

    message: str
    body: str = "Words."
    front: str = ""
    """Lines of front matter; a line takes the place of that with the same key."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files beside the article."""


PHOTO = make_photo(400, 300)
FAULTS = {
    # Links.
    "link-file": Fault("dead link: there is no 'gone.md'", "[x](gone.md)"),
    "link-page": Fault("dead link: there is no '/topics/gone/'", "[x](/topics/gone/)"),
    "link-docs": Fault("dead link: there is no '../../../../docs/gone.md'", "[x](../../../../docs/gone.md)"),
    "link-place": Fault("sound.md has no place '#gone'", "[x](sound.md#gone)"),
    "link-own-place": Fault("has no place '#gone'", "[x](#gone)"),
    "link-old-place": Fault("sound.md has no place '#gone'", "[x](/old/sound/#gone)"),
    "link-scheme": Fault("addresses that begin with 'javascript:' are not allowed", "[x](javascript:x)"),
    "link-user": Fault("has a user name in it", "[x](https://desk@example.org/)"),
    "link-empty": Fault("a link without an address", "[x]()"),
    "link-refused": Fault("is not published: '.zip' files", "[x](data.zip)", files={"data.zip": b"PK"}),
    # Pictures.
    "picture-gone": Fault("dead link: there is no 'gone.jpg'", "![x](gone.jpg)"),
    "picture-alt": Fault("an image without alt", "![](alt.png)", files={"alt.png": PNG}),
    "picture-remote": Fault("is on another server", "![x](https://example.org/x.png)"),
    "picture-page": Fault("is a page, expected a picture", "![x](sound.md)"),
    "picture-text": Fault("expected a picture of the kind", "![x](text.png)", files={"text.png": b"Not a picture."}),
    "picture-svg": Fault("is not published: '.svg' files", "![x](x.svg)", files={"x.svg": b"<svg/>"}),
    "sound-gone": Fault("dead link: there is no 'gone.mp3'", '<audio controls src="gone.mp3"></audio>'),
    "lead-gone": Fault("dead link: there is no 'gone.jpg'", front="image: {src: gone.jpg, alt: x}"),
    "lead-alt": Fault("missing or empty", front="image: {src: lead.png}", files={"lead.png": PNG}),
    "lead-text": Fault(
        "expected a picture of the kind", front="image: {src: lead-text.png, alt: x}", files={"lead-text.png": b"Text."}
    ),
    # Markdown and HTML.
    "html-element": Fault("HTML element <script> is not allowed", "<script>x</script>"),
    "html-attribute": Fault("HTML attribute 'onclick' was taken out", '<b onclick="x">y</b>'),
    "html-open": Fault("HTML element <b> that is not closed", "<b>Words."),
    "comment-open": Fault("a comment that is not closed", "Words.\n\n<!-- Words."),
    "fence-open": Fault("a fenced block that is not closed", "```\nWords."),
    "bold-open": Fault("bold text that is not closed", "**Words."),
    "link-open": Fault("not closed", "[Words](sound.md"),
    "wiki-link": Fault("links like in a wiki are not read", "[[sound]]"),
    "shortcode": Fault("shortcodes and variables of other generators", "{{< video 1 >}}"),
    "footnote-gone": Fault("a footnote without a text", "Words.[^1]"),
    "footnote-unused": Fault("a footnote that nothing refers to", "Words.\n\n[^1]: Words."),
    "control-character": Fault("cannot be printed", "Words\a."),
    # Front matter.
    "yaml": Fault("a colon followed by a space", front="title: Talks: words"),
    "key": Fault("unknown key", front="autor: desk"),
    "title": Fault("missing or empty", front="title:"),
    "comment": Fault("for a comment and drops it", front="summary: Words #1"),
    "no-date": Fault("has no day", front="updated: 2026-07"),
    "no-time": Fault("no such time", front="updated: 2027-03-28T01:30"),
    "updated": Fault("is before the date", front="updated: 2026-05-01"),
    "type": Fault("unknown type", front="type: newz"),
    "slug": Fault("is no slug", front="slug: A B"),
    "language": Fault("is no language tag", front="language: english!"),
    "source": Fault("is no web address", front="sources: [{title: x, url: 'ftp://example.org'}]"),
    "correction": Fault("missing or empty", front="corrections: [{date: 2026-06-01}]"),
    "topic": Fault("unknown topic 'wrld'", front="topics: [wrld]"),
    "author": Fault("unknown author 'dsek'", front="authors: [dsek]"),
    "story": Fault("unknown story 'wra'", front="story: wra"),
    # Addresses.
    "alias-form": Fault("is no address on this site", front="aliases: ['/?p=1']"),
    "alias-own": Fault("is the article's own", front="aliases: [/2026/06/alias-own/]"),
    "alias-docs": Fault("is taken", front="aliases: [/about/]"),
    "alias-list": Fault("is taken", front="aliases: [/topics/world/]"),
    "alias-media": Fault("is taken", front="aliases: [/media/x/]"),
    "alias-article": Fault("is also that of content/articles/2026/06/sound.md", front="aliases: [/2026/06/sound/]"),
    "alias-alias": Fault("is also that of content/articles/2026/06/rival.md", front="aliases: [/old/rival/]"),
    "twin": Fault("is also that of content/articles/2026/06/twin/index.md"),
    # Related headlines.
    "pin-gone": Fault("no article 'gone'", front="related: [gone]"),
    "pin-own": Fault("is this article itself", front="related: [pin-own]"),
    "pin-twice": Fault("is pinned above already", front="related: [sound, ../06/sound.md]"),
    "pin-never": Fault("is excluded by this article's 'never'", front="related: {pin: [sound], never: [sound]}"),
    "pin-many": Fault("is one pin too many for 2", front="related: [sound, second, third]"),
    "never-gone": Fault("no article 'gone'", front="related: {never: [gone]}"),
}
FILE_FAULTS = {
    "damaged.jpg": ("the picture is damaged or cut off", PHOTO[: len(PHOTO) // 2]),
    "chart.jpg": ("its name promises JPEG, but it is PNG", PNG),
}
"""Faults that name the file of a picture: a part of the message, and the bytes."""


def write_article(site: Site, slug: str, state: str, body: str = "Words.", front: str = "") -> None:
    date, last_line = STATES[state]
    lines = {"title": f"title: {slug}", "date": f"date: {date}", "topics": "topics: [world]"}
    lines |= {line.partition(":")[0]: line for line in front.splitlines()}
    text = "\n".join(["---", *lines.values(), last_line, "---", "", body, ""])
    site.write(f"content/{FOLDER}/{slug}.md", text)


def write_faulty_paper(site: Site, state: str) -> None:
    """A newspaper that has an article of a state for each fault, and public articles without one."""
    site.register("topics", world={})
    site.register("authors", desk={"name": "Desk"})
    site.register("stories", war={"title": "The war"})
    site.configure(broadsheet={"timezone": "Europe/London", "related": {"count": 2}})
    for slug in ("sound", "second", "third", "rival"):
        write_article(site, slug, "public", front=f"aliases: [/old/{slug}/]")
    for slug, fault in FAULTS.items():
        write_article(site, slug, state, fault.body, fault.front)
        for name, data in fault.files.items():
            site.write(f"content/{FOLDER}/{name}", data)
    write_article(site, "twin/index", state)
    for name, (_, data) in FILE_FAULTS.items():
        site.write(f"content/{FOLDER}/{name}", data)
        write_article(site, f"shows-{name.partition('.')[0]}", state, f"![x]({name})")
        write_article(site, f"leads-{name.partition('.')[0]}", state, "Words.", f"image: {{src: {name}, alt: x}}")


@dataclass(frozen=True)
class Told:
    """What the commands say of a newspaper."""

    code: int
    """The exit status of `broadsheet check --strict`."""
    problems: tuple[Problem, ...]
    """The problems that it reports, without notes."""
    build_code: int
    build_output: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What the commands say of the faulty newspaper, by the state of its articles."""
    results = {}
    for state in STATES:
        site = Site(tmp_path_factory.mktemp(state))
        write_faulty_paper(site, state)
        with contextlib.chdir(site.root), mock.patch.dict(os.environ, clean_environment()):
            run = CliRunner().invoke(main, ["check", "--strict", "--format", "json"])
        problems = (Problem(**entry) for entry in json.loads(run.stdout))
        faults = tuple(problem for problem in problems if problem.severity != "note")
        build = site.build("--strict")
        results[state] = Told(run.exit_code, faults, build.code, build.output)
    return results


def list_messages(told: Told, file: str) -> list[str]:
    return [str(problem) for problem in told.problems if problem.path == f"content/{FOLDER}/{file}"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("slug", FAULTS)
def test_a_fault_of_an_article_is_told_in_every_state(told: dict[str, Told], slug: str, state: str) -> None:
    messages = list_messages(told[state], f"{slug}.md")
    assert len(messages) == 1
    assert FAULTS[slug].message in messages[0]
    # One message names the article's date.
    as_public = [message.replace("T13:00", "T11:00") for message in messages]
    assert as_public == list_messages(told["public"], f"{slug}.md")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_fault_of_a_picture_is_told_in_every_state_of_its_article(
    told: dict[str, Told], name: str, state: str
) -> None:
    messages = list_messages(told[state], name)
    assert len(messages) == 1
    assert FILE_FAULTS[name][0] in messages[0]


@pytest.mark.parametrize("state", STATES)
def test_check_and_a_strict_build_fail_and_tell_the_same_in_every_state(told: dict[str, Told], state: str) -> None:
    assert (told[state].code, told[state].build_code) == (1, 1)
    for problem in told[state].problems:
        assert str(problem) in told[state].build_output
    assert {problem.path for problem in told[state].problems} == {problem.path for problem in told["public"].problems}
