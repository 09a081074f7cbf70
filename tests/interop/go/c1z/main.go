// C1z does with a .c1z what a syncer or a tool built on baton's SDK does, and prints what it saw as JSON.
//
//	c1z list FILE                     all objects, each with the rows that its RequestId annotations name
//	c1z append FILE USER REQUEST_ID   a user more in the latest sync, and a row in v1_exchanges that built it
//	c1z create FILE                   a file of its own: a user, a group, an entitlement, a grant, their rows
//	c1z sync FILE USER                another sync with that user alone, and baton's cleanup of all before it
//
// The SDK's releases know no exchanges: objects go through its reader and writer, rows through SQL on the
// database that it has unpacked and will pack again. Its unknown tables are kept as they are.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	_ "captured-exchanges/interop/exchangespb" // the handoff's messages and baton's live in one program

	"github.com/conductorone/baton-sdk/pkg/dotc1z"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("c1z: ")
	said, err := run(context.Background(), os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, words []string) (any, error) {
	command := ""
	if len(words) > 1 {
		command = fmt.Sprintf("%s with %d arguments", words[0], len(words)-1)
	}
	switch command {
	case "list with 1 arguments":
		return with(ctx, words[1], list, dotc1z.WithReadOnly(true))
	case "append with 3 arguments":
		return with(ctx, words[1], func(ctx context.Context, file *file) (any, error) {
			return nil, appendUser(ctx, file, words[2], words[3])
		})
	case "create with 1 arguments":
		return with(ctx, words[1], create)
	case "sync with 2 arguments":
		return with(ctx, words[1], func(ctx context.Context, file *file) (any, error) {
			return resync(ctx, file, words[2])
		}, dotc1z.WithSyncLimit(1))
	}
	return nil, errors.New("usage: c1z list FILE | append FILE USER REQUEST_ID | create FILE | sync FILE USER")
}

// file is an open .c1z: the SDK's, and a connection of ours to the database that it unpacked.
type file struct {
	*dotc1z.C1File
	rows *sql.DB
}

type work func(context.Context, *file) (any, error)

// with opens a .c1z, works on it, and closes it, which saves what the SDK has changed.
func with(ctx context.Context, path string, do work, options ...dotc1z.C1ZOption) (said any, err error) {
	folder, err := os.MkdirTemp("", "c1z")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	// By default the SDK locks out every other connection, ours too.
	options = append(options, dotc1z.WithTmpDir(folder), dotc1z.WithPragma("main.locking_mode", "NORMAL"))
	opened, err := dotc1z.NewC1ZFile(ctx, path, options...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close(ctx)) }()
	rows, err := connect(folder)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return do(ctx, &file{opened, rows})
}

func connect(folder string) (*sql.DB, error) {
	found, err := filepath.Glob(filepath.Join(folder, "c1z*", "db"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("the SDK has unpacked into %v (%v); one database was expected", found, err)
	}
	return sql.Open("sqlite", found[0])
}
