package dossier

import (
	"context"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/fault"
)

// Sort is what a list is ordered by.
type Sort string

// Orders of lists. The first direction is the one people mean: the newest, the most urgent.
const (
	BySubmitted Sort = "submitted"
	ByDue       Sort = "due"
	ByResolved  Sort = "resolved"
	ByOwner     Sort = "owner"
)

// Sorts lists every order.
var Sorts = []Sort{BySubmitted, ByDue, ByResolved, ByOwner}

// DateField is an instant of a dossier that a list may be narrowed by.
type DateField string

// Dates of a dossier.
const (
	DateSubmitted DateField = "submitted"
	DateAccepted  DateField = "accepted"
	DateDue       DateField = "due"
	DateResolved  DateField = "resolved"
	DateEnded     DateField = "ended"
)

// DateFields lists every date.
var DateFields = []DateField{DateSubmitted, DateAccepted, DateDue, DateResolved, DateEnded}

// Reasons of lateness a list may ask for beside the reasons themselves.
const (
	ReasonGiven   = "given"
	ReasonMissing = "missing" // late by law, and nobody said why
)

// ListFilter says which dossiers a list shows. Empty fields ask for nothing. Conditions are all to hold.
type ListFilter struct {
	Urgency     Urgency
	Waits       Waits
	Status      Status
	Agency      agency.ID // competent
	Today       bool      // agencies are those that have the work today, not those that were competent then
	Holder      agency.ID // agency that has it now
	Post        string    // named post that has it now
	Sector      string
	Procedure   string
	Channel     string
	Law         string
	Reason      string // one of LatenessReasons, ReasonGiven or ReasonMissing
	FirstMissed bool
	Apologised  bool
	Date        DateField // with Span
	Span        Period    // either end may be zero

	Measure Measure // the number behind which the list stands, with Report
	Report  Period

	Sort  Sort
	Desc  bool // against the order people mean
	After string
	Limit int

	// Set by the service.
	Scope string
	Now   time.Time
	Folds []agency.Fold // with Today: which agency of today an earlier one is counted under
}

// Refusals of lists.
var (
	ErrListFilter   = fault.New(fault.Invalid, "list.filter")
	ErrTooManyLists = fault.New(fault.Conflict, "list.too-many")
	ErrListName     = fault.New(fault.Invalid, "list.name")
)

// ListLimit bounds one page of a list.
const ListLimit = 200

// TallyLimit is how far a list is counted; beyond it "or more" is told. A list behind a number is counted whole.
func (f ListFilter) TallyLimit() int {
	if f.Measure != "" {
		return 10_000_000
	}
	return 10_000
}

func (s *Service) listFor(by access.Actor, f ListFilter) (ListFilter, bool, error) {
	scopes := casefile.Scopes(by)
	if len(scopes) == 0 {
		return f, false, nil
	}
	if f.Sort == "" {
		f.Sort = BySubmitted
	}
	switch {
	case !slices.Contains(Sorts, f.Sort), f.Status != "" && !slices.Contains(Statuses, f.Status), f.Waits != "" && !slices.Contains(WaitsFor, f.Waits),
		f.Urgency != "" && f.Urgency != DueSoon && f.Urgency != Overdue, f.Date != "" && !slices.Contains(DateFields, f.Date),
		f.Reason != "" && f.Reason != ReasonGiven && f.Reason != ReasonMissing && !slices.Contains(LatenessReasons, f.Reason),
		f.Measure != "" && (!f.Measure.Known() || !f.Report.From.Before(f.Report.Until)):
		return f, false, ErrListFilter
	}
	if f.Limit <= 0 || f.Limit > ListLimit {
		f.Limit = PageSize
	}
	f.Scope, f.Now = scopes[0], s.now()
	if f.Folds = nil; f.Today {
		f.Folds = s.env.Catalogue().Tree().Folds(day(f.Now))
	}
	f.Report = f.Report.AsOf(f.Now)
	return f, true, nil
}

// List lists dossiers the actor may open that the filter leaves, and the cursor of the next page. Measures of legs
// belong to ListLegs.
func (s *Service) List(ctx context.Context, by access.Actor, f ListFilter) ([]Row, string, error) {
	f, some, err := s.listFor(by, f)
	if err != nil || !some {
		return nil, "", err
	}
	if f.Measure.OfLegs() {
		return nil, "", ErrListFilter
	}
	return s.store.List(ctx, f)
}

// ListedLeg is a leg with the dossier it belongs to.
type ListedLeg struct {
	Leg LegRow
	Row Row
}

// ListLegs lists legs that count in the filter's measure, of dossiers the actor may open.
func (s *Service) ListLegs(ctx context.Context, by access.Actor, f ListFilter) ([]ListedLeg, string, error) {
	f, some, err := s.listFor(by, f)
	if err != nil || !some {
		return nil, "", err
	}
	if !f.Measure.OfLegs() {
		return nil, "", ErrListFilter
	}
	return s.store.ListLegs(ctx, f)
}

// Tally counts what List or ListLegs would list on all its pages, up to the filter's TallyLimit.
func (s *Service) Tally(ctx context.Context, by access.Actor, f ListFilter) (int, error) {
	f, some, err := s.listFor(by, f)
	if err != nil || !some {
		return 0, err
	}
	return s.store.Tally(ctx, f)
}

// InboxOf lists the work that waits for any of the posts, what is due first, first. The actors are those that one
// person may act as.
func (s *Service) InboxOf(ctx context.Context, acting []access.Actor, f InboxFilter) ([]casefile.WorkItem, string, error) {
	f.Queues = nil
	for _, a := range acting {
		f.Queues = append(f.Queues, casefile.Queues(a)...)
	}
	slices.Sort(f.Queues)
	if f.Queues = slices.Compact(f.Queues); len(f.Queues) == 0 {
		return nil, "", nil
	}
	if f.Limit <= 0 || f.Limit > ListLimit {
		f.Limit = PageSize
	}
	f.Now = s.now()
	return s.store.Inbox(ctx, f)
}

// FigureGroup is what figures are broken down by.
type FigureGroup string

// Breakdowns.
const (
	PerAgency    FigureGroup = "agency" // competent; of the leg for legs
	PerSector    FigureGroup = "sector"
	PerProcedure FigureGroup = "procedure"
	PerMonth     FigureGroup = "month" // reporting months of the year that the period lies in
)

// FigureGroups lists every breakdown.
var FigureGroups = []FigureGroup{PerAgency, PerSector, PerProcedure, PerMonth}

// FigureLine is one line of figures.
type FigureLine struct {
	Key    string // agency, sector or procedure code; of a month its first day
	Period Period
	N      map[Measure]int
}

// Share is the line's rate of what was in time among what is judged, in hundredths of a percent; false where nothing
// is judged.
func (l FigureLine) Share(t Timeliness) (int, bool) {
	var good, all int
	switch t {
	case ByLaw:
		good = l.N[ResolvedEarly] + l.N[ResolvedTime]
		all = good + l.N[ResolvedLate]
	case ByNational:
		good, all = l.N[NationalTime], l.N[NationalAll]
	case ByLeg:
		good = l.N[LegEarly] + l.N[LegTime]
		all = good + l.N[LegLate]
	}
	if all == 0 {
		return 0, false
	}
	return (good*10_000 + all/2) / all, true
}

// Figures counts every measure of a computation over a period by a breakdown, of what the actor may open. The filter
// narrows further (agency, sector, procedure); lists behind the numbers take the same filter with the measure.
func (s *Service) Figures(ctx context.Context, by access.Actor, t Timeliness, g FigureGroup, f ListFilter) ([]FigureLine, error) {
	measures := MeasuresOf(t)
	if len(measures) == 0 || !slices.Contains(FigureGroups, g) {
		return nil, ErrListFilter
	}
	f.Measure = measures[0]
	f, some, err := s.listFor(by, f)
	if err != nil || !some {
		return nil, err
	}
	f.Measure = ""
	if g != PerMonth {
		return s.store.Figures(ctx, measures, g, f)
	}
	var out []FigureLine
	year, month := ReportWindows.MonthOf(f.Report.From)
	for range 24 {
		p := ReportWindows.Month(year, month)
		if !p.From.Before(f.Report.Until) {
			break
		}
		if p.From.Before(f.Report.From) {
			p.From = f.Report.From
		}
		m := f
		if m.Report = p; f.Report.Until.Before(p.Until) {
			m.Report.Until = f.Report.Until
		}
		lines, err := s.store.Figures(ctx, measures, PerMonth, m)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			l.Key, l.Period = p.From.In(zone).Format(time.DateOnly), m.Report
			out = append(out, l)
		}
		month++
		if month > time.December {
			year, month = year+1, time.January
		}
	}
	return out, nil
}

// SavedList is a list somebody keeps. Filter is the query part of its address.
type SavedList struct {
	ID      string
	Person  string
	Agency  agency.ID // set where colleagues of the agency may use it too
	Name    string
	Filter  string
	Created time.Time
}

// Export is a list that was taken out of the house.
type Export struct {
	ID     string
	At     time.Time
	Person string
	Post   string
	Agency agency.ID
	Format string // xlsx, csv
	Filter string
	Scope  string
	Rows   int
}

// BulkCommand is what is done to every line of a list.
type BulkCommand struct {
	Act    string // ActMany's primary act when empty; ActAccept, ActAssign or ActExplain
	Post   string // ActAssign: who has it from now on
	Reason string // ActExplain: one of LatenessReasons
	Note   string
}

// BulkActs are the acts that may be done to many dossiers at once, beside the primary act of each.
var BulkActs = []string{ActAccept, ActAssign, ActExplain}

// DoMany does the same to each dossier and reports every line. The key of a line makes sending it again harmless.
func (s *Service) DoMany(ctx context.Context, rs []Request, c BulkCommand) []Line {
	if c.Act == "" {
		return s.ActMany(ctx, rs)
	}
	out := make([]Line, len(rs))
	for i, r := range rs {
		out[i] = Line{Dossier: r.Dossier}
		d, _, err := s.Dossier(ctx, r.By, r.Dossier)
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Shown = d.Shown()
		switch c.Act {
		case ActAccept:
			_, out[i].Err = s.Accept(ctx, r, "")
		case ActAssign:
			_, out[i].Err = s.Assign(ctx, r, 0, c.Post)
		case ActExplain:
			_, out[i].Err = s.ExplainLateness(ctx, r, c.Reason, c.Note)
		default:
			out[i].Err = ErrAction.With("action", c.Act)
		}
	}
	return out
}
