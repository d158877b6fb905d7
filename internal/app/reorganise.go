package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accountdb"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/reorg/onboard"
	"github.com/motcua/motcua/internal/reorg/reorgdb"
	"github.com/motcua/motcua/internal/sqldb"
)

// reorganisations wires changes of the agencies.
func (a *App) reorganisations() {
	a.reorgStore = reorgdb.New(a.db, a.keys.signer, a.queue, structure{a})
	a.reorgs = reorg.NewService(a.reorgStore, heirs{a.store, a.dossiers, a.province, a.cfg.Log}, a.province, a.accounts, a.cfg.Now)
	a.queue.Handle(reorgdb.ApplyJob, a.reorgStore.Handler(a.reorgs))
}

// Place reports whether an administrative unit is in force on the day.
func (p *province) Place(code, day string) bool {
	places, err := p.store.Places(context.Background())
	if err != nil {
		p.log.Warn("administrative units not read", "err", err)
		return false
	}
	_, ok := places.At(code, day)
	return ok
}

// structure puts what a reorganisation decided among the published versions.
type structure struct{ a *App }

func superseding(act string, p reorg.Plan) []proceduredb.Superseding {
	var out []proceduredb.Superseding
	for _, a := range p.Agencies {
		out = append(out, proceduredb.Superseding{Kind: proceduredb.KindAgency, Subject: string(a.ID), From: p.Day, Until: a.Until, Value: a})
	}
	for _, q := range p.Posts {
		out = append(out, proceduredb.Superseding{Kind: proceduredb.KindPost, Subject: q.ID, From: p.Day, Until: q.Until, Value: q})
	}
	for _, h := range p.Hours {
		out = append(out, proceduredb.Superseding{Kind: proceduredb.KindHours, Subject: h.ID, From: p.Day, Value: h})
	}
	if len(p.Successions) > 0 {
		out = append(out, proceduredb.Superseding{Kind: proceduredb.KindSuccession, Subject: act, From: p.Day, Value: p.Successions})
	}
	return out
}

// Reorganise puts a plan in force within the transaction, and makes the people of a workbook known.
func (s structure) Reorganise(ctx context.Context, tx *sqldb.Tx, act string, p reorg.Plan, people []reorg.Person) error {
	if err := s.a.catalog.Supersede(ctx, tx, reorg.EventPrefix+act, superseding(act, p)...); err != nil {
		return err
	}
	cat := s.a.province.Catalogue()
	var versions []*procedure.Version
	for _, c := range p.Competent {
		v, err := cat.Version(c.Procedure, p.Day)
		if err != nil {
			return err
		}
		next := *v
		next.Competent = c.Agencies
		versions = append(versions, &next)
	}
	if err := s.a.catalog.SupersedeVersions(ctx, tx, p.Day, versions...); err != nil {
		return err
	}
	var seeded []account.Seeded
	for _, x := range people {
		one := account.Seeded{Person: account.Person{ID: "cb-" + x.SignIn, Kind: account.Officer, Name: x.Name, SignIn: x.SignIn}}
		for _, post := range x.Posts {
			one.Holdings = append(one.Holdings, account.Holding{Post: post, From: p.Day})
		}
		seeded = append(seeded, one)
	}
	tx.OnCommit(s.a.accounts.Forget)
	return s.a.accounts.SeedIn(ctx, accountdb.In(tx), seeded, s.a.cfg.Now())
}

// inForce lists what a plan published and no published version holds any more.
func inForce(ctx context.Context, q casefiledb.Reader, act string, p reorg.Plan) ([]string, error) {
	kept := map[string]map[string]bool{}
	var missing []string
	for _, v := range superseding(act, p) {
		if kept[v.Kind] == nil {
			var err error
			if kept[v.Kind], err = proceduredb.Kept(ctx, q, v.Kind); err != nil {
				return nil, err
			}
		}
		if !kept[v.Kind][procedure.SumOf(v.Value)] {
			missing = append(missing, v.Kind+" "+v.Subject)
		}
	}
	return missing, nil
}

// heirs hands the register of dossiers to reorganisations.
type heirs struct {
	store    *dossierdb.Store
	service  *dossier.Service
	province *province
	log      *slog.Logger
}

// Open hands over every dossier that has not ended and in which the agency takes part or took part.
func (h heirs) Open(ctx context.Context, of agency.ID, visit func(reorg.Candidate) error) error {
	return h.store.OpenOf(ctx, of, func(r dossier.Row) error {
		c := reorg.Candidate{Dossier: r.ID, Code: r.Code, Procedure: r.Procedure, Competent: r.Competent, Desk: r.Desk, Holder: r.Holder}
		if c.Code == "" {
			c.Code = r.Ref
		}
		return visit(c)
	})
}

// Beside is what the row of a dossier does not say.
func (h heirs) Beside(ctx context.Context, id string) ([]agency.ID, string, error) {
	events, err := h.store.Load(ctx, id)
	if err != nil {
		return nil, "", err
	}
	d, err := dossier.Fold(events)
	if err != nil {
		return nil, "", err
	}
	return d.OtherOffices(), h.place(d), nil
}

// place is the commune a dossier is about: the first its answers name, else the one whose desk received it.
func (h heirs) place(d *dossier.Dossier) string {
	var answers any
	if len(d.Answers) > 0 && json.Unmarshal(d.Answers, &answers) == nil {
		if code := commune(answers); code != "" {
			return code
		}
	}
	desk, _ := h.province.Catalogue().Tree().Ever(d.Desk)
	return desk.Place
}

func commune(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if code, ok := v["commune"].(string); ok && code != "" {
			return code
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if code := commune(v[k]); code != "" {
				return code
			}
		}
	case []any:
		for _, x := range v {
			if code := commune(x); code != "" {
				return code
			}
		}
	}
	return ""
}

// Succeed passes a dossier on.
func (h heirs) Succeed(ctx context.Context, id string, s reorg.Succession) (reorg.Outcome, error) {
	_, err := h.service.Succeed(ctx, id, func(d *dossier.Dossier) (dossier.Succession, error) {
		m := agency.Matter{Procedure: d.Procedure.Code}
		if s.ByPlace {
			m.Place = h.place(d)
		}
		heir := func(old agency.ID) agency.ID { return s.Heir(old, m) }
		return dossier.Succession{
			Act: s.Act, Name: s.Name, Basis: s.Basis, Day: s.Day, By: s.By, Heir: heir, DeskOf: s.DeskOf, Post: s.Post,
			Unit: func(old agency.ID, unit string) string { return s.Unit(old, unit, heir(old)) },
		}, nil
	})
	switch {
	case err == nil, errors.Is(err, dossier.ErrSucceeded):
		return reorg.Done, nil
	case errors.Is(err, dossier.ErrEnded):
		return reorg.Ended, nil
	case errors.Is(err, dossier.ErrUntouched):
		return reorg.Stood, nil
	case ctx.Err() != nil, errors.Is(err, sqldb.ErrUnavailable), fault.KindOf(err) == fault.Stale:
		return "", err
	}
	// One dossier that cannot pass must not keep the others waiting: it is said in the record.
	h.log.ErrorContext(ctx, "dossier not passed to its successor", "dossier", id, "reorganisation", s.Act, "err", err)
	return reorg.Failed, nil
}

// onboardFacts is what a workbook that brings agencies is judged against on a day.
func (a *App) onboardFacts(ctx context.Context, day string) (onboard.Facts, error) {
	cat := a.province.Catalogue()
	return onboard.Facts{
		Day: day, Tree: cat.Tree(), HomeCode: cat.Home(day).Code,
		Hours: func(id string) bool {
			return slices.ContainsFunc(cat.Hours(), func(h agency.Hours) bool { return h.ID == id })
		},
		Procedure: func(code string) bool { _, err := cat.Version(code, day); return err == nil },
		Place:     func(code string) bool { return a.province.Place(code, day) },
		SignIn: func(name string) (string, bool) {
			l, err := a.accounts.FindExact(ctx, name)
			return l.Name, err == nil
		},
	}, nil
}

// CheckWorkbook reads a workbook that brings agencies and returns every fault of it; nothing is kept.
func (a *App) CheckWorkbook(ctx context.Context, in io.Reader) ([]onboard.Fault, error) {
	b, err := onboard.Read(in)
	if err != nil {
		return nil, err
	}
	facts, err := a.onboardFacts(ctx, a.province.today())
	if err != nil {
		return nil, err
	}
	_, faults := b.Check(facts)
	return faults, nil
}
