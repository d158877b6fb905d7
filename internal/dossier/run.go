package dossier

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// Refusals of moves through branches, questions and sub-cases.
var (
	ErrOthersAtWork = fault.New(fault.Conflict, "dossier.others-at-work")
	ErrNobodyThere  = fault.New(fault.Conflict, "dossier.nobody-there")
	ErrAsked        = fault.New(fault.Invalid, "dossier.agencies-needed")
	ErrGuard        = fault.New(fault.Conflict, "dossier.guard")
)

// firstToken is the only token of a process without branches.
const firstToken = 1

// Standing is one piece of open work: a step, who holds it and until when.
type Standing struct {
	Token  int
	Step   string // address in the process
	Title  string
	Holder casefile.Holder
	Since  time.Time
	Due    time.Time // zero: the step has no limit of its own
	Wake   time.Time // when the product itself does something about it; zero: never
	Waits  bool      // for others: a question that was put, a sub-case, something from outside
	Told   bool      // that it is late was told already
}

// Opinion is what another agency was asked and what it answered.
type Opinion struct {
	Frame    int
	Token    int
	Step     string // address; workflow.Consulted when an officer asked of their own accord
	Agency   agency.ID
	Question string
	At       time.Time
	By       journal.Actor
	Due      time.Time // zero: none was set
	Until    time.Time // answered or recalled; zero while it is open
	Answer   string
	Answered journal.Actor
	Result   *Result // the document that answers, where it has a number
	File     *Paper
	Recalled bool // nobody waits for it any more
}

// Open reports whether the answer is still waited for.
func (o Opinion) Open() bool { return o.Until.IsZero() }

// Sub is a sub-case: what another agency does within the file, with a due date of its own.
type Sub struct {
	Frame     int
	Step      string // address of the step that opened it
	Title     string
	Procedure string // member procedure of a linked group; empty: none
	Agency    agency.ID
	From      time.Time
	Due       time.Time // zero: that of the file
	Until     time.Time // zero while it lasts
	Outcome   string    // where the sub-case decides something itself
	Result    *Result   // where it issues a document of its own
	File      *Paper    // that came with the answer
	Answer    string
	By        journal.Actor
	Cut       bool // ended without an answer
}

// opened is a question or sub-case as it was opened, in the event.
type opened struct {
	Agency    agency.ID  `json:"agency"`
	Due       *time.Time `json:"due,omitempty"`
	Frame     int        `json:"frame"`
	Procedure string     `json:"procedure,omitempty"`
	Step      string     `json:"step"`
	Title     string     `json:"title,omitempty"`
	Token     int        `json:"token,omitempty"` // of a question
}

// course is what a move does to the run, in the event: Changes and Enters where more happens than that one
// piece of work goes to one other step.
type course struct {
	Changes []workflow.Change `json:"changes,omitempty"`
	Enters  []Entry           `json:"enters,omitempty"`
	Opened  []opened          `json:"opened,omitempty"`
	Token   int               `json:"token,omitempty"` // whose act it was; 0: the first one's
}

func (c course) token() int { return max(c.Token, firstToken) }

// Offices answers who is where when a move is decided.
type Offices interface {
	// Current is the agency itself, or the one that took its place.
	Current(id agency.ID) (agency.ID, bool)
	// Superior is the agency above; empty for the highest.
	Superior(id agency.ID) agency.ID
	// Commune is the people's committee where the person lives; empty when the file does not say.
	Commune() agency.ID
	// Clock is the calendar and office hours of an agency.
	Clock(id agency.ID) (deadline.Env, error)
	// Answerer is the role that answers for an agency which is asked.
	Answerer(id agency.ID) string
	// Pick is the post that gets work in the manner of the step (workflow.AssignLoad, AssignArea); empty: nobody in
	// particular.
	Pick(h casefile.Holder, manner string) string
}

// Work lists the open work of the dossier, the principal one first.
func (d *Dossier) Work() []Standing {
	if d.Holder == (casefile.Holder{}) {
		return nil
	}
	return append([]Standing{d.principal()}, d.Beside...)
}

func (d *Dossier) principal() Standing {
	return Standing{
		Token: d.Token, Step: d.Step, Title: d.StepTitle, Holder: d.Holder, Since: d.StepSince, Due: d.StepDue, Wake: d.StepWake, Waits: d.StepWaits,
		Told: d.stepTold,
	}
}

func (d *Dossier) setPrincipal(s Standing) {
	d.Token, d.Step, d.StepTitle, d.Holder, d.StepSince, d.StepDue = s.Token, s.Step, s.Title, s.Holder, s.Since, s.Due
	d.StepWake, d.StepWaits, d.stepTold = s.Wake, s.Waits, s.Told
}

// standing finds the open work of a token.
func (d *Dossier) standing(token int) (Standing, bool) {
	for _, s := range d.Work() {
		if s.Token == token {
			return s, true
		}
	}
	return Standing{}, false
}

// Mine is the open work that the actor holds: under the token if one is named, else the first.
func (d *Dossier) Mine(by access.Actor, token int) (Standing, bool) {
	for _, s := range d.Work() {
		if (token == 0 || s.Token == token) && (by.System || s.Holder.Holds(by)) {
			return s, true
		}
	}
	return Standing{}, false
}

// untouched reports whether the piece of work under the token is what somebody saw at an earlier version: of a file
// that several have at once, what one does is no news for the work of another. Of a file with one piece of work
// every act is.
func (d *Dossier) untouched(events []journal.Event, seen int64, token int) bool {
	if token == 0 || seen < 1 || seen > int64(len(events)) {
		return false
	}
	before, err := Fold(events[:seen])
	if err != nil || len(before.Work()) < 2 || before.Status != d.Status || before.Outcome != d.Outcome {
		return false
	}
	was, there := before.standing(token)
	is, still := d.standing(token)
	return there && still && was == is && len(before.Papers) == len(d.Papers)
}

// holds reports whether the actor may act for the file as a whole: as holder of its principal work or of any
// work at the agency that resolves it. Who is only asked may answer, no more.
func (d *Dossier) holds(by access.Actor) bool {
	for i, s := range d.Work() {
		if s.Holder.Holds(by) && (i == 0 || s.Holder.Agency == d.Competent) && !d.asked(s) {
			return true
		}
	}
	return false
}

// asked reports whether the work is to answer a question.
func (d *Dossier) asked(s Standing) bool {
	t, ok := d.Run.Token(s.Token)
	return ok && t.At != ""
}

// frameAgency is the agency of the sub-case that a frame lies in; empty for the file itself.
func (d *Dossier) frameAgency(run *workflow.Run, frame int, fresh []opened) agency.ID {
	for frame != 0 {
		f, ok := run.Frame(frame)
		if !ok {
			return ""
		}
		for _, s := range d.Subs {
			if s.Frame == frame {
				return s.Agency
			}
		}
		for _, o := range fresh {
			if o.Frame == frame && o.Token == 0 {
				return o.Agency
			}
		}
		frame = f.Parent
	}
	return ""
}

// place resolves where a step is held; competent is who resolves the file or sub-case it belongs to.
func (d *Dossier) place(f Facts, at string, competent agency.ID) (agency.ID, error) {
	var id agency.ID
	switch at {
	case workflow.AtDesk:
		return d.Desk, nil
	case workflow.AtCompetent:
		return competent, nil
	case workflow.AtLead:
		return d.Competent, nil
	case workflow.AtCommune:
		if f.Offices != nil {
			id = f.Offices.Commune()
		}
	case workflow.AtSuperior:
		if f.Offices != nil {
			id = f.Offices.Superior(competent)
		}
	default:
		id = agency.ID(at)
		if f.Offices != nil {
			id, _ = f.Offices.Current(id)
		}
	}
	if id == "" {
		return "", ErrNobodyThere.With("place", at)
	}
	return id, nil
}

// until is the end of a limit that begins now at an agency; zero in a year nobody has announced, which stops
// promises to people, not the work inside. A limit like 30% is a share of the time the law gives for the file.
func (d *Dossier) until(f Facts, limit string, at agency.ID) (*time.Time, error) {
	if limit == "" {
		return nil, nil //nolint:nilnil // no limit of its own
	}
	l, err := shareOf(d.legalLimit(f), limit)
	if err != nil || l == (deadline.Limit{}) {
		return nil, err
	}
	clock := f.Clock
	switch {
	case at == d.Competent:
	case at == d.Desk:
		clock = f.DeskClock
	case f.Offices != nil:
		if clock, err = f.Offices.Clock(at); err != nil {
			return nil, err
		}
	}
	end, err := deadline.At(f.Now, l, clock)
	switch {
	case errors.Is(err, calendar.ErrYearMissing):
		return nil, nil //nolint:nilnil // as said above
	case err != nil:
		return nil, err
	}
	return instant(end), nil
}

func (d *Dossier) legalLimit(f Facts) string {
	if d.Limit != "" {
		return d.Limit
	}
	return f.limit
}

// shareOf reads a step's limit; the zero limit when it is a share of one that cannot be shared.
func shareOf(whole, limit string) (deadline.Limit, error) {
	share, ok := strings.CutSuffix(limit, "%")
	if !ok {
		return deadline.ParseLimit(limit)
	}
	percent, err := strconv.Atoi(share)
	if err != nil || percent < 1 || percent > 100 {
		return deadline.Limit{}, deadline.ErrLimit.With("text", limit)
	}
	l, err := deadline.ParseLimit(whole)
	if err != nil {
		return deadline.Limit{}, nil //nolint:nilerr // a file without a limit gives no shares
	}
	s, ok := l.Share(percent)
	if !ok {
		return deadline.Limit{}, nil
	}
	return s, nil
}

// entryAt resolves where a token stands to who holds it and until when.
func (d *Dossier) entryAt(f Facts, run *workflow.Run, t workflow.Token, fresh []opened, before Standing) (Entry, error) {
	s, ok := f.Process.Find(t.Step)
	if !ok {
		return Entry{}, fmt.Errorf("process %s has no step %q", f.Process.ID, t.Step)
	}
	e := Entry{Token: t.ID, Step: t.Step, Title: s.Title, Holder: casefile.Holder{Unit: s.Unit, Role: s.Role, Post: s.Post}}
	if s.Waits(t) {
		// Who put the question, or handed the sub-case over, answers for the file meanwhile.
		e.Holder, e.Waits = before.Holder, true
		return e, nil
	}
	competent := d.frameAgency(run, t.Frame, fresh)
	if competent == "" {
		competent = d.Competent
	}
	at := s.At
	if t.At != "" {
		at = t.At
	}
	var err error
	if e.Holder.Agency, err = d.place(f, at, competent); err != nil {
		return Entry{}, err
	}
	if e.Holder.Role == "" && f.Offices != nil {
		e.Holder.Role = f.Offices.Answerer(e.Holder.Agency)
	}
	if e.Holder.Role == "" {
		e.Holder.Role = access.RoleOfficer
	}
	end, err := d.until(f, s.Limit, e.Holder.Agency)
	if err != nil {
		return Entry{}, fmt.Errorf("process %s, step %s: %w", f.Process.ID, t.Step, err)
	}
	switch {
	case s.Kind == workflow.Wait && s.For == workflow.ForTime:
		e.Wake, e.Waits = end, true
	case s.Kind == workflow.Wait:
		e.Due, e.Waits = end, true
	default:
		e.Due = end
	}
	if s.Late != nil && e.Due != nil {
		e.Wake = e.Due
	}
	if e.Holder.Post == "" {
		switch s.Assign {
		case workflow.AssignSame:
			e.Holder.Post = d.lastPost(t.Step)
		case workflow.AssignLoad, workflow.AssignArea:
			if f.Offices != nil {
				e.Holder.Post = f.Offices.Pick(e.Holder, s.Assign)
			}
		}
	}
	return e, nil
}

// course decides who holds what the changes of an act lead to. before is the work that was acted on.
func (d *Dossier) courseOf(f Facts, before Standing, changes []workflow.Change) (course, error) {
	c := course{}
	if before.Token != firstToken {
		c.Token = before.Token
	}
	next := d.Run.Clone()
	next.Apply(changes...)
	entered := map[int]bool{}
	for _, x := range changes {
		switch x.Do {
		case workflow.Enter:
			entered[x.Token] = true
		case workflow.Open:
			o, ok, err := d.open(f, &next, x, c.Opened)
			if err != nil {
				return c, err
			}
			if ok {
				c.Opened = append(c.Opened, o)
			}
		}
	}
	for _, t := range next.Tokens {
		if !entered[t.ID] {
			continue
		}
		e, err := d.entryAt(f, &next, t, c.Opened, before)
		if err != nil {
			return c, err
		}
		if t.At != "" {
			c.Opened = append(c.Opened, opened{Frame: t.Frame, Token: t.ID, Step: t.Step, Agency: e.Holder.Agency, Due: e.Due})
		}
		c.Enters = append(c.Enters, e)
	}
	c.Changes = changes
	if len(changes) == 1 && changes[0].Do == workflow.Enter && len(c.Enters) == 1 && changes[0].Token == before.Token {
		c.Changes = nil // one piece of work goes to one other step: the usual act
	}
	return c, nil
}

// open resolves a sub-case that begins: where, and its due date, which lies within that of the file.
func (d *Dossier) open(f Facts, next *workflow.Run, x workflow.Change, fresh []opened) (opened, bool, error) {
	s, ok := f.Process.Find(x.Step)
	if !ok || s.Kind != workflow.Sub {
		return opened{}, false, nil
	}
	competent := d.frameAgency(next, x.Parent, fresh)
	if competent == "" {
		competent = d.Competent
	}
	at, err := d.place(f, s.At, competent)
	if err != nil {
		return opened{}, false, err
	}
	o := opened{Frame: x.Frame, Step: x.Step, Title: s.Title, Procedure: s.Procedure, Agency: at}
	if o.Due, err = d.until(f, s.Limit, at); err != nil {
		return opened{}, false, err
	}
	whole := d.DueAt()
	if whole.IsZero() {
		whole = f.promised
	}
	if o.Due != nil && !whole.IsZero() && o.Due.After(whole) {
		o.Due = instant(whole)
	}
	return o, true, nil
}

// follow carries the course of an act out: legs of work that is gone are closed, what was entered is held by
// whom the entries say.
func (d *Dossier) follow(e journal.Event, c course, enter *Entry, label string) error {
	acted := c.token()
	if len(c.Changes) == 0 {
		to := enter
		if to == nil && len(c.Enters) == 1 {
			to = &c.Enters[0]
		}
		if to == nil {
			return errors.New("a move must enter a step")
		}
		if !d.Run.Ended {
			t, _ := d.Run.Token(acted)
			d.Run.Apply(workflow.Change{Do: workflow.Enter, Token: acted, Step: to.Step, Frame: t.Frame})
		}
		d.leaveToken(e, acted, label)
		d.enterToken(e, *to, acted)
		d.elect()
		return nil
	}
	gone := d.Run.Apply(c.Changes...)
	stays := func(token int) bool {
		return !slices.ContainsFunc(gone, func(t workflow.Token) bool { return t.ID == token })
	}
	for _, s := range d.Work() {
		moved := slices.ContainsFunc(c.Enters, func(n Entry) bool { return n.Token == s.Token })
		switch {
		case s.Token == acted:
			d.leaveToken(e, acted, label)
		case moved || !stays(s.Token) || !d.stands(s.Token):
			d.leaveToken(e, s.Token, "")
		}
	}
	d.close(e)
	for _, o := range c.Opened {
		if o.Token != 0 {
			d.Opinions = append(d.Opinions, Opinion{Frame: o.Frame, Token: o.Token, Step: o.Step, Agency: o.Agency, At: e.At, By: e.By, Due: moment(o.Due)})
			continue
		}
		d.Subs = append(d.Subs, Sub{Frame: o.Frame, Step: o.Step, Title: o.Title, Procedure: o.Procedure, Agency: o.Agency, From: e.At, Due: moment(o.Due)})
	}
	for _, n := range c.Enters {
		d.enterToken(e, n, n.Token)
	}
	d.elect()
	return nil
}

func (d *Dossier) stands(token int) bool { _, ok := d.Run.Token(token); return ok }

// close ends the questions and sub-cases whose frames are gone, or whose asked agency has answered.
func (d *Dossier) close(e journal.Event) {
	for i := range d.Opinions {
		if o := &d.Opinions[i]; o.Open() && !d.stands(o.Token) {
			o.Until, o.Recalled = e.At, true
		}
	}
	for i := range d.Subs {
		if s := &d.Subs[i]; s.Until.IsZero() {
			if _, open := d.Run.Frame(s.Frame); !open {
				s.Until, s.Cut = e.At, true
			}
		}
	}
}

// leaveToken closes the open leg of a token and takes its work away.
func (d *Dossier) leaveToken(e journal.Event, token int, label string) {
	due := time.Time{}
	if s, ok := d.standing(token); ok {
		due = s.Due
	}
	for i := len(d.Legs) - 1; i >= 0; i-- {
		l := &d.Legs[i]
		if max(l.Token, firstToken) != token || !l.Until.IsZero() {
			continue
		}
		l.Until, l.By, l.Action, l.Closed = e.At, e.By, label, e.Seq
		if !l.Due.IsZero() {
			l.Due = due // a pause made the step's allowance begin again
		}
		break
	}
	if d.Token == token {
		d.setPrincipal(Standing{})
		return
	}
	d.Beside = slices.DeleteFunc(slices.Clone(d.Beside), func(s Standing) bool { return s.Token == token })
}

// enterToken opens a leg at an entry's holder. The work stands beside until the principal one is elected.
func (d *Dossier) enterToken(e journal.Event, to Entry, token int) {
	s := Standing{Token: token, Step: to.Step, Title: to.Title, Holder: to.Holder, Since: e.At, Due: moment(to.Due), Wake: moment(to.Wake), Waits: to.Waits}
	d.Beside = append(slices.Clone(d.Beside), s)
	leg := Leg{Step: to.Step, Title: to.Title, Holder: to.Holder, From: e.At, Due: s.Due, Opened: e.Seq}
	if token != firstToken {
		leg.Token = token
	}
	d.Legs = append(d.Legs, leg)
}

// elect makes the principal work the one that answers for the file: that which is there already, else what stands
// at the resolving agency, else what came first. Work that only answers a question comes last.
func (d *Dossier) elect() {
	if d.Holder != (casefile.Holder{}) {
		slices.SortStableFunc(d.Beside, func(a, b Standing) int { return a.Token - b.Token })
		if !d.StepWaits && d.Holder.Agency == d.Competent {
			return
		}
	}
	all := d.Work()
	if d.Holder == (casefile.Holder{}) {
		all = slices.Clone(d.Beside)
	}
	if len(all) == 0 {
		return
	}
	rank := func(s Standing) int {
		r := s.Token
		if s.Waits {
			r += 1 << 20
		}
		if s.Holder.Agency != d.Competent {
			r += 1 << 24
		}
		if d.asked(s) {
			r += 1 << 28
		}
		return r
	}
	slices.SortStableFunc(all, func(a, b Standing) int { return rank(a) - rank(b) })
	d.setPrincipal(all[0])
	rest := slices.Clone(all[1:])
	slices.SortStableFunc(rest, func(a, b Standing) int { return a.Token - b.Token })
	d.Beside = rest
	if len(rest) == 0 {
		d.Beside = nil
	}
}

// Personal values of moves through the process.
const (
	privateQuestion = "question" // what another agency was asked
	privateFilled   = "filled"   // what the form of a step holds
)

// mayMove lists the states in which a move of the meaning is possible: an answer is welcome while the file waits
// for the applicant too.
func mayMove(m workflow.Meaning) []Status {
	if m == workflow.Answer {
		return []Status{Processing, SupplementRequested, Obligation}
	}
	return []Status{Processing}
}

// decideSub records a decision of a sub-case; false when the token stands in none.
func (d *Dossier) decideSub(token int, outcome string) bool {
	t, _ := d.Run.Token(token)
	for frame := t.Frame; frame != 0; {
		f, ok := d.Run.Frame(frame)
		if !ok {
			return false
		}
		for i := range d.Subs {
			if d.Subs[i].Frame == frame {
				d.Subs[i].Outcome = outcome
				return true
			}
		}
		frame = f.Parent
	}
	return false
}

// regive gives open work to another holder, at the same step and until the same time.
func (d *Dossier) regive(e journal.Event, s Standing, to casefile.Holder, label string) {
	principal := s.Token == d.Token
	d.leaveToken(e, s.Token, label)
	d.enterToken(e, Entry{Step: s.Step, Title: s.Title, Holder: to, Due: instant(s.Due), Wake: instant(s.Wake), Waits: s.Waits}, s.Token)
	if n := len(d.Beside) - 1; principal {
		p := d.Beside[n]
		d.Beside = slices.Delete(d.Beside, n, n+1)
		d.setPrincipal(p)
		if len(d.Beside) == 0 {
			d.Beside = nil
		}
	}
	d.elect()
}

// answered records the answer to a question or the end of a sub-case, before its token goes.
func (d *Dossier) answeredBy(e journal.Event, token int, note string, result *Result, file *Paper) {
	for i := range d.Opinions {
		if o := &d.Opinions[i]; o.Token == token && o.Open() {
			o.Until, o.Answer, o.Answered, o.Result, o.File = e.At, note, e.By, result, file
			return
		}
	}
	t, ok := d.Run.Token(token)
	if !ok {
		return
	}
	for i := range d.Subs {
		if s := &d.Subs[i]; s.Frame == t.Frame && s.Until.IsZero() {
			s.Until, s.Answer, s.By, s.Result, s.File = e.At, note, e.By, result, file
			if s.Result != nil {
				s.Result.File = file
			}
			return
		}
	}
}

// Filled is what the forms of steps hold, by the step's address.
func (d *Dossier) Filled(step string) json.RawMessage { return d.filled[step] }
