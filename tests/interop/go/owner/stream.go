package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "captured-exchanges/interop/exchangespb"
)

const (
	commitDelay    = 100 * time.Millisecond // rows wait so long for company: a commit costs more than a row
	tick           = 20 * time.Millisecond
	deadAfter      = 2.5 // heartbeat intervals of silence
	endingPatience = 5 * time.Second
)

// The method is called by its path; package exchangespb tells why there is no generated client.
const path = "/c1.connector.v2.ConnectorService/StreamCapturedExchanges"

var description = &grpc.StreamDesc{StreamName: "StreamCapturedExchanges", ServerStreams: true, ClientStreams: true}

type (
	request  = pb.StreamCapturedExchangesRequest
	response = pb.StreamCapturedExchangesResponse
	call     = grpc.BidiStreamingClient[request, response]
)

// stream is one stream, in the hands of one goroutine: a second one reads and does nothing else.
type stream struct {
	*Owner
	call       call
	marks      []Watermark // the store's, when the stream was opened
	intake     *intake     // nil until `opened`
	interval   time.Duration
	heard      time.Time
	spoke      time.Time
	since      time.Time // the arrival of the oldest thing held
	asked      bool      // drain is sent
	attested   bool      // its answer is committed
	halfClosed bool
	closing    *pb.Closing
	fruitful   bool // it brought something to the store
}

type arrival struct {
	message *response
	err     error
}

// stream opens a stream and works on it until it is over: nil once the connector has attested and we have
// parted, else why it ended. fruitful: it brought something, or lived long; trying again may be quick.
func (o *Owner) stream(ctx context.Context) (fruitful bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the call and its reader, however we leave
	marks, err := o.Store.Watermarks()
	if err != nil {
		return false, fmt.Errorf("%w: %w", errStore, err)
	}
	raw, err := o.Conn.NewStream(ctx, description, path)
	if err != nil {
		return false, err
	}
	now := time.Now()
	s := &stream{Owner: o, marks: marks, interval: 5 * time.Second, heard: now, spoke: now}
	s.call = &grpc.GenericClientStream[request, response]{ClientStream: raw}
	s.send(&request{Request: &pb.StreamCapturedExchangesRequest_Open{Open: s.open()}})
	err = s.work(ctx, s.read(ctx))
	if err != nil && status.Code(err) != codes.Aborted { // whoever took our place gets what we did not commit
		// The connector may be gone for good: what it delivered is stored before anything else is tried.
		err = errors.Join(err, s.commit())
	}
	return s.fruitful || s.intake != nil && time.Since(now) > longestBackoff, err
}

// read hands over what arrives. It waits where the owner is busy: then the connector waits too.
func (s *stream) read(ctx context.Context) <-chan arrival {
	arrivals := make(chan arrival)
	go func() {
		for {
			message, err := s.call.Recv()
			select {
			case arrivals <- arrival{message, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return arrivals
}

func (s *stream) work(ctx context.Context, arrivals <-chan arrival) error {
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case arrived := <-arrivals:
			if arrived.err != nil {
				return s.ended(arrived.err)
			}
			s.heard = time.Now()
			if err := s.take(arrived.message); err != nil {
				return err
			}
		case <-clock.C:
			if err := s.live(time.Now()); err != nil {
				return err
			}
		}
		if s.due() {
			if err := s.commit(); err != nil {
				return err
			}
		}
		if s.attested {
			s.halfClose() // gives ownership up at once
		}
	}
}

// take does what a message asks for.
func (s *stream) take(message *response) error {
	if opened := message.GetOpened(); opened != nil {
		return s.opened(opened)
	}
	if s.intake == nil {
		return violated("a message arrived before `opened`")
	}
	if s.halfClosed && message.GetClosing() == nil {
		return nil // what the connector sends now it keeps, for it is not acked
	}
	if s.intake.empty() {
		s.since = time.Now()
	}
	switch message := message.Response.(type) {
	case *pb.StreamCapturedExchangesResponse_Batch:
		return s.intake.batch(message.Batch, s.Report)
	case *pb.StreamCapturedExchangesResponse_Gap:
		return s.intake.gap(message.Gap)
	case *pb.StreamCapturedExchangesResponse_Drained:
		if !s.asked {
			return violated("it attests, and was not asked to")
		}
		return s.intake.drained(message.Drained)
	case *pb.StreamCapturedExchangesResponse_Closing:
		s.closing = message.Closing
		s.halfClose()
	}
	return nil // a heartbeat, or what a later version says: a sign of life
}

// due: what is held has waited for company long enough, or nobody else is coming.
func (s *stream) due() bool {
	in := s.intake
	if in == nil || in.empty() || s.closing != nil {
		return false
	}
	return in.full() || in.held.Drained != nil || s.asked || time.Since(s.since) > commitDelay
}

// commit stores what is held, and only then acks it: the ack frees the connector's copy.
func (s *stream) commit() error {
	if s.intake == nil || s.intake.empty() {
		return nil
	}
	delivery := s.intake.take()
	if err := s.store(delivery); err != nil {
		return err
	}
	s.intake.committed = delivery.Through
	s.fruitful = true
	s.attested = s.attested || delivery.Drained != nil
	if delivery.Through > delivery.After {
		s.send(&request{Request: &pb.StreamCapturedExchangesRequest_Ack{
			Ack: &pb.Ack{Epoch: delivery.Epoch, ThroughSequence: delivery.Through},
		}})
	}
	s.heard = time.Now() // we did not listen meanwhile: that silence was ours
	return nil
}

func (s *stream) store(delivery Delivery) error {
	delivery.SyncID = s.SyncID
	switch err := s.Store.Commit(delivery); {
	case errors.Is(err, errMoved):
		return err // read the watermarks again, and open anew
	case err != nil:
		return fmt.Errorf("%w: %w", errStore, err)
	}
	s.Report.landed(delivery)
	return nil
}

// live does what time asks for: give up a silent connector, ask for the attestation, say that we live.
func (s *stream) live(now time.Time) error {
	silence := now.Sub(s.heard)
	if s.halfClosed {
		if silence > endingPatience {
			return s.ended(io.EOF)
		}
		return nil
	}
	if silence > time.Duration(deadAfter*float64(s.interval)) {
		return errors.New("the connector fell silent")
	}
	if s.intake == nil {
		return nil
	}
	if s.over() && !s.asked {
		s.asked = true // once on each stream: a drain dies with its stream
		s.send(&request{Request: &pb.StreamCapturedExchangesRequest_Drain{Drain: &pb.Drain{}}})
	}
	if now.Sub(s.spoke) >= s.interval {
		s.send(&request{Request: &pb.StreamCapturedExchangesRequest_Heartbeat{Heartbeat: &pb.Heartbeat{}}})
	}
	return nil
}

func (s *stream) over() bool {
	select {
	case <-s.Over:
		return true
	default:
		return false
	}
}

// send writes, unless we have half-closed. Its error is no news: how a call ended is told where it is read.
func (s *stream) send(message *request) {
	if !s.halfClosed {
		s.call.Send(message)
		s.spoke = time.Now()
	}
}

func (s *stream) halfClose() {
	if !s.halfClosed {
		s.halfClosed = true
		s.call.CloseSend()
	}
}

// ended tells why the call is over. What `closing` said counts, whatever status followed it.
func (s *stream) ended(err error) error {
	switch {
	case s.closing != nil:
		err = status.Error(codes.Code(s.closing.Code), s.closing.Reason)
	case errors.Is(err, io.EOF):
		err = nil
	}
	if s.attested {
		return nil
	}
	if err == nil {
		err = errors.New("the connector ended the stream")
	}
	return err
}
