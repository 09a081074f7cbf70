// Owner takes a connector's captured exchanges into a file while a sync runs, as a syncer written in Go does.
//
//	owner -target unix:/run/acme/c.sock -store exchanges.jsonl -consumer-id acme-1 -sync-id SYNC
//
// It shows a client's duties; docs/protocol.md lists them, by the numbers that comments here refer to.
//
//	owner.go    streams one after another: what each end means, when to try again (duties 11, 12)
//	stream.go   one stream: call, take, commit, ack, beat, drain, part (duties 2, 7 to 11)
//	opening.go  how it begins: what to send first, and where it goes on (duties 3, 4)
//	intake.go   what may arrive, and in which order (duties 5, 6)
//	report.go   what was counted, and whether the connector's account agrees (duty 9)
//	store.go    what a store has to promise (duty 1): a file of JSON lines, filestore.go, or
//	            sidecar.go, a SQLite database with the tables of a .c1z, to be merged into one
//
// The end of stdin says that the sync is over: owner drains, prints its report as JSON on stdout, and ends
// with 0 where the connector attested and both agree, or has no provenance to give; with 1 otherwise.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("owner: ")
	options := parse()
	report, err := run(options)
	if encoding := json.NewEncoder(os.Stdout).Encode(report); encoding != nil {
		log.Fatal(encoding)
	}
	if err != nil {
		log.Fatal(err)
	}
}

type options struct {
	target   string
	store    string
	patience time.Duration
	owner    Owner
}

func parse() *options {
	o := &options{}
	flag.StringVar(&o.target, "target", "", "the connector's address: unix:PATH")
	flag.StringVar(&o.store, "store", "", "where to store: FILE.db is a SQLite sidecar, all else JSON lines")
	flag.StringVar(&o.owner.ConsumerID, "consumer-id", "", "who owns: the same at each start with this store")
	flag.StringVar(&o.owner.SyncID, "sync-id", "", "the sync that this store is of")
	flag.BoolVar(&o.owner.TakeOver, "take-over", false, "become owner at once where another consumer is")
	flag.DurationVar(&o.patience, "patience", time.Minute, "how long to try for an attestation after stdin's end")
	flag.Parse()
	if o.store == "" || o.owner.ConsumerID == "" || flag.NArg() > 0 {
		usage("needs -target, -store and -consumer-id, and nothing else")
	}
	// TCP needs a token or mutual TLS (docs/protocol.md); the socket's folder is all that guards it here.
	if !strings.HasPrefix(o.target, "unix:") {
		usage("-target has to be unix:PATH: whatever else a connector offers asks for credentials")
	}
	return o
}

func usage(complaint string) {
	fmt.Fprintln(os.Stderr, "owner:", complaint)
	flag.Usage()
	os.Exit(2)
}

func run(o *options) (*Report, error) {
	report := newReport()
	store, err := openStore(o.store)
	if err != nil {
		return report, err
	}
	defer store.Close()
	conn, err := connect(o.target)
	if err != nil {
		return report, err
	}
	defer conn.Close()

	over := make(chan struct{})
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(over)
		time.AfterFunc(o.patience, func() { cancel(fmt.Errorf("no attestation within %s", o.patience)) })
	}()
	o.owner.Conn, o.owner.Store, o.owner.Over, o.owner.Report = conn, store, over, report
	return report, o.owner.Run(ctx)
}

func openStore(path string) (Store, error) {
	if strings.HasSuffix(path, ".db") {
		return openSidecar(path)
	}
	return openFile(path)
}

// connect makes a channel. Waiting between streams is ours to decide (owner.go), so gRPC's own backoff, which
// grows to two minutes, is kept short; and a stream resumes by its own rules, so gRPC must not replay it.
func connect(target string) (*grpc.ClientConn, error) {
	return grpc.NewClient(
		target,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, MaxDelay: time.Second},
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithDisableRetry(),
	)
}
