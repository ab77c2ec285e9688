"""The MCP server: over HTTP beside the REST API, or over the standard streams of a process."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from inspect import getdoc

from fastapi import FastAPI
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.routing import Route

from api.mcp.texts import UNTRUSTED
from api.mcp.tools import DeskOf, ToolContext, Tools
from api.mcp.visitor import VisitorDesk
from api.reading_desk import ReadingDesk

PATH = "/mcp"
LOCAL = ("127.0.0.1", "localhost", "[::1]")
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
INSTRUCTIONS = (
    "Pagesight finds pages in collections of documents by looking at them, and answers questions "
    "with citations. `answer` is enough for most questions; `search_pages` and then `get_page` "
    f"let you look for yourself. {UNTRUSTED}"
)


def create_server(desk_of: DeskOf) -> MCPServer[dict[str, object]]:
    """Return the server with its tools.

    Args:
        desk_of: the desk for whoever makes a call.
    """
    server: MCPServer[dict[str, object]] = MCPServer(
        "pagesight",
        title="Pagesight",
        version=version("pagesight"),
        instructions=INSTRUCTIONS,
        log_level="WARNING",
        subscriptions=False,
    )
    tools = Tools(desk_of)
    for title, tool in (
        ("Search pages", tools.search_pages),
        ("Look at a page", tools.get_page),
        ("Answer a question", tools.answer),
        ("List documents", tools.list_documents),
        ("List collections", tools.list_collections),
    ):
        told = f"{getdoc(tool)}\n\n{UNTRUSTED}"
        server.add_tool(tool, title=title, description=told, annotations=READS)
    return server


def desk_of(context: ToolContext) -> ReadingDesk:
    """Return what the key of whoever makes a call over HTTP reaches."""
    request = context.request_context.request
    if request is None:
        raise TypeError("a call over HTTP has a request")
    return VisitorDesk(request.app.state.desk.of(request.state.access))


def serve_mcp(
    app: FastAPI, hosts: Sequence[str]
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Answer at `/mcp`; what is returned must run while the application does.

    Nothing is kept between requests, so any process may answer any of them, and a stream from the
    server (GET) is not offered: it would have nothing to say.

    Args:
        app: its desk answers.
        hosts: names beside this machine's own under which callers reach it.
    """
    server = create_server(desk_of)
    server.streamable_http_app(stateless_http=True, transport_security=_security(hosts))
    manager = server.session_manager
    app.router.routes.append(Route(PATH, endpoint=manager.asgi_app, methods=["POST"]))
    return manager.run


def _security(hosts: Sequence[str]) -> TransportSecuritySettings:
    """Refuse other names in `Host` and `Origin`: a page that had its own name point here."""
    names = [name for host in (*LOCAL, *hosts) for name in (host, f"{host}:*")]
    origins = [f"{scheme}://{name}" for name in names for scheme in ("http", "https")]
    return TransportSecuritySettings(allowed_hosts=names, allowed_origins=origins)
