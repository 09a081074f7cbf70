// Package exchangespb holds the messages of the handoff, generated from captured_exchanges.proto.
//
// The messages alone. The service goes by baton's name, c1.connector.v2.ConnectorService, and a program that
// links baton's SDK has one of that name already: Go's protobuf runtime panics at start where a second one is
// registered. The method is called by its path instead (see owner/stream.go), and nothing is missed.
package exchangespb

//go:generate ./generate.sh
