"""Rankings: the articles of an edition compared while their bodies are rendered, and not again before one changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from broadsheet import related
from broadsheet.core import digest, map_in_forks
from broadsheet.edition.plan import Plan
from broadsheet.edition.render_articles import Workshop, await_work, begin_work
from broadsheet.related import Document, Ranking

Ranker = Callable[[Plan, Workshop], Callable[[], Ranking]]
"""Begins to compare the articles of a plan; what it gives waits for the lists."""


def start_ranking(plan: Plan, workshop: Workshop) -> Callable[[], Ranking]:
    """Begin to compare the articles of a plan, unless the same were compared before; wait by calling the result."""
    count = plan.layout.related_count
    key = find_key(plan.documents, count)
    known = workshop.cache.get("ranking", [key]).get(key)
    if isinstance(known, Ranking):
        return lambda: known
    future = begin_work(workshop.executor, compare, plan.documents, count) if workshop.executor else None

    def wait() -> Ranking:
        workshop.report("Comparing articles", 0, len(plan.documents))
        arguments = (plan.documents, count)
        ranking: Ranking = compare(*arguments) if future is None else await_work(future, workshop, compare, *arguments)
        workshop.report("Comparing articles", len(plan.documents), len(plan.documents))
        workshop.cache.put("ranking", {key: ranking})
        return ranking

    return wait


def compare(documents: Sequence[Document], count: int) -> Ranking:
    """As `related.rank`, which is imported by the process that needs it, on as many cores as there are."""
    return related.rank(documents, count, map_in_forks)


def find_key(documents: Sequence[Document], count: int) -> bytes:
    """A digest of all that the lists depend on. Cost: about 15 µs a document."""
    texts = [(one.headline, one.dek, one.body) for one in documents]
    return digest(
        b"ranking",
        str(count).encode(),
        *(part.encode(errors="surrogatepass") for text in texts for part in text),
        *(repr(_list_rest(one)).encode() for one in documents),
    )


def _list_rest(one: Document) -> tuple[object, ...]:
    moment = one.published.isoformat()
    named = (one.topics, one.links, one.pins, one.never, one.shown)
    return (one.id, one.url, moment, one.story, one.language, one.off, *named)
