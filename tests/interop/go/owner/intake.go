package main

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	pb "captured-exchanges/interop/exchangespb"
)

// violation: the connector broke the protocol. The stream is given up and resumed; the store is unharmed.
type violation string

func (v violation) Error() string { return "the connector broke the protocol: " + string(v) }

func violated(format string, values ...any) error { return violation(fmt.Sprintf(format, values...)) }

// intake holds what has arrived on one stream and is not committed yet, and checks that nothing is missing:
// sequences follow one another, or a gap told why not.
type intake struct {
	connector string
	syncID    string
	epoch     string
	resumed   uint64 // where the stream began; what lies below is stored already
	position  uint64 // the last sequence accounted for, by row or by gap
	committed uint64 // the store's watermark
	held      Delivery
	bytes     uint64
	limits    *pb.Limits
}

func (in *intake) batch(batch *pb.Batch, report *Report) error {
	if batch.Epoch != in.epoch {
		return violated("a batch names another epoch than `opened` did")
	}
	for _, exchange := range batch.Exchanges {
		sequence := exchange.Sequence
		if sequence <= in.resumed {
			report.Duplicates++
			continue
		}
		if sequence != in.position+1 {
			return violated("sequence %d arrived after %d and no gap told why", sequence, in.position)
		}
		in.position = sequence
		in.held.Exchanges = append(in.held.Exchanges, exchange)
		in.bytes += uint64(proto.Size(exchange))
	}
	// What a peer may make us hold is bounded by what we asked for; one larger exchange passes alone.
	count := len(in.held.Exchanges)
	if count > 1 && (count > int(in.limits.MaxOutstandingExchanges) || in.bytes > in.limits.MaxOutstandingBytes) {
		return violated("%d exchanges of %d bytes are unacked: above the allowance", count, in.bytes)
	}
	return nil
}

func (in *intake) gap(gap *pb.Gap) error {
	if gap.Epoch != in.epoch {
		return violated("a gap names another epoch than `opened` did")
	}
	if gap.LastSequence <= in.resumed {
		return nil
	}
	if gap.FirstSequence != in.position+1 || gap.LastSequence < gap.FirstSequence || gap.LastSequence > maxSequence {
		return violated("gap %d to %d arrived after %d", gap.FirstSequence, gap.LastSequence, in.position)
	}
	if gap.Count > gap.LastSequence-gap.FirstSequence+1 || gap.Bytes > maxSequence {
		return violated("gap %d to %d counts %d exchanges of %d bytes", gap.FirstSequence, gap.LastSequence, gap.Count, gap.Bytes)
	}
	in.position = gap.LastSequence
	in.held.Gaps = append(in.held.Gaps, gap)
	return nil
}

func (in *intake) drained(drained *pb.Drained) error {
	if drained.Epoch != in.epoch || drained.ThroughSequence > in.position {
		return violated("it attests to sequence %d of what has arrived through %d", drained.ThroughSequence, in.position)
	}
	in.held.Drained = drained
	return nil
}

func (in *intake) empty() bool {
	return in.held.Exchanges == nil && in.held.Gaps == nil && in.held.Drained == nil
}

// full: half the allowance is here. Committing then, and not at its end, keeps the connector sending.
func (in *intake) full() bool {
	return len(in.held.Exchanges) >= int(in.limits.MaxOutstandingExchanges)/2 ||
		in.bytes >= in.limits.MaxOutstandingBytes/2 || len(in.held.Gaps) >= 1024
}

// take hands over what is held, as the delivery that follows the last one.
func (in *intake) take() Delivery {
	delivery := in.held
	delivery.Connector, delivery.Epoch, delivery.SyncID = in.connector, in.epoch, in.syncID
	delivery.After, delivery.Through = in.committed, in.position
	in.held, in.bytes = Delivery{}, 0
	return delivery
}
