package dossiertest

import (
	"encoding/json"
	"time"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// Lived is one dossier under random commands of random people at random times.
type Lived struct {
	T   *rapid.T
	W   World
	Env deadline.Env
	Now time.Time
	V   *procedure.Version
	D   *dossier.Dossier
	Log []journal.Event
	// Number hands out the numbers of slips; nil: none are issued.
	Number func(scope string) (int, error)

	id, code string
}

func (l *Lived) Facts() dossier.Facts {
	p := &Process
	if l.V.Process == Quick.ID {
		p = &Quick
	}
	return dossier.Facts{Now: l.Now, Rules: law.At(calendar.DateOf(l.Now)), Clock: l.Env, DeskClock: l.Env, Procedure: *l.V, Process: *p, Number: l.Number}
}

// Keep links what a move decided into the journal and folds it.
func (l *Lived) Keep(events ...journal.Event) {
	l.T.Helper()
	prev, seq := journal.First(l.id), int64(0)
	if l.D != nil {
		prev, seq = l.D.Head, l.D.Version
	} else {
		l.D = &dossier.Dossier{}
	}
	for _, e := range events {
		seq++
		linked, err := journal.Link(e, l.id, seq, prev)
		if err != nil {
			l.T.Fatalf("link %s: %v", e.Kind, err)
		}
		if err := l.D.Apply(linked); err != nil {
			l.T.Fatalf("a move decided what the fold refuses: %v", err)
		}
		l.Log, prev = append(l.Log, linked), linked.Hash
	}
}

var posts = []string{"cb-mot-cua", "cb-mot-cua-2", "truong-phong", "chuyen-vien", "chuyen-vien-2", "giam-doc", "van-thu"}

// someone is who tries the next command: often who may, sometimes anybody.
func (l *Lived) someone() access.Actor {
	if rapid.IntRange(0, 3).Draw(l.T, "who") > 0 {
		var able []string
		for _, p := range posts {
			if acts := l.D.Next(l.Facts(), l.W.In(p)); len(acts) > 0 && acts[0].ID != dossier.ActNote {
				able = append(able, p)
			}
		}
		if p := l.D.Pending(); p != nil && rapid.Bool().Draw(l.T, "the applicant") {
			return l.W.Citizen("anh")
		}
		if len(able) > 0 {
			return l.W.In(rapid.SampledFrom(able).Draw(l.T, "able"))
		}
	}
	return rapid.SampledFrom([]access.Actor{
		l.W.Citizen("anh"), l.W.Citizen("binh"), l.W.In("cb-mot-cua"), l.W.In("truong-phong"), l.W.In("chuyen-vien"), l.W.In("giam-doc"), l.W.In("van-thu"),
	}).Draw(l.T, "anybody")
}

// Command tries one random act and keeps what it decided.
func (l *Lived) Command() {
	by, f := l.someone(), l.Facts()
	note := rapid.SampledFrom([]string{"", "Đã xem", "Thiếu căn cứ"}).Draw(l.T, "note")
	limit := rapid.SampledFrom([]string{"", "10wd", "8wh", "15d", "một tuần"}).Draw(l.T, "limit")
	items := rapid.SampledFrom([][]string{nil, {"Bản vẽ"}, {"Bản vẽ", "Đơn"}}).Draw(l.T, "items")
	basis := rapid.SampledFrom([]string{"", "Điều 9 Luật X"}).Draw(l.T, "basis")
	approver := rapid.SampledFrom([]string{"", "truong-phong"}).Draw(l.T, "approver")
	acts := []string{dossier.ActAccept, dossier.ActAccept, dossier.ActRefuse, dossier.ActSupplement, dossier.ActComplete, dossier.ActAssign, dossier.ActNote, "act", "act", "act", "act", "turn", "turn", "erase"}
	act := rapid.SampledFrom(acts).Draw(l.T, "act")
	var (
		es  []journal.Event
		e   journal.Event
		err error
	)
	switch act {
	case dossier.ActAccept:
		e, err = l.D.Accept(f, by, l.code, limit)
	case dossier.ActRefuse:
		if rapid.IntRange(0, 4).Draw(l.T, "rarely") == 0 {
			e, err = l.D.Refuse(f, by, note, basis)
		} else {
			return
		}
	case dossier.ActSupplement:
		e, err = l.D.RequestSupplement(f, by, dossier.SupplementRequest{Items: items, Reason: note, Basis: basis, Approver: approver})
	case dossier.ActComplete:
		e, err = l.D.Complete(f, by, dossier.SupplementCommand{Answers: json.RawMessage(`{"a":2}`)})
	case dossier.ActAssign:
		tree := l.W.Cat.Tree()
		p, _ := tree.Post(rapid.SampledFrom(posts).Draw(l.T, "post"), "2026-01-01")
		e, err = l.D.Assign(f, by, 0, p)
	case dossier.ActNote:
		e, err = l.D.Note(f, by, note)
	case "turn":
		e, err = l.turn(f, by, note, approver)
	case "erase":
		e, err = l.D.Erase(f.Now, journal.Actor{System: "motcua"}, basis)
	default:
		c := dossier.ActCommand{Action: "trinh", Note: note, Result: dossier.Result{Number: basis, Name: "Giấy phép"}}
		for _, a := range l.D.Next(f, by) {
			if a.Means != "" {
				c.Action = a.ID
				if a.Post { // the service checks that a named post can hold the step
					c.Post = "chuyen-vien"
				}
			}
		}
		if rapid.IntRange(0, 9).Draw(l.T, "wild") == 0 {
			c.Action = rapid.SampledFrom([]string{"giao", "trinh", "phe-duyet", "khong-dat", "tra-lai", "ban-hanh", "trao", "xong", ""}).Draw(l.T, "action")
		}
		es, err = l.D.Act(f, by, c)
	}
	switch {
	case err == nil && es == nil:
		l.Keep(e)
	case err == nil:
		l.Keep(es...)
	case fault.KindOf(err) == fault.Internal:
		l.T.Fatalf("%s by %s: not a refusal but a defect: %v", act, by.Name, err)
	}
}

var turns = []string{
	dossier.ActPause, dossier.ActResume, dossier.ActApologise, dossier.ActExplain, dossier.ActObligate, dossier.ActMeet, dossier.ActWithdraw, dossier.ActRequestWithdrawal,
	dossier.ActDropWithdrawal, dossier.ActStop, dossier.ActClose, dossier.ActRedirect, dossier.ActUndo, dossier.ActOpenCorrection, dossier.ActCorrect, dossier.ActReissue,
}

// turn tries a turn of the dossier's life: mostly one that is offered, sometimes any. Ends are rarer than they are
// offered, so that lives grow long.
func (l *Lived) turn(f dossier.Facts, by access.Actor, note, approver string) (journal.Event, error) {
	id := rapid.SampledFrom(turns).Draw(l.T, "turn")
	if offered := l.D.Turns(f, by); len(offered) > 0 && rapid.IntRange(0, 9).Draw(l.T, "tame") > 0 {
		id = offered[rapid.IntRange(0, len(offered)-1).Draw(l.T, "offered")].ID
	}
	if (id == dossier.ActWithdraw || id == dossier.ActRequestWithdrawal) && rapid.IntRange(0, 3).Draw(l.T, "rarely") > 0 {
		return journal.Event{}, dossier.ErrState
	}
	if l.D.Pending() != nil && rapid.IntRange(0, 4).Draw(l.T, "much later") == 0 {
		l.Now = l.Now.AddDate(0, 0, 20)
		return l.D.Close(l.Facts(), l.W.In("cb-mot-cua"))
	}
	whose := rapid.SampledFrom([]string{dossier.FaultAgency, dossier.FaultOther, "nobody"}).Draw(l.T, "fault")
	result := dossier.Result{Number: "12/GP", Name: "Giấy phép"}
	switch id {
	case dossier.ActPause:
		return l.D.Pause(f, by, dossier.PauseCommand{Ref: "niem-yet", Approver: approver, Note: note})
	case dossier.ActResume:
		return l.D.Resume(f, by)
	case dossier.ActApologise:
		to := calendar.DateOf(l.Now)
		if !l.D.DueAt().IsZero() {
			to = calendar.DateOf(l.D.DueAt())
		}
		return l.D.Apologise(f, by, dossier.ApologyCommand{Reason: note, Fault: whose, Date: to.AddDays(rapid.IntRange(0, 9).Draw(l.T, "days"))})
	case dossier.ActExplain:
		return l.D.ExplainLateness(f, by, rapid.SampledFrom(append([]string{"none"}, dossier.LatenessReasons...)).Draw(l.T, "reason"), note)
	case dossier.ActObligate:
		return l.D.Obligate(f, by, dossier.ObligationCommand{Name: note, Amount: 50_000, Notice: "12/TB"})
	case dossier.ActMeet:
		return l.D.MeetObligation(f, by, note)
	case dossier.ActWithdraw:
		return l.D.Withdraw(f, by, note)
	case dossier.ActRequestWithdrawal:
		return l.D.RequestWithdrawal(f, by, note)
	case dossier.ActDropWithdrawal:
		return l.D.DropWithdrawal(f, by)
	case dossier.ActStop:
		return l.D.Stop(f, by, dossier.StopCommand{Reason: note})
	case dossier.ActClose:
		return l.D.Close(f, by)
	case dossier.ActRedirect:
		return l.D.Redirect(f, by, dossier.RedirectCommand{Competent: Department, Reason: note}, Desk)
	case dossier.ActUndo:
		return l.D.Undo(f, by)
	case dossier.ActOpenCorrection:
		return l.D.OpenCorrection(f, by, note, whose)
	case dossier.ActCorrect:
		return l.D.Correct(f, by, dossier.CorrectCommand{Result: result, More: []dossier.Result{result}})
	default:
		return l.D.Reissue(f, by, note, whose)
	}
}

// Begin lodges a dossier, under the id and to be accepted under the code, in a province whose calendar has days off and
// made-up days that nobody knows of.
func Begin(t *rapid.T, id, code string) *Lived {
	l := &Lived{T: t, W: New(), id: id, code: code, Now: time.Date(2026, 1, 5, 8, 0, 0, 0, calendar.Zone)}
	l.Env = anyCalendar(t)
	which := rapid.SampledFrom([]string{Permit, OnSpot, Vague}).Draw(t, "procedure")
	v, err := l.W.Cat.Version(which, "2026-01-05")
	if err != nil {
		t.Fatal(err)
	}
	l.V = v
	s := dossier.Submission{
		Channel: rapid.SampledFrom([]string{procedure.Online, procedure.Direct}).Draw(t, "channel"), Desk: Desk, Competent: Department,
		Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Account: "anh", Answers: json.RawMessage(`{"a":1}`), Papers: []dossier.Paper{{Component: "don", Name: "don.pdf"}},
	}
	e, err := dossier.Submit(l.Facts(), l.W.Citizen("anh"), s)
	if err != nil {
		t.Fatal(err)
	}
	l.Keep(e)
	return l
}

// Pass lets some time pass and tries a command.
func (l *Lived) Pass(t *rapid.T) {
	l.Now = l.Now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
	l.Command()
}

// anyCalendar is the civil calendar with some working days off and some weekend days made up for.
func anyCalendar(t *rapid.T) deadline.Env {
	var rows []calendar.Exception
	seen := map[calendar.Date]bool{}
	for range rapid.IntRange(0, 12).Draw(t, "changed days") {
		d := calendar.MustDate("2026-01-06").AddDays(rapid.IntRange(0, 300).Draw(t, "day"))
		kind, err := calendar.Civil.Kind(d)
		if err != nil || seen[d] {
			continue
		}
		seen[d] = true
		x := calendar.Exception{Date: d, Kind: calendar.Work, Name: "ngày thử", Basis: "thử"}
		if kind.Worked() {
			x.Kind = calendar.Off
		}
		if _, had := calendar.Civil.Exception(d); !had {
			rows = append(rows, x)
		}
	}
	cal, err := calendar.Civil.With(rows...)
	if err != nil {
		t.Fatal(err)
	}
	return deadline.Env{Calendar: cal, Office: calendar.StandardOffice}
}
