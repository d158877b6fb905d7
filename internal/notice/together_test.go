package notice_test

import (
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// file is a dossier that several agencies have at once; each act keeps the state it found.
type file struct {
	t      *testing.T
	p      workflow.Process
	now    time.Time
	before *dossier.Dossier
	d      *dossier.Dossier
	last   journal.Event
}

func (f *file) facts() dossier.Facts {
	env := deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}
	return dossier.Facts{Now: f.now, Rules: law.At(calendar.DateOf(f.now)), Clock: env, DeskClock: env, Process: f.p, World: func(dossier.Known) workflow.World { return workflow.AllHold{} }, Procedure: procedure.Version{Code: "1.000001", Name: "Thử"}}
}

func (f *file) keep(e journal.Event, err error) *file {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
	if f.d == nil {
		f.d = &dossier.Dossier{}
	}
	f.before = f.d.Clone()
	if f.last, err = journal.Link(e, "case", f.d.Version+1, f.d.Head); err != nil {
		f.t.Fatal(err)
	}
	if err := f.d.Apply(f.last); err != nil {
		f.t.Fatal(err)
	}
	f.now = f.now.Add(time.Minute)
	return f
}

func (f *file) act(by access.Actor, action string, ids ...agency.ID) *file {
	f.t.Helper()
	es, err := f.d.Act(f.facts(), by, dossier.ActCommand{Action: action, Note: "Xin ý kiến", Agencies: ids})
	if err != nil {
		f.t.Fatal(err)
	}
	return f.keep(es[0], nil)
}

func (f *file) tells(name, want string) *file {
	f.t.Helper()
	list := notice.Told(notice.Change{Before: f.before, After: f.d, Event: f.last, Rules: law.At(calendar.DateOf(f.now)), Agency: func(id agency.ID, _ time.Time) string { return string(id) }})
	if got := told(list); got != want {
		f.t.Errorf("%s: told %q, want %q", name, got, want)
	}
	for _, x := range list {
		if !x.Kind.Follows(f.last.Kind) {
			f.t.Errorf("%s: check would not let %s follow %s", name, x.Kind, f.last.Kind)
		}
	}
	return f
}

func worker(id agency.ID, role string) access.Actor {
	a := access.Actor{Person: "p-" + string(id), Post: "cv-" + string(id), Agency: id, Roles: []string{role}, Rights: access.Rights{}}
	for _, p := range []access.Permission{access.DossierRead, access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide} {
		a.Rights[p] = true
	}
	return a
}

func begin(t *testing.T, p workflow.Process) *file {
	t.Helper()
	f := &file{t: t, p: p, now: now}
	f.keep(dossier.Submit(f.facts(), worker("trung-tam", access.RoleReceiving), dossier.Submission{Channel: procedure.Direct, Desk: "trung-tam", Competent: "so-thu", Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}}))
	return f.keep(f.d.Accept(f.facts(), worker("trung-tam", access.RoleReceiving), "H99.02-260302-0001", "10wd"))
}

func task(id, at, to string) workflow.Step {
	return workflow.Step{ID: id, Title: id, At: at, Role: access.RoleOfficer, Limit: "2wd", Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: workflow.Forward, To: to}}}
}

func TestWhoGetsWorkInAnyBranchIsTold(t *testing.T) {
	t.Parallel()
	lead, other := worker("so-thu", access.RoleOfficer), worker("so-y-te", access.RoleOfficer)
	f := begin(t, workflow.Process{ID: "song-song", Start: "xem", Steps: []workflow.Step{
		task("xem", workflow.AtCompetent, "chia"),
		{ID: "chia", Kind: workflow.Fork, To: []workflow.Flow{{To: "chinh"}, {To: "y-te"}}},
		task("chinh", workflow.AtCompetent, "gop"), task("y-te", "so-y-te", "gop"),
		{ID: "gop", Kind: workflow.Join, To: []workflow.Flow{{To: "hoi"}}},
		{ID: "hoi", Title: "hoi", Kind: workflow.Ask, Role: access.RoleOfficer, To: []workflow.Flow{{To: "con"}}, Of: []string{"cong-an", "so-y-te"}},
		{ID: "con", Title: "Cấp thẻ", Kind: workflow.Sub, At: "so-y-te", Part: "phan", To: []workflow.Flow{{To: "cuoi"}}},
		{ID: "cuoi", Title: "cuoi", At: workflow.AtCompetent, Role: access.RoleOfficer, Limit: "1wh", Late: &workflow.Late{Tell: access.RoleHead}, Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: workflow.Forward, To: "cuoi"}}},
	}, Parts: []workflow.Part{{ID: "phan", Start: "lam", Steps: []workflow.Step{
		{ID: "lam", Title: "lam", At: workflow.AtCompetent, Role: access.RoleOfficer, Actions: []workflow.Action{{ID: "tra-loi", Label: "Xong", Means: workflow.Answer}}},
	}}}})
	f.tells("an acceptance is seen in the list", "")
	f.act(lead, "xong").tells("a branch at another agency", "work_arrived→so-y-te//case_officer")
	f.keep(f.d.Claim(f.facts(), other, 0)).tells("taking work oneself", "")
	f.keep(f.d.Consult(f.facts(), lead, dossier.ConsultCommand{Agencies: []agency.ID{"xa-khac"}, Question: "Có đồng ý không?", Limit: "1wd"}))
	f.tells("a question of one's own accord", "consulted→xa-khac//case_officer")
	if got := notice.Stays(f.before, f.d); len(got) != 2 {
		t.Errorf("the notices of %v stand", got)
	}
	f.act(worker("xa-khac", access.RoleOfficer), workflow.AnswerAction).tells("its answer", "answered→post:cv-so-thu")
	f.act(lead, "xong").tells("the lead waits for the other branch", "")
	f.act(other, "xong").tells("a question of the process", "consulted→cong-an//case_officer consulted→so-y-te//case_officer")
	f.act(worker("cong-an", access.RoleOfficer), workflow.AnswerAction).tells("the first answer goes to who waits", "answered→post:cv-so-y-te")
	f.keep(f.d.Claim(f.facts(), other, 0))
	f.act(other, workflow.AnswerAction).tells("a sub-case where the answer came from is no news there", "")
	f.act(other, "tra-loi").tells("its end", "work_arrived→so-thu//case_officer")
	f.now = f.d.NextWake()
	f.keep(f.d.Wake(f.facts())).tells("a late step", "escalated→so-thu//agency_head")
}

func TestTheDeskIsToldThatAnOpinionIsLate(t *testing.T) {
	t.Parallel()
	lead := worker("so-thu", access.RoleOfficer)
	f := begin(t, workflow.Process{ID: "mot", Start: "xem", Steps: []workflow.Step{task("xem", workflow.AtCompetent, "xem")}})
	f.keep(f.d.Consult(f.facts(), lead, dossier.ConsultCommand{Agencies: []agency.ID{"xa-khac"}, Question: "Có đồng ý không?", Limit: "1wh"}))
	f.keep(f.d.Claim(f.facts(), worker("xa-khac", access.RoleOfficer), 0))
	f.now = f.now.Add(24 * time.Hour)
	f.keep(f.d.TellDesk(f.facts(), lead, "Xã chưa trả lời")).tells("the desk", "desk_told→trung-tam//receiving_officer desk_told→trung-tam//agency_head")
	f.keep(f.d.Recall(f.facts(), lead, f.d.Opinions[0].Frame)).tells("who had taken the question up", "recalled→post:cv-xa-khac")
}
