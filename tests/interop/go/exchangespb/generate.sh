#!/usr/bin/env bash
# Generates captured_exchanges.pb.go into the folder given (default: this one) from the .proto beside the
# Python sources. Python brings protoc, this module its plugin: both versions are pinned. `make proto` runs
# it where Go is installed, and a test compares.
set -euo pipefail
cd "$(dirname "$0")"
into=${1:-.}
root=../../../..
package=captured-exchanges/interop/exchangespb
messages=captured_exchanges/v1/captured_exchanges.proto

"${PYTHON:-$root/.venv/bin/python}" -m grpc_tools.protoc --proto_path="$root/proto" \
    --plugin=protoc-gen-go="$(go tool -n protoc-gen-go)" \
    --go_out="$into" --go_opt=module="$package" --go_opt=M"$messages=$package" "$messages"
