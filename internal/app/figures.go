package app

import (
	"context"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/procedureweb"
)

// figures counts what the page of a procedure shows about the year so far.
type figures struct{ store *dossierdb.Store }

// YearToDate counts from 1 January of the local year up to now.
func (f figures) YearToDate(ctx context.Context, code string, now time.Time) (procedureweb.Counts, error) {
	var out procedureweb.Counts
	by, err := f.store.Counts(ctx, code, calendar.NewDate(calendar.DateOf(now).Year(), time.January, 1).At(0))
	if err != nil {
		return out, err
	}
	for _, c := range by {
		out.Received += c.Received
		out.Resolved += c.Resolved
		out.OnTime += c.OnTime
		if c.Channel == procedure.Online {
			out.ReceivedOnline += c.Received
			out.ResolvedOnline += c.Resolved
		}
	}
	return out, nil
}
