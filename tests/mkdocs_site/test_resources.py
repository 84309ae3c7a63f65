"""Tools: what a build works with, and how it is put away."""

from __future__ import annotations

from pathlib import Path

import pytest
from broadsheet.mkdocs_site.resources import ResourceManager
from broadsheet.mkdocs_site.settings import Settings, read_settings
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from sites import MakeSite, clean_environment


@pytest.fixture
def opened(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> tuple[MkDocsConfig, Settings]:
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    config = load_config(str(make_site().root / "mkdocs.yml"))
    return config, read_settings(config)


def test_a_small_newspaper_has_workers_only_when_something_is_worth_them(
    opened: tuple[MkDocsConfig, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.mkdocs_site.resources.count_cores", lambda: 2)
    tools = ResourceManager(get_plugin_logger("broadsheet"))
    tools.open(*opened, 3, remember=True)
    assert tools.resources.executor is None
    hired = tools.resources.start_workers()
    assert hired is not None
    assert tools.resources.start_workers() is hired
    tools.save()
    with pytest.raises(RuntimeError, match="after shutdown"):
        hired.submit(print)
    # The next build of a server begins without, and may have others.
    tools.open(*opened, 3, remember=True)
    assert tools.resources.executor is None
    assert tools.resources.start_workers() not in {None, hired}
    tools.close()


def test_a_machine_with_one_core_has_none(
    opened: tuple[MkDocsConfig, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.mkdocs_site.resources.count_cores", lambda: 1)
    tools = ResourceManager(get_plugin_logger("broadsheet"))
    tools.open(*opened, 3, remember=False)
    assert tools.resources.start_workers() is None
    tools.close()


def test_renditions_are_kept_beside_the_cache_or_for_one_run(opened: tuple[MkDocsConfig, Settings]) -> None:
    config, settings = opened
    cache = Path(str(config.config_file_path)).parent / ".cache"
    name = f"{'0' * 24}-320.webp"
    for kept in (True, False):
        settings.cache = kept
        tools = ResourceManager(get_plugin_logger("broadsheet"))
        tools.open(config, settings, 3, remember=False)
        tools.resources.store.save(name, b"picture")
        tools.close()
        assert (cache / "pictures" / name).exists() == kept
        (cache / "pictures" / name).unlink(missing_ok=True)


def test_a_store_that_cannot_be_used_is_told_once(
    opened: tuple[MkDocsConfig, Settings], caplog: pytest.LogCaptureFixture
) -> None:
    config, settings = opened
    cache = Path(str(config.config_file_path)).parent / ".cache"
    cache.mkdir(exist_ok=True)
    (cache / "pictures").symlink_to(cache)
    tools = ResourceManager(get_plugin_logger("broadsheet"))
    with caplog.at_level("INFO", "mkdocs"):
        tools.open(config, settings, 3, remember=False)
        tools.save()
        tools.close()
    assert [record.getMessage() for record in caplog.records if "pictures" in record.getMessage()] == [
        "broadsheet: pictures: a symbolic link: done without"
    ]
