"""Host pinning: links a system gives out are followed only to the system itself."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from oppbridge.errors import ConfigError, ContractBroken


def checked_root(url: str) -> str:
    """The address of a system without its trailing slash. Raises ConfigError unless it is https."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ConfigError(f"{url!r} is not the https address of a system")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(
            f"the address of {parts.hostname} must hold neither credentials nor a query"
        )
    return url.rstrip("/")


def pinned(root: str, path: str) -> str:
    """The full address of `path`, a path below `root` or a link on its host.

    Raises ContractBroken when a link leaves the host, its port or https: a token would follow it.
    """
    if not path.lower().startswith(("http:", "https:", "//")):
        return f"{root}/{path.lstrip('/')}"
    if not on_host(root, path):
        host = urlsplit(root).hostname
        raise ContractBroken(f"{host} gave a link to {path[:60]!r}, which is not followed")
    return path


def on_host(root: str, link: str) -> bool:
    """Whether a link leads to the host and port of `root`, by the same scheme."""
    try:
        return _place(urlsplit(link)) == _place(urlsplit(root))
    except ValueError:  # a port that is no number, brackets that do not close
        return False


def _place(parts: SplitResult) -> tuple[str, str | None, int | None, str | None]:
    port = parts.port or (443 if parts.scheme == "https" else None)
    return parts.scheme.lower(), parts.hostname, port, parts.username
