"""No Python process that a test starts may reach another machine.

Python imports this module at its start where this folder is on PYTHONPATH; `conftest.py` puts it
there, so that notebooks' kernels, servers and scripts are held to it like the tests themselves.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

LOOPBACK = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}


def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a socket, refusing any address of another machine."""

    def method(self: socket.socket, *arguments: Any) -> Any:
        for address in arguments:
            if isinstance(address, tuple) and str(address[0]) not in LOOPBACK:
                raise OSError(f"a test tried to reach {address[0]}")
        return call(self, *arguments)

    return method


def block() -> None:
    """Guard every way by which a socket can reach out, once."""
    if getattr(socket.socket, "offline", False):
        return
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    socket.socket.offline = True  # type: ignore[attr-defined]


block()
