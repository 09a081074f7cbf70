package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	pb "captured-exchanges/interop/exchangespb"
)

// Report is what an owner can say of its life: for people, and for the syncer's own records.
type Report struct {
	State       string            `json:"state"`       // finished, unsupported or stopped
	Committed   uint64            `json:"committed"`   // exchanges stored
	Foreign     uint64            `json:"foreign"`     // of these, stored under another sync than ours
	Duplicates  uint64            `json:"duplicates"`  // arrived though the store had them; dropped
	Gaps        map[string]uint64 `json:"gaps"`        // exchanges that will not come, by reason
	Losses      uint64            `json:"losses"`      // earlier epochs of which we do not know what is missing
	Streams     uint64            `json:"streams"`     // how often a stream opened
	Violations  uint64            `json:"violations"`  // how often the connector broke the protocol
	Attestation *attestation      `json:"attestation"` // the connector's last statement, as committed
	Findings    []string          `json:"findings"`    // what in it disagrees; empty: nothing

	account account
}

// maxSyncs: of more syncs than that a connector keeps the sum alone.
const maxSyncs = 256

// account is what this process has stored of the current epoch. Whole: it has all of it, from the beginning.
type account struct {
	epoch   string
	through uint64
	whole   bool
	rows    map[string]uint64
}

type attestation struct{ *pb.Drained }

func (a *attestation) MarshalJSON() ([]byte, error) {
	return protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(a.Drained)
}

func newReport() *Report {
	return &Report{State: "stopped", Gaps: map[string]uint64{}, Findings: []string{}}
}

// opened: a stream goes on from a position. An epoch that we have followed so far keeps its account.
func (r *Report) opened(epoch string, through uint64) {
	r.Streams++
	if r.account.epoch != epoch || r.account.through != through {
		r.account = account{epoch, through, through == 0, map[string]uint64{}}
	}
}

// landed: a delivery is stored.
func (r *Report) landed(d Delivery) {
	r.Committed += uint64(len(d.Exchanges))
	for _, exchange := range d.Exchanges {
		if d.syncOf(exchange) != d.SyncID {
			r.Foreign++
		}
	}
	for _, gap := range d.Gaps {
		r.Gaps[gap.Reason] += gap.Count
		if gap.Reason == unknownLoss {
			r.Losses++
		}
	}
	if r.account.epoch == d.Epoch {
		r.count(d)
	}
}

func (r *Report) count(d Delivery) {
	r.account.through = d.Through
	for _, exchange := range d.Exchanges {
		r.account.rows[exchange.SyncId]++
	}
	for _, gap := range d.Gaps {
		r.account.whole = r.account.whole && gap.Reason != releasedElsewhere
	}
	if d.Drained != nil {
		r.Attestation, r.Findings = &attestation{d.Drained}, r.compare(d.Drained)
	}
}

// compare looks for what contradicts itself in an attestation, or what we have stored. Per sync:
// captured = acked + retained + dropped.
func (r *Report) compare(drained *pb.Drained) []string {
	findings := []string{}
	for _, sync := range drained.Counters {
		dropped := uint64(0)
		for _, entry := range sync.Dropped {
			dropped += entry.Count
		}
		if sync.Captured < sync.Acked+dropped {
			findings = append(findings, fmt.Sprintf("sync %q: %d captured are fewer than %d acked and %d dropped",
				sync.SyncId, sync.Captured, sync.Acked, dropped))
		}
		stored := r.account.rows[sync.SyncId]
		// Our last commit may be stored, and its ack on its way.
		agrees := sync.Acked == stored || drained.AckedThrough != r.account.through && sync.Acked < stored
		if r.account.whole && !agrees && len(drained.Counters) < maxSyncs {
			findings = append(findings, fmt.Sprintf("sync %q: the connector counts %d acked, %d were stored",
				sync.SyncId, sync.Acked, stored))
		}
	}
	return findings
}

// disagreement is nil where both sides agree.
func (r *Report) disagreement() error {
	if len(r.Findings) == 0 {
		return nil
	}
	return fmt.Errorf("the connector's account disagrees with what was stored: %s", strings.Join(r.Findings, "; "))
}
