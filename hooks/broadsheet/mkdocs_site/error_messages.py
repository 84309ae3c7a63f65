"""Messages for users: problems of the content, and what stopped a build, on one line."""

from __future__ import annotations

import errno
import logging
import os
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path

import yaml
from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError
from mkdocs.exceptions import ConfigurationError, PluginError

from broadsheet.content import explain_yaml_error
from broadsheet.core import Problem, escape_unprintable, pluralize

_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "note": logging.INFO}
_DISK_FAULTS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG),
    *(errno.EACCES, errno.EPERM, errno.ENOENT, errno.EMFILE, errno.ENFILE),
}


def report_problems(
    problems: Sequence[Problem],
    log: logging.LoggerAdapter[logging.Logger],
    *,
    strict: bool,
    keep_going: bool,
    reported: Collection[Problem] = (),
) -> None:
    """Log the problems of the content. An error ends a build, unless it is to `keep_going` as `mkdocs serve` does.

    Of the warnings that were `reported` by the last build only the number is logged, so that new ones are seen.

    Raises:
        PluginError: when there is an error (a warning, if `strict`), unless `keep_going`.

    """
    known = {problem for problem in problems if problem.severity != "error"}.intersection(reported)
    for problem in problems:
        if problem not in known:
            log.log(_LEVELS[problem.severity], str(problem))
    warnings = sum(problem.severity == "warning" for problem in known)
    if warnings:
        log.info("%s as before: 'broadsheet check' lists all", pluralize(warnings, "warning"))
    if keep_going:
        return
    errors, warnings = (sum(problem.severity == severity for problem in problems) for severity in ("error", "warning"))
    if errors:
        raise PluginError(f"{pluralize(errors, 'error')} in the content, see above: nothing was built")
    if strict and warnings:
        raise PluginError(f"{pluralize(warnings, 'warning')} in the content, see above: strict, so nothing was built")


def explain_disk_fault(error: BaseException) -> str:
    """Return a fault of the disk or of its permissions, on one line; '' for other errors."""
    if not isinstance(error, OSError) or error.errno not in _DISK_FAULTS:
        return ""
    reason = error.strerror or _describe_error(error)
    # A failed copy has two names: the second is the file to be written.
    name = error.filename2 or error.filename
    return _format_problem(name, 0, reason) if isinstance(name, str) else escape_unprintable(reason)


def explain_exception(error: BaseException) -> str:
    """Return a mistake of a user, with file and line; '' for other errors, and for those that are logged already."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, ConfigurationError):
        return _explain_settings(cause) or escape_unprintable(error.format_message())
    if isinstance(error, TemplateSyntaxError):
        return _format_problem(error.filename or error.name or "a template", error.lineno, error.message or "")
    frames = traceback.extract_tb(error.__traceback__)
    template = next((frame for frame in reversed(frames) if _is_template(frame.filename)), None)
    if template is not None and (isinstance(error, TemplateError) or template is frames[-1]):
        return _format_problem(template.filename, template.lineno or 0, _describe_error(error))
    if isinstance(error, TemplateError):
        return escape_unprintable(_describe_error(error))
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return _format_problem(error.filename, 0, error.strerror or _describe_error(error))
    return ""


def _explain_settings(cause: BaseException | None) -> str:
    if not isinstance(cause, yaml.MarkedYAMLError) or cause.problem_mark is None:
        return ""
    path = Path(cause.problem_mark.name)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return str(explain_yaml_error(cause, None, lines, _make_relative(str(path)), 1)) if lines else ""


def _is_template(name: str) -> bool:
    """Whether a file name in a traceback is that of a template: Jinja puts template names there."""
    return not name.endswith(".py") and Path(name).is_file()


def _describe_error(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template '{error.name}'"
    return str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"


def _format_problem(name: str, line: int, message: str) -> str:
    return str(Problem(_make_relative(name), line, 0, "", message.strip()[:300]))


def _make_relative(name: str) -> str:
    """Return the name of a file relative to the current directory."""
    return Path(os.path.relpath(name)).as_posix() if Path(name).is_absolute() else name
