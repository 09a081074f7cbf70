package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	firstBackoff      = 100 * time.Millisecond
	longestBackoff    = 10 * time.Second
	ownershipPatience = time.Minute
)

// errStore: the store cannot be read or written. Trying again is for whoever can mend it.
var errStore = errors.New("the store failed")

// Owner consumes a connector's exchanges into a store. Its fields are set before Run, and not again.
type Owner struct {
	Conn       *grpc.ClientConn
	Store      Store
	ConsumerID string
	SyncID     string
	TakeOver   bool
	Over       <-chan struct{} // closed when the sync is over: drain, and part
	Report     *Report
}

// Run streams until the connector has attested to all that was captured before Over was closed. Streams end
// for many reasons, and most of them heal: it tries again without end, unless ctx is cancelled.
//
// The error says why it stopped before; nil also where the connector has no provenance. Whatever it is, the
// sync itself should go on.
func (o *Owner) Run(ctx context.Context) error {
	wait, refused := firstBackoff, time.Time{}
	for {
		fruitful, err := o.stream(ctx)
		if fruitful {
			wait = firstBackoff
		}
		if errors.As(err, new(violation)) {
			o.Report.Violations++
		}
		code := status.Code(err)
		switch {
		case err == nil:
			o.Report.State = "finished"
			return o.Report.disagreement()
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errStore):
			return err
		case code == codes.Unimplemented: // an old connector: nothing is wrong
			o.Report.State = "unsupported"
			log.Print("the connector hands over no exchanges")
			return nil
		case code == codes.Aborted: // REPLACED or TAKEN_OVER: trying again would throw the other one out
			return fmt.Errorf("another consumer took this one's place: %w", err)
		case code == codes.InvalidArgument, code == codes.PermissionDenied, code == codes.Unauthenticated:
			return fmt.Errorf("the connector refused this owner: %w", err)
		case code != codes.FailedPrecondition:
			refused = time.Time{}
		case refused.IsZero(): // somebody else owns; a crashed one's place is kept for 30 s
			refused = time.Now()
		case time.Since(refused) > ownershipPatience:
			return fmt.Errorf("the connector keeps refusing: %w", err)
		}
		log.Printf("the stream ended and is tried again: %v", err)
		pause(ctx, rand.N(wait)) // full jitter: owners that were cut off together do not come back together
		wait = min(2*wait, longestBackoff)
	}
}

func pause(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}
