package main

import (
	"errors"

	pb "captured-exchanges/interop/exchangespb"
)

// maxSequence is the highest there can be; a loss whose extent nobody knows reaches up to it.
const maxSequence = 1<<63 - 1

// Reasons of gaps that a consumer writes itself, or treats apart.
const (
	unknownLoss       = "unknown_loss"
	releasedElsewhere = "released_elsewhere"
)

// errMoved: the stored watermark is not the one that a delivery follows, so somebody else has written.
var errMoved = errors.New("the store's watermark moved under this owner")

// Watermark says up to where a store holds an epoch, one life of a connector's buffer.
type Watermark struct {
	Connector string `json:"connector"`
	Epoch     string `json:"epoch"`
	Through   uint64 `json:"through"`
	// Settled: its end is known, because it was drained, or is told as lost in the ledger.
	Settled bool `json:"settled"`
}

// Delivery is what one durable step brings: rows, gaps and an attestation, and the watermark they lead to.
type Delivery struct {
	Connector string
	Epoch     string
	After     uint64 // the watermark that the store is believed to hold
	Through   uint64 // the watermark afterwards
	Exchanges []*pb.CapturedExchange
	Gaps      []*pb.Gap
	Drained   *pb.Drained
	SyncID    string // the store's sync
}

// syncOf tells which sync an exchange is stored under: its own. Only one without gets the store's.
func (d Delivery) syncOf(exchange *pb.CapturedExchange) string {
	if exchange.SyncId != "" {
		return exchange.SyncId
	}
	return d.SyncID
}

// Store is where exchanges go.
type Store interface {
	// Watermarks tells them, last moved first.
	Watermarks() ([]Watermark, error)
	// Commit makes all of a delivery durable, the watermark in the same step, or nothing of it. When it has
	// returned nil a power cut does not take it back: only then is the connector told to forget its copy.
	// errMoved: the watermark held is not the one that the delivery follows.
	Commit(Delivery) error
	Close() error
}

// settles tells whether an epoch's end is known once a delivery is stored.
func (d Delivery) settles() bool {
	lost := false
	for _, gap := range d.Gaps {
		lost = lost || gap.Reason == unknownLoss
	}
	return lost || d.Drained != nil
}
