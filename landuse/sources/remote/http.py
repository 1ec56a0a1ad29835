"""One way to ask a provider: patient where that helps, plain about every refusal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import requests
import urllib3

import landuse
from landuse.core.errors import LanduseError
from landuse.sources.remote.refusal import (
    RefusalError,
    public,
    refused_connection,
    refused_status,
    unavailable,
)
from landuse.sources.remote.spec import HttpSettings

USER_AGENT = f"landuse/{landuse.__version__}"
CHUNK_BYTES = 65_536
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
Sleep = Callable[[float], None]
T = TypeVar("T")


def open_session() -> requests.Session:
    """Return a session that names this program and takes bytes as they lie on the server.

    Proxies are those of the environment (``HTTPS_PROXY``, ``NO_PROXY``). Nothing is retried below
    ``Client``, so that every try is counted once.
    """
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    session.headers["Accept-Encoding"] = "identity"
    return session


def with_mirrors(urls: Sequence[str], mirrors: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the URLs and before them, for each prefix that has mirrors, the same paths there.

    Who names a mirror has a reason to: the provider is slow from there, or out of reach.
    """
    mirrored = [
        other + url.removeprefix(prefix)
        for url in urls
        for prefix, others in mirrors.items()
        if url.startswith(prefix)
        for other in others
    ]
    return tuple(dict.fromkeys([*mirrored, *urls]))


@dataclass(eq=False)
class Client:
    """Asks providers, and counts what was asked and what came.

    Attributes
    ----------
    http : how patient it is.
    session : the connection; ``Client.open`` makes and closes one.
    sleep : waits between tries, seconds.
    sent_requests, received_bytes : requests sent and bytes of body received so far.
    """

    http: HttpSettings
    session: requests.Session
    sleep: Sleep = time.sleep
    sent_requests: int = field(default=0, init=False)
    received_bytes: int = field(default=0, init=False)

    @classmethod
    @contextmanager
    def open(
        cls, http: HttpSettings, *, session: requests.Session | None = None,
        sleep: Sleep = time.sleep,
    ) -> Iterator[Client]:  # fmt: skip
        """Yield a client on a session of its own, closed afterwards, or on the one given."""
        if session is not None:
            yield cls(http, session, sleep)
            return
        with open_session() as own:
            yield cls(http, own, sleep)

    @contextmanager
    def ask(
        self, url: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None,
        allow: Sequence[int] = (),
    ) -> Iterator[requests.Response]:  # fmt: skip
        """Yield the answer to one GET (POST where there is ``data``), its body not yet read.

        Statuses of ``allow`` are handed over like success.

        Raises
        ------
        RefusalError
            If there is no answer, or one of another status than 2xx.
        """
        self.sent_requests += 1
        times = (self.http.connect_timeout_s, self.http.stall_timeout_s)
        method = "GET" if data is None else "POST"
        try:
            answer = self.session.request(
                method, url, headers=headers, data=data, timeout=times, stream=True
            )
        except _BROKEN as error:
            raise refused_connection(error, http=self.http) from error
        with answer:
            if not answer.ok and answer.status_code not in allow:
                raise refused_status(answer, start=self._start_of(answer))
            yield answer

    def body(self, answer: requests.Response, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
        """Yield the body as it comes, undecoded, every byte counted.

        Raises
        ------
        RefusalError
            If the connection breaks, stalls, or ends before the promised length.
        """
        try:
            while chunk := answer.raw.read1(chunk_bytes, decode_content=False):
                self.received_bytes += len(chunk)
                yield chunk
        except _BROKEN as error:
            raise refused_connection(error, http=self.http) from error

    def first_of(self, name: str, urls: Sequence[str], once: Callable[[str], T]) -> T:
        """Return what ``once(url)`` returns for the first URL that serves the file.

        A refusal that may pass is met again after a wait that doubles; a URL that brought nothing
        new goes behind those not yet tried as often. A final refusal takes its URL out. A try that
        advanced does not count: as long as bytes come, the download goes on.

        Raises
        ------
        LanduseError
            Exit code 3, one fault for each URL, when none is left.
        """
        if not urls:
            none = RefusalError(
                "没有可以下载的网址", "there is no URL to download it from", login=True
            )
            raise LanduseError([unavailable(name, "", [none])])
        queue = deque((url, 0) for url in urls)
        refusals: dict[str, list[RefusalError]] = {url: [] for url in urls}
        while queue:
            url, tries = queue.popleft()
            if tries:
                self.sleep(self._wait_s(tries, refusals[url][-1]))
            try:
                return once(url)
            except RefusalError as refusal:
                refusals[url].append(refusal)
                if refusal.advanced and refusal.passing:
                    queue.appendleft((url, 1))
                elif refusal.passing and tries < self.http.retries:
                    queue.append((url, tries + 1))
        raise LanduseError(unavailable(name, public(url), met) for url, met in refusals.items())

    def get(
        self, name: str, urls: Sequence[str], *, data: bytes | None = None,
        check: Callable[[str, bytes], None] | None = None,
    ) -> bytes:  # fmt: skip
        """Return the body of a small answer, e.g. of a catalogue, from the first URL that has it.

        ``check(content type, body)`` may raise a ``RefusalError`` of what is no answer.
        """

        def once(url: str) -> bytes:
            with self.ask(url, data=data) as answer:
                body = b"".join(self.body(answer))
                if check:
                    check(answer.headers.get("Content-Type", ""), body)
                return body

        return self.first_of(name, urls, once)

    def _wait_s(self, tries: int, last: RefusalError) -> float:
        """Return the wait before a further try: Retry-After, or a back-off that doubles."""
        doubled = self.http.backoff_s * 2.0 ** min(tries - 1, 30)
        asked = last.retry_after_s
        return min(doubled if asked is None else asked, self.http.backoff_max_s)

    def _start_of(self, answer: requests.Response) -> bytes:
        """Return the first bytes of an error page; what breaks there says nothing further."""
        try:
            return next(self.body(answer, chunk_bytes=2048), b"")
        except RefusalError:
            return b""
