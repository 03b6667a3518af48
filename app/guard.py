"""What the app lets a visitor do: how many pages at once, and what every answer carries.

Nothing here is needed to show a page. It keeps one visitor from taking the machine from the others,
the token out of addresses, and pages from sending anything elsewhere, whatever might run in them.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.auth.logout import LogoutHandler
from jupyter_server.base.handlers import JupyterHandler
from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError, OutputTransform
from traitlets import Int
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.static_file_handler import TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

# A file of the largest size that the loaders take (`compare.data.cells.MAX_BYTES`) goes in one
# message, with its name. The server does without the library, which takes 35 MB.
MESSAGE_BYTES = 8_000_000 + 1_000_000
# Pages are drawn by scripts of their own, some made on the spot; but none may fetch, send or be
# framed anywhere else.
CONTENT = "; ".join((
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
))  # fmt: skip
HEADERS = {"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
# A page younger than this may not have called yet.
OPENING_SECONDS = 30.0
FULL = (
    "As many pages are open here as this server can hold ({most}). Close one that is no longer "
    "needed, or try again in a few minutes."
)
ENOUGH = (
    "You have {each} pages open here, which is the most for one person. Close one, then reload "
    "this page."
)
CANNOT = "This server cannot make a page just now ({why}). Tell who runs it."


class Headers(OutputTransform):
    """Every answer, also of plain files, says what a browser may do with it."""

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """The same answer with the headers; a stricter policy stays."""
        for name, value in HEADERS.items():
            headers[name] = value
        if "default-src" not in headers.get("Content-Security-Policy", ""):
            headers["Content-Security-Policy"] = CONTENT
        return status_code, headers, chunk


@dataclass
class Visits:
    """Which visitor opened which page, and when, by the id of the page's kernel."""

    most: int
    each: int
    pages: dict[object, tuple[str, float]] = field(default_factory=dict)

    def of(self, visitor: str) -> list[object]:
        """Pages of a visitor, the oldest first."""
        return [page for page, (who, _) in self.pages.items() if who == visitor]

    async def admit(self, visitor: str, manager: Any) -> object:
        """A place for one more page of this visitor, which is then to be named or given back.

        Where there is none, the oldest page that nobody looks at any more is ended. Raises
        `HTTPError` with a sentence where all are in use.
        """
        for page in [page for page in self.pages if isinstance(page, str) and page not in manager]:
            del self.pages[page]
        mine = self.of(visitor)
        full, enough = len(self.pages) >= self.most, len(mine) >= self.each
        place = object()
        self.pages[place] = visitor, time.monotonic()
        if full or enough:
            unseen = [
                page for page in (mine if enough else self.pages) if self.unseen(page, manager)
            ]
            if not unseen:
                del self.pages[place]
                if enough:
                    raise HTTPError(429, ENOUGH.format(each=self.each))
                raise HTTPError(503, FULL.format(most=self.most))
            await self.end(unseen[0], manager)
        return place

    def unseen(self, page: object, manager: Any) -> bool:
        """Whether a page has had the time to call, and no browser is connected to it."""
        if not isinstance(page, str) or time.monotonic() - self.pages[page][1] < OPENING_SECONDS:
            return False
        return not manager._kernel_connections.get(page, 0)

    async def end(self, page: object, manager: Any) -> None:
        """End the program behind a page."""
        del self.pages[page]
        await manager.shutdown_kernel(page)


class Counted:
    """The server's kernel manager for one request: what it hands out is the visitor's."""

    def __init__(self, manager: Any, visits: Visits, visitor: str) -> None:
        self._manager, self._visits, self._visitor = manager, visits, visitor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    async def start_kernel(self, **more: Any) -> str:
        """A kernel for a page that no kernel was made ready for."""
        return self._note(str(await self._manager.start_kernel(**more)))

    async def get_rendered_notebook(self, **more: Any) -> tuple[Any, Any, str]:
        """A page that was made ready."""
        rendering, shown, kernel_id = await self._manager.get_rendered_notebook(**more)
        return rendering, shown, self._note(kernel_id)

    def _note(self, kernel_id: str) -> str:
        self._visits.pages[kernel_id] = self._visitor, time.monotonic()
        return kernel_id


class OwnPages(JupyterHandler):
    """Handlers whose words, errors too, are the app's own pages."""

    def get_template(self, name: str) -> Any:
        """One of the app's templates."""
        return self.settings["voila_jinja2_env"].get_template(name)


class NoToken(JupyterHandler):
    """The token in an address has done its work once the cookie is set: it is taken out."""

    async def prepare(self) -> None:
        """Go to the same address without the token."""
        await super().prepare()
        asked = self.request.query_arguments
        if not self._finished and self.current_user and "token" in asked:
            rest = [(key, value) for key in asked if key != "token" for value in asked[key]]
            self.redirect(self.request.path + (f"?{urlencode(rest)}" if rest else ""))


class Page(NoToken, TornadoVoilaHandler):
    """A page, where there is room for one more."""

    @property
    def kernel_manager(self) -> Any:
        """The server's, noting whose kernel it is."""
        manager = super().kernel_manager
        return Counted(manager, self.settings["visits"], self.current_user.username)

    async def get(self, path: str = "") -> None:
        """The page; or, in a sentence, why not now."""
        if not path.endswith(".ipynb"):
            raise HTTPError(404)
        visits, manager = self.settings["visits"], self.settings["kernel_manager"]
        place = await visits.admit(self.current_user.username, manager)
        try:
            await super().get(path)
        except OSError as error:
            # Such as a disk that is full: no program can be started.
            self.log.error("no page: %s", error)
            raise HTTPError(503, CANNOT.format(why=error.strerror)) from None
        finally:
            visits.pages.pop(place, None)
            # It would be kept for ever, for a listener that pages here do not have.
            RequestInfoSocketHandler._cache.clear()


class Start(NoToken, TornadoVoilaTreeHandler):
    """The start page."""


class Login(OwnPages, LoginFormHandler):
    """The box for the token."""


class Logout(OwnPages, LogoutHandler):
    """Ends the visitor's pages and forgets who it was."""

    @allow_unauthenticated  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Say that it is done."""
        visits, manager = self.settings["visits"], self.settings["kernel_manager"]
        if self.current_user:
            for page in visits.of(self.current_user.username):
                if page in manager:
                    await visits.end(page, manager)
        self.identity_provider.clear_login_cookie(self)
        self.write(self.render_template("logout.html"))


class Missing(OwnPages):
    """Every other address."""

    async def prepare(self) -> None:
        """There is no such page."""
        await super().prepare()
        if not self._finished:
            raise HTTPError(404)


class TemplateFile(TemplateStaticFileHandler):
    """Scripts and styles. Voila's own fails where an address is not of its form."""

    def parse_url_path(self, path: str) -> str:
        """The path of a file of a template."""
        if not re.fullmatch(r"[\w-]+/static/[^\0]+", path) or ".." in path:
            raise HTTPError(404)
        return str(super().parse_url_path(path))


class Guarded(Voila):
    """Voila with bounds."""

    most_pages = Int(40, config=True, help="pages open at once, of all visitors")
    most_pages_each = Int(12, config=True, help="pages open at once, of one visitor")

    def init_settings(self) -> dict[str, Any]:
        """Settings of the server's application."""
        settings: dict[str, Any] = super().init_settings()
        return settings | {
            "visits": Visits(self.most_pages, self.most_pages_each),
            "transforms": [Headers],
            "websocket_max_message_size": MESSAGE_BYTES,
            "xsrf_cookie_kwargs": {"samesite": "Lax"},
            "default_handler_class": Missing,
        }

    def init_handlers(self) -> list[Any]:
        """Voila's own handlers, behind those that stand in for some of them."""
        more = {"voila_configuration": self.voila_configuration}
        page = {**more, "template_paths": self.template_paths, "config": self.config}
        url = self.server_url
        return [
            (rf"{url}voila/render/(.*)", Page, page),
            (rf"{url}(?:voila/tree/?)?", Start, more),
            (rf"{url}login", Login),
            (rf"{url}logout", Logout),
            (rf"{url}voila/templates/(.*)", TemplateFile),
            # What a page was asked for is told to nobody: the page itself never asks.
            (rf"{url}voila/query/.*", Missing),
            *super().init_handlers(),
        ]
