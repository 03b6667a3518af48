"""What the long runs have tried, counted: `pytest -p tests.counting` (`make soak` does so).

Calls of the loaders and of `annual_cost`: how many gave something, how many were refused in words
(`ValueError`), how many ended in another exception, how many took more than a second of the
processor. A wrong number fails the test that saw it.
"""

import functools
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest

import compare
import compare.own

COLUMNS = ("calls", "given", "refused", "other exceptions", "over a second")
counts: defaultdict[str, Counter[str]] = defaultdict(Counter)


def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, of which each call is counted."""

    @functools.wraps(call)
    def calling(*args: Any, **kwargs: Any) -> Any:
        begun, ended = time.process_time(), "other exceptions"
        try:
            found = call(*args, **kwargs)
            ended = "given"
            return found
        except ValueError:
            ended = "refused"
            raise
        finally:
            late = time.process_time() - begun > 1
            counts[name].update({"calls": 1, ended: 1, "over a second": int(late)})

    return calling


# Before any test takes them by name.
for name in ("with_prices", "with_asp_file", "with_therapy"):
    setattr(compare.own, name, counted(name, getattr(compare.own, name)))
for name in ("load", "annual_cost"):
    setattr(compare, name, counted(name, getattr(compare, name)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a function."""
    terminalreporter.section("calls counted")
    for name, found in sorted(counts.items()):
        told = ", ".join(f"{found[column]:,} {column}" for column in COLUMNS)
        terminalreporter.line(f"{name}: {told}")
