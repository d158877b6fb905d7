package dossier

import (
	"context"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
)

// Refusals of ratings.
var (
	ErrRated       = fault.New(fault.Conflict, "dossier.rated")        // one rating for one dossier
	ErrNotReturned = fault.New(fault.Conflict, "dossier.not-returned") // rated after the return, not before
	ErrGrade       = fault.New(fault.Invalid, "dossier.grade")         // the overall judgement is missing, or none of the three
)

// Grade is one of three judgements.
type Grade string

// The three grades.
// law: TT32-2017 20 — very satisfied, satisfied, not satisfied.
const (
	VerySatisfied Grade = "very_satisfied"
	Satisfied     Grade = "satisfied"
	NotSatisfied  Grade = "not_satisfied"
)

// Grades lists the grades from the best to the worst.
var Grades = []Grade{VerySatisfied, Satisfied, NotSatisfied}

// Ways in which a rating may be given.
const (
	RatedByAccount = "account" // by the signed-in applicant
	RatedBySecret  = "secret"  // by who holds the tracking code and its secret
	RatedAtDesk    = "desk"    // on the tablet of the desk
)

// Rating is what the person thought of the way the dossier was handled. Officers who handled it never see
// it by dossier; see package rating.
type Rating struct {
	At      time.Time
	Via     string
	Set     string // instrument whose criteria were asked
	Overall Grade
	Items   []RatedItem // criteria that were judged, in the order of asking
	Comment string      // personal data
}

// RatedItem is the judgement of one criterion.
type RatedItem struct {
	Item  string `json:"item"`
	Grade Grade  `json:"grade"`
}

// Item returns the judgement of a criterion, empty when it was not judged.
func (r Rating) Item(id string) Grade {
	for _, x := range r.Items {
		if x.Item == id {
			return x.Grade
		}
	}
	return ""
}

type rated struct {
	Items   []RatedItem `json:"items,omitempty"`
	Overall Grade       `json:"overall"`
	Set     string      `json:"set"`
	Via     string      `json:"via"`
}

// RateCommand is a rating as it was given.
type RateCommand struct {
	Via     string
	Overall Grade
	Items   map[string]Grade // criteria of RatingQuestions; those left open are absent
	Comment string
}

// RatingQuestions are the criteria the person is asked about: those of the rule set the dossier was accepted under.
func (d *Dossier) RatingQuestions() law.RatingRule {
	r, _ := law.ByID(d.Law)
	return r.Rating
}

// MayRate says why the dossier cannot be rated, nil when it can.
func (d *Dossier) MayRate() error {
	switch {
	case d.Status != Returned || !d.ErasedAt.IsZero():
		return ErrNotReturned
	case d.Rating != nil:
		return ErrRated
	}
	return nil
}

func (d *Dossier) mayRate(_ Facts, by access.Actor) error {
	mine := by.Citizen && d.Account != "" && by.Person == d.Account
	if !mine && !by.System {
		return ErrNotFound
	}
	return d.MayRate()
}

// Rate records what the person thought, once. It is for the signed-in applicant; holders of the secret and the
// desk's tablet are let in by the service, which then speaks for them as the product itself.
// law: ND118-2025 31; ND118-2025 33; TT01-2018 13 — the person rates each dossier by slip, device or online.
func (d *Dossier) Rate(f Facts, by access.Actor, c RateCommand) (journal.Event, error) {
	if err := d.mayRate(f, by); err != nil {
		return journal.Event{}, err
	}
	ask := f.Rules.Rating
	v := rated{Overall: c.Overall, Set: ask.Set, Via: c.Via}
	if !slices.Contains(Grades, c.Overall) {
		return journal.Event{}, ErrGrade
	}
	for _, id := range ask.Items {
		g, ok := c.Items[id]
		if !ok || g == "" {
			continue
		}
		if !slices.Contains(Grades, g) {
			return journal.Event{}, ErrGrade
		}
		v.Items = append(v.Items, RatedItem{Item: id, Grade: g})
	}
	comment, err := text(c.Comment, nil)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventRated, f.Now, actor(by), d.Law, v, notePrivate(comment))
}

func (d *Dossier) applyRated(e journal.Event) error {
	if err := d.expect(Returned); err != nil {
		return err
	}
	if d.Rating != nil {
		return ErrRated
	}
	v, err := unmarshal[rated](e.Data)
	if err != nil {
		return err
	}
	r := Rating{At: e.At, Via: v.Via, Set: v.Set, Overall: v.Overall, Items: v.Items}
	if !slices.Contains(Grades, r.Overall) {
		return ErrGrade
	}
	if err := private(e, privateNote, &r.Comment); err != nil {
		return err
	}
	d.Rating = &r
	return nil
}

// Rate records the rating of the signed-in applicant.
func (s *Service) Rate(ctx context.Context, r Request, c RateCommand) (*Dossier, error) {
	c.Via = RatedByAccount
	return s.rate(ctx, r, c)
}

// RateTracked records the rating of who holds code and secret.
func (s *Service) RateTracked(ctx context.Context, t Tracked, key string, c RateCommand) (*Dossier, error) {
	if t.Access != Holder {
		return nil, ErrNotFound
	}
	c.Via = RatedBySecret
	return s.rate(ctx, Request{By: access.Actor{System: true}, Dossier: t.Row.ID, Key: key}, c)
}

// RateAtDesk records a rating given on a tablet of the desk, which returned the result.
func (s *Service) RateAtDesk(ctx context.Context, desk agency.ID, id, key string, c RateCommand) (*Dossier, error) {
	c.Via = RatedAtDesk
	return s.act(ctx, Request{By: access.Actor{System: true}, Dossier: id, Key: key}, ActRate, c, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		if d.Desk != desk {
			return nil, ErrNotFound
		}
		return one(d.Rate(f, access.Actor{System: true}, c))
	})
}

func (s *Service) rate(ctx context.Context, r Request, c RateCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActRate, c, func(d *Dossier, f Facts) (journal.Event, error) { return d.Rate(f, r.By, c) })
}
