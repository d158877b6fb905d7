package dossier

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/viet"
)

// Refusals of reuse.
var (
	ErrConsentNeeded = fault.New(fault.Invalid, "dossier.consent-needed")
	ErrNotReusable   = fault.New(fault.Conflict, "dossier.not-reusable") // no longer there, no longer valid, or not that person's
)

// reuseDossiers is how many of a person's newest dossiers are looked through.
const reuseDossiers = 30

// Reusable is a paper or result of an earlier dossier that may stand for a component again.
type Reusable struct {
	Component string // of the draft
	Dossier   string
	Code      string // as shown
	Procedure string // name
	Paper     Paper
	Result    bool
	At        time.Time // lodged or issued
}

// Whose says whose earlier papers are meant: those of the signed-in person, or, at the counter, of the owner with the
// number, on his word.
type Whose struct {
	By     access.Actor
	Number string // at the counter: number of the draft's owner
}

// Reusables lists, for the components of a draft, what the person lodged or was issued before and what still holds:
// the same kind of document, or a paper of the same name. Only the person's own dossiers are read.
// law: ND118-2025 17.1 — what the offices have already is not asked for again.
func (s *Service) Reusables(ctx context.Context, w Whose, draft string) ([]Reusable, error) {
	x, err := s.Draft(ctx, w.By, draft)
	if err != nil {
		return nil, err
	}
	v, ok := s.env.Catalogue().Pinned(x.Digest)
	if !ok {
		return nil, ErrChanged
	}
	earlier, err := s.earlier(ctx, w, x)
	if err != nil {
		return nil, err
	}
	var out []Reusable
	today := day(s.now())
	for _, d := range earlier {
		for _, r := range s.offers(d, *v, today) {
			// The same bytes lodged in several dossiers are offered once, from the newest.
			if !slices.ContainsFunc(out, func(o Reusable) bool { return o.Component == r.Component && o.Paper.Hash == r.Paper.Hash }) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// earlier reads the person's own dossiers, newest first.
func (s *Service) earlier(ctx context.Context, w Whose, x Draft) ([]*Dossier, error) {
	var rows []Row
	var err error
	own := w.By.Citizen
	switch {
	case own:
		rows, _, err = s.Find(ctx, w.By, "", "", "")
	case w.By.May(access.DossierIntake) && w.Number != "":
		rows, err = s.store.OwnedBy(ctx, w.Number, reuseDossiers)
	}
	if err != nil {
		return nil, err
	}
	var out []*Dossier
	for _, r := range rows[:min(len(rows), reuseDossiers)] {
		if r.ID == x.Supplements {
			continue
		}
		events, err := s.store.Load(ctx, r.ID)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d, err := Fold(events)
		if err != nil {
			return nil, err
		}
		mine := own && d.Account != "" && d.Account == w.By.Person || !own && d.Owner.Number == w.Number
		if mine && d.ErasedAt.IsZero() {
			out = append(out, d)
		}
	}
	return out, nil
}

// offers matches the papers and the result of one dossier with the components of a procedure version.
func (s *Service) offers(d *Dossier, v procedure.Version, today string) []Reusable {
	names := map[string]string{}
	if old, ok := s.env.Catalogue().Pinned(d.Procedure.Digest); ok {
		for _, c := range old.Components {
			names[c.ID] = c.Name
		}
	}
	var out []Reusable
	for _, c := range v.Components {
		if c.Note {
			continue
		}
		for _, p := range d.Papers {
			if p.Hash == "" || p.Component == "" || !p.Meta.ValidOn(today) {
				continue
			}
			same := v.Code == d.Procedure.Code && c.ID == p.Component || sameName(names[p.Component], c.Name) || p.Meta != nil && sameName(p.Meta.Title, c.Name)
			if same {
				out = append(out, Reusable{Component: c.ID, Dossier: d.ID, Code: d.Shown(), Procedure: d.Procedure.Name, Paper: p, At: d.SubmittedAt})
			}
		}
		if d.Result == nil || d.Outcome != Approved {
			continue
		}
		last := d.Issued[len(d.Issued)-1]
		for _, r := range append([]Result{*d.Result}, last.More...) {
			if r.File != nil && r.File.Hash != "" && r.File.Meta.ValidOn(today) && (sameName(r.Name, c.Name) || isIssued(r.Name, c.Name)) {
				out = append(out, Reusable{Component: c.ID, Dossier: d.ID, Code: d.Shown(), Procedure: d.Procedure.Name, Paper: *r.File, Result: true, At: d.ResolvedAt})
			}
		}
	}
	return out
}

func sameName(a, b string) bool { return a != "" && fold(a) == fold(b) }

func fold(s string) string { return strings.Join(strings.Fields(viet.Fold(s)), " ") }

// isIssued reports whether a component asks for a document by the name under which it was issued: "Bản sao Giấy phép
// xây dựng" asks for a "Giấy phép xây dựng". One-word names say too little.
func isIssued(issued, asked string) bool {
	i := fold(issued)
	return strings.Count(i, " ") >= 2 && strings.Contains(" "+fold(asked)+" ", " "+i+" ")
}

// Reuse puts an earlier paper into the draft, on the person's word: the same bytes, no copy. Who said so and when is
// kept with the paper and goes into the journal when the draft is lodged. It returns what was taken.
func (s *Service) Reuse(ctx context.Context, w Whose, draft string, want Reusable, consent bool) (Reusable, error) {
	if !consent {
		return Reusable{}, ErrConsentNeeded
	}
	list, err := s.Reusables(ctx, w, draft)
	if err != nil {
		return Reusable{}, err
	}
	i := slices.IndexFunc(list, func(r Reusable) bool {
		return r.Component == want.Component && r.Dossier == want.Dossier && r.Paper.Hash == want.Paper.Hash
	})
	if i < 0 {
		return Reusable{}, ErrNotReusable
	}
	r := list[i]
	p := r.Paper
	p.Component, p.Origin, p.Form, p.Count = r.Component, OriginReused, FormElectronic, 1
	p.Scan = nil
	p.From = &PaperSource{Dossier: r.Dossier, Code: r.Code, Paper: r.Paper.Name, Result: r.Result, Lodged: r.At, Consent: Consent{At: s.now().UTC().Truncate(time.Microsecond), By: actor(w.By)}}
	return r, s.AddPaper(ctx, w.By, draft, p)
}

// HandOver hands papers over, to an office, a person or the post.
func (s *Service) HandOver(ctx context.Context, r Request, c HandOverCommand) (*Dossier, error) {
	return s.act(ctx, r, ActHandOver, c, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		if c.To.Agency != "" {
			if err := s.receives(c.To, f.Now); err != nil {
				return nil, err
			}
		}
		return d.HandOver(f, r.By, c)
	})
}

// receives checks that an office is in force, and its named post with it.
func (s *Service) receives(k Keeper, now time.Time) error {
	tree, today := s.env.Catalogue().Tree(), day(now)
	if _, ok := tree.At(k.Agency, today); !ok {
		return ErrKeeper
	}
	if k.Post == "" {
		return nil
	}
	if p, ok := tree.Post(k.Post, today); !ok || p.Agency != k.Agency {
		return ErrPostNeeded
	}
	return nil
}

// ConfirmHandover takes over what was handed to the actor's office.
func (s *Service) ConfirmHandover(ctx context.Context, r Request, number int64, note string) (*Dossier, error) {
	return s.turn(ctx, r, ActConfirmHandover, []any{number, note}, func(d *Dossier, f Facts) (journal.Event, error) {
		return d.ConfirmHandover(f, r.By, number, note)
	})
}

// RefuseHandover declines, or recalls, a hand-over.
func (s *Service) RefuseHandover(ctx context.Context, r Request, number int64, reason string) (*Dossier, error) {
	return s.turn(ctx, r, ActRefuseHandover, []any{number, reason}, func(d *Dossier, f Facts) (journal.Event, error) {
		return d.RefuseHandover(f, r.By, number, reason)
	})
}

// Digitise gives a paper its scan and its data.
func (s *Service) Digitise(ctx context.Context, r Request, c DigitiseCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActDigitise, c, func(d *Dossier, f Facts) (journal.Event, error) { return d.Digitise(f, r.By, c) })
}

// Waiting is a hand-over that waits for its receiver, with the dossier it belongs to.
type Waiting struct {
	HandoverRow
	Row Row
}

// Handovers lists what waits for the actor's office to confirm, and what the office handed over and nobody confirmed
// yet; oldest first, each at most PageSize.
func (s *Service) Handovers(ctx context.Context, by access.Actor) (in, out []Waiting, err error) {
	if by.Post == "" || by.Agency == "" {
		return nil, nil, nil
	}
	list, err := s.store.PendingHandovers(ctx, by.Agency, PageSize)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range list {
		switch {
		case w.To == by.Agency && (w.Post == "" || w.Post == by.Post || by.May(access.DossierAssign)):
			in = append(in, w)
		case w.From == by.Agency:
			out = append(out, w)
		}
	}
	return in, out, nil
}

// Erase removes all personal data of an ended dossier. The chain of its journal stays whole.
func (s *Service) Erase(ctx context.Context, r Request, basis string) error {
	if !r.By.System && !r.By.May(access.DossierErase) {
		return ErrNotFound
	}
	if r.Key == "" {
		return ErrKeyNeeded
	}
	d, _, err := s.Dossier(ctx, r.By, r.Dossier)
	if err != nil {
		return err
	}
	if !d.ErasedAt.IsZero() {
		return nil // the same form again
	}
	if r.Version != 0 && r.Version != d.Version {
		return ErrStale.With("dossier", d.ID).With("seen", r.Version)
	}
	basis, err = text(basis, ErrReasonNeeded)
	if err != nil {
		return err
	}
	return s.store.Erase(ctx, actor(r.By), r.Dossier, basis)
}
