package dossier

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// Draft is an application that is being prepared. It is no dossier yet: nothing of it is in a journal, and
// it is deleted when it is submitted, dropped or left for DraftLife.
type Draft struct {
	ID          string
	Person      string // who prepares it: a citizen, or an officer at the counter
	Procedure   string // code
	Digest      string // of the procedure version it was begun under
	Form        Pin
	Place       string              // commune chosen, where the procedure is resolved by communes
	Competent   agency.ID           // resolving agency chosen, where there is a choice
	Channel     string              // direct (counter) or online
	Answers     json.RawMessage     // as far as given; validated at submission
	Typed       map[string][]string // values as typed that could not be understood yet
	Supplements string              // id of the dossier this draft completes; empty for a new application
	Papers      []DraftPaper
	Updated     time.Time
	Version     int64
}

// DraftPaper is one file uploaded to a draft.
type DraftPaper struct {
	ID string
	Paper
	At time.Time
}

// DraftLife is how long an untouched draft is kept.
const DraftLife = 90 * 24 * time.Hour

// Limits of a draft.
const (
	MaxDrafts      = 50 // open drafts of one person
	MaxDraftPapers = 60 // papers of one draft
)

// Refusals around drafts.
var (
	ErrDraftNotFound = fault.New(fault.NotFound, "draft.not-found")
	ErrDraftStale    = fault.New(fault.Stale, "draft.stale")
	ErrTooManyDrafts = fault.New(fault.TooMany, "draft.too-many")
	ErrTooManyPapers = fault.New(fault.Invalid, "draft.too-many-papers")
	ErrChanged       = fault.New(fault.Conflict, "draft.procedure-changed")
)

// drafts is the part of the store that keeps drafts.
type drafts interface {
	// SaveDraft inserts (Version 0) or updates a draft that still has the version; ErrDraftStale otherwise.
	SaveDraft(ctx context.Context, d Draft) (Draft, error)
	// Draft returns a draft with its papers; ErrDraftNotFound if absent.
	Draft(ctx context.Context, id string) (Draft, error)
	// Drafts lists a person's drafts without papers, newest first, at most MaxDrafts.
	Drafts(ctx context.Context, person string) ([]Draft, error)
	DeleteDraft(ctx context.Context, id string) error
	AddDraftPaper(ctx context.Context, draft string, p DraftPaper) error
	RemoveDraftPaper(ctx context.Context, draft, paper string) error
	// ExpireDrafts deletes drafts untouched since before and returns how many.
	ExpireDrafts(ctx context.Context, before time.Time) (int64, error)
}

// Offer is a procedure as it can be filed today.
func (s *Service) Offer(code string) (procedure.Offer, error) {
	return s.env.Catalogue().Offer(code, day(s.now()))
}

// OfferFor is the procedure as the draft would be filed: as the agency that will resolve it carries it out, once that is
// known. It fails with ErrChanged when the draft was begun on another version, unless what followed lets it be filed as
// it is; the offer is then that of the draft.
func (s *Service) OfferFor(d Draft) (procedure.Offer, error) {
	return offerFor(s.env.Catalogue(), d, day(s.now()))
}

func offerFor(cat *procedure.Catalogue, d Draft, today string) (procedure.Offer, error) {
	o, err := cat.Offer(d.Procedure, today)
	if err != nil {
		return o, err
	}
	o = offeredAt(o, d)
	if o.Version.Digest == d.Digest && o.Form.Digest == d.Form.Digest {
		return o, nil
	}
	if kept, ok := o.Keeping(d.Digest, d.Form.Digest); ok {
		return kept, nil
	}
	return o, ErrChanged.With("procedure", o.Version.Name)
}

// offeredAt is the offer at the agency that will resolve the draft, as far as it is known.
func offeredAt(o procedure.Offer, d Draft) procedure.Offer {
	if id, err := o.Resolver(d.Competent, d.Place); err == nil {
		return o.For(id)
	}
	return o
}

// follow pins a draft to what the agency chosen now offers, when it stood on what was offered before the choice: a pilot
// of an agency is met by choosing it, and takes nobody by surprise later.
func (s *Service) follow(before Draft, d *Draft) {
	if d.Supplements != "" || before.Competent == d.Competent && before.Place == d.Place {
		return
	}
	o, err := s.Offer(d.Procedure)
	if err != nil {
		return // it is said when the draft is opened
	}
	if was := offeredAt(o, before); was.Version.Digest != d.Digest || was.Form.Digest != d.Form.Digest {
		return // overtaken: the person is shown what changed
	}
	is := offeredAt(o, *d)
	d.Digest, d.Form = is.Version.Digest, Pin{ID: is.Form.ID, Digest: is.Form.Digest}
}

// StartDraft begins an application for a procedure in force.
func (s *Service) StartDraft(ctx context.Context, by access.Actor, code, channel string) (Draft, error) {
	if !by.May(access.DossierFile) && !by.May(access.DossierIntake) {
		return Draft{}, ErrNotFound
	}
	o, err := s.Offer(code)
	if err != nil {
		return Draft{}, err
	}
	open, err := s.store.Drafts(ctx, by.Person)
	if err != nil {
		return Draft{}, err
	}
	if len(open) >= MaxDrafts {
		return Draft{}, ErrTooManyDrafts.With("max", MaxDrafts)
	}
	now := s.now()
	d := Draft{
		ID: journal.NewID(now), Person: by.Person, Procedure: code, Digest: o.Version.Digest, Channel: channel, Updated: now,
		Form: Pin{ID: o.Form.ID, Digest: o.Form.Digest},
	}
	return s.store.SaveDraft(ctx, d)
}

// StartSupplement begins the completion of a dossier that waits for it, from what it holds now.
func (s *Service) StartSupplement(ctx context.Context, by access.Actor, id string) (Draft, error) {
	d, _, err := s.Dossier(ctx, by, id)
	if err != nil {
		return Draft{}, err
	}
	f, err := s.facts(d, s.now())
	if err != nil {
		return Draft{}, err
	}
	if !slices.ContainsFunc(d.Next(f, by), func(a Act) bool { return a.ID == ActComplete }) {
		return Draft{}, ErrNothingPending
	}
	mine, err := s.store.Drafts(ctx, by.Person)
	if err != nil {
		return Draft{}, err
	}
	for _, m := range mine {
		if m.Supplements == id {
			return s.store.Draft(ctx, m.ID)
		}
	}
	draft, err := s.store.SaveDraft(ctx, Draft{
		ID: journal.NewID(f.Now), Person: by.Person, Procedure: d.Procedure.Code, Digest: d.Procedure.Digest, Form: d.Form,
		Competent: d.Competent, Channel: d.Channel, Answers: d.Answers, Supplements: id, Updated: f.Now,
	})
	if err != nil {
		return Draft{}, err
	}
	for _, p := range d.Papers {
		if err := s.store.AddDraftPaper(ctx, draft.ID, DraftPaper{ID: journal.NewID(f.Now), Paper: p, At: f.Now}); err != nil {
			return Draft{}, err
		}
	}
	return s.store.Draft(ctx, draft.ID)
}

// Draft returns a draft of the actor's own.
func (s *Service) Draft(ctx context.Context, by access.Actor, id string) (Draft, error) {
	d, err := s.store.Draft(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	if by.Person == "" || d.Person != by.Person {
		return Draft{}, ErrDraftNotFound
	}
	return d, nil
}

// Drafts lists the actor's drafts.
func (s *Service) Drafts(ctx context.Context, by access.Actor) ([]Draft, error) {
	if by.Person == "" {
		return nil, nil
	}
	return s.store.Drafts(ctx, by.Person)
}

// SaveDraft keeps what was typed so far; change gets the draft as stored and alters it.
func (s *Service) SaveDraft(ctx context.Context, by access.Actor, id string, change func(*Draft) error) (Draft, error) {
	for attempt := 0; ; attempt++ {
		d, err := s.Draft(ctx, by, id)
		if err != nil {
			return Draft{}, err
		}
		before := d
		if err := change(&d); err != nil {
			return d, err
		}
		s.follow(before, &d)
		d.Updated = s.now()
		saved, err := s.store.SaveDraft(ctx, d)
		if errors.Is(err, ErrDraftStale) && attempt < 3 {
			continue // two windows of one person: each change is applied to what the other left
		}
		return saved, err
	}
}

// DropDraft deletes a draft of the actor's own.
func (s *Service) DropDraft(ctx context.Context, by access.Actor, id string) error {
	if _, err := s.Draft(ctx, by, id); err != nil {
		return err
	}
	return s.store.DeleteDraft(ctx, id)
}

// AddPaper lodges an uploaded file, already stored under its hash, in a component of the draft.
func (s *Service) AddPaper(ctx context.Context, by access.Actor, id string, p Paper) error {
	d, err := s.Draft(ctx, by, id)
	if err != nil {
		return err
	}
	if len(d.Papers) >= MaxDraftPapers {
		return ErrTooManyPapers.With("max", MaxDraftPapers)
	}
	v, ok := s.env.Catalogue().Pinned(d.Digest)
	if !ok {
		return ErrChanged
	}
	if p.Component != "" && p.Component != MandatePaper && !slices.ContainsFunc(v.Components, func(c procedure.Component) bool { return c.ID == p.Component }) {
		return ErrPaperMissing.With("paper", p.Component)
	}
	for _, old := range d.Papers {
		if old.Component == p.Component && old.Hash == p.Hash && p.Hash != "" {
			return nil // the same bytes again: a resent form
		}
	}
	now := s.now()
	return s.store.AddDraftPaper(ctx, id, DraftPaper{ID: journal.NewID(now), Paper: p, At: now})
}

// RemovePaper takes a file out of the draft.
func (s *Service) RemovePaper(ctx context.Context, by access.Actor, id, paper string) error {
	if _, err := s.Draft(ctx, by, id); err != nil {
		return err
	}
	return s.store.RemoveDraftPaper(ctx, id, paper)
}

// ExpireDrafts deletes drafts nobody touched for DraftLife.
func (s *Service) ExpireDrafts(ctx context.Context) (int64, error) {
	return s.store.ExpireDrafts(ctx, s.now().Add(-DraftLife))
}

// SubmitCommand is the last page of filing: whose it is was read from the validated answers.
type SubmitCommand struct {
	Draft     string
	Owner     Party
	Submitter Party
	Answers   json.RawMessage // validated, canonical
	Mandate   *Mandate        // on what the submitter acts for the owner
	Group     string          // same for all dossiers lodged in one visit
	HandedAt  time.Time       // by the public post: when the record of the handover was signed
	Record    string          // number of that record
	Accept    bool            // at the counter: accept in the same act
	Limit     string          // with Accept, when the source gives none or several
	// Insist lodges at the counter what the procedure's conditions speak against, at the person's wish and without
	// accepting it: who is refused is owed a written answer.
	Insist bool
}

// Submit turns a draft into a dossier, once: the same key gives the same dossier. At the counter the
// dossier may be accepted in the same act; then both or neither happen.
func (s *Service) Submit(ctx context.Context, by access.Actor, key string, c SubmitCommand) (*Dossier, error) {
	if key == "" {
		return nil, ErrKeyNeeded
	}
	act := "submit"
	if c.Insist {
		act = "submit-insist"
	}
	print := fingerprint(Request{By: by, Dossier: c.Draft}, act, []any{c.Owner, c.Submitter, c.Answers, c.Accept, c.Limit, c.Mandate, c.Group, c.HandedAt, c.Record})
	for attempt := 0; ; attempt++ {
		if done, err := s.answered(ctx, by.Person, key, print); done != nil || err != nil {
			return done, err
		}
		out, err := s.submit(ctx, by, key, print, c)
		if errors.Is(err, ErrAnswered) && attempt < 3 {
			continue
		}
		if errors.Is(err, ErrDraftNotFound) {
			// The first of two equal requests may have used the draft up.
			if done, again := s.answered(ctx, by.Person, key, print); done != nil || again != nil {
				return done, again
			}
		}
		return out, err
	}
}

func (s *Service) submit(ctx context.Context, by access.Actor, key, print string, c SubmitCommand) (*Dossier, error) {
	draft, err := s.Draft(ctx, by, c.Draft)
	if err != nil {
		return nil, err
	}
	return s.lodge(ctx, by, key, print, draft, c)
}

// submission resolves a draft to what is lodged and the facts it is judged on.
func (s *Service) submission(draft Draft, by access.Actor, c SubmitCommand, now time.Time) (Submission, Facts, error) {
	var sub Submission
	cat := s.env.Catalogue()
	today := day(now)
	o, err := offerFor(cat, draft, today)
	if err != nil {
		return sub, Facts{}, err
	}
	judged := JudgedDraft(cat, draft, c.Answers, today)
	competent := judged.Competent
	if competent == "" {
		if competent, err = o.Resolver(draft.Competent, draft.Place); err != nil {
			return sub, Facts{}, err
		}
	}
	own := cat.Tree().DeskOf(competent, today)
	desk := own
	if draft.Channel != procedure.Online && by.Officer() {
		// Any desk of the province receives for any agency; the file then goes to the competent one.
		// law: ND118-2025 14.2
		desk = cat.Tree().DeskOf(by.Agency, today)
	}
	sub = Submission{
		Channel: draft.Channel, Form: draft.Form, Process: Pin{ID: o.Process.ID, Digest: o.Process.Digest},
		Desk: desk, Competent: competent, Owner: c.Owner, Submitter: c.Submitter, Answers: c.Answers,
		Mandate: c.Mandate, Group: c.Group, CompetentDesk: own, HandedAt: c.HandedAt, Record: c.Record,
	}
	if by.Citizen {
		sub.Account = by.Person
	}
	for _, p := range draft.Papers {
		sub.Papers = append(sub.Papers, p.Paper)
	}
	f := Facts{Now: now, Rules: law.At(calendar.DateOf(now)), Procedure: *judged.Version, Process: *o.Process.Value, Against: judged.Against}
	if c.Insist && by.Officer() {
		f.Against = nil // it is lodged to be refused in writing
	}
	f.Template = templateOf(cat, f.Rules, now)
	if f.Clock, err = s.env.Clock(competent, now); err != nil {
		return sub, f, err
	}
	if f.DeskClock, err = s.env.Clock(desk, now); err != nil {
		return sub, f, err
	}
	return sub, f, nil
}

// SubmitSupplement lodges a completion draft into its dossier.
func (s *Service) SubmitSupplement(ctx context.Context, by access.Actor, key string, draftID string, answers json.RawMessage) (*Dossier, error) {
	draft, err := s.Draft(ctx, by, draftID)
	if err != nil {
		// A repeated form finds the draft gone and the answer kept.
		if a, ok, again := s.store.Answered(ctx, by.Person, key); again == nil && ok {
			d, _, err := s.Dossier(ctx, by, a.Dossier)
			return d, err
		}
		return nil, err
	}
	if draft.Supplements == "" {
		return nil, ErrNothingPending
	}
	c := SupplementCommand{Answers: answers, Papers: []Paper{}}
	for _, p := range draft.Papers {
		c.Papers = append(c.Papers, p.Paper)
	}
	return s.act(ctx, Request{By: by, Dossier: draft.Supplements, Key: key}, ActComplete, c, func(d *Dossier, f Facts, tx Tx) ([]journal.Event, error) {
		if err := tx.DropDraft(ctx, draft.ID); err != nil {
			return nil, err
		}
		return one(d.Complete(f, by, c))
	})
}

// Duplicates lists recent dossiers of the procedure whose owner has the number.
func (s *Service) Duplicates(ctx context.Context, by access.Actor, code, number string) ([]Row, error) {
	if number == "" || !by.May(access.DossierIntake) {
		return nil, nil
	}
	return s.store.Lodged(ctx, code, number, s.now().AddDate(0, -3, 0))
}
