package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// fileStore appends JSON lines to a file, and keeps in FILE.state how much of it counts and the watermarks.
//
// The rename of the state is the moment of commit: lines that a crash left behind it were never acked, so
// the connector has them still, and the next start cuts them off.
type fileStore struct {
	data  *os.File
	state fileState
}

type fileState struct {
	Size       int64       `json:"size"`
	Watermarks []Watermark `json:"watermarks"`
}

func openFile(path string) (*fileStore, error) {
	data, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &fileStore{data: data}
	if err := s.begin(); err != nil {
		data.Close()
		return nil, err
	}
	return s, nil
}

// begin claims the file for this process and cuts off what was not committed.
func (s *fileStore) begin() error {
	if err := syscall.Flock(int(s.data.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s is being written by another process: %w", s.data.Name(), err)
	}
	state, err := os.ReadFile(s.statePath())
	switch {
	case errors.Is(err, os.ErrNotExist):
		if info, err := s.data.Stat(); err != nil || info.Size() > 0 {
			return fmt.Errorf("%s holds something, and no %s says what: give another file", s.data.Name(), s.statePath())
		}
		return s.save(fileState{}) // before there is anything to lose
	case err != nil:
		return err
	}
	if err := json.Unmarshal(state, &s.state); err != nil {
		return fmt.Errorf("%s: %w", s.statePath(), err)
	}
	return s.data.Truncate(s.state.Size)
}

func (s *fileStore) Watermarks() ([]Watermark, error) {
	return slices.Clone(s.state.Watermarks), nil
}

func (s *fileStore) Commit(d Delivery) error {
	at := slices.IndexFunc(s.state.Watermarks, func(mark Watermark) bool {
		return mark.Connector == d.Connector && mark.Epoch == d.Epoch
	})
	others, held := slices.Clone(s.state.Watermarks), uint64(0)
	if at >= 0 {
		held = others[at].Through
		others = slices.Delete(others, at, at+1)
	}
	if held != d.After {
		return errMoved
	}
	lines, err := encode(d)
	if err != nil {
		return err
	}
	if _, err := s.data.WriteAt(lines, s.state.Size); err != nil {
		return err
	}
	if err := s.data.Sync(); err != nil {
		return err
	}
	moved := Watermark{d.Connector, d.Epoch, d.Through, d.settles()}
	return s.save(fileState{s.state.Size + int64(len(lines)), append([]Watermark{moved}, others...)})
}

func (s *fileStore) Close() error { return s.data.Close() }

func (s *fileStore) statePath() string { return s.data.Name() + ".state" }

// save replaces the state: a new file, synced, renamed over the old one, and the folder synced.
func (s *fileStore) save(next fileState) error {
	content, err := json.Marshal(next)
	if err != nil {
		return err
	}
	draft, err := os.OpenFile(s.statePath()+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = draft.Write(content)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft.Name(), s.statePath()); err != nil {
		return err
	}
	s.state = next
	return syncFolder(filepath.Dir(s.statePath()))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// encode writes a line for each exchange, gap and attestation: {"sync_id": "…", "exchange": {…}}.
func encode(d Delivery) ([]byte, error) {
	var lines bytes.Buffer
	var failed error
	write := func(syncID, kind string, message proto.Message) {
		document, err := protojson.Marshal(message)
		failed = errors.Join(failed, err)
		fmt.Fprintf(&lines, "{\"sync_id\":%s,%q:%s}\n", encoded(syncID), kind, document)
	}
	for _, exchange := range d.Exchanges {
		write(d.syncOf(exchange), "exchange", exchange)
	}
	for _, gap := range d.Gaps {
		write(d.SyncID, "gap", gap)
	}
	if d.Drained != nil {
		write(d.SyncID, "drained", d.Drained)
	}
	return lines.Bytes(), failed
}
