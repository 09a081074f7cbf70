"""The service's descriptor, as data."""

import subprocess
import sys

from google.protobuf import descriptor_pool

from captured_exchanges.wire import METHOD, METHOD_NAME, SERVICE, service_files


def test_the_files_build_a_pool_in_their_order():
    """Each file comes after those it imports, and the last one holds the method."""
    pool = descriptor_pool.DescriptorPool()
    for file in service_files():
        pool.AddSerializedFile(file)
    method = pool.FindServiceByName(SERVICE).methods_by_name[METHOD_NAME]
    assert method.client_streaming
    assert method.server_streaming
    assert f"/{method.containing_service.full_name}/{method.name}" == METHOD


def test_the_service_never_enters_the_default_pool():
    """Baton's own ConnectorService is registered there; ours would break whoever comes second."""
    script = (
        "import captured_exchanges.wire as wire, google.protobuf.descriptor_pool as pools\n"
        "wire.service_files()\n"
        "try: pools.Default().FindServiceByName(wire.SERVICE)\n"
        "except KeyError: print('absent')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "absent\n"
