package main

import (
	pb "captured-exchanges/interop/exchangespb"
)

const (
	protocolVersion = 1
	maxResume       = 64 // watermarks that an open may name
	// What may be sent to us and not acked yet: a connector's defaults, and the bound of our memory.
	maxOutstanding      = 4096
	maxOutstandingBytes = 16 << 20
)

// open is the first message: who we are, what our store holds, how much we can bear.
func (s *stream) open() *pb.Open {
	open := &pb.Open{
		ProtocolVersion:         protocolVersion,
		ConsumerId:              s.ConsumerID,
		SyncId:                  s.SyncID,
		TakeOver:                s.TakeOver,
		MaxOutstandingExchanges: maxOutstanding,
		MaxOutstandingBytes:     maxOutstandingBytes,
	}
	for _, mark := range s.marks[:min(len(s.marks), maxResume)] {
		open.Resume = append(open.Resume, &pb.ResumePosition{Epoch: mark.Epoch, AfterSequence: mark.Through})
	}
	return open
}

// opened settles where the stream begins: after our watermark of this epoch, or else after the last ack.
func (s *stream) opened(opened *pb.Opened) error {
	if s.intake != nil || opened.Role != pb.Role_ROLE_OWNER || opened.ProtocolVersion != protocolVersion {
		return violated("`opened` came twice, or is an observer's, or of version %d", opened.ProtocolVersion)
	}
	if opened.Epoch == "" {
		return violated("`opened` names no epoch")
	}
	if interval := opened.HeartbeatInterval.AsDuration(); interval > 0 {
		s.interval = interval
	}
	s.Owner.TakeOver = false // once is enough: a taker who is cut off must not take it back from the next
	name, through, known := opened.Connector.GetName(), opened.AckedThrough, false
	for _, mark := range s.marks {
		if mark.Epoch == opened.Epoch {
			name, through, known = mark.Connector, mark.Through, true
			break
		}
	}
	s.intake = &intake{
		connector: name, syncID: s.SyncID, epoch: opened.Epoch, limits: inForce(opened.Limits),
		resumed: through, position: through, committed: through,
	}
	if known {
		s.Report.opened(opened.Epoch, through)
		return nil
	}
	s.Report.opened(opened.Epoch, 0)
	return s.begin(opened)
}

// inForce: never above what we asked for, whatever the connector says.
func inForce(told *pb.Limits) *pb.Limits {
	limits := &pb.Limits{MaxOutstandingExchanges: maxOutstanding, MaxOutstandingBytes: maxOutstandingBytes}
	if count := told.GetMaxOutstandingExchanges(); count > 0 {
		limits.MaxOutstandingExchanges = min(count, maxOutstanding)
	}
	if size := told.GetMaxOutstandingBytes(); size > 0 {
		limits.MaxOutstandingBytes = min(size, maxOutstandingBytes)
	}
	return limits
}

// begin tells the store of an epoch that is new to it, before any row: which earlier epochs ended undrained,
// and what of this one another store has.
func (s *stream) begin(opened *pb.Opened) error {
	name, acked := opened.Connector.GetName(), opened.AckedThrough
	for _, mark := range s.marks {
		if mark.Connector != name || mark.Settled {
			continue
		}
		lost := gap(mark.Epoch, mark.Through+1, maxSequence, 0, unknownLoss)
		delivery := Delivery{Connector: name, Epoch: mark.Epoch, After: mark.Through, Through: mark.Through, Gaps: lost}
		if err := s.store(delivery); err != nil {
			return err
		}
	}
	first := Delivery{Connector: name, Epoch: opened.Epoch, Through: acked}
	if acked > 0 {
		first.Gaps = gap(opened.Epoch, 1, acked, acked, releasedElsewhere)
	}
	return s.store(first)
}

func gap(epoch string, first, last, count uint64, reason string) []*pb.Gap {
	return []*pb.Gap{{Epoch: epoch, FirstSequence: first, LastSequence: last, Count: count, Reason: reason}}
}
