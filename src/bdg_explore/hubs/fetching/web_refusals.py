"""What it means that a web server gives no file: another try, or what the user can do."""

import re
import time
from email.utils import parsedate_to_datetime
from typing import NoReturn
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from bdg_explore.errors import FetchError, OfflineError

from .order import MIRROR, Again, Order


def trouble_of(order: Order, error: requests.RequestException) -> FetchError | Again:
    """Tell what kept a request from being answered, and whether another try may help."""
    host = urlsplit(order.place.url).hostname
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        what = f"the certificate of {host} is not trusted ({cause or error})"
        step = "set REQUESTS_CA_BUNDLE to your organisation's certificates if it has a proxy"
    elif isinstance(error, requests.exceptions.ProxyError):
        what = f"the proxy cannot be used ({cause or error})"
        step = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    elif isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError):
        what = f"{host} cannot be reached ({_reason(cause or error)})"
        step = "check the network"
        return OfflineError(f"cannot fetch {order.name}: {what}. Next: {step}, or {MIRROR}.")
    elif isinstance(error, requests.Timeout):
        return Again(f"{host} was silent for {order.timeout:g} s")
    elif isinstance(error, requests.ConnectionError):
        return Again(f"the connection to {host} broke off")
    else:
        what, step = f"{error}", "correct the address in the catalog"
    return FetchError(f"cannot fetch {order.name}: {what}. Next: {step}, or {MIRROR}.")


def _reason(cause: object) -> str:
    """Return the system's own words out of a nested connection error."""
    found = re.search(r"\[Errno -?\d+\] ([\w ]+)", str(cause))
    return found[1] if found else "no answer in time"


def refused(order: Order, response: requests.Response) -> NoReturn:
    """Raise what a status other than success means for the one who asked."""
    status = response.status_code
    told = f"HTTP {status} {response.reason or ''}".strip()
    if status in (408, 425, 429, 500, 502, 503, 504):
        wait = _retry_after(response.headers.get("Retry-After"))
        asks = f" and asks to wait {wait:.0f} s" if wait else ""
        raise Again(f"the server answers {told}{asks}", wait)
    if status in (401, 403):
        what = f"the server gives it only to those it knows ({told})"
        step = (
            "see at the data set's landing page how to get it: access may be on request or need "
            "an account; fetch the file by hand and"
        )
    elif status in (404, 410):
        what = f"it is not there ({told})"
        step = "see at the data set's landing page where it is now, and correct the catalog; or"
    else:
        what, step = f"the server answers {told}", "open the address in a browser; or"
    raise FetchError(f"cannot fetch {order.name}: {what}. Next: {step} {MIRROR}.")


def _retry_after(told: str | None) -> float | None:
    """Return how long a server asks to wait [s]: it says seconds or a date."""
    if told is None:
        return None
    if told.strip().isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, until.timestamp() - time.time())
