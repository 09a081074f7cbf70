"""The demo's upstream: a real SCIM directory in a process of its own.

scim2-server's own command shows the bearer token to everyone who can list processes, cannot report the
port it was given, and never returns a password. So its application is started from here: the token comes
over stdin, the port is reported once it is bound, and the user schema that is served lets passwords be
read back (as some real directories do), so that redaction has something to do.

    stdin   {"token": …}
    stdout  {"event": "ready", "url": "http://127.0.0.1:…/v2"}

Run as `python -m captured_exchanges.demo.directory`; it needs the extra `demo`.
"""

from __future__ import annotations

import sys
import threading
from socketserver import TCPServer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from scim2_models import ResourceType, Schema, ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.testserver.cli import ThreadingWSGIServer
from scim2_server.utils import load_default_service_provider_config, load_json_resource

from captured_exchanges.demo.child import read_configuration, report, wait_for_parent
from captured_exchanges.demo.people import ACCOUNT_SCHEMA, USER_SCHEMA

__all__ = ["application", "main", "server"]


def main() -> int:
    """Serve until stdin ends."""
    with server(read_configuration()["token"]) as listening:
        report("ready", url=f"http://127.0.0.1:{listening.server_port}/v2")
        threading.Thread(target=listening.serve_forever, name="directory", daemon=True).start()
        wait_for_parent()
        listening.shutdown()
    return 0


def server(token: str) -> WSGIServer:
    """The directory, empty, bound to a free port of 127.0.0.1 and not yet serving."""
    return make_server(
        "127.0.0.1", 0, application(token), server_class=_LoopbackServer, handler_class=_QuietHandler
    )


def application(token: str) -> BearerTokenApplication:
    """The WSGI application: a 401 without `Authorization: Bearer <token>`."""
    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    provider = ScimProvider.from_discovery(_schemas(), _resource_types(), config=config)
    return BearerTokenApplication(InMemoryStorage(), provider, bearer_tokens=[token])


def _schemas() -> list[Schema]:
    definitions: list[dict[str, Any]] = load_json_resource("default-schemas.json")
    for definition in definitions:
        if definition["id"] == USER_SCHEMA:
            _return_passwords(definition["attributes"])
    return [Schema.model_validate(definition) for definition in [*definitions, _account_schema()]]


def _return_passwords(attributes: list[dict[str, Any]]) -> None:
    password = next(attribute for attribute in attributes if attribute["name"] == "password")
    password.update(mutability="readWrite", returned="default")


def _account_schema() -> dict[str, Any]:
    types = {"passwordLastChanged": "dateTime", "credentialProvider": "string", "tokenCount": "integer"}
    common = {"multiValued": False, "required": False, "mutability": "readWrite", "returned": "default"}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": ACCOUNT_SCHEMA,
        "name": "Account",
        "description": "What the directory knows of a user's sign-in",
        "attributes": [{"name": name, "type": kind, **common} for name, kind in types.items()],
    }


def _resource_types() -> list[ResourceType]:
    definitions: list[dict[str, Any]] = load_json_resource("default-resource-types.json")
    for definition in definitions:
        if definition["id"] == "User":
            definition["schemaExtensions"].append({"schema": ACCOUNT_SCHEMA, "required": False})
    return [ResourceType.model_validate(definition) for definition in definitions]


class _LoopbackServer(ThreadingWSGIServer):
    """HTTPServer asks DNS for the name of its own address, which takes seconds on some machines."""

    def server_bind(self) -> None:
        TCPServer.server_bind(self)
        host, port = self.socket.getsockname()[:2]
        self.server_name, self.server_port = str(host), int(port)
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    """Stderr is for what goes wrong: no line per request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


if __name__ == "__main__":
    sys.exit(main())
