package main

import (
	"context"
	"errors"
	"time"

	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// The table as docs/formats.md gives it. Another writer may hold its JSON as text.
const (
	makeExchanges = `
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
CREATE UNIQUE INDEX IF NOT EXISTS idx_exchanges_request_sync_v1 ON v1_exchanges (request_id, sync_id)`

	putRow = `
INSERT INTO v1_exchanges (request_id, sync_id, transport_kind, request_json, response_json, discovered_at)
VALUES (?, ?, 'http', '{"kind":"http","method":"GET","url":"https://go.example/users"}', '{"status":200}', ?)`
)

// appendUser adds to the latest sync, as a run that resumes would.
func appendUser(ctx context.Context, file *file, id, requestID string) error {
	sync, err := file.LatestFinishedSyncID(ctx, connectorstore.SyncTypeFull)
	if err != nil {
		return err
	}
	if err := file.SetCurrentSync(ctx, sync); err != nil {
		return err
	}
	return errors.Join(putExchange(ctx, file, sync, requestID), file.PutResources(ctx, user(id, requestID)))
}

func create(ctx context.Context, file *file) (any, error) {
	sync, err := file.StartNewSync(ctx, connectorstore.SyncTypeFull, "")
	if err != nil {
		return nil, err
	}
	ann, staff := user("ann", "go-1"), resource("group", "staff", "go-2")
	member := v2.Entitlement_builder{
		Id: "group:staff:member", Resource: staff, DisplayName: "Member", Slug: "member", Annotations: madeBy("go-2", "go-3"),
	}.Build()
	grant := v2.Grant_builder{
		Id: "group:staff:member:user:ann", Entitlement: member, Principal: ann, Annotations: madeBy("go-3"),
	}.Build()
	kinds := []*v2.ResourceType{
		v2.ResourceType_builder{Id: "user", DisplayName: "User", Annotations: madeBy("go-1")}.Build(),
		v2.ResourceType_builder{Id: "group", DisplayName: "Group"}.Build(),
	}
	err = errors.Join(
		file.PutResourceTypes(ctx, kinds...), file.PutResources(ctx, ann, staff),
		file.PutEntitlements(ctx, member), file.PutGrants(ctx, grant),
		putExchange(ctx, file, sync, "go-1"), putExchange(ctx, file, sync, "go-2"), // go-3 dangles
		file.EndSync(ctx),
	)
	return sync, err
}

// resync is what happens to a .c1z that is used again: another sync, then the old ones go.
func resync(ctx context.Context, file *file, id string) (any, error) {
	sync, err := file.StartNewSync(ctx, connectorstore.SyncTypeFull, "")
	if err != nil {
		return nil, err
	}
	return sync, errors.Join(file.PutResources(ctx, user(id)), file.EndSync(ctx), file.Cleanup(ctx))
}

func putExchange(ctx context.Context, file *file, sync, requestID string) error {
	if _, err := file.rows.ExecContext(ctx, makeExchanges); err != nil {
		return err
	}
	_, err := file.rows.ExecContext(ctx, putRow, requestID, sync, time.Now().UTC().Format("2006-01-02 15:04:05.999999999"))
	return err
}

func user(id string, requestIDs ...string) *v2.Resource { return resource("user", id, requestIDs...) }

func resource(kind, id string, requestIDs ...string) *v2.Resource {
	return v2.Resource_builder{
		Id:          v2.ResourceId_builder{ResourceType: kind, Resource: id}.Build(),
		DisplayName: "The " + kind + " " + id,
		Annotations: madeBy(requestIDs...),
	}.Build()
}

// madeBy is the annotation that points from an object to the exchanges that built it.
func madeBy(requestIDs ...string) annotations.Annotations {
	made := annotations.Annotations{}
	for _, id := range requestIDs {
		made.Append(v2.RequestId_builder{RequestId: id}.Build())
	}
	return made
}
