"""Requests to the Bot API over HTTP.

Decides by which client they are made, and that an error says whether anything left this machine;
what to do about one is left to `bot.sending`. It is not the library's own client, whose pool looks
through all connections, and all requests that wait for one, whenever a request begins or ends.
"""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

_log = logging.getLogger(__name__)

_CONNECT_TIMEOUT = 10.0


class ApiRequest(BaseRequest):
    """Talks to one Bot API; HTTP_PROXY, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE count."""

    def __init__(
        self,
        api: str,
        *,
        connections: int = 64,
        pool_timeout: float = 20.0,
        read_timeout: float = 20.0,
    ) -> None:
        """In seconds, how long a request may wait for one of the `connections`, and how long the
        API may be silent then."""
        self._proxy = _proxy_to(api)
        self._connections = connections
        self._pool_timeout = pool_timeout
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Connects to nothing yet."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._connections, ssl=httpx.create_ssl_context()
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(  # noqa: PLR0917
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises TimedOut and NetworkError: `left_nothing`
        tells which of them are harmless."""
        if self._session is None:
            raise RuntimeError("requests are made between initialize() and shutdown()")
        timeout = aiohttp.ClientTimeout(
            connect=_or(pool_timeout, self._pool_timeout),  # waiting and connecting, together
            sock_connect=_or(connect_timeout, _CONNECT_TIMEOUT),
            sock_read=_or(read_timeout, self._read_timeout),
        )
        try:
            async with self._session.request(
                method,
                url,
                data=None if request_data is None else _form(request_data),
                timeout=timeout,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"{type(error).__name__}: {error}") from error

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """What was answered. A proxy's page in its place is an error of the network's: it is told
        of where it is handled, and not with a traceback here. Raises TelegramError."""
        try:
            found: JSONDict = json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError("Invalid server response") from error
        return found


def left_nothing(error: TelegramError) -> bool:
    """Whether a request failed before any of it left this machine."""
    return isinstance(
        error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError
    )


def _or(timeout: ODVInput[float], default: float) -> float | None:
    return default if isinstance(timeout, DefaultValue) else timeout


def _form(data: RequestData) -> Any:
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _proxy_to(api: str) -> str | None:
    place = urlsplit(api)
    proxies = getproxies()
    proxy = proxies.get(place.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(place.hostname or ""):
        return None
    if not proxy.startswith("http"):
        _log.warning("only proxies of HTTP are used: set HTTPS_PROXY to one for %s", place.hostname)
        return None
    return proxy
