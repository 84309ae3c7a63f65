"""Cluster: a build on a real scheduler with real workers makes the bytes of a local one, whoever is lost on the way."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from broadsheet.core.problems import BroadsheetError
from broadsheet.edition.render_articles import MIN_SHARED_BODIES
from broadsheet.mkdocs_site.cluster import ClusterExecutor
from broadsheet.mkdocs_site.site_digest import describe_engine
from distributed import LocalCluster
from sites import Site

pytestmark = pytest.mark.site

EPOCH = "1800000000"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A scheduler and two worker processes on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper that is worth sharing."""
    site = Site(tmp_path_factory.mktemp("cluster"), {"broadsheet": {"cache": False}})
    site.register("topics", world={"title": "World", "section": True})
    for number in range(MIN_SHARED_BODIES + 20):
        words = " ".join(f"word{number % step}" for step in range(2, 30))
        site.article(
            f"a-{number}", f"2026-01-{1 + number % 28:02}", body=f"## Part\n\n{words}\n\n| a | b |\n|---|---|\n"
        )
    return site


def build(site: Site, name: str, *flags: str) -> tuple[dict[str, bytes], str]:
    run = site.run("broadsheet", "build", "-d", name, *flags, SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 0, run.output
    files = {
        path.relative_to(site.root / name).as_posix(): path.read_bytes()
        for path in (site.root / name).rglob("*.*")
        if path.is_file()
    }
    return files, run.output


def test_a_cluster_makes_the_bytes_of_a_local_build(paper: Site, cluster: LocalCluster) -> None:
    here, _ = build(paper, "here")
    there, output = build(paper, "there", "--cluster", cluster.scheduler_address)
    assert len(here) > MIN_SHARED_BODIES
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


def test_when_the_last_worker_is_lost_the_rest_is_done_here() -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as cluster:
        executor = ClusterExecutor(cluster.scheduler_address)
        future = executor.submit(time.sleep, 600)
        cluster.scale(0)
        with pytest.raises(BrokenExecutor):
            future.result(timeout=60)
        executor.shutdown()


def test_what_the_work_raises_is_no_lost_worker(cluster: LocalCluster) -> None:
    executor = ClusterExecutor(cluster.scheduler_address)
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        executor.submit(importlib.import_module, "nowhere_at_all").result(timeout=60)
    executor.shutdown()


def test_a_worker_with_other_code_is_refused_in_a_sentence(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = describe_engine()
    assert {"engine", "Python", "markdown", "nh3", "pymdown-extensions"} <= here.keys()
    for name, message in (("nh3", f"nh3 {here['nh3']}, not 0.0"), ("engine", "another version of the engine")):
        monkeypatch.setattr(
            "broadsheet.mkdocs_site.cluster.describe_local_engine", lambda _, name=name: {**here, name: "0.0"}
        )
        with pytest.raises(BroadsheetError, match=message):
            ClusterExecutor(cluster.scheduler_address)


def test_a_worker_without_a_site_s_own_extension_is_refused(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loud_headings.py").write_text("def makeExtension(**_): ...")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert describe_engine(("loud_headings",))["extension"] != describe_engine(("toc",))["extension"]
    with pytest.raises(
        BroadsheetError, match="another version of the site's own extensions of Markdown, or lacks them"
    ):
        ClusterExecutor(cluster.scheduler_address, ("loud_headings", "pymdownx.tilde"))
    executor = ClusterExecutor(cluster.scheduler_address, ("pymdownx.tilde",))
    assert executor.workers == 2
    executor.shutdown()


@pytest.mark.parametrize("address", ["foo", "tcp://foo", "http://192.0.2.7:8786"])
def test_what_is_no_address_of_a_cluster_is_told_at_once(address: str) -> None:
    with pytest.raises(BroadsheetError, match="expected an address such as tcp://"):
        ClusterExecutor(address)


def test_no_cluster_is_told_in_a_sentence(paper: Site) -> None:
    run = paper.run("broadsheet", "build", "--cluster", "tcp://127.0.0.1:1", SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 1
    assert "no cluster at 'tcp://127.0.0.1:1': " in run.output
    assert "Traceback" not in run.output
    assert "ignored" not in run.output
    assert not Path(paper.root, "site").exists()
