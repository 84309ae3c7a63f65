"""The related lists of an edition: articles as documents, pins and vetoes checked, lists compared in the background.

The lists are computed while bodies are rendered, and cached until an article changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from broadsheet import related
from broadsheet.content import Article, Library, find_article, find_link_targets, index_references
from broadsheet.core import Problem, Severity, digest, map_in_forks
from broadsheet.edition.listings import StoryTimeline
from broadsheet.edition.public_articles import Edition, explain_hold
from broadsheet.edition.render_articles import BuildResources, await_task, submit_task
from broadsheet.related import Document, Ranking
from broadsheet.rendering import LinkMap, resolve_link

if TYPE_CHECKING:
    from broadsheet.edition.plan import Plan

Ranker = Callable[["Plan", BuildResources], Callable[[], Ranking]]
"""Starts to compare the articles of a plan, and returns a function that waits for the lists."""


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
        links: where links in bodies can lead.
        timelines: story timelines by path; articles that a timeline shows are no related headlines.
        language: the language of articles that name none.
        repeat_links: whether an article that the body links to may be a related headline as well.

    """
    index = index_references(articles)
    documents = []
    for article in edition.articles:
        shown = set(timelines[article.path].shown) if article.path in timelines else set()
        linked = tuple(dict.fromkeys(path for path in find_linked(article, links) if path != article.path))
        shown |= set() if repeat_links else set(linked)
        documents.append(_make_document(article, index, language, linked, tuple(sorted(shown - {article.path}))))
    return documents


def _make_document(
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
        pins=tuple(find_article(reference, article.path, index) for reference in choice.pin),
        never=tuple(find_article(reference, article.path, index) for reference in choice.never),
        shown=shown,
        off=choice.off,
    )


def find_linked(article: Article, links: LinkMap) -> Iterator[str]:
    """The paths of the public articles that a body links to."""
    addresses = find_link_targets(article.body) if article.link_targets is None else article.link_targets
    # Most addresses lead to other sites: a cheap test skips them.
    host = urlsplit(links.site).netloc.lower()
    for address in addresses:
        if "//" in address and (not host or host not in address.lower()):
            continue
        path = resolve_link(address, article.path, article.url, links).article
        if path in links.articles:
            yield path


def check_pins(
    articles: Collection[Article], edition: Edition, count: int, label: Callable[[str], str]
) -> list[Problem]:
    """A problem for each pin that is not shown: a warning for a mistake, a note if the pinned article is not public.

    A mistake does not depend on what is public: one pin too many is a mistake on every day.

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
        valid: set[str] = set()
        for position, reference in enumerate(article.related.pin):
            pinned = by_path.get(find_article(reference, article.path, index))
            if pinned is None:
                continue
            mistake = _find_mistake(article, pinned, valid, index, count)
            if not mistake:
                valid.add(pinned.path)
                if pinned.path in edition.by_path:
                    continue
            what, hint = mistake or (f"{explain_hold(pinned, edition.at)}: it is not shown", "")
            place, message = f"related.pin.{position}", f"'{reference[:60]}' {what}"
            severity: Severity = "warning" if mistake else "note"
            file, instead = label(article.path), f"related.{position}"
            problems.append(article.make_problem(file, place, message, hint, severity, instead))
    return problems


def _find_mistake(
    article: Article, pinned: Article, valid: Collection[str], index: Mapping[str, str], count: int
) -> tuple[str, str] | None:
    """Why a pin would not be shown even if all articles were public, and a hint; None if it would be shown."""
    if pinned.path == article.path:
        return "is this article itself: it is not shown", "take the pin out"
    if pinned.path in valid:
        return "is pinned above already: it is not shown again", "take one of the two out"
    for excluding, other, whose in ((article, pinned, "this article's"), (pinned, article, "that article's")):
        if other.path in (find_article(never, excluding.path, index) for never in excluding.related.never):
            return f"is excluded by {whose} 'never': it is not shown", "take it out of one of the two"
    if 0 < count <= len(valid):
        # It is shown on days on which one of the pins above is not public.
        return f"is one pin too many for {count}", "take a pin out, or raise related.count"
    return None


def start_related_lists(plan: Plan, resources: BuildResources) -> Callable[[], Ranking]:
    """Start to compare the articles of a plan, unless the cache has their lists, and return a function that waits."""
    count = plan.config.related_count
    key = compute_related_key(plan.documents, count)
    cached = resources.cache.get("ranking", [key]).get(key)
    if isinstance(cached, Ranking):
        return lambda: cached
    future = (
        submit_task(resources.executor, compute_related_lists, plan.documents, count) if resources.executor else None
    )

    def wait() -> Ranking:
        resources.report("Comparing articles", 0, len(plan.documents))
        arguments = (plan.documents, count)
        ranking: Ranking = (
            compute_related_lists(*arguments)
            if future is None
            else await_task(future, resources, compute_related_lists, *arguments)
        )
        resources.report("Comparing articles", len(plan.documents), len(plan.documents))
        resources.cache.put("ranking", {key: ranking})
        return ranking

    return wait


def compute_related_lists(documents: Sequence[Document], count: int) -> Ranking:
    """Run `related.rank` on all cores; a function of this module, so that a worker process can import it."""
    return related.rank(documents, count, map_in_forks)


def compute_related_key(documents: Sequence[Document], count: int) -> bytes:
    """A digest of everything that the related lists depend on. Cost: about 15 µs a document."""
    texts = [text for document in documents for text in (document.headline, document.dek, document.body)]
    texts += [repr(replace(document, headline="", dek="", body="")) for document in documents]
    return digest(b"ranking", str(count).encode(), *(text.encode(errors="surrogatepass") for text in texts))


def report_near_duplicates(library: Library, ranking: Ranking) -> list[Problem]:
    """A note for each article whose text is nearly that of an older one."""
    older: dict[str, list[tuple[str, float]]] = {}
    for first, second, share in ranking.near_duplicates:
        older.setdefault(second, []).append((first, share))
    problems = []
    for path, twins in older.items():
        twin, share = max(twins, key=lambda pair: (pair[1], pair[0]))
        more = f", and as {len(twins) - 1} more" if len(twins) > 1 else ""
        message = f"nearly the same text as {library.name(twin)} ({share:.0%} of the shorter){more}"
        hint = "if it is one piece, keep one file, with the other's address under aliases"
        problems.append(Problem(library.name(path), 0, 0, "", message, hint, "note"))
    return problems
