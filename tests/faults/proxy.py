"""A network between us and the database, which can swallow everything without a word."""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType
from typing import Self

from sqlalchemy.engine import make_url


class Network:
    """Forwards to the database at `url`; `through` is the address to use instead.

    While `is_black_hole`, connections are taken, bytes are taken, and nothing ever comes back.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._target = (parsed.host or "127.0.0.1", parsed.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.through = parsed.set(host="127.0.0.1", port=self._listener.getsockname()[1]).render_as_string(
            hide_password=False
        )
        self.is_black_hole = False
        self._is_over = False
        self._peers: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._forward)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._thread.join()
        for each in [*self._peers, self._listener]:
            each.close()
        self._selector.close()

    def _forward(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select(timeout=0.05):
                source = key.fileobj
                assert isinstance(source, socket.socket)
                if source is self._listener:
                    self._connect()
                elif source in self._peers:
                    self._pass_on(source)

    def _connect(self) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(self._target)
        for source, sink in ((near, far), (far, near)):
            self._peers[source] = sink
            self._selector.register(source, selectors.EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        try:
            content = source.recv(65_536)
        except OSError:
            content = b""
        if not content:
            for end in (source, self._peers[source]):
                self._selector.unregister(end)
                del self._peers[end]
                end.close()
        elif not self.is_black_hole:
            self._peers[source].sendall(content)
