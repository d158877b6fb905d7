package dossier

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// Store keeps dossiers: their journals, the rows projected from them, drafts.
type Store interface {
	// Load returns all events of a dossier in order; ErrNotFound if there are none.
	Load(ctx context.Context, id string) ([]journal.Event, error)
	// InTx runs fn in one transaction; fn may run twice after a conflict and touches nothing but tx.
	InTx(ctx context.Context, fn func(tx Tx) error) error
	// Answered returns what was answered under an idempotency key.
	Answered(ctx context.Context, person, key string) (Answer, bool, error)

	Inbox(ctx context.Context, f InboxFilter) ([]casefile.WorkItem, string, error)
	Counters(ctx context.Context, queues []string, now time.Time) (Counters, error)
	Find(ctx context.Context, f FindFilter) ([]Row, string, error)
	// List, ListLegs, Tally and Figures read dossiers and their legs by the filter's scope; see listing.go.
	List(ctx context.Context, f ListFilter) ([]Row, string, error)
	ListLegs(ctx context.Context, f ListFilter) ([]ListedLeg, string, error)
	Tally(ctx context.Context, f ListFilter) (int, error)
	Figures(ctx context.Context, measures []Measure, g FigureGroup, f ListFilter) ([]FigureLine, error)
	// RowByCode returns of the row under a code or reference ID, Version, Code, Ref, SecretHash, Status, Account, Accepted
	// and Due: what tracking decides on; ErrNotFound if there is none.
	// A row asked for with its secret's hash may be as old as other nodes need to be heard of (a second).
	RowByCode(ctx context.Context, code, secretHash string) (Row, error)
	// AwaitingSupplement lists ids of dossiers that wait for their applicants, and the cursor of the next page.
	AwaitingSupplement(ctx context.Context, after string, limit int) ([]string, string, error)
	// Awake lists at most limit dossiers about which the product has to do something by now (NextWake).
	Awake(ctx context.Context, now time.Time, limit int) ([]string, error)
	// QueueLoads counts the open work of an agency by queue.
	QueueLoads(ctx context.Context, id agency.ID, now time.Time) ([]QueueLoad, error)
	// BySlip returns the id of the dossier that a printed paper with the check code belongs to; ErrNotFound if none.
	BySlip(ctx context.Context, check string) (string, error)
	// PendingHandovers lists hand-overs to and from an agency that nobody confirmed yet, oldest first, at most limit of each.
	PendingHandovers(ctx context.Context, at agency.ID, limit int) ([]Waiting, error)
	// OwnedBy lists the newest rows that name a number as their owner's or submitter's.
	OwnedBy(ctx context.Context, number string, limit int) ([]Row, error)
	// Erase removes the personal data of an ended dossier and records on which basis.
	Erase(ctx context.Context, by journal.Actor, id, basis string) error
	// Lodged lists recent rows of a procedure whose owner has the number: a likely duplicate.
	Lodged(ctx context.Context, procedure, number string, since time.Time) ([]Row, error)

	// Grouped lists the rows of the dossiers that were lodged in one visit, in the order of lodging.
	Grouped(ctx context.Context, group string) ([]Row, error)

	drafts
	papers
}

// Tx is one transaction of the store.
type Tx interface {
	// NextSerial counts up within a scope (agency code and day) without gap.
	NextSerial(ctx context.Context, scope string) (int, error)
	// Record appends events to the journal of d (nil: a new dossier with the id), writes every row that
	// follows, the signed head and a notice job, and returns the new state. It fails with ErrStale when
	// somebody moved first.
	Record(ctx context.Context, id string, d *Dossier, events ...journal.Event) (*Dossier, error)
	// Answer keeps the answer under the key; ErrAnswered if the key is taken.
	Answer(ctx context.Context, person, key string, a Answer) error
	// DropDraft deletes a draft with its list of papers.
	DropDraft(ctx context.Context, id string) error
}

// Answer is the outcome of an act kept under its idempotency key.
type Answer struct {
	Fingerprint string // of who sent what
	Dossier     string
	Version     int64
}

// ErrNoPrefix refuses to accept a linked group filed online while the code of the National Portal is not configured.
var ErrNoPrefix = fault.New(fault.Conflict, "dossier.no-code-prefix")

// Refusals of repeated requests.
var (
	ErrAnswered  = errors.New("dossier: the key was answered") // internal: read the answer again
	ErrKeyReused = fault.New(fault.Conflict, "dossier.key-reused")
	ErrKeyNeeded = fault.New(fault.Invalid, "dossier.key-needed")
)

// Service carries out what people do with dossiers: it loads, asks the rules, records.
type Service struct {
	store Store
	env   Environment
	now   func() time.Time
}

// Environment is what the service asks of the rest of the product.
type Environment interface {
	// Catalogue is the current snapshot of all published configuration.
	Catalogue() *procedure.Catalogue
	// Clock is the calendar, office hours and policy of an agency at an instant.
	Clock(id agency.ID, at time.Time) (deadline.Env, error)
}

// NewService returns a service on the store; now is the product's one clock.
func NewService(store Store, env Environment, now func() time.Time) *Service {
	return &Service{store: store, env: env, now: now}
}

func day(t time.Time) string { return t.In(zone).Format(time.DateOnly) }

// facts gathers what moves of d need. The procedure version, form and process are the pinned ones.
func (s *Service) facts(d *Dossier, now time.Time) (Facts, error) {
	cat := s.env.Catalogue()
	f := Facts{Now: now, Rules: law.At(calendar.DateOf(now))}
	// A dossier keeps the rule set it was accepted under.
	if r, ok := law.ByID(d.Law); ok && d.Accepted() {
		f.Rules = r
	}
	f.Template = templateOf(cat, f.Rules, now)
	if _, ok := cat.Pinned(d.Procedure.Digest); !ok {
		return f, fmt.Errorf("dossier %s: procedure version %s is gone", d.ID, d.Procedure.Digest)
	}
	f.Procedure = *d.Judged(cat).Version
	p, ok := cat.PinnedProcess(d.Process.Digest)
	if !ok {
		return f, fmt.Errorf("dossier %s: process %s is gone", d.ID, d.Process.Digest)
	}
	f.Process = *p.Value
	var err error
	if f.Clock, err = s.env.Clock(d.Competent, now); err != nil {
		return f, err
	}
	if f.DeskClock, err = s.env.Clock(d.Desk, now); err != nil {
		return f, err
	}
	desk, known := cat.Tree().At(d.Desk, day(now))
	competent, both := cat.Tree().At(d.Competent, day(now))
	f.OtherLevel = known && both && desk.Level != competent.Level
	f.MayHold = func(h casefile.Holder, post string) bool {
		return slices.ContainsFunc(s.Holders(h, now), func(p agency.Post) bool { return p.ID == post })
	}
	f.Offices = s.offices(d, now)
	if v, ok := cat.Pinned(d.Procedure.Digest); ok {
		f.World = GuardsOf(cat, d, v, p, now)
	}
	return f, nil
}

// templateOf is the digest of the wording published for the forms of the rule set.
func templateOf(cat *procedure.Catalogue, rules law.RuleSet, now time.Time) string {
	t, _ := cat.Template(rules.Forms.Template(), day(now))
	return t.Digest
}

// Dossier returns the state of a dossier the actor may open, and its events. Absent and forbidden look the same.
func (s *Service) Dossier(ctx context.Context, by access.Actor, id string) (*Dossier, []journal.Event, error) {
	events, err := s.store.Load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	d, err := Fold(events)
	if err != nil {
		return nil, nil, fmt.Errorf("load dossier %s: %w", id, err)
	}
	if !casefile.MayOpen(by, d.Scopes()) {
		return nil, nil, ErrNotFound
	}
	return d, events, nil
}

// Facts returns what the moves of d would be decided on now; screens use it to show what can be done.
func (s *Service) Facts(d *Dossier) (Facts, error) { return s.facts(d, s.now()) }

// Request carries what every act has: who, on which dossier, which state they saw, under which key.
type Request struct {
	By      access.Actor
	Dossier string
	Version int64  // the version the person saw; 0 = any (work from lists passes what the list showed)
	Key     string // idempotency key of the form

	// Token is the piece of work the act is about, where the file has several: what others did to theirs since Version
	// does not make it stale.
	Token int
}

// decision makes the events of an act from the loaded state.
type decision func(d *Dossier, f Facts, tx Tx) ([]journal.Event, error)

// act is the one way in which a dossier changes.
func (s *Service) act(ctx context.Context, r Request, op string, cmd any, decide decision) (*Dossier, error) {
	if r.Key == "" {
		return nil, ErrKeyNeeded
	}
	print := fingerprint(r, op, cmd)
	for attempt := 0; ; attempt++ {
		if done, err := s.answered(ctx, r.By.Person, r.Key, print); done != nil || err != nil {
			return done, err
		}
		d, events, err := s.Dossier(ctx, r.By, r.Dossier)
		if err != nil {
			return nil, err
		}
		if r.Version != 0 && r.Version != d.Version && !d.untouched(events, r.Version, r.Token) {
			return nil, ErrStale.With("dossier", d.ID).With("seen", r.Version)
		}
		f, err := s.facts(d, s.now())
		if err != nil {
			return nil, err
		}
		var out *Dossier
		err = s.store.InTx(ctx, func(tx Tx) error {
			f.Number = numbers(ctx, tx)
			events, err := decide(d, f, tx)
			if err != nil {
				return err
			}
			if out, err = tx.Record(ctx, d.ID, d, events...); err != nil {
				return err
			}
			return tx.Answer(ctx, r.By.Person, r.Key, Answer{Fingerprint: print, Dossier: out.ID, Version: out.Version})
		})
		switch {
		case err == nil:
			return out, nil
		case errors.Is(err, ErrAnswered) && attempt < 3:
			continue // the same form arrived twice at once: give the answer of the first
		case isStale(err) && (r.Version == 0 || r.Token != 0) && attempt < 3:
			continue
		case isStale(err):
			// The twin of this very request may have moved first.
			if done, again := s.answered(ctx, r.By.Person, r.Key, print); done != nil || again != nil {
				return done, again
			}
			return nil, ErrStale.With("dossier", d.ID).With("seen", d.Version)
		default:
			return nil, err
		}
	}
}

// numbers hands out the next numbers of books within tx.
func numbers(ctx context.Context, tx Tx) func(string) (int, error) {
	return func(scope string) (int, error) { return tx.NextSerial(ctx, scope) }
}

// answered gives the dossier of an earlier answer under the key, nil if there is none.
func (s *Service) answered(ctx context.Context, person, key, print string) (*Dossier, error) {
	a, ok, err := s.store.Answered(ctx, person, key)
	if err != nil || !ok {
		return nil, err
	}
	if a.Fingerprint != print {
		return nil, ErrKeyReused
	}
	events, err := s.store.Load(ctx, a.Dossier)
	if err != nil {
		return nil, err
	}
	return Fold(events)
}

func fingerprint(r Request, op string, cmd any) string {
	raw, err := journal.Canonical(cmd)
	if err != nil {
		raw = fmt.Appendf(nil, "%v", cmd)
	}
	h := sha256.New()
	for _, part := range []string{r.By.Person, r.By.Post, r.Dossier, op} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(raw)
	return hex.EncodeToString(h.Sum(nil))
}

// Accept takes a submitted dossier in: code, due date and first step in one act.
func (s *Service) Accept(ctx context.Context, r Request, limit string) (*Dossier, error) {
	return s.act(ctx, r, ActAccept, limit, func(d *Dossier, f Facts, tx Tx) ([]journal.Event, error) {
		return s.accept(ctx, d, f, tx, r.By, limit)
	})
}

func (s *Service) accept(ctx context.Context, d *Dossier, f Facts, tx Tx, by access.Actor, limit string) ([]journal.Event, error) {
	if err := d.MayAccept(by); err != nil {
		return nil, err
	}
	code, err := s.allocate(ctx, d, f, tx)
	if err != nil {
		return nil, err
	}
	return one(d.Accept(f, by, code, limit))
}

// allocate takes the next code of the agency and day that the rule set names as prefix.
// law: ND118-2025 28 — the prefix is the agency competent to resolve; before, the receiving one.
func (s *Service) allocate(ctx context.Context, d *Dossier, f Facts, tx Tx) (string, error) {
	tree, today := s.env.Catalogue().Tree(), calendar.DateOf(f.Now)
	desk, ok := tree.At(d.Desk, today.String())
	if !ok {
		return "", fmt.Errorf("agency %s is not in force", d.Desk)
	}
	competent, ok := tree.At(d.Competent, today.String())
	if !ok {
		return "", fmt.Errorf("agency %s is not in force", d.Competent)
	}
	parties := CodeParties{
		Receiving: desk.Code, Resolving: competent.Code, Portal: s.env.Catalogue().Home(today.String()).Portal,
		Group: f.Procedure.Linked, Online: d.Channel == procedure.Online,
	}
	prefix := CodeAgency(f.Rules, parties)
	if prefix == "" { // a province that was never told the portal's code
		return "", ErrNoPrefix
	}
	n, err := tx.NextSerial(ctx, CodeScope(prefix, today))
	if err != nil {
		return "", err
	}
	return FormatCode(prefix, today, n)
}

// Refuse declines to take a submitted dossier in.
func (s *Service) Refuse(ctx context.Context, r Request, reason, basis string) (*Dossier, error) {
	return s.act(ctx, r, ActRefuse, []string{reason, basis}, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Refuse(f, r.By, reason, basis))
	})
}

// RequestSupplement asks the applicant to complete the dossier.
func (s *Service) RequestSupplement(ctx context.Context, r Request, c SupplementRequest) (*Dossier, error) {
	return s.act(ctx, r, ActSupplement, c, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		if err := s.approver(d, f, c.Approver); err != nil {
			return nil, err
		}
		return one(d.RequestSupplement(f, r.By, c))
	})
}

// Complete records the asked supplement.
func (s *Service) Complete(ctx context.Context, r Request, c SupplementCommand) (*Dossier, error) {
	return s.act(ctx, r, ActComplete, c, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Complete(f, r.By, c))
	})
}

// Act carries out an action of the step the dossier is in. A named post must be able to hold the step.
func (s *Service) Act(ctx context.Context, r Request, c ActCommand) (*Dossier, error) {
	r.Token = c.Token
	return s.act(ctx, r, "act", c, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return d.Act(f, r.By, c)
	})
}

// Holders lists the posts that may hold work of the holder's kind now.
func (s *Service) Holders(h casefile.Holder, at time.Time) []agency.Post {
	return s.env.Catalogue().Tree().Holders(h.Agency, h.Unit, h.Role, day(at))
}

// Assign moves work to a named post of the same agency; token 0 is the principal work.
func (s *Service) Assign(ctx context.Context, r Request, token int, post string) (*Dossier, error) {
	return s.act(ctx, r, ActAssign, []any{post, token}, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		p, ok := s.env.Catalogue().Tree().Post(post, day(f.Now))
		if !ok {
			return nil, ErrPostNeeded
		}
		return one(d.Assign(f, r.By, token, p))
	})
}

// Note records a remark.
func (s *Service) Note(ctx context.Context, r Request, note string) (*Dossier, error) {
	return s.act(ctx, r, ActNote, note, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) {
		return one(d.Note(f, r.By, note))
	})
}

// Line is the outcome of one line of a bulk act.
type Line struct {
	Dossier string
	Shown   string // code or reference, when the dossier could be read
	Err     error
}

// ActMany carries out the primary action of the current step on each dossier and reports every line.
// Lines whose act asks for more than a click (a note, a post, a result) are refused one by one.
func (s *Service) ActMany(ctx context.Context, rs []Request) []Line {
	out := make([]Line, len(rs))
	for i, r := range rs {
		out[i] = Line{Dossier: r.Dossier}
		d, _, err := s.Dossier(ctx, r.By, r.Dossier)
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Shown = d.Shown()
		f, err := s.facts(d, s.now())
		if err != nil {
			out[i].Err = err
			continue
		}
		// A resent list finds lines that are done: they stay done, whatever could be done next.
		if _, done, err := s.store.Answered(ctx, r.By.Person, r.Key); err != nil || done {
			out[i].Err = err
			continue
		}
		acts := d.Next(f, r.By)
		switch {
		case len(acts) == 0 || !acts[0].Primary:
			out[i].Err = ErrNotHolder.With("holder", string(d.Holder.Agency))
		case acts[0].ID == ActAccept:
			_, out[i].Err = s.Accept(ctx, r, "")
		case acts[0].Note || acts[0].Post || acts[0].Result:
			out[i].Err = ErrNoteNeeded
		default:
			_, out[i].Err = s.Act(ctx, r, ActCommand{Action: acts[0].ID})
		}
	}
	return out
}
