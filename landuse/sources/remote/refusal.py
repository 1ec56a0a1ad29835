"""What a provider may meet us with instead of a file, named so that a reader can act on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3

from landuse.core.errors import Fault, missing_fault
from landuse.sources.remote.spec import HttpSettings

_PASSING = {408, 425, 429, 500, 502, 503, 504}
_STATUS = {
    401: ("需要登录", "a login is needed"),
    403: ("提供方拒绝访问", "the provider refuses access"),
    404: ("没有这个文件", "there is no such file"),
    407: ("代理需要登录", "the proxy needs a login"),
    408: ("提供方超时", "time-out at the provider"),
    410: ("文件已撤下", "the file was withdrawn"),
    429: ("请求过多，被限速", "too many requests"),
    504: ("提供方超时", "time-out at the provider"),
}
_LOGIN = re.compile(rb"type\s*=\s*[\"']?password|sign[ -]?in|log[ -]?in|openid", re.I)
_LOGIN_URL = re.compile(r"login|signin|openid|oauth|/sso|/cas/", re.I)
_MARKUP = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(!doctype html|html|head|body)", re.I | re.S)
# The first that fits counts: urllib3 has a refused connection for a kind of time-out.
_CONNECTION: tuple[tuple[tuple[type[BaseException], ...], str, str, bool], ...] = (
    (
        (requests.exceptions.SSLError, urllib3.exceptions.SSLError),
        "证书不受信任，或代理改了证书",
        "the certificate is not trusted (a proxy may have changed it)",
        False,
    ),
    (
        (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError),
        "代理连不上",
        "the proxy cannot be reached",
        True,
    ),
    (
        (urllib3.exceptions.NameResolutionError,),
        "域名解析失败，没有网络？",
        "unknown host: no network?",
        True,
    ),
    (
        (urllib3.exceptions.NewConnectionError,),
        "连不上提供方",
        "the provider cannot be reached",
        True,
    ),
    (
        (requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError),
        "连接超时，{connect:g} 秒没有应答",
        "time-out: no answer within {connect:g} s",
        True,
    ),
    (
        (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError, TimeoutError),
        "传输超时，{stall:g} 秒没有数据",
        "time-out: no data for {stall:g} s",
        True,
    ),
    (
        (urllib3.exceptions.IncompleteRead,),
        "正文不完整，中途结束",
        "the body ended before its length",
        True,
    ),
    ((requests.TooManyRedirects,), "重定向没有尽头", "endless redirects", False),
    ((requests.exceptions.InvalidURL, ValueError), "网址不合规范", "the URL is malformed", False),
)
_TODO = {
    "gone": (
        "核对网址，或在研究文件 [fetch.mirrors] 里写镜像；也可自行下载，放进原始数据目录",
        "check the URL, or name a mirror under [fetch.mirrors] in the study file; or download it "
        "yourself and put it into the raw folder",
    ),
    "passing": (
        "稍后再试，已下载的部分会续传；或写镜像；也可自行下载，放进原始数据目录",
        "try again later, what has come is kept; or name a mirror; or download it yourself and "
        "put it into the raw folder",
    ),
    "login": (
        "在浏览器里登录提供方网站下载，放进原始数据目录",
        "log in at the provider in a browser, download it, and put it into the raw folder",
    ),
}


class RefusalError(Exception):
    """One try that brought no file.

    Attributes
    ----------
    zh, en : what was met.
    passing : whether another try may succeed.
    advanced : whether this try brought bytes that the next one need not ask for again.
    retry_after_s : the wait the provider asked for.
    login : whether the provider wants a login.
    """

    def __init__(
        self, zh: str, en: str, *, passing: bool = False, advanced: bool = False,
        retry_after_s: float | None = None, login: bool = False,
    ) -> None:  # fmt: skip
        self.zh, self.en = zh, en
        self.passing, self.advanced, self.login = passing, advanced, login
        self.retry_after_s = retry_after_s
        super().__init__(f"{zh} / {en}")


def unavailable(name: str, url: str, met: Sequence[RefusalError]) -> Fault:
    """Return the fault of a URL that did not serve a file, with all that was met there."""
    last = met[-1]
    kind = "login" if last.login else "passing" if last.passing else "gone"
    texts = [str(refusal) for refusal in met]
    counted = "; ".join(
        f"{text} (×{texts.count(text)})" if texts.count(text) > 1 else text
        for text in dict.fromkeys(texts)
    )
    todo_zh, todo_en = _TODO[kind]
    return missing_fault(
        f"下载不了：{last.zh}", f"it cannot be downloaded: {last.en}", file=name, field=url,
        found=counted, todo_zh=todo_zh, todo_en=todo_en,
    )  # fmt: skip


def public(url: str) -> str:
    """Return a URL without the user and password it may carry."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def refused_status(answer: requests.Response, *, start: bytes = b"") -> RefusalError:
    """Return the refusal of an HTTP status; 408, 425, 429 and 5xx of a busy server may pass."""
    code = answer.status_code
    zh, en = _STATUS.get(code, ("提供方出错" if code >= 500 else "提供方拒绝", "refused"))
    said = _error_code(start)
    wait_s = retry_after_s(answer.headers.get("Retry-After", ""))
    return RefusalError(
        f"HTTP {code} {zh}{said}", f"HTTP {code} {en}{said}", passing=code in _PASSING,
        retry_after_s=wait_s, login=code in (401, 407),
    )  # fmt: skip


def retry_after_s(text: str) -> float | None:
    """Return the seconds of a Retry-After, given as a number or a date; None if there is none."""
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def refused_connection(error: BaseException, *, http: HttpSettings) -> RefusalError:
    """Return the refusal of a connection that failed, broke or fell silent."""
    met = list(_causes(error))
    for kinds, zh, en, passing in _CONNECTION:
        if any(isinstance(cause, kinds) for cause in met):
            waits = {"connect": http.connect_timeout_s, "stall": http.stall_timeout_s}
            return RefusalError(zh.format(**waits), en.format(**waits), passing=passing)
    return RefusalError("连接中断", "the connection was dropped", passing=True)


def refused_page(url: str, content_type: str, start: bytes) -> RefusalError | None:
    """Return the refusal of a page, or an error message, that came instead of a file; else None.

    ``start`` is the beginning of the body. JSON and XML are told by the declared type or by the
    error they spell, since products are neither.
    """
    declared = content_type.partition(";")[0].strip().lower()
    if _MARKUP.match(start) or declared in ("text/html", "application/xhtml+xml"):
        if _LOGIN.search(start) or _LOGIN_URL.search(urlsplit(url).path):
            return RefusalError("来的是登录页，不是文件", "a login page came instead", login=True)
        return RefusalError("来的是网页，不是文件", "a web page (HTML) came instead of the file")
    if start.lstrip()[:5].lower() == b"<?xml" or declared.endswith("xml"):
        said = _error_code(start)
        return RefusalError(f"来的是 XML 报错{said}", f"an XML message came instead{said}")
    if declared.endswith("json") or start.lstrip()[:1] == b"{":
        said = f" ({start[:120].decode('utf-8', 'replace').strip()})"
        return RefusalError(f"来的是 JSON 消息{said}", f"a JSON message came instead{said}")
    return None


def _error_code(start: bytes) -> str:
    """Return the code an object store spells in its XML error, in brackets."""
    found = re.search(rb"<Code>([^<]{1,80})</Code>", start)
    return f" ({found[1].decode('utf-8', 'replace')})" if found else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it wraps: causes, reasons, and exceptions among its arguments."""
    waiting, known = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in known:
            continue
        known.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]
