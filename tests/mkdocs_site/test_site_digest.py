"""Digests change with all that a site is made of beside its content; with code of its own all pages are rendered."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broadsheet.mkdocs_site import read_settings
from broadsheet.mkdocs_site.site_digest import (
    describe_engine,
    digest_engine,
    digest_environment,
    digest_site,
    has_own_code,
    make_markdown_config,
)
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.nav import Link, Navigation, Section
from sites import ROOT, MakeSite, Site, clean_environment

HOOK = "def on_config(config):\n    return config\n"
EXTENSION = """
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

class Style(Preprocessor):
    def run(self, lines):
        return [line.replace("colour", "color") for line in lines]

class StyleExtension(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Style(md), "style", 1)

def makeExtension(**config):
    return StyleExtension(**config)
"""


@pytest.fixture
def site(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with files of its own for the theme, but without templates, hooks and plugins."""
    return furnish(make_site(), monkeypatch)


def furnish(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    site.write("overrides/note.css", "b {color: blue}")
    return site


def configure(site: Site, **changes: Any) -> None:
    site.configure(**changes)


def load(site: Site) -> MkDocsConfig:
    return load_config(str(site.root / "mkdocs.yml"))


NAV = Navigation([Link("About", "about/"), Section("More", [Link("Team", "team/")])], [])


def stamp(
    site: Site, nav: Navigation = NAV, registers: dict[str, bytes] | None = None, more: tuple[str, ...] = ("en_GB",)
) -> bytes:
    return digest_site(load(site), nav, {"topics.yml": b"world: {}"} if registers is None else registers, more)


CHANGES: dict[str, Callable[[Site], object]] = {
    "the site's name": lambda site: configure(site, site_name="Other"),
    "its address": lambda site: configure(site, site_url="https://other.example/"),
    "its copyright": lambda site: configure(site, copyright="Ours."),
    "the repository": lambda site: configure(site, repo_url="https://github.com/other/paper"),
    "a setting of the engine": lambda site: configure(site, broadsheet={"per_page": 7}),
    "a setting of the templates": lambda site: configure(site, extra={"note": [{"a": 1}]}),
    "the navigation": lambda site: configure(site, nav=[{"About us": "about.md"}]),
    "a feature of the theme": lambda site: configure(site, theme={"name": "material", "features": ["navigation.top"]}),
    "an extension": lambda site: configure(site, markdown_extensions=["toc"]),
    "an option of an extension": lambda site: configure(site, markdown_extensions=[{"toc": {"permalink": True}}]),
    "a style sheet": lambda site: configure(site, extra_css=["extra.css"]),
    "a script": lambda site: configure(site, extra_javascript=["extra.js"]),
    "a plugin": lambda site: configure(site, plugins=["search"]),
    "an option of a plugin": lambda site: configure(site, plugins=[{"search": {"lang": "fr"}}]),
    "a style sheet of the theme": lambda site: site.write("overrides/extra.css", "b {color: red}"),
    "a file's name": lambda site: (site.root / "overrides/note.css").rename(site.root / "overrides/other.css"),
    "no file": lambda site: (site.root / "overrides/note.css").unlink(),
    "an icon": lambda site: site.write("overrides/.icons/paper/ferry.svg", "<svg/>"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_site_s_digest_changes_with(what: str, site: Site) -> None:
    before = stamp(site)
    assert stamp(site) == before
    CHANGES[what](site)
    assert stamp(site) != before


def test_a_file_in_a_linked_directory_counts(site: Site, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "note.svg").write_text("<svg/>")
    (site.root / "overrides/shared").symlink_to(shared)
    before = stamp(site)
    (shared / "note.svg").write_text("<svg><path/></svg>")
    assert stamp(site) != before


def test_a_site_s_digest_changes_with_registers_navigation_and_more(site: Site) -> None:
    team = Link("Team", "team/")
    stamps = [
        stamp(site),
        stamp(site, registers={}),
        stamp(site, registers={"topics.yml": b"world: {title: World}"}),
        stamp(site, registers={"authors.yml": b"world: {}"}),
        stamp(site, more=()),
        stamp(site, more=("fr",)),
        stamp(site, Navigation([], [])),
        stamp(site, Navigation([Link("About", "about/"), Section("More", [Link("Team", "us/")])], [])),
        stamp(site, Navigation([Link("About", "about/"), Section("More", [Link("Us", "team/")])], [])),
        stamp(site, Navigation([Link("About", "about/"), Section("Less", [team])], [])),
    ]
    assert len(set(stamps)) == len(stamps)


def test_a_site_s_digest_changes_with_what_stands_below_what_in_the_navigation(site: Site) -> None:
    about, team = Link("About", "about/"), Link("Team", "team/")
    first = stamp(site, Navigation([Section("More", [about]), team], []))
    assert stamp(site, Navigation([Section("More", [about, team])], [])) != first


SAME: dict[str, Callable[[Site], object]] = {
    "nothing": lambda site: None,
    "a page": lambda site: site.write("docs/about.md", "# About\n\nOther words.\n"),
    "an article": lambda site: site.article("talks"),
    "the place of the site": lambda site: configure(site, site_dir="public"),
    "what is watched": lambda site: configure(site, watch=["overrides"]),
    "the time of a file": lambda site: os.utime(site.root / "overrides/note.css", (1, 1)),
    "compiled code": lambda site: site.write("overrides/__pycache__/x.pyc", b"\0"),
    "the order of settings": lambda site: configure(site, extra_css=[], copyright=None),
}


@pytest.mark.parametrize("what", SAME)
def test_a_site_s_digest_does_not_change_with(what: str, site: Site) -> None:
    before = stamp(site)
    SAME[what](site)
    assert stamp(site) == before


def test_a_site_s_digest_does_not_depend_on_its_directory(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = furnish(make_site(), monkeypatch)
    shutil.copytree(first.root, tmp_path / "another place" / "paper")
    second = object.__new__(Site)
    second.root = tmp_path / "another place" / "paper"
    assert stamp(first) == stamp(second)


# Code of the site's own.


def add_hook(site: Site, text: str = HOOK) -> None:
    site.write("own_hook.py", text)
    configure(site, hooks=[str(ROOT / "hooks/entry.py"), "own_hook.py"])


def add_borrowed_hook(site: Site) -> None:
    site.write("helper_of_hook.py", HOOK)
    add_hook(site, "from helper_of_hook import on_config\n")


def change_entry(site: Site) -> None:
    text = (ROOT / "hooks/entry.py").read_text(encoding="utf-8")
    site.write("entry.py", f"{text}\n{HOOK.replace('on_config', 'on_page_markdown').replace('config', 'markdown')}")
    configure(site, hooks=["entry.py"])


OWN: dict[str, Callable[[Site], object]] = {
    "a template": lambda site: site.write("overrides/main.html", "Ours."),
    "a template below": lambda site: site.write("overrides/partials/copyright.html", "{{ build_date_utc }}"),
    "an XML template": lambda site: site.write("overrides/feed.XML", "<rss/>"),
    "a text with an expression": lambda site: site.write("overrides/note.txt", "{{ page.title }}"),
    "an icon with a statement": lambda site: site.write("overrides/.icons/x.svg", "{% if page %}<svg/>{% endif %}"),
    "a hook": add_hook,
    "a hook from another module": add_borrowed_hook,
    "an entry with more than the engine's": change_entry,
}
NOT_OWN: dict[str, Callable[[Site], object]] = {
    "nothing": lambda site: None,
    "a script": lambda site: site.write("overrides/app.js", "if(a){{b()}}else{%}"),
    "a style sheet": lambda site: site.write("overrides/app.css", "@media print {{%}}"),
    "a picture": lambda site: site.write("overrides/photo.png", b"\x89PNG{{\0\xff{%"),
    "an icon": lambda site: site.write("overrides/.icons/paper/ferry.svg", "<svg/>"),
    "a plugin of MkDocs": lambda site: configure(site, plugins=["search"]),
    "plugins of Material": lambda site: configure(site, plugins=["material/search", "material/meta"]),
    "a copy of the entry": lambda site: (
        site.write("entry.py", (ROOT / "hooks/entry.py").read_bytes()),
        configure(site, hooks=["entry.py"]),
    ),
}


@pytest.mark.parametrize("what", OWN)
def test_templates_hooks_and_plugins_of_the_site_are_code_of_its_own(
    what: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(site.root))
    OWN[what](site)
    assert has_own_code(load(site))


@pytest.mark.parametrize("what", NOT_OWN)
def test_assets_and_installed_plugins_are_no_code_of_the_site_s_own(what: str, site: Site) -> None:
    NOT_OWN[what](site)
    assert not has_own_code(load(site))


def test_a_site_s_digest_changes_with_its_templates_and_hooks(site: Site) -> None:
    stamps = [stamp(site)]
    site.write("overrides/main.html", "Ours.")
    stamps.append(stamp(site))
    for comment in ("# 1", "# 2"):
        add_hook(site, f"{HOOK}{comment}\n")
        stamps.append(stamp(site))
    assert len(set(stamps)) == 4


def test_a_plugin_that_is_not_installed_is_code_of_the_site_s_own(site: Site) -> None:
    class Own(BasePlugin):  # type: ignore[type-arg,no-untyped-call]
        """A plugin of a module that is no installed package's."""

    config = load(site)
    config.plugins["own"] = Own()
    assert has_own_code(config)


def test_the_shipped_site_has_no_code_of_its_own() -> None:
    config = load_config(str(ROOT / "mkdocs.yml"))
    assert not has_own_code(config)
    assert not make_markdown_config(config, read_settings(config)).own_code
    assert make_markdown_config(config, read_settings(config)).is_self_contained


@pytest.mark.site
def test_pages_that_may_show_anything_come_out_as_from_scratch_and_others_stay(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False, "per_page": 2})
    site.register("topics", world={"title": "World", "section": True})
    for number in range(4):
        site.article(f"a-{number}", f"2026-01-{20 - number}")
    shown = "{{ build_date_utc.year }} {{ press.spreads[0].article.title }}"
    template = '{% extends "broadsheet/page.html" %}{% block sheet %}' + shown + "{% endblock %}"
    site.write("overrides/broadsheet/listing.html", template)
    assert site.build(SOURCE_DATE_EPOCH="1797000000").code == 0
    times = {path: (site.output / path).stat().st_mtime_ns for path in site.files()}
    assert site.build(SOURCE_DATE_EPOCH="1797000000").code == 0
    assert times == {path: (site.output / path).stat().st_mtime_ns for path in site.files()}
    site.article("a-0", "2026-01-20", title="Another headline")
    assert site.build(SOURCE_DATE_EPOCH="1800000000").code == 0
    incremental = site.files()
    assert b"2027 Another headline" in incremental["archive/2026/01/page/2/index.html"]
    for path in (".cache", "site"):
        (site.root / path).rename(site.root / f"old{path}")
    assert site.build(SOURCE_DATE_EPOCH="1800000000").code == 0
    clean = site.files()
    assert {path for path in clean.keys() | incremental.keys() if clean.get(path) != incremental.get(path)} == set()


# Extensions of Markdown.


def add_extension(site: Site) -> None:
    site.write("house_style.py", EXTENSION)
    configure(site, markdown_extensions=["house_style"])


def add_function(site: Site, value: str = "!!python/name:house_slugs.slugify") -> None:
    site.write("house_slugs.py", "def slugify(text, separator):\n    return text.lower()\n")
    text = (site.root / "mkdocs.yml").read_text(encoding="utf-8")
    site.write("mkdocs.yml", f"{text}markdown_extensions:\n- toc:\n    slugify: {value}\n")


def add_partial(site: Site) -> None:
    add_function(site, "!!python/object/apply:functools.partial\n      args: [!!python/name:house_slugs.slugify '']")


def add_icons(site: Site) -> None:
    site.write("overrides/.icons/paper/ferry.svg", "<svg/>")
    configure(site, markdown_extensions=[{"pymdownx.emoji": {"options": {"custom_icons": ["overrides/.icons"]}}}])


OWN_MARKDOWN = {
    "an extension": add_extension,
    "a function": add_function,
    "a function with arguments": add_partial,
    "icons": add_icons,
}


@pytest.mark.parametrize("what", OWN_MARKDOWN)
def test_bodies_of_a_site_s_own_way_of_rendering_are_not_cached(
    what: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(site.root))
    OWN_MARKDOWN[what](site)
    setup = make_markdown_config(load(site), read_settings(load(site)))
    assert setup.own_code
    assert not setup.is_self_contained


@pytest.mark.parametrize("package", ["", "house", "house.inner"])
def test_the_workers_of_a_cluster_must_have_the_site_s_own_modules(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"{package}.style_{tmp_path.name}".lstrip(".").replace("-", "_")
    path = tmp_path / f"{name.replace('.', '/')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    engines = []
    for source in ("", "# 1", "# 2"):
        if source:
            path.write_text(source)
        importlib.invalidate_caches()
        describe_engine.cache_clear()
        engines.append(describe_engine((name,))["extension"])
    assert len(set(engines)) == 3


def test_the_workers_of_a_cluster_must_have_the_functions_of_hooks(site: Site) -> None:
    add_hook(site)
    load(site)
    assert describe_engine(("own_hook.py",))["extension"] != describe_engine()["extension"]
    describe_engine.cache_clear()


@pytest.mark.parametrize(
    "extensions",
    [
        ["toc", "abbr", "md_in_html"],
        [{"markdown.extensions.toc:TocExtension": {"permalink": True}}],
        ["pymdownx.superfences", "pymdownx.tabbed", "pymdownx.emoji"],
    ],
)
def test_installed_extensions_are_no_code_of_the_site_s_own(extensions: list[Any], site: Site) -> None:
    configure(site, markdown_extensions=extensions)
    assert make_markdown_config(load(site), read_settings(load(site))).is_self_contained


# In processes of their own.

SCRIPT = """
    import json
    from mkdocs.config import load_config
    from mkdocs.structure.nav import Navigation
    from broadsheet.core.serialization import digest
    from broadsheet.mkdocs_site import read_settings
    from broadsheet.mkdocs_site.site_digest import digest_engine, digest_environment, digest_site, make_markdown_config
    config = load_config("mkdocs.yml")
    site = digest_site(config, Navigation([], []), {"topics.yml": b"world: {}"}, ["en"])
    markdown = digest(make_markdown_config(config, read_settings(config)).pickled)
    print(json.dumps([digest_engine(), digest_environment(), site.hex(), markdown.hex()]))
"""


def run(site: Site, script: str = SCRIPT, engine: Path = ROOT / "hooks", **environment: str) -> list[str]:
    """What a script prints in another process: SCRIPT the digests of engine, environment, site and Markdown."""
    path = os.pathsep.join([str(engine), str(site.root)])
    output = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=site.root,
        env=clean_environment(PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1", **environment),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    ).stdout
    printed: list[str] = json.loads(output)
    return printed


def test_two_processes_find_the_same_whatever_the_seed_of_their_hashes(site: Site) -> None:
    configure(site, extra={"a": {"x": 1, "y": [1, 2]}, "b": None}, not_in_nav="/a\n/b", theme={"name": "material"})
    assert run(site, PYTHONHASHSEED="1") == run(site, PYTHONHASHSEED="2")


COPIED_ENGINE = """
    import json
    from pathlib import Path
    import broadsheet
    from broadsheet.mkdocs_site.site_digest import digest_engine
    folder = Path(broadsheet.__file__).parent
    before, unseen = digest_engine(), []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        path.write_bytes(data + b"\\n")
        digest_engine.cache_clear()
        if digest_engine() == before:
            unseen.append(path.name)
        path.write_bytes(data)
    digest_engine.cache_clear()
    print(json.dumps([str(folder), before, digest_engine(), unseen]))
"""


def test_a_changed_line_in_any_file_of_the_engine_changes_its_digest(tmp_path: Path, site: Site) -> None:
    copy = tmp_path / "hooks"
    shutil.copytree(ROOT / "hooks", copy, ignore=shutil.ignore_patterns("__pycache__"))
    files = [path.relative_to(copy / "broadsheet") for path in (copy / "broadsheet").rglob("*") if path.is_file()]
    assert {"templates", "words", "core", "mkdocs_site", "hooks.py"} <= {path.parts[0] for path in files}
    folder, before, after, unseen = run(site, COPIED_ENGINE, copy)
    assert folder == str(copy / "broadsheet")
    assert before == after == digest_engine(), "where the engine lies does not matter"
    assert unseen == []


def test_the_environment_and_the_site_change_with_the_engine_and_with_packages(tmp_path: Path, site: Site) -> None:
    assert digest_engine() != digest_environment()
    copy, packages = tmp_path / "hooks", tmp_path / "packages"
    shutil.copytree(ROOT / "hooks", copy, ignore=shutil.ignore_patterns("__pycache__"))
    here = run(site)
    (copy / "broadsheet/words/en.yml").write_bytes((copy / "broadsheet/words/en.yml").read_bytes() + b"\n")
    changed = run(site, engine=copy)
    assert [before == after for before, after in zip(here, changed, strict=True)] == [False, False, False, True]
    (packages / "other-1.0.dist-info").mkdir(parents=True)
    script = f"    import sys\n    sys.path.append({str(packages)!r})\n{SCRIPT}"
    changed = run(site, script)
    assert [before == after for before, after in zip(here, changed, strict=True)] == [True, False, False, True]


def test_how_markdown_is_rendered_can_be_told_to_another_process(site: Site) -> None:
    setup = make_markdown_config(load(site), read_settings(load(site)))
    assert setup.pickled
    assert setup.is_self_contained
    configure(site, markdown_extensions=["pymdownx.snippets"])
    assert not make_markdown_config(load(site), read_settings(load(site))).is_self_contained
