package app

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/codelist/codelistweb"
	"github.com/motcua/motcua/internal/holiday/holidayweb"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/operation/operationweb"
	"github.com/motcua/motcua/internal/procedure/catalogueweb"
	"github.com/motcua/motcua/internal/reorg/reorgweb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/studio/formweb"
	"github.com/motcua/motcua/internal/studio/processweb"
	"github.com/motcua/motcua/internal/studio/studioweb"
	"github.com/motcua/motcua/internal/web"
)

// backOffice puts the rooms beside the inbox on the mux: the catalogue and the operation of the system.
func (a *App) backOffice(m *web.Mux) {
	catalogueweb.Register(m, catalogueweb.Deps{Store: a.catalog, Catalogue: a.province.Catalogue, Now: a.cfg.Now})
	holidayweb.Register(m, holidayweb.Deps{Service: a.holidays, Catalogue: a.province.Catalogue, Days: a.province.Days, Name: a.nameOf, Now: a.cfg.Now})
	reorgweb.Register(m, reorgweb.Deps{Service: a.reorgs, Catalogue: a.province.Catalogue, People: a.accounts, Name: a.nameOf, Now: a.cfg.Now, Facts: a.onboardFacts})
	codelistweb.Register(m, codelistweb.Deps{Read: codelistweb.Cached(a.codesVersion, a.codes), Now: a.cfg.Now})
	studioweb.Register(m, studioweb.Deps{Service: a.studio, Catalogue: a.province.Catalogue, Name: a.nameOf, Now: a.cfg.Now, Editors: []studioweb.Editor{
		{Kind: studio.Process, Path: processweb.Path, Text: "studio.editor.process"},
		{Kind: studio.Form, Path: formweb.FormPath, Text: "formweb.editor.form"},
		{Kind: studio.Procedure, Path: formweb.ProcedurePath, Text: "formweb.editor.procedure"},
	}})
	operationweb.Register(m, operationweb.Deps{System: running{a}, Jobs: queue{a.queue, a.db}, Accounts: a.accounts, Now: a.cfg.Now})
}

// running answers the operator's page about what runs.
type running struct{ a *App }

// State tells the build, the database and the last seal.
func (x running) State(ctx context.Context) (operationweb.State, error) {
	s := operationweb.State{Engine: x.a.db.Dialect().String(), Newest: sqldb.LatestVersion()}
	s.Version, s.Built = build()
	var err error
	if s.Migration, err = x.a.db.Version(ctx); err != nil {
		return s, err
	}
	s.Seal, err = casefiledb.LastSeal(ctx, x.a.db)
	return s, err
}

// build names the program as the Go tool stamped it: its release, else the commit and the time of that; empty when it
// was built without either.
func build() (version string, at time.Time) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", time.Time{}
	}
	version = info.Main.Version
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				at = t
			}
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+"
			}
		}
	}
	if version == "" || version == "(devel)" {
		version = commit + changed
	}
	return version, at
}

// queue answers the operator's page about jobs.
type queue struct {
	q  *jobs.Queue
	db *sqldb.DB
}

// Queue counts.
func (x queue) Queue(ctx context.Context) (operationweb.Queue, error) {
	c, err := x.q.Counts(ctx)
	return operationweb.Queue{Ready: c.Ready, Running: c.Running, Dead: c.Dead, Oldest: c.Oldest}, err
}

// Dead lists what was put aside.
func (x queue) Dead(ctx context.Context, limit int) ([]operationweb.Dead, error) {
	dead, err := x.q.Dead(ctx, limit)
	out := make([]operationweb.Dead, len(dead))
	for i, j := range dead {
		out[i] = operationweb.Dead{ID: j.ID, Kind: j.Kind, Attempts: j.Attempts, Error: j.Error, At: j.At, Created: j.Created}
	}
	return out, err
}

// Requeue gives a dead job all its attempts again.
func (x queue) Requeue(ctx context.Context, id string) error {
	return x.db.InTx(ctx, func(tx *sqldb.Tx) error { return x.q.Requeue(ctx, tx, id) })
}

// Discard removes a dead job.
func (x queue) Discard(ctx context.Context, id string) error {
	return x.db.InTx(ctx, func(tx *sqldb.Tx) error { return x.q.Discard(ctx, tx, id) })
}
