package app

import (
	"context"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
)

// watched is the service as the officers' pages see it: whatever page reads a dossier, who read it is put on record
// first. A new page cannot forget to.
type watched struct {
	*dossier.Service
	views *casefiledb.Views
}

// Dossier is dossier.Service.Dossier; what cannot be put on record is not shown.
func (w watched) Dossier(ctx context.Context, by access.Actor, id string) (*dossier.Dossier, []journal.Event, error) {
	d, events, err := w.Service.Dossier(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	if err := w.saw(by, id, casefile.ViewCase, ""); err != nil {
		return nil, nil, err
	}
	return d, events, nil
}

// saw puts one opening by an officer on record. People reading their own dossiers are not listed.
func (w watched) saw(by access.Actor, id, what, thing string) error {
	if !by.Officer() {
		return nil
	}
	return w.views.Log(casefile.View{Case: id, Person: by.Person, Post: by.Post, Agency: by.Agency, What: what, Thing: thing})
}
