"""The descriptors that reflection serves: the host's, and our method beside them.

Our service file never enters the process-wide pool, where baton's generated code may register a service of
the same name, first or last. A pool of our own is built when reflection is asked, and again once the host
has registered a ConnectorService meanwhile: with the host's service it holds that one plus our method,
without it our own. Files of the host come from the process-wide pool as they are asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, MethodDescriptorProto

from captured_exchanges.wire import METHOD_NAME, SERVICE, service_files

__all__ = ["Descriptors"]

T = TypeVar("T", FileDescriptor, Descriptor)


class Descriptors:
    """What `grpc_reflection` asks of a descriptor pool. Raises KeyError where nothing is found, as pools
    do. Thread-safe.
    """

    def __init__(self, host: descriptor_pool.DescriptorPool | None = None) -> None:
        self._lock = threading.Lock()
        self._host = host or descriptor_pool.Default()
        self._host_service: FileDescriptor | None = None
        self._pool = _Pool(service_files())

    def FindFileByName(self, file_name: str) -> FileDescriptor:  # noqa: N802 - protobuf's name
        """The file of that name."""
        return self._found(lambda pool: pool.FindFileByName(file_name))

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:  # noqa: N802 - protobuf's name
        """The file that defines a message, enum, service, extension, or (unlike protobuf's pools) a method
        or a field: `describe Service.Method` asks for those.
        """
        return self._found(lambda pool: _file_containing(pool, symbol))

    def FindMessageTypeByName(self, full_name: str) -> Descriptor:  # noqa: N802 - protobuf's name
        """The message of that name."""
        return self._found(lambda pool: pool.FindMessageTypeByName(full_name))

    def FindExtensionByNumber(  # noqa: N802 - protobuf's name
        self, message_descriptor: Descriptor, number: int
    ) -> FieldDescriptor:
        """An extension of a message that was found here."""
        with self._lock:
            return self._current().pool.FindExtensionByNumber(message_descriptor, number)

    def FindAllExtensions(self, message_descriptor: Descriptor) -> list[FieldDescriptor]:  # noqa: N802
        """All extensions, as far as known, of a message that was found here."""
        with self._lock:
            return self._current().pool.FindAllExtensions(message_descriptor)

    def _found(self, find: Callable[[descriptor_pool.DescriptorPool], T]) -> T:
        with self._lock:
            mine = self._current()
            try:
                return find(mine.pool)
            except KeyError:
                found = find(self._host)
            mine.add_with_dependencies(_file_of(found))
            return find(mine.pool)

    def _current(self) -> _Pool:
        """The pool; made anew when the host's service has appeared since."""
        if self._host_service is None:
            self._host_service = self._find_host_service()
            if self._host_service is not None:
                self._pool = _with_our_method(self._host_service)
        return self._pool

    def _find_host_service(self) -> FileDescriptor | None:
        try:
            return self._host.FindServiceByName(SERVICE).file
        except KeyError:
            return None


class _Pool:
    """A private pool, and which files are in it."""

    def __init__(self, files: Iterable[bytes]) -> None:
        self.pool = descriptor_pool.DescriptorPool()
        self._names: set[str] = set()
        for file in files:
            self.add(FileDescriptorProto.FromString(file))

    def add(self, file: FileDescriptorProto) -> None:
        """Add a file whose dependencies are here."""
        if file.name not in self._names:
            self.pool.AddSerializedFile(file.SerializeToString())
            self._names.add(file.name)

    def add_with_dependencies(self, file: FileDescriptor) -> None:
        """Copy a file and all it imports from another pool; what is here already stays as it is."""
        if file.name in self._names:
            return
        for dependency in file.dependencies:
            self.add_with_dependencies(dependency)
        self.add(FileDescriptorProto.FromString(file.serialized_pb))


def _with_our_method(host: FileDescriptor) -> _Pool:
    """A pool with the host's file, in which its service has our method too."""
    *messages, ours = (FileDescriptorProto.FromString(file) for file in service_files())
    pool = _Pool(file.SerializeToString() for file in messages)
    for dependency in host.dependencies:
        pool.add_with_dependencies(dependency)
    pool.add(_merged(FileDescriptorProto.FromString(host.serialized_pb), ours))
    return pool


def _merged(host: FileDescriptorProto, ours: FileDescriptorProto) -> FileDescriptorProto:
    name = SERVICE.rpartition(".")[2]
    service = next(each for each in host.service if each.name == name)
    if METHOD_NAME not in {method.name for method in service.method}:  # a later baton may know it
        service.method.append(_our_method(ours))
        host.dependency.extend(sorted(set(ours.dependency) - set(host.dependency)))
    return host


def _our_method(ours: FileDescriptorProto) -> MethodDescriptorProto:
    return next(method for method in ours.service[0].method if method.name == METHOD_NAME)


def _file_containing(pool: descriptor_pool.DescriptorPool, symbol: str) -> FileDescriptor:
    try:
        return pool.FindFileContainingSymbol(symbol)
    except KeyError:
        return _file_containing_member(pool, symbol)


def _file_containing_member(pool: descriptor_pool.DescriptorPool, symbol: str) -> FileDescriptor:
    try:
        return pool.FindMethodByName(symbol).containing_service.file
    except KeyError:
        message, _, _ = symbol.rpartition(".")
        pool.FindFieldByName(symbol)
        return pool.FindFileContainingSymbol(message)


def _file_of(found: FileDescriptor | Descriptor) -> FileDescriptor:
    return found if isinstance(found, FileDescriptor) else found.file
