package main

import (
	"context"
	"database/sql"
	"errors"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"google.golang.org/protobuf/types/known/anypb"
)

// object is a resource, an entitlement or a grant, and where it comes from.
type object struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	RequestIDs []string `json:"request_ids"`
	Rows       []row    `json:"rows"`
}

// row is one of v1_exchanges.
type row struct {
	RequestID string  `json:"request_id"`
	SyncID    string  `json:"sync_id"`
	Kind      string  `json:"kind"`
	Request   *string `json:"request"`
	Response  *string `json:"response"`
	Intent    *string `json:"intent"`
}

type listing struct {
	ResourceTypes []*object `json:"resource_types"`
	Resources     []*object `json:"resources"`
	Entitlements  []*object `json:"entitlements"`
	Grants        []*object `json:"grants"`
}

// list reads the latest finished sync, as the SDK does where none is named.
func list(ctx context.Context, file *file) (any, error) {
	all, err := objects(ctx, file)
	if err != nil {
		return nil, err
	}
	for _, kind := range [][]*object{all.ResourceTypes, all.Resources, all.Entitlements, all.Grants} {
		for _, object := range kind {
			if object.Rows, err = rowsOf(ctx, file.rows, object.RequestIDs); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func objects(ctx context.Context, file *file) (*listing, error) {
	all := &listing{}
	types := func(page string) (string, error) {
		answer, err := file.ListResourceTypes(ctx, v2.ResourceTypesServiceListResourceTypesRequest_builder{PageToken: page}.Build())
		for _, each := range answer.GetList() {
			all.ResourceTypes = append(all.ResourceTypes, named(each.GetId(), each.GetDisplayName(), each.GetAnnotations()))
		}
		return answer.GetNextPageToken(), err
	}
	resources := func(page string) (string, error) {
		answer, err := file.ListResources(ctx, v2.ResourcesServiceListResourcesRequest_builder{PageToken: page}.Build())
		for _, each := range answer.GetList() {
			id := each.GetId().GetResourceType() + ":" + each.GetId().GetResource()
			all.Resources = append(all.Resources, named(id, each.GetDisplayName(), each.GetAnnotations()))
		}
		return answer.GetNextPageToken(), err
	}
	entitlements := func(page string) (string, error) {
		answer, err := file.ListEntitlements(ctx, v2.EntitlementsServiceListEntitlementsRequest_builder{PageToken: page}.Build())
		for _, each := range answer.GetList() {
			all.Entitlements = append(all.Entitlements, named(each.GetId(), each.GetDisplayName(), each.GetAnnotations()))
		}
		return answer.GetNextPageToken(), err
	}
	grants := func(page string) (string, error) {
		answer, err := file.ListGrants(ctx, v2.GrantsServiceListGrantsRequest_builder{PageToken: page}.Build())
		for _, each := range answer.GetList() {
			name := each.GetPrincipal().GetDisplayName() + " → " + each.GetEntitlement().GetDisplayName()
			all.Grants = append(all.Grants, named(each.GetId(), name, each.GetAnnotations()))
		}
		return answer.GetNextPageToken(), err
	}
	return all, errors.Join(everyPage(types), everyPage(resources), everyPage(entitlements), everyPage(grants))
}

func everyPage(read func(page string) (next string, err error)) error {
	page := ""
	for {
		next, err := read(page)
		if err != nil || next == "" {
			return err
		}
		page = next
	}
}

// named takes the ids from an object's annotations: those of type c1.connector.v2.RequestId, in order.
func named(id, name string, annotations []*anypb.Any) *object {
	found := &object{ID: id, Name: name, RequestIDs: []string{}}
	for _, annotation := range annotations {
		request := &v2.RequestId{}
		if annotation.MessageIs(request) && annotation.UnmarshalTo(request) == nil {
			found.RequestIDs = append(found.RequestIDs, request.GetRequestId())
		}
	}
	return found
}

const getRow = `
SELECT request_id, sync_id, transport_kind, request_json, response_json, intent_json FROM v1_exchanges
WHERE request_id = ? ORDER BY id DESC LIMIT 1`

// rowsOf finds the exchanges that ids point at, the absent left out; a file without provenance has none.
func rowsOf(ctx context.Context, db *sql.DB, requestIDs []string) ([]row, error) {
	found := []row{}
	if there, err := hasExchanges(ctx, db); err != nil || !there {
		return found, err
	}
	for _, id := range requestIDs {
		var r row
		err := db.QueryRowContext(ctx, getRow, id).Scan(&r.RequestID, &r.SyncID, &r.Kind, &r.Request, &r.Response, &r.Intent)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, nil
}

func hasExchanges(ctx context.Context, db *sql.DB) (there bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'v1_exchanges'").Scan(&there)
	return there, err
}
