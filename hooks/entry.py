"""Binds MkDocs' event names to the newspaper; listed under `hooks:` in mkdocs.yml."""

from broadsheet.hooks import BroadsheetHooks

_newspaper = BroadsheetHooks()

on_startup = _newspaper.on_startup
on_config = _newspaper.on_config
on_pre_build = _newspaper.on_pre_build
on_files = _newspaper.on_files
on_nav = _newspaper.on_nav
on_pre_page = _newspaper.on_pre_page
on_env = _newspaper.on_env
on_page_context = _newspaper.on_page_context
on_post_build = _newspaper.on_post_build
on_build_error = _newspaper.on_build_error
on_serve = _newspaper.on_serve
on_shutdown = _newspaper.on_shutdown
