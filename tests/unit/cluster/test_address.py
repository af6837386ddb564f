import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
import trustme

from workbench.cluster.address import checked, expect_scheduler
from workbench.errors import ClusterError, InvalidValue


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        pytest.param("tls://gpu-7.example:9000", ("tls", "gpu-7.example", 9000), id="tls anywhere"),
        pytest.param("tls://gpu-7.example", ("tls", "gpu-7.example", 8786), id="Dask's own port"),
        pytest.param("tcp://127.0.0.1:9000", ("tcp", "127.0.0.1", 9000), id="tcp on this machine"),
        pytest.param("tcp://localhost:9000", ("tcp", "localhost", 9000), id="by its name"),
        pytest.param("tcp://[::1]:9000", ("tcp", "::1", 9000), id="IPv6"),
    ],
)
def test_an_address_is_taken_apart(address, parts):
    assert checked(address) == parts


@pytest.mark.parametrize(
    ("address", "why"),
    [
        pytest.param("tcp://10.0.0.7:8786", "without TLS lets anybody", id="tcp on a network"),
        pytest.param("tcp://gpu-7:8786", "without TLS lets anybody", id="tcp to another host"),
        pytest.param("tcp://127.0.0.1.example.com:1", "without TLS lets anybody", id="a name that looks like loopback"),
        pytest.param("tcp://0.0.0.0:8786", "without TLS lets anybody", id="every interface"),
        pytest.param("gpu-7:8786", "expected tls://host:port", id="no scheme"),
        pytest.param("http://gpu-7:8786", "expected tls://host:port", id="another scheme"),
        pytest.param("tls://gpu-7:port", "expected tls://host:port", id="no number"),
        pytest.param("tls://gpu-7:99999", "expected tls://host:port", id="no port"),
        pytest.param("tls://:8786", "expected tls://host:port", id="no host"),
        pytest.param("", "expected tls://host:port", id="nothing"),
    ],
)
def test_an_address_is_refused(address, why):
    with pytest.raises(InvalidValue, match=why):
        checked(address)


@contextmanager
def listening(answer):
    """Listen on loopback; answer(connection) for the one who comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with server.accept()[0] as connection:
                connection.settimeout(300)
                try:
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def context(purpose, authority, cert=None):
    made = ssl.create_default_context(purpose)
    made.check_hostname, made.verify_mode = False, ssl.CERT_REQUIRED
    authority.configure_trust(made)
    if cert is not None:
        cert.configure_cert(made)
    return made


@pytest.fixture(scope="module")
def authorities():
    return trustme.CA(key_type=trustme.KeyType.ECDSA), trustme.CA(key_type=trustme.KeyType.ECDSA)


def greets(server):
    def answer(connection):
        with server.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"hello")

    return answer


def test_a_scheduler_and_a_client_of_one_authority_get_on(authorities):
    ours, _ = authorities
    server = context(ssl.Purpose.CLIENT_AUTH, ours, ours.issue_cert("127.0.0.1"))
    with listening(greets(server)) as port:
        expect_scheduler("127.0.0.1", port, context(ssl.Purpose.SERVER_AUTH, ours, ours.issue_cert("me@home")))


@pytest.mark.parametrize(
    ("server_of", "client_of", "why"),
    [
        pytest.param(1, 0, "its certificate is not signed by the given authority", id="a scheduler of somebody else"),
        pytest.param(0, 1, "does not accept this client's certificate", id="a client of somebody else"),
    ],
)
def test_a_certificate_of_another_authority_is_told(authorities, server_of, client_of, why):
    ours = authorities[0]
    server = context(ssl.Purpose.CLIENT_AUTH, ours, authorities[server_of].issue_cert("127.0.0.1"))
    client = context(ssl.Purpose.SERVER_AUTH, ours, authorities[client_of].issue_cert("me@home"))
    with listening(greets(server)) as port, pytest.raises(ClusterError, match=why):
        expect_scheduler("127.0.0.1", port, client)


def test_a_scheduler_without_tls_is_told(authorities):
    client = context(ssl.Purpose.SERVER_AUTH, authorities[0])
    with (
        listening(lambda connection: connection.sendall(bytes(64))) as port,
        pytest.raises(ClusterError, match="does not speak TLS"),
    ):
        expect_scheduler("127.0.0.1", port, client)


def test_a_scheduler_with_tls_hangs_up_on_a_client_without():
    with listening(lambda connection: None) as port, pytest.raises(ClusterError, match="it hung up"):
        expect_scheduler("127.0.0.1", port, None)


def test_nobody_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ClusterError, match="nobody listens there"):
        expect_scheduler("127.0.0.1", port, None)


def test_silence_is_told(monkeypatch):
    monkeypatch.setattr("workbench.cluster.address.ANSWER_S", 0.05)
    with listening(lambda connection: connection.recv(1)) as port, pytest.raises(ClusterError, match="no answer in"):
        expect_scheduler("127.0.0.1", port, None)
