"""Lighthouse: full points on a phone, and for speed that which is the same in every run.

The points for speed follow from times, and those from whatever else this machine does: they are told at the end of the
tests, and `make lighthouse` asks for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from page_checkers import CATEGORIES, judge_page
from sample_newspapers import JUDGED, write_shipped_paper
from web_server import Host, PagesHandler

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the shipped newspaper, served as GitHub Pages does where its pages say that they are."""
    root = tmp_path_factory.mktemp("published")
    host = Host(root / "site", PagesHandler)
    write_shipped_paper(root, SITE_URL=host.address)
    yield host.address
    host.close()


@pytest.mark.parametrize("kind", JUDGED)
def test_lighthouse_gives_full_points_and_a_phone_has_little_to_load(
    kind: str, published: str, browser_path: str, record_property: Callable[[str, object], None]
) -> None:
    verdict = judge_page(f"{published}{JUDGED[kind]}", browser_path)
    record_property("lighthouse", f"{kind}: {', '.join(f'{name} {verdict.scores[name]}' for name in CATEGORIES)}")
    for category in ("accessibility", "best-practices", "seo"):
        assert verdict.costing(category) == []
        assert verdict.scores[category] == 100
    requests = verdict.rows("network-requests")
    assert {request["statusCode"] for request in requests} == {200}
    assert [request["url"] for request in requests if not request["url"].startswith(published)] == []
    assert sum(request["transferSize"] for request in requests) <= 120_000
    # Material's two style sheets, the newspaper's and the search's; Material's script, and that of the search box.
    kinds = Counter(request["resourceType"] for request in requests)
    assert (kinds["Document"], kinds["Stylesheet"], kinds["Script"], kinds["Font"]) == (1, 4, 2, 0)
    assert verdict.audits["cumulative-layout-shift"]["numericValue"] < 0.01
    assert verdict.audits["dom-size-insight"]["numericValue"] < 800
