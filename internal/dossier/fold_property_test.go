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
	acts := []string{dossier.ActAccept, dossier.ActAccept, dossier.ActRefuse, dossier.ActSupplement, dossier.ActComplete, dossier.ActAssign, dossier.ActNote, "act", "act", "act", "act", "erase"}
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
		e, err = l.d.RequestSupplement(f, by, dossier.SupplementRequest{Items: items, Reason: note, Basis: basis})
	case dossier.ActComplete:
		e, err = l.d.Complete(f, by, dossier.SupplementCommand{Answers: json.RawMessage(`{"a":2}`)})
	case dossier.ActAssign:
		tree := l.w.Cat.Tree()
		p, _ := tree.Post(rapid.SampledFrom(posts).Draw(l.t, "post"), "2026-01-01")
		e, err = l.d.Assign(f, by, p)
	case dossier.ActNote:
		e, err = l.d.Note(f, by, note)
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

// holds checks what must be true of any dossier at any time.
func (l *life) holds() {
	l.t.Helper()
	count := map[string]int{}
	for i, e := range l.log {
		count[e.Kind]++
		ended := i > 0 && slices.ContainsFunc(l.log[:i], func(b journal.Event) bool {
			return b.Kind == dossier.EventReturned || b.Kind == dossier.EventRefused
		})
		if ended && e.Kind != dossier.EventErased {
			l.t.Fatalf("%s after the end", e.Kind)
		}
	}
	for _, kind := range []string{dossier.EventSubmitted, dossier.EventAccepted, dossier.EventRefused, dossier.EventResolved, dossier.EventReturned, dossier.EventErased} {
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
	if l.d.Status == dossier.Processing {
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
