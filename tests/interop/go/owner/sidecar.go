package main

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"os"
	"time"

	_ "github.com/glebarez/go-sqlite" // the driver that baton's SDK brings: two of them would double the binary

	pb "captured-exchanges/interop/exchangespb"
)

// sidecar is a SQLite database with the tables that a .c1z has for exchanges (docs/formats.md), for a syncer
// that holds the .c1z itself open in another way: `exchanges merge` brings it in when the sync is over.
type sidecar struct{ db *sql.DB }

// The statements are those of captured-exchanges, to the letter: it refuses tables that differ.
const sidecarTables = `
CREATE TABLE IF NOT EXISTS v1_exchanges (
    id integer primary key,
    request_id text not null,
    sync_id text not null,
    transport_kind text not null,
    request_json blob,
    response_json blob,
    intent_json blob,
    discovered_at datetime not null
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_exchanges_request_sync_v1 ON v1_exchanges (request_id, sync_id);
CREATE TABLE IF NOT EXISTS v1_exchange_watermarks (
    id integer primary key,
    connector text not null,
    epoch text not null,
    through_sequence integer not null,
    drained integer not null,
    attestation blob,
    updated_at datetime not null
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_exchange_watermarks_epoch_v1 ON v1_exchange_watermarks (connector, epoch);
CREATE TABLE IF NOT EXISTS v1_exchange_gaps (
    id integer primary key,
    connector text not null,
    epoch text not null,
    first_sequence integer not null,
    last_sequence integer not null,
    count integer not null,
    bytes integer not null,
    reason text not null,
    syncs_json blob not null,
    sync_id text not null,
    discovered_at datetime not null
);`

const (
	putExchange = `
INSERT INTO v1_exchanges
    (request_id, sync_id, transport_kind, request_json, response_json, intent_json, discovered_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (request_id, sync_id) DO UPDATE SET
    transport_kind = excluded.transport_kind, request_json = excluded.request_json,
    response_json = excluded.response_json, intent_json = excluded.intent_json,
    discovered_at = excluded.discovered_at`

	putGap = `
INSERT INTO v1_exchange_gaps (connector, epoch, first_sequence, last_sequence, count, bytes, reason, syncs_json,
    sync_id, discovered_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	putWatermark = `
INSERT INTO v1_exchange_watermarks (connector, epoch, through_sequence, drained, attestation, updated_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (connector, epoch) DO UPDATE SET
    through_sequence = excluded.through_sequence, drained = excluded.drained,
    attestation = coalesce(excluded.attestation, attestation), updated_at = excluded.updated_at`

	getWatermark = `
SELECT coalesce(max(through_sequence), 0) FROM v1_exchange_watermarks WHERE connector = ? AND epoch = ?`

	listWatermarks = `
SELECT connector, epoch, through_sequence, drained OR EXISTS (
    SELECT 1 FROM v1_exchange_gaps AS g WHERE g.connector = w.connector AND g.epoch = w.epoch
        AND g.reason = 'unknown_loss' AND g.first_sequence = w.through_sequence + 1)
FROM v1_exchange_watermarks AS w ORDER BY updated_at DESC, id DESC`
)

func openSidecar(path string) (*sidecar, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite's own mode is everybody's to read
	if err != nil {
		return nil, err
	}
	file.Close()
	// FULL: a commit outlives a power cut, not just a kill, for an ack follows it. immediate: writers take turns.
	pragmas := url.Values{
		"_pragma": {"journal_mode(wal)", "synchronous(full)", "busy_timeout(5000)"},
		"_txlock": {"immediate"},
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(sidecarTables); err != nil {
		db.Close()
		return nil, err
	}
	return &sidecar{db}, nil
}

func (s *sidecar) Watermarks() ([]Watermark, error) {
	rows, err := s.db.Query(listWatermarks)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var marks []Watermark
	for rows.Next() {
		var mark Watermark
		if err := rows.Scan(&mark.Connector, &mark.Epoch, &mark.Through, &mark.Settled); err != nil {
			return nil, err
		}
		marks = append(marks, mark)
	}
	return marks, rows.Err()
}

func (s *sidecar) Commit(d Delivery) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	var held uint64
	if err := tx.QueryRow(getWatermark, d.Connector, d.Epoch).Scan(&held); err != nil {
		return err
	}
	if held != d.After {
		return errMoved
	}
	if err := put(tx, d); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *sidecar) Close() error { return s.db.Close() }

func put(tx *sql.Tx, d Delivery) error {
	now := time.Now().UTC().Format("2006-01-02 15:04:05.999999999")
	exchanges, err := tx.Prepare(putExchange)
	if err != nil {
		return err
	}
	for _, e := range d.Exchanges {
		_, err := exchanges.Exec(e.RequestId, d.syncOf(e), e.TransportKind,
			document(e.RequestJson), document(e.ResponseJson), document(e.IntentJson), now)
		if err != nil {
			return err
		}
	}
	for _, gap := range d.Gaps {
		_, err := tx.Exec(putGap, d.Connector, gap.Epoch, gap.FirstSequence, gap.LastSequence, gap.Count, gap.Bytes,
			gap.Reason, syncsOf(gap), d.SyncID, now)
		if err != nil {
			return err
		}
	}
	_, err = tx.Exec(putWatermark, d.Connector, d.Epoch, d.Through, d.Drained != nil, attested(d.Drained), now)
	return err
}

// document: JSON is bound as bytes, and what is absent as NULL.
func document(json string) []byte {
	if json == "" {
		return nil
	}
	return []byte(json)
}

func syncsOf(gap *pb.Gap) []byte {
	syncs := [][]any{}
	for _, sync := range gap.Syncs {
		syncs = append(syncs, []any{sync.SyncId, sync.Count})
	}
	return encoded(syncs)
}

func attested(drained *pb.Drained) []byte {
	if drained == nil {
		return nil
	}
	counters := []map[string]any{}
	for _, sync := range drained.Counters {
		dropped := []map[string]any{}
		for _, entry := range sync.Dropped {
			dropped = append(dropped, map[string]any{"reason": entry.Reason, "count": entry.Count, "bytes": entry.Bytes})
		}
		counters = append(counters, map[string]any{
			"sync_id": sync.SyncId, "captured": sync.Captured, "acked": sync.Acked,
			"dropped": dropped, "abandoned": sync.Abandoned,
		})
	}
	return encoded(map[string]any{
		"epoch": drained.Epoch, "through_sequence": drained.ThroughSequence,
		"acked_through": drained.AckedThrough, "counters": counters,
	})
}

// encoded is for numbers, texts and lists of them: those always can.
func encoded(value any) []byte {
	content, _ := json.Marshal(value)
	return content
}
