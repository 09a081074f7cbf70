"""Baton's messages as a host connector has them: generated classes of its own, with more fields than our
views know, under baton's package name in a pool that is not ours.
"""

from __future__ import annotations

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "c1.connector.v2"
_ANY = ".google.protobuf.Any"
_STRING, _MESSAGE, _NUMBER = "TYPE_STRING", "TYPE_MESSAGE", "TYPE_UINT32"

_MESSAGES = {
    "RequestId": "id=1",
    "ResourceId": "resource_type=1 resource=2 flavour=9",
    "ResourceType": "id=1 display_name=2 annotations*4:Any description=5",
    "Resource": "id=1:ResourceId parent_resource_id=2:ResourceId display_name=3 annotations*4:Any"
    " description=5",
    "Entitlement": "resource=1:Resource id=2 display_name=3 description=4 annotations*6:Any slug=8",
    "Grant": "entitlement=1:Entitlement principal=2:Resource id=3 annotations*4:Any origin=5",
}
_REQUESTS = {
    "ListResourceTypes": "parent=1:Resource page_size=2# page_token=3 annotations*4:Any active_sync_id=5",
    "ListResources": "resource_type_id=1 page_size=3# page_token=4 annotations*5:Any active_sync_id=6",
    "ListEntitlements": "resource=1:Resource page_size=2# page_token=3 annotations*4:Any active_sync_id=5",
    "ListGrants": "resource=1:Resource page_size=2# page_token=3 annotations*4:Any active_sync_id=5",
}
_LISTED = {
    "ListResourceTypes": "ResourceType",
    "ListResources": "Resource",
    "ListEntitlements": "Entitlement",
    "ListGrants": "Grant",
}


def file_proto(name: str = "c1/connector/v2/host.proto") -> descriptor_pb2.FileDescriptorProto:
    """The file that a host's generated code would register."""
    file = descriptor_pb2.FileDescriptorProto(name=name, package=PACKAGE, syntax="proto3")
    file.dependency.append(any_pb2.DESCRIPTOR.name)
    for message, fields in _MESSAGES.items():
        _add(file, message, fields)
    for call, fields in _REQUESTS.items():
        _add(file, f"{call}Request", fields)
        page = f"list*1:{_LISTED[call]} next_page_token=2 annotations*3:Any etag=9"
        _add(file, f"{call}Response", page)
    return file


def _add(file: descriptor_pb2.FileDescriptorProto, name: str, fields: str) -> None:
    message = file.message_type.add(name=name)
    for field in fields.split():
        declared, _, kind = field.partition(":")
        label, number = ("*", "LABEL_REPEATED") if "*" in declared else ("=", "LABEL_OPTIONAL")
        field_name, position = declared.split(label)
        added = message.field.add(name=field_name, number=int(position.rstrip("#")), label=number)
        added.type = _MESSAGE if kind else _NUMBER if position.endswith("#") else _STRING
        if kind:
            added.type_name = _ANY if kind == "Any" else f".{PACKAGE}.{kind}"


class Host:
    """The host's classes, by name: `HOST.Resource(…)`."""

    def __init__(self) -> None:
        pool = descriptor_pool.DescriptorPool()
        pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
        pool.AddSerializedFile(file_proto().SerializeToString())
        self._pool = pool

    def __getattr__(self, name: str) -> type:
        return message_factory.GetMessageClass(self._pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))


HOST = Host()
