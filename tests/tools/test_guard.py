"""What the app's server answers, beside pages: who is let in, how often, and with which headers."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlparse

import guard
import pytest
from tornado.httpclient import HTTPRequest
from tornado.web import HTTPError
from tornado.websocket import websocket_connect

from compare.data.cells import MAX_BYTES
from compare.pages.chart import SERVED
from tests.browser.conftest import TOKEN, voila_server
from tools import NOTEBOOKS, ROOT

APP = ROOT / "app"
PAGE = "02_cost.ipynb"
ODD = (
    "/", "/nope", "/voila", "/voila/", "/%00", "/%ff", "/..%2f", "/lab", "/tree", "/favicon.ico",
    *(f"/voila/tree/{name}" for name in ("", "nope", "%00", "..", "a%0ab", PAGE)),
    *(f"/voila/render/{name}" for name in (
        "", "nope", "nope.ipynb", "%00.ipynb", "%ff.ipynb", "%E0%A4%A", "../serve.py",
        "a%0ab.ipynb",
        "..%2f..%2fetc%2fpasswd", "/etc/passwd", "%2e%2e%2fapp%2fserve.py", f"x/{PAGE}",
        "a" * 5000 + ".ipynb",
    )),
    *(f"/voila/{room}/{name}" for room in ("files", "static", "labextensions", "api/themes",
                                           "api/contents", "api/shutdown", "templates", "query")
      for name in ("", "nope", "%00", "../x", "%2e%2e/x", "/etc/passwd", "a/b", "a/static",
                   "lab/static/%00", "compare/static/../conf.json",
                   "compare/index.html.j2", "%ff")),
    "/voila/api/contents?content=7", f"/voila/api/contents/{PAGE}?format=x",
    "/api/kernels", "/api/kernels/x", "/api/kernels/00000000-0000-0000-0000-000000000000",
    "/api/kernels/00000000-0000-0000-0000-000000000000/channels", "/api/contents", "/api/sessions",
    "/login?next=//example.org", "/login?next=%ff", "/logout?x=%00", "/static/x",
)  # fmt: skip


T = TypeVar("T")


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, in a thread: the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with one page, and room for two of one visitor and three of all."""
    folder = tmp_path_factory.mktemp("guarded")
    shutil.copy(NOTEBOOKS / PAGE, folder)
    yield from voila_server(
        folder, tmp_path_factory.mktemp("log"), "--most-pages=3", "--most-pages-each=2"
    )


class Visitor:
    """A browser without a screen: it keeps its cookies and follows no redirection."""

    def __init__(self, address: str) -> None:
        self.host = urlparse(address).netloc
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, str]:
        """Status, headers and text of an answer."""
        line = http.client.HTTPConnection(self.host, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line.request(method, path, headers={"Cookie": cookie, **headers})
        answer = line.getresponse()
        text = answer.read().decode("utf-8", "replace")
        self.set_cookies = answer.headers.get_all("Set-Cookie") or []
        for one in self.set_cookies:
            name, value = one.split(";")[0].split("=", 1)
            self.cookies[name] = value
        line.close()
        return answer.status, answer.headers, text

    def logged_in(self) -> Visitor:
        """The same, after showing the token."""
        assert self.ask(f"/?token={TOKEN}")[0] == 302
        return self


def test_token_goes_from_the_address_into_a_cookie(app: str) -> None:
    """The answer leads to the same address without it; the cookie is this site's alone."""
    visitor = Visitor(app)
    status, headers, _ = visitor.ask(f"/voila/render/{PAGE}?a=1&token={TOKEN}&b=%C3%A4")
    assert (status, headers["Location"]) == (302, f"/voila/render/{PAGE}?a=1&b=%C3%A4")
    login = next(one for one in visitor.set_cookies if one.startswith("username"))
    assert "HttpOnly" in login
    assert "SameSite=Lax" in login
    assert "expires" not in login.lower()
    status, _, text = visitor.ask("/")
    assert status == 200
    assert TOKEN not in text
    assert all("SameSite" in one for one in visitor.set_cookies)


@pytest.mark.parametrize("path", ["/", "/voila/tree", f"/voila/render/{PAGE}", "/nope"])
def test_without_the_token_there_is_only_the_login(app: str, path: str) -> None:
    """Nor with a wrong one; the login page has a box for it, and refuses what is not the token."""
    for asked in (path, f"{path}?token=wrong"):
        status, headers, _ = Visitor(app).ask(asked)
        assert status == 302
        assert headers["Location"].startswith("/login")
    stranger = Visitor(app)
    assert "Token of this server" in stranger.ask("/login")[2]
    status, _, _ = stranger.ask("/login?password=wrong", "POST")
    assert status == 403  # no XSRF cookie was shown
    known = Visitor(app).logged_in()
    for elsewhere in ("//example.org", "https:///example.org", "/\\example.org"):
        _, headers, _ = known.ask(f"/login?next={elsewhere}")
        assert not urlparse(headers["Location"].replace("\\", "/")).netloc, headers["Location"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT"])
def test_no_address_breaks_the_server(app: str, method: str) -> None:
    """Known, unknown, spoiled, too long: never a status of 500, with the token or without."""
    for path in ODD:
        for headers in ({}, {"Authorization": f"token {TOKEN}"}):
            status, found, _ = Visitor(app).ask(path, method, **headers)
            assert status < 500, (method, path)
            assert "default-src" in (found["Content-Security-Policy"] or "default-src")


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/login", "/logout", "/voila/templates/lab/static/voila.js", "/static/x"]
)
def test_every_answer_has_its_headers(app: str, path: str) -> None:
    """Pages, errors and plain files: nothing from elsewhere, and no address told to others."""
    _, headers, _ = Visitor(app).ask(path, Authorization=f"token {TOKEN}")
    policy = headers["Content-Security-Policy"]
    for words in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"):
        assert words in policy
    assert "http" not in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def opened(visitor: Visitor) -> tuple[int, str, str]:
    """Status of the page, its text, and the id of its kernel."""
    status, _, text = visitor.ask(f"/voila/render/{PAGE}")
    kernel = re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", text)
    return status, text, kernel[0] if kernel else ""


def test_pages_are_counted_and_a_sentence_says_when_it_is_enough(app: str) -> None:
    """Two of one visitor, three of all; who logs out gives his back, and is let in no more."""
    one, other, third = (Visitor(app).logged_in() for _ in range(3))
    assert [opened(one)[0] for _ in range(2)] == [200, 200]
    status, text, _ = opened(one)
    assert status == 429
    assert "You have 2 pages open here" in text
    status, text, kernel = opened(other)
    assert status == 200
    for words in (TOKEN, "token="):
        assert words not in text
    status, text, _ = opened(third)
    assert status == 503
    assert "as this server can hold (3)" in text

    async def query() -> None:
        await websocket_connect(f"ws://{one.host}/voila/query/{kernel}", connect_timeout=5)

    with pytest.raises(Exception, match="HTTP"):
        finished(query())
    status, _, text = one.ask("/logout")
    assert status == 200
    assert "You are logged out" in text
    assert one.ask("/")[0] == 302
    assert opened(third)[0] == 200
    assert other.ask(f"/api/kernels/{kernel}")[0] == 200
    for visitor in (other, third):
        visitor.ask("/logout")


def test_page_that_cannot_be_made_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: no traceback, and the server stays up."""
    for name in ("pages", "home", "tmp"):
        (tmp_path / name).mkdir()
    shutil.copy(NOTEBOOKS / PAGE, tmp_path / "pages")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for address in voila_server(tmp_path / "pages", tmp_path / "home"):
        (connections,) = (tmp_path / "tmp").glob("voila_*")
        connections.rename(tmp_path / "moved")
        connections.write_text("")
        visitor = Visitor(address).logged_in()
        status, text, _ = opened(visitor)
        assert status == 503
        assert "This server cannot make a page just now" in text
        assert "Traceback" not in text
        connections.unlink()
        (tmp_path / "moved").rename(connections)
        assert opened(visitor)[0] == 200


def test_code_sent_to_a_page_is_not_run(app: str) -> None:
    """The line to a page's program passes on what controls say, and no code: no reply comes."""
    visitor = Visitor(app).logged_in()
    _, _, kernel = opened(visitor)
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    address = f"ws://{visitor.host}/api/kernels/{kernel}/channels?session_id=x"

    async def told(*kinds: str) -> list[str]:
        """What comes back of messages sent one after the other, to the reply to the last."""
        line = await websocket_connect(HTTPRequest(address, headers={"Cookie": cookie}))
        asker = {"session": "x", "username": "", "version": "5"}
        more = {"parent_header": {}, "metadata": {}, "buffers": [], "channel": "shell"}
        content = {"code": "print(1)", "silent": False}
        for kind in kinds:
            header = {"msg_id": kind, "msg_type": kind, **asker}
            await line.write_message(json.dumps({"header": header, "content": content, **more}))
        found: list[str] = []
        while "kernel_info_reply" not in found:
            text = await asyncio.wait_for(line.read_message(), 20)
            found.append(json.loads(text or "{}")["header"]["msg_type"])
        line.close()
        return found

    finished(told("kernel_info_request"))
    found = finished(told("execute_request", "kernel_info_request"))
    assert not {"execute_reply", "execute_input", "stream"} & set(found)
    visitor.ask("/logout")


class Manager(dict[str, object]):
    """Kernels by id, and how many browsers are connected to each."""

    def __init__(self, **connections: int) -> None:
        super().__init__(connections)
        self._kernel_connections = connections
        self.ended: list[str] = []

    async def shutdown_kernel(self, kernel_id: str) -> None:
        """End one."""
        self.ended.append(kernel_id)


def test_pages_that_nobody_looks_at_make_room() -> None:
    """The oldest without a browser is ended; one that just opens, or is looked at, never."""
    visits, manager = guard.Visits(most=3, each=3), Manager(seen=1, left=0, late=0)
    visits.pages = {"seen": ("a", -1e9), "left": ("a", -1e9), "late": ("a", -1e9)}
    finished(visits.admit("a", manager))
    assert manager.ended == ["left"]
    visits.pages = {"seen": ("a", -1e9), "new": ("b", 1e12)}
    visits.most = 2
    with pytest.raises(HTTPError) as full:
        finished(visits.admit("c", Manager(seen=1, new=0)))
    assert full.value.status_code == 503
    visits.pages = {"culled": ("a", -1e9), "new": ("b", 1e12)}
    finished(visits.admit("c", Manager(new=0)))
    assert "culled" not in visits.pages


def test_the_server_takes_what_the_loader_takes() -> None:
    """The largest file and its name fit into one message, and little more does."""
    assert 500_000 < guard.MESSAGE_BYTES - MAX_BYTES < 2_000_000


def test_the_server_does_without_the_library() -> None:
    """It takes 35 MB less a reader so; what it says of the library's own is true."""
    code = "import serve, sys; print({'compare', 'pandas'} & set(sys.modules))"
    said = subprocess.check_output([sys.executable, "-c", code], cwd=APP, text=True)
    assert said.strip() == "set()"
    assert guard.MESSAGE_BYTES == MAX_BYTES + 1_000_000
    assert f'"{SERVED}"' in (APP / "serve.py").read_text(encoding="utf-8")
