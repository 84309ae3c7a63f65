"""Cluster: a build on a real scheduler with real workers makes the bytes of a local one, whoever is lost on the way."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from broadsheet.bodies import WORTH_SHARING
from distributed import LocalCluster
from sites import Site

pytestmark = pytest.mark.site

EPOCH = "1800000000"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A scheduler and two worker processes on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper that is worth sharing."""
    site = Site(tmp_path_factory.mktemp("cluster"), {"broadsheet": {"cache": False}})
    site.register("topics", world={"title": "World", "section": True})
    for number in range(WORTH_SHARING + 20):
        words = " ".join(f"word{number % step}" for step in range(2, 30))
        site.article(
            f"a-{number}", f"2026-01-{1 + number % 28:02}", body=f"## Part\n\n{words}\n\n| a | b |\n|---|---|\n"
        )
    return site


def build(site: Site, name: str, *flags: str) -> tuple[dict[str, bytes], str]:
    run = site.run("broadsheet", "build", "-d", name, *flags, SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 0, run.output
    found = {
        path.relative_to(site.root / name).as_posix(): path.read_bytes()
        for path in (site.root / name).rglob("*.*")
        if path.is_file()
    }
    return found, run.output


def test_a_cluster_makes_the_bytes_of_a_local_build(paper: Site, cluster: LocalCluster) -> None:
    here, _ = build(paper, "here")
    there, output = build(paper, "there", "--cluster", cluster.scheduler_address)
    assert len(here) > WORTH_SHARING
    assert there == here
    assert "done again here" not in output


def test_a_lost_worker_costs_time_and_nothing_else(paper: Site, cluster: LocalCluster) -> None:
    here, _ = build(paper, "here-again")
    victims = [worker.pid for worker in cluster.workers.values()]  # type: ignore[union-attr]
    timer = threading.Timer(1.5, lambda: os.kill(victims[0], signal.SIGKILL))
    timer.start()
    try:
        there, _ = build(paper, "there-again", "--cluster", cluster.scheduler_address)
    finally:
        timer.join()
    assert there == here


def test_no_cluster_is_told_in_a_sentence(paper: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.cluster._PATIENCE", "1s")
    run = paper.build(BROADSHEET_CLUSTER="tcp://127.0.0.1:1")
    assert run.code == 1
    assert "no cluster at 'tcp://127.0.0.1:1': " in run.output
    assert "Traceback" not in run.output
    assert not Path(paper.root, "site").exists()
