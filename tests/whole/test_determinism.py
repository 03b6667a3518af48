"""The same numbers whenever and wherever: digests of all pages, with no other machine asked."""

from __future__ import annotations

import json
import locale
import os
import socket
import subprocess
import sys

import pytest

from tools import PAGES, ROOT, notebooks

# Runs the digest cells of all notebooks. The clock is put forward before the library is imported;
# the C locale is set with all its categories, which Python by itself does not do.
SCRIPT = """
import datetime, json, locale, sys, time
import pandas
days = int(sys.argv[1])
locale.setlocale(locale.LC_ALL, "")
class Date(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromisoformat((START + datetime.timedelta(days)).isoformat())
class Moment(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW.astimezone(tz) + datetime.timedelta(days)
START, NOW = datetime.date.today(), datetime.datetime.now(datetime.UTC)
seconds = time.time
time.time = lambda: seconds() + 86400 * days
datetime.date, datetime.datetime = Date, Moment
import compare
evidence = compare.load()
print("days since the data:", (datetime.date.today() - evidence.data_date).days)
from compare.pages import (claims, cost, coverage, harms, history, indications, own_data,
                           patient, tradeoffs, what_works)
for source in json.load(sys.stdin):
    print("##")
    exec(source)
"""
PLAIN = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
OTHER = {
    "PYTHONHASHSEED": "20261122", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}  # fmt: skip


def digest_cells() -> list[tuple[str, str]]:
    """Source and stored output of every digest cell."""
    return [
        (cell.source, notebooks.text_of(cell))
        for path in PAGES
        for cell in notebooks.read(path).cells
        if notebooks.is_digest(cell)
    ]


def digests(days: int = 0, **environment: str) -> tuple[int, list[str]]:
    """Days since the data's date by the process's own clock, and what each digest cell printed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(days)],
        input=json.dumps([source for source, _ in digest_cells()]),
        cwd=ROOT,
        env=os.environ | PLAIN | environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    clock, *printed = done.stdout.split("##\n")
    return int(clock.rpartition(" ")[2]), printed


def stored() -> list[str]:
    """What the notebooks hold."""
    return [text for _, text in digest_cells()]


def test_another_place_and_a_year_later_give_the_stored_digests() -> None:
    """Hash seed, time zone, locale, encoding and clock changed at once: every digest as stored."""
    clock, printed = digests(days=365, **OTHER)
    assert clock >= 365
    assert len(printed) >= 9
    assert printed == stored()


@pytest.mark.soak
@pytest.mark.parametrize(
    ("days", "environment"),
    [
        (0, {}),
        (0, {"PYTHONHASHSEED": "1"}),
        (0, {"TZ": "America/St_Johns"}),
        (0, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        (365, {}),
        (3650, {}),
        (-365, {}),
        (0, {"OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Prescott"}),
        (0, {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}),
    ],
)
def test_each_change_alone_gives_the_stored_digests(days: int, environment: dict[str, str]) -> None:
    """One thing changed at a time, or nothing; the arithmetic of older processors included."""
    _, printed = digests(days, **environment)
    assert printed == stored()


@pytest.mark.soak
@pytest.mark.parametrize("name", ["de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8"])
def test_a_decimal_comma_changes_nothing(name: str) -> None:
    """Locales with a decimal comma, or with a dotless i."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        pytest.skip(f"the locale {name} is not installed")
    finally:
        locale.setlocale(locale.LC_ALL, before)
    _, printed = digests(LC_ALL=name)
    assert printed == stored()


def test_no_other_machine_is_reached_from_a_test() -> None:
    """Connecting, and sending without a connection, are refused; this machine answers."""
    for act in (
        lambda: socket.create_connection(("192.0.2.1", 9), timeout=1),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect_ex(("192.0.2.1", 9)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9)),
    ):
        with pytest.raises(OSError, match=r"a test tried to reach 192\.0\.2\.1"):
            act()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()


def test_no_other_machine_is_reached_from_what_a_test_starts() -> None:
    """Kernels and servers are Python processes of their own, and are held to the same."""
    code = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a test tried to reach 192.0.2.1" in done.stderr
