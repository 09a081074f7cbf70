"""The views of baton's messages."""

import subprocess
import sys

from captured_exchanges.wire import request_id_annotation, request_ids
from captured_exchanges.wire.baton import Resource, ResourceId
from captured_exchanges.wire.varint import length_delimited


def test_fields_that_the_view_does_not_know_are_kept():
    """Stamping an answer through the view loses nothing that baton put in."""
    unknown = length_delimited(77, b"something of baton's")
    resource = Resource.FromString(
        Resource(id=ResourceId(resource_type="user")).SerializeToString() + unknown
    )
    resource.annotations.append(request_id_annotation("req-1"))
    again = Resource.FromString(resource.SerializeToString())
    assert unknown in resource.SerializeToString()
    assert request_ids(again.annotations) == ["req-1"]


def test_the_views_live_beside_batons_own_messages():
    """Another package may register c1.connector.v2 messages in the same process, before or after."""
    script = (
        "from google.protobuf import descriptor_pb2, descriptor_pool\n"
        "file = descriptor_pb2.FileDescriptorProto(name='resource.proto', package='c1.connector.v2')\n"
        "file.message_type.add(name='Resource'); file.message_type.add(name='RequestId')\n"
        "def baton(): descriptor_pool.Default().Add(file)\n"
        "def ours():\n import captured_exchanges.wire.baton, captured_exchanges.wire\n"
        "import sys; [{'b': baton, 'o': ours}[step]() for step in sys.argv[1]]; print('both')\n"
    )
    for order in ("bo", "ob"):
        done = subprocess.run(
            [sys.executable, "-c", script, order], capture_output=True, text=True, check=True
        )
        assert done.stdout == "both\n"
