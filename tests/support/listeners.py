"""Listeners that are no connector: plain sockets in a private folder, each with its own way to behave."""

import contextlib
import os
import socket
import threading

from captured_exchanges.security import temporary_private_folder, unix_address


def _silent(_connection, done):
    done.wait()


def _http(connection, _done):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def _echo(connection, _done):
    while data := connection.recv(1000):
        connection.sendall(data)


def _slam(connection, _done):
    connection.close()


def _flood(connection, done):
    while not done.is_set():
        connection.sendall(os.urandom(65536))


def _half_a_handshake(connection, done):
    """HTTP/2's SETTINGS, and then never a word."""
    connection.sendall(bytes.fromhex("000000040000000000"))
    done.wait()


BEHAVIOURS = {
    behaviour.__name__.strip("_"): behaviour
    for behaviour in (_silent, _http, _echo, _slam, _flood, _half_a_handshake)
}


@contextlib.contextmanager
def listening(name):
    """The address of a listener that behaves so."""
    done = threading.Event()
    with temporary_private_folder() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        listener.listen(16)
        thread = threading.Thread(target=_accept, args=(listener, BEHAVIOURS[name], done))
        thread.start()
        try:
            yield unix_address(folder, "s")
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener, behaviour, done):
    threads = []
    connections = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # shut down
            break
        connections.append(connection)
        threads.append(threading.Thread(target=_behave, args=(behaviour, connection, done)))
        threads[-1].start()
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.close()


def _behave(behaviour, connection, done):
    with contextlib.suppress(OSError):
        behaviour(connection, done)
