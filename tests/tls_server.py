"""A web server with TLS that says, byte by byte, what a test writes."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket
from socketserver import BaseRequestHandler, ThreadingTCPServer

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "files.example.org"
PUBLIC = "93.184.215.14"  # what the scripted resolver says; nothing is ever sent there
Reply = Callable[[ssl.SSLSocket], object]


@dataclass
class TlsServer:
    """A server for `HOST` on loopback, and what it saw.

    Attributes:
        authority: client side of TLS, which trusts the server's certificate alone.
        replies: path to what is said to a request for it.
        heads: the requests as they came.
        names: host names that clients asked TLS for.
        dialled: addresses that clients meant to reach.
    """

    authority: ssl.SSLContext
    replies: dict[str, Reply] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    port: int = 0

    def connect(self, address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
        """Note the address, and connect to this server in its place."""
        self.dialled.append(f"{address}:{port}")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=timeout_s)


def says(body: bytes, *headers: str, status: str = "200 OK") -> Reply:
    """A whole response; the length is declared unless a header of the same name is given."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(header.lower().startswith(("content-length", "transfer")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return lambda connection: connection.sendall(head + body)


@contextmanager
def tls_server(folder: Path, *, certified: str = HOST) -> Iterator[TlsServer]:
    """Serve on a free port, with a certificate for one name."""
    _write_certificate(folder, certified)
    server = TlsServer(ssl.create_default_context(cafile=str(folder / "certificate.pem")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    context.sni_callback = lambda _tls, name, _context: server.names.append(name)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client has left, which is what it was to do
                _answer(server, context, self.request)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.block_on_close = False
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=[0.01])
        thread.start()
        yield server
        listening.shutdown()
        thread.join()


def _answer(server: TlsServer, context: ssl.SSLContext, connection: socket) -> None:
    with context.wrap_socket(connection, server_side=True) as tls:
        head = b""
        while b"\r\n\r\n" not in head:
            head += tls.recv(65536)
        server.heads.append(head.decode())
        server.replies[head.split()[1].decode()](tls)


def _write_certificate(folder: Path, host: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
