"""The pages of one reader under JupyterHub, which starts this for each of them.

    c.Spawner.cmd = ["therapy-comparison", "hub"]

Address, prefix and login are the Hub's: who is logged in there as this reader sees the pages, all
others get 403. Nobody can run code in them, which is why no notebook server stands behind.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyterhub import __version__ as hub_version
from jupyterhub.singleuser.extension import JupyterHubAuthorizer, JupyterHubIdentityProvider
from jupyterhub.utils import url_path_join
from tornado.web import RequestHandler

sys.path.insert(0, str(Path(__file__).resolve().parent))
import serve


class Alive(RequestHandler):
    """The Hub asks for this until the pages answer."""

    def get(self) -> None:
        """The version of JupyterHub that the pages were started with."""
        self.set_header("X-JupyterHub-Version", hub_version)
        self.finish({"version": hub_version})


class Login(JupyterHubIdentityProvider):
    """The Hub's login. Voila hands over a token, of which the Hub's knows nothing."""

    def __init__(self, token: str = "", **more: Any) -> None:
        super().__init__(**more)


class OneReader(serve.App):
    """The pages behind the Hub's login."""

    def init_handlers(self) -> list[Any]:
        """Those of the pages, after the Hub's own, which Voila would register without a prefix."""
        hub = [
            (url_path_join(self.server_url, path), *rest)
            for path, *rest in self.identity_provider.get_handlers()
        ]
        return [(url_path_join(self.server_url, "api"), Alive), *hub, *super().init_handlers()]


def limit_memory() -> None:
    """No process of this reader takes more memory than the Hub allows (`Spawner.mem_limit`)."""
    allowed = os.environ.get("MEM_LIMIT")
    if allowed:
        import resource  # noqa: PLC0415  not on Windows, where no Hub runs either

        resource.setrlimit(resource.RLIMIT_DATA, (int(allowed), int(allowed)))


def main() -> None:
    """Serve one reader until the Hub stops it."""
    at = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    words = ["--no-browser", "--no-preheat", "--allow-others", "--token", "",
             "--ip", at.hostname or "127.0.0.1", "--port", str(at.port),
             "--base-url", os.environ["JUPYTERHUB_SERVICE_PREFIX"], *sys.argv[1:]]  # fmt: skip
    settings = serve.configuration(serve.arguments(words))
    settings.Voila.token = ""
    settings.Voila.identity_provider_class = Login
    settings.Voila.authorizer_class = JupyterHubAuthorizer
    limit_memory()
    serve.run(settings, OneReader)


if __name__ == "__main__":
    main()
