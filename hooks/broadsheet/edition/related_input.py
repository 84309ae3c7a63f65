"""Comparing: an edition's articles as the related-headlines engine sees them, with what editors have to say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC
from typing import Literal
from urllib.parse import urlsplit

from broadsheet.content import Article, Library, SourcePosition, find_article, find_link_targets, index_references
from broadsheet.core import Problem
from broadsheet.edition.edition import Edition, explain_hold
from broadsheet.edition.story_timeline import StoryTimeline
from broadsheet.related import Document, Ranking
from broadsheet.rendering import LinkMap, resolve_link


def make_documents(
    articles: Collection[Article],
    edition: Edition,
    links: LinkMap,
    timelines: Mapping[str, StoryTimeline],
    language: str,
    *,
    repeat_links: bool,
) -> list[Document]:
    """The public articles as documents to rank.

    Args:
        articles: all articles, which pins and vetoes may name.
        edition: the public articles.
        links: where links in bodies lead.
        timelines: by path; what they show is not repeated.
        language: that of articles which name none.
        repeat_links: whether an article that the body links to may be a related headline as well.

    """
    index = index_references(articles)
    documents = []
    for article in edition.articles:
        shown = set(timelines[article.path].shown) if article.path in timelines else set()
        linked = tuple(dict.fromkeys(one for one in find_linked(article, links) if one != article.path))
        shown |= set() if repeat_links else set(linked)
        documents.append(_describe(article, index, language, linked, tuple(sorted(shown - {article.path}))))
    return documents


def _describe(
    article: Article, index: Mapping[str, str], language: str, linked: tuple[str, ...], shown: tuple[str, ...]
) -> Document:
    choice = article.related
    return Document(
        article.path,
        article.title,
        article.summary,
        article.body,
        published=article.date.at.astimezone(UTC),
        url=article.url,
        topics=article.topics,
        story=article.story,
        language=article.language or language,
        links=linked,
        pins=tuple(find_article(one, article.path, index) for one in choice.pin),
        never=tuple(find_article(one, article.path, index) for one in choice.never),
        shown=shown,
        off=choice.off,
    )


def find_linked(article: Article, links: LinkMap) -> Iterator[str]:
    """The paths of the public articles that a body links to."""
    addresses = find_link_targets(article.body) if article.addresses is None else article.addresses
    # Most addresses lead to others, and that can be told at a glance.
    host = urlsplit(links.site).netloc.lower()
    for address in addresses:
        if "//" in address and (not host or host not in address.lower()):
            continue
        found = resolve_link(address, article.path, article.url, links).article
        if found in links.articles:
            yield found


def check_pins(
    articles: Collection[Article], edition: Edition, count: int, label: Callable[[str], str]
) -> list[Problem]:
    """A problem for each pin that is not shown: a warning for a mistake, a note where it is only not public now.

    Whether it is a mistake does not depend on what is public: a pin that is one too many is so on every day.

    Args:
        articles: all articles, public or not.
        edition: the public articles.
        count: how many related headlines an article shows; with 0 there are no problems with their number.
        label: gives a file's name in problems.

    """
    index = index_references(articles)
    by_path = {article.path: article for article in articles}
    problems = []
    for article in articles:
        above: set[str] = set()
        for place, reference in enumerate(article.related.pin):
            pinned = by_path.get(find_article(reference, article.path, index))
            if pinned is None:
                continue
            mistake = _find_mistake(article, pinned, above, index, count)
            if not mistake:
                above.add(pinned.path)
                if pinned.path in edition.by_path:
                    continue
            what, hint = mistake or (f"{explain_hold(pinned, edition.at)}: it is not shown", "")
            mark = article.marks.get(f"related.pin.{place}") or article.marks.get(
                f"related.{place}", SourcePosition(1, 1)
            )
            message = f"'{reference[:60]}' {what}"
            severity: Literal["note", "warning"] = "warning" if mistake else "note"
            source = (label(article.path), mark.line, mark.column, "related.pin")
            problems.append(Problem(*source, message, hint, severity))
    return problems


def _find_mistake(
    article: Article, pinned: Article, above: Collection[str], index: Mapping[str, str], count: int
) -> tuple[str, str] | None:
    """Why a pin would not be shown were all articles public, and what to do about it."""
    if pinned.path == article.path:
        return "is this article itself: it is not shown", "take the pin out"
    if pinned.path in above:
        return "is pinned above already: it is not shown again", "take one of the two out"
    for one, other, whose in ((article, pinned, "this article's"), (pinned, article, "that article's")):
        if other.path in (find_article(never, one.path, index) for never in one.related.never):
            return f"is excluded by {whose} 'never': it is not shown", "take it out of one of the two"
    if 0 < count <= len(above):
        # With one of those above not public, it is shown.
        return f"is one pin too many for {count}", "take a pin out, or raise related.count"
    return None


def report_near_duplicates(library: Library, ranking: Ranking) -> list[Problem]:
    """A note for each article that is nearly the same as an older one."""
    older: dict[str, list[tuple[str, float]]] = {}
    for first, second, share in ranking.near_duplicates:
        older.setdefault(second, []).append((first, share))
    problems = []
    for path, twins in older.items():
        twin, share = max(twins, key=lambda found: (found[1], found[0]))
        more = f", and as {len(twins) - 1} more" if len(twins) > 1 else ""
        message = f"nearly the same text as {library.name(twin)} ({share:.0%} of the shorter){more}"
        hint = "if it is one piece, keep one file, with the other's address under aliases"
        problems.append(Problem(library.name(path), 0, 0, "", message, hint, "note"))
    return problems
