package dossier_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// life is one dossier under random commands of random people at random times.
type life struct {
	t   *rapid.T
	w   dossiertest.World
	now time.Time
	v   *procedure.Version
	d   *dossier.Dossier
	log []journal.Event
}

func (l *life) facts() dossier.Facts {
	env, err := l.w.Clock(dossiertest.Department, l.now)
	if err != nil {
		l.t.Fatal(err)
	}
	p := &dossiertest.Process
	if l.v.Process == dossiertest.Quick.ID {
		p = &dossiertest.Quick
	}
	return dossier.Facts{Now: l.now, Rules: law.At(calendar.DateOf(l.now)), Clock: env, DeskClock: env, Procedure: *l.v, Process: *p}
}

// keep links what a move decided into the journal and folds it.
func (l *life) keep(events ...journal.Event) {
	l.t.Helper()
	prev, seq := journal.First("case"), int64(0)
	if l.d != nil {
		prev, seq = l.d.Head, l.d.Version
	} else {
		l.d = &dossier.Dossier{}
	}
	for _, e := range events {
		seq++
		linked, err := journal.Link(e, "case", seq, prev)
		if err != nil {
			l.t.Fatalf("link %s: %v", e.Kind, err)
		}
		if err := l.d.Apply(linked); err != nil {
			l.t.Fatalf("a move decided what the fold refuses: %v", err)
		}
		l.log, prev = append(l.log, linked), linked.Hash
	}
}

var posts = []string{"cb-mot-cua", "cb-mot-cua-2", "truong-phong", "chuyen-vien", "chuyen-vien-2", "giam-doc", "van-thu"}

// someone is who tries the next command: often who may, sometimes anybody.
func (l *life) someone() access.Actor {
	if rapid.IntRange(0, 3).Draw(l.t, "who") > 0 {
		var able []string
		for _, p := range posts {
			if acts := l.d.Next(l.facts(), l.w.In(p)); len(acts) > 0 && acts[0].ID != dossier.ActNote {
				able = append(able, p)
			}
		}
		if p := l.d.Pending(); p != nil && rapid.Bool().Draw(l.t, "the applicant") {
			return l.w.Citizen("anh")
		}
		if len(able) > 0 {
			return l.w.In(rapid.SampledFrom(able).Draw(l.t, "able"))
		}
	}
	return rapid.SampledFrom([]access.Actor{
		l.w.Citizen("anh"), l.w.Citizen("binh"), l.w.In("cb-mot-cua"), l.w.In("truong-phong"), l.w.In("chuyen-vien"), l.w.In("giam-doc"), l.w.In("van-thu"),
	}).Draw(l.t, "anybody")
}

// command tries one random act and keeps what it decided.
func (l *life) command() {
	by, f := l.someone(), l.facts()
	note := rapid.SampledFrom([]string{"", "Đã xem", "Thiếu căn cứ"}).Draw(l.t, "note")
	limit := rapid.SampledFrom([]string{"", "10wd", "8wh", "15d", "một tuần"}).Draw(l.t, "limit")
	items := rapid.SampledFrom([][]string{nil, {"Bản vẽ"}, {"Bản vẽ", "Đơn"}}).Draw(l.t, "items")
	basis := rapid.SampledFrom([]string{"", "Điều 9 Luật X"}).Draw(l.t, "basis")
	approver := rapid.SampledFrom([]string{"", "truong-phong"}).Draw(l.t, "approver")
	acts := []string{dossier.ActAccept, dossier.ActAccept, dossier.ActRefuse, dossier.ActSupplement, dossier.ActComplete, dossier.ActAssign, dossier.ActNote, "act", "act", "act", "act", "turn", "turn", "erase"}
	act := rapid.SampledFrom(acts).Draw(l.t, "act")
	var (
		es  []journal.Event
		e   journal.Event
		err error
	)
	switch act {
	case dossier.ActAccept:
		e, err = l.d.Accept(f, by, "H99.02-260302-0001", limit)
	case dossier.ActRefuse:
		if rapid.IntRange(0, 4).Draw(l.t, "rarely") == 0 {
			e, err = l.d.Refuse(f, by, note, basis)
		} else {
			return
		}
	case dossier.ActSupplement:
		e, err = l.d.RequestSupplement(f, by, dossier.SupplementRequest{Items: items, Reason: note, Basis: basis, Approver: approver})
	case dossier.ActComplete:
		e, err = l.d.Complete(f, by, dossier.SupplementCommand{Answers: json.RawMessage(`{"a":2}`)})
	case dossier.ActAssign:
		tree := l.w.Cat.Tree()
		p, _ := tree.Post(rapid.SampledFrom(posts).Draw(l.t, "post"), "2026-01-01")
		e, err = l.d.Assign(f, by, p)
	case dossier.ActNote:
		e, err = l.d.Note(f, by, note)
	case "turn":
		e, err = l.turn(f, by, note, approver)
	case "erase":
		e, err = l.d.Erase(f.Now, journal.Actor{System: "motcua"}, basis)
	default:
		c := dossier.ActCommand{Action: "trinh", Note: note, Result: dossier.Result{Number: basis, Name: "Giấy phép"}}
		for _, a := range l.d.Next(f, by) {
			if a.Means != "" {
				c.Action = a.ID
				if a.Post { // the service checks that a named post can hold the step
					c.Post = "chuyen-vien"
				}
			}
		}
		if rapid.IntRange(0, 9).Draw(l.t, "wild") == 0 {
			c.Action = rapid.SampledFrom([]string{"giao", "trinh", "phe-duyet", "khong-dat", "tra-lai", "ban-hanh", "trao", "xong", ""}).Draw(l.t, "action")
		}
		es, err = l.d.Act(f, by, c)
	}
	switch {
	case err == nil && es == nil:
		l.keep(e)
	case err == nil:
		l.keep(es...)
	case fault.KindOf(err) == fault.Internal:
		l.t.Fatalf("%s by %s: not a refusal but a defect: %v", act, by.Name, err)
	}
}

var turns = []string{
	dossier.ActPause, dossier.ActResume, dossier.ActApologise, dossier.ActExplain, dossier.ActObligate, dossier.ActMeet, dossier.ActWithdraw, dossier.ActRequestWithdrawal,
	dossier.ActDropWithdrawal, dossier.ActStop, dossier.ActClose, dossier.ActRedirect, dossier.ActUndo, dossier.ActOpenCorrection, dossier.ActCorrect, dossier.ActReissue,
}

// turn tries a turn of the dossier's life: mostly one that is offered, sometimes any. Ends are rarer than they are
// offered, so that lives grow long.
func (l *life) turn(f dossier.Facts, by access.Actor, note, approver string) (journal.Event, error) {
	id := rapid.SampledFrom(turns).Draw(l.t, "turn")
	if offered := l.d.Turns(f, by); len(offered) > 0 && rapid.IntRange(0, 9).Draw(l.t, "tame") > 0 {
		id = offered[rapid.IntRange(0, len(offered)-1).Draw(l.t, "offered")].ID
	}
	if (id == dossier.ActWithdraw || id == dossier.ActRequestWithdrawal) && rapid.IntRange(0, 3).Draw(l.t, "rarely") > 0 {
		return journal.Event{}, dossier.ErrState
	}
	if l.d.Pending() != nil && rapid.IntRange(0, 4).Draw(l.t, "much later") == 0 {
		l.now = l.now.AddDate(0, 0, 20)
		return l.d.Close(l.facts(), l.w.In("cb-mot-cua"))
	}
	whose := rapid.SampledFrom([]string{dossier.FaultAgency, dossier.FaultOther, "nobody"}).Draw(l.t, "fault")
	result := dossier.Result{Number: "12/GP", Name: "Giấy phép"}
	switch id {
	case dossier.ActPause:
		return l.d.Pause(f, by, dossier.PauseCommand{Ref: "niem-yet", Approver: approver, Note: note})
	case dossier.ActResume:
		return l.d.Resume(f, by)
	case dossier.ActApologise:
		to := calendar.DateOf(l.now)
		if !l.d.DueAt().IsZero() {
			to = calendar.DateOf(l.d.DueAt())
		}
		return l.d.Apologise(f, by, dossier.ApologyCommand{Reason: note, Fault: whose, Date: to.AddDays(rapid.IntRange(0, 9).Draw(l.t, "days"))})
	case dossier.ActExplain:
		return l.d.ExplainLateness(f, by, rapid.SampledFrom(append([]string{"none"}, dossier.LatenessReasons...)).Draw(l.t, "reason"), note)
	case dossier.ActObligate:
		return l.d.Obligate(f, by, dossier.ObligationCommand{Name: note, Amount: 50_000, Notice: "12/TB"})
	case dossier.ActMeet:
		return l.d.MeetObligation(f, by, note)
	case dossier.ActWithdraw:
		return l.d.Withdraw(f, by, note)
	case dossier.ActRequestWithdrawal:
		return l.d.RequestWithdrawal(f, by, note)
	case dossier.ActDropWithdrawal:
		return l.d.DropWithdrawal(f, by)
	case dossier.ActStop:
		return l.d.Stop(f, by, dossier.StopCommand{Reason: note})
	case dossier.ActClose:
		return l.d.Close(f, by)
	case dossier.ActRedirect:
		return l.d.Redirect(f, by, dossier.RedirectCommand{Competent: dossiertest.Department, Reason: note}, dossiertest.Desk)
	case dossier.ActUndo:
		return l.d.Undo(f, by)
	case dossier.ActOpenCorrection:
		return l.d.OpenCorrection(f, by, note, whose)
	case dossier.ActCorrect:
		return l.d.Correct(f, by, dossier.CorrectCommand{Result: result, More: []dossier.Result{result}})
	default:
		return l.d.Reissue(f, by, note, whose)
	}
}

// after lists what may follow the end of a dossier.
var after = []string{
	dossier.EventErased, dossier.EventCorrectionOpened, dossier.EventReissued, dossier.EventLatenessExplained,
}

// holds checks what must be true of any dossier at any time.
func (l *life) holds() {
	l.t.Helper()
	count := map[string]int{}
	for i, e := range l.log {
		count[e.Kind]++
		if i == 0 {
			continue
		}
		switch before := l.log[i-1].Kind; before {
		case dossier.EventReturned, dossier.EventRefused, dossier.EventWithdrawn, dossier.EventStopped, dossier.EventClosed:
			if !slices.Contains(after, e.Kind) {
				l.t.Fatalf("%s after %s", e.Kind, before)
			}
		case dossier.EventErased:
			l.t.Fatalf("%s after the personal data was erased", e.Kind)
		}
	}
	for _, kind := range []string{
		dossier.EventSubmitted, dossier.EventAccepted, dossier.EventRefused, dossier.EventResolved, dossier.EventErased,
		dossier.EventApologised, dossier.EventWithdrawn, dossier.EventStopped, dossier.EventClosed,
	} {
		if count[kind] > 1 {
			l.t.Fatalf("%d times %s", count[kind], kind)
		}
	}
	if (l.d.Code != "") != (count[dossier.EventAccepted] == 1) || l.d.Accepted() != (l.d.Code != "") {
		l.t.Fatalf("code %q with %d acceptances", l.d.Code, count[dossier.EventAccepted])
	}
	l.clock()
	l.legs()
}

// clock checks the promise: it is the pinned limit counted from acceptance or the last completion, in the
// pinned calendar, and stands while the applicant completes the file.
func (l *life) clock() {
	l.t.Helper()
	if l.d.Accepted() && l.d.ResolvedAt.IsZero() && !l.d.Status.Ended() {
		// Whatever happened, the date in force is what the base instant and the list of acts give.
		due, err := l.d.Clock.Due(l.facts().Clock)
		if err != nil {
			l.t.Fatal(err)
		}
		if l.d.Standing() != due.At.IsZero() || !l.d.DueAt().Equal(due.At) && !due.At.IsZero() {
			l.t.Fatalf("due %s, the clock says %s (%+v)", l.d.DueAt(), due.At, l.d.Clock)
		}
	}
	if l.d.Status == dossier.Processing && len(l.d.Pauses)+len(l.d.Obligations)+len(l.d.Apologies) == 0 {
		base := l.d.AcceptedAt
		for _, s := range l.d.Supplements {
			if s.Stage == dossier.AtAppraisal && !s.Completed.IsZero() {
				base = s.Completed
			}
		}
		limit, err := deadline.ParseLimit(l.d.Limit)
		if err != nil {
			l.t.Fatalf("pinned limit %q: %v", l.d.Limit, err)
		}
		want, err := deadline.At(base, limit, l.facts().Clock)
		if err != nil {
			l.t.Fatal(err)
		}
		if got := l.d.DueAt(); !got.Equal(want) {
			l.t.Fatalf("due %s, but %s from %s is %s", got, l.d.Limit, base, want)
		}
	}
	if l.d.Paused() != nil && !l.d.Standing() {
		l.t.Fatal("paused, and the clock runs")
	}
	if l.d.Status == dossier.SupplementRequested && !l.d.DueAt().IsZero() {
		l.t.Fatalf("the clock runs to %s while the applicant completes the file", l.d.DueAt())
	}
	if l.d.Accepted() && l.d.Limit != "same-visit" && l.d.FirstDue.IsZero() {
		l.t.Fatal("accepted, and no date was promised")
	}
}

// legs checks the control slip: the time between submission and now, or the end, is held by somebody
// without gap or overlap.
func (l *life) legs() {
	l.t.Helper()
	at := l.d.SubmittedAt
	var sum time.Duration
	for i, leg := range l.d.Legs {
		if leg.Title == "Đính chính kết quả" {
			sum += leg.From.Sub(at) // nobody held it between the return and the correction
			at = leg.From
		}
		if !leg.From.Equal(at) {
			l.t.Fatalf("leg %d (%s) begins at %s, the one before ended at %s", i, leg.Step, leg.From, at)
		}
		if leg.Until.IsZero() {
			if i < len(l.d.Legs)-1 || l.d.Status.Ended() {
				l.t.Fatalf("leg %d of %d is open in state %s", i, len(l.d.Legs), l.d.Status)
			}
			continue
		}
		sum += leg.Until.Sub(leg.From)
		at = leg.Until
	}
	if want := at.Sub(l.d.SubmittedAt); sum != want {
		l.t.Fatalf("legs sum to %s of %s", sum, want)
	}
}

func begin(t *rapid.T) *life {
	l := &life{t: t, w: dossiertest.New(), now: time.Date(2026, 1, 5, 8, 0, 0, 0, calendar.Zone)}
	code := rapid.SampledFrom([]string{dossiertest.Permit, dossiertest.OnSpot, dossiertest.Vague}).Draw(t, "procedure")
	v, err := l.w.Cat.Version(code, "2026-01-05")
	if err != nil {
		t.Fatal(err)
	}
	l.v = v
	s := dossier.Submission{
		Channel: rapid.SampledFrom([]string{procedure.Online, procedure.Direct}).Draw(t, "channel"), Desk: dossiertest.Desk, Competent: dossiertest.Department,
		Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Account: "anh", Answers: json.RawMessage(`{"a":1}`), Papers: []dossier.Paper{{Component: "don", Name: "don.pdf"}},
	}
	e, err := dossier.Submit(l.facts(), l.w.Citizen("anh"), s)
	if err != nil {
		t.Fatal(err)
	}
	l.keep(e)
	return l
}

func TestRandomCommandsNeverBreakADossier(t *testing.T) {
	reached := map[dossier.Status]int{}
	for range 4 {
		rapid.Check(t, func(t *rapid.T) {
			l := begin(t)
			for range rapid.IntRange(1, 150).Draw(t, "commands") {
				l.now = l.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
				l.command()
				l.holds()
				reached[l.d.Status]++
			}
			again, err := dossier.Fold(l.log)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(again, l.d) {
				t.Fatalf("folded again it is another dossier:\n%+v\n%+v", again, l.d)
			}
		})
	}
	for _, s := range dossier.Statuses {
		if reached[s] == 0 {
			t.Errorf("no run reached %s: the commands are too tame to prove anything (%v)", s, reached)
		}
	}
}

func TestAJournalThatWasRearrangedIsNotFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		for range 25 {
			l.now = l.now.Add(time.Hour)
			l.command()
		}
		if len(l.log) < 3 {
			return
		}
		log := slices.Clone(l.log)
		i := rapid.IntRange(0, len(log)-2).Draw(t, "at")
		switch rapid.SampledFrom([]string{"dropped", "swapped", "doubled"}).Draw(t, "how") {
		case "dropped":
			log = slices.Delete(log, i, i+1)
		case "swapped":
			log[i], log[i+1] = log[i+1], log[i]
		case "doubled":
			log = slices.Insert(log, i+1, log[i])
		}
		if _, err := dossier.Fold(log); !errors.Is(err, dossier.ErrFold) {
			t.Fatalf("folded all the same: %v", err)
		}
	})
}

func TestASecondAcceptanceIsNotFoldedEvenWhenItsChainIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		e, err := l.d.Accept(l.facts(), l.w.In("cb-mot-cua"), "H99.02-260302-0001", "10wd")
		if err != nil {
			t.Fatal(err)
		}
		l.keep(e)
		for range rapid.IntRange(0, 10).Draw(t, "commands") {
			l.now = l.now.Add(time.Hour)
			l.command()
		}
		forged, err := journal.Link(e, "case", l.d.Version+1, l.d.Head)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.d.Clone().Apply(forged); !errors.Is(err, dossier.ErrFold) {
			t.Fatalf("accepted twice: %v", err)
		}
	})
}
