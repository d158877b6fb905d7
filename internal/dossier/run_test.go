package dossier_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Other agencies of the little province.
const (
	police  agency.ID = "cong-an"
	health  agency.ID = "so-y-te"
	commune agency.ID = "xa-an-binh"
)

// province answers who is where in the little province.
type province struct{ picked string }

func (province) Current(id agency.ID) (agency.ID, bool) {
	if id == "so-cu" {
		return health, true
	}
	return id, id != "khong-co"
}
func (province) Superior(agency.ID) agency.ID { return "uy-ban-tinh" }
func (province) Commune() agency.ID           { return commune }
func (province) Clock(agency.ID) (deadline.Env, error) {
	return deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}, nil
}
func (province) Answerer(agency.ID) string             { return access.RoleDivision }
func (p province) Pick(casefile.Holder, string) string { return p.picked }

// shared is a file that several agencies have at once.
type shared struct {
	t   *testing.T
	p   *workflow.Process
	d   *dossier.Dossier
	now time.Time
	log []journal.Event
	by  province
}

func (s *shared) facts() dossier.Facts {
	env, _ := province{}.Clock("")
	return dossier.Facts{
		Now: s.now, Rules: law.At(calendar.DateOf(s.now)), Clock: env, DeskClock: env, Process: *s.p, Offices: s.by, World: func(dossier.Known) workflow.World { return workflow.AllHold{} },
		Procedure: procedure.Version{Code: dossiertest.Permit, Name: "Cấp giấy phép thử"},
	}
}

func (s *shared) keep(es []journal.Event, err error) *shared {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	prev, seq := journal.First("case"), int64(0)
	if s.d != nil {
		prev, seq = s.d.Head, s.d.Version
	} else {
		s.d = &dossier.Dossier{}
	}
	for _, e := range es {
		seq++
		linked, err := journal.Link(e, "case", seq, prev)
		if err != nil {
			s.t.Fatal(err)
		}
		if err := s.d.Apply(linked); err != nil {
			s.t.Fatalf("a move decided what the fold refuses: %v", err)
		}
		s.log, prev = append(s.log, linked), linked.Hash
	}
	again, err := dossier.Fold(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(s.d.Work(), again.Work()); diff != "" {
		s.t.Fatalf("folded again it stands elsewhere:\n%s", diff)
	}
	if diff := cmp.Diff(s.d.Run, again.Run, cmpopts.EquateEmpty()); diff != "" {
		s.t.Fatalf("folded again the run is another:\n%s", diff)
	}
	return s
}

func one(e journal.Event, err error) ([]journal.Event, error) { return []journal.Event{e}, err }

// officerOf is an officer with every right in a role of an agency.
func officerOf(id agency.ID, role string) access.Actor {
	a := access.Actor{Person: "p-" + string(id) + "-" + role, Post: "post-" + string(id) + "-" + role, Agency: id, Roles: []string{role}, Rights: access.Rights{}}
	for _, p := range []access.Permission{access.DossierRead, access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn, access.DossierIntake} {
		a.Rights[p] = true
	}
	return a
}

var officer = officerOf(dossiertest.Department, access.RoleOfficer)

func share(t *testing.T, p workflow.Process) *shared {
	t.Helper()
	s := &shared{t: t, p: &p, now: time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)}
	s.keep(one(dossier.Submit(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), dossier.Submission{
		Channel: procedure.Direct, Desk: dossiertest.Desk, Competent: dossiertest.Department, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"},
	})))
	return s.keep(one(s.d.Accept(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), "H99.02-260302-0001", "10wd")))
}

func (s *shared) act(by access.Actor, action string, more ...func(*dossier.ActCommand)) *shared {
	s.t.Helper()
	c := dossier.ActCommand{Action: action, Note: "Đã xem"}
	for _, m := range more {
		m(&c)
	}
	return s.keep(s.d.Act(s.facts(), by, c))
}

func (s *shared) refuses(want error, by access.Actor, action string, more ...func(*dossier.ActCommand)) *shared {
	s.t.Helper()
	c := dossier.ActCommand{Action: action, Note: "Đã xem"}
	for _, m := range more {
		m(&c)
	}
	if _, err := s.d.Act(s.facts(), by, c); !errors.Is(err, want) {
		s.t.Fatalf("%s: %v, want %v", action, err, want)
	}
	return s
}

// stands checks who has open work: "step@agency", the principal one first.
func (s *shared) stands(want ...string) *shared {
	s.t.Helper()
	var got []string
	for _, w := range s.d.Work() {
		x := w.Step + "@" + string(w.Holder.Agency)
		if w.Waits {
			x += " waits"
		}
		got = append(got, x)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("work stands elsewhere (-want +got):\n%s", diff)
	}
	open := 0
	for _, l := range s.d.Legs {
		if l.Until.IsZero() {
			open++
		}
	}
	if open != len(want) {
		s.t.Fatalf("%d legs are open for %d pieces of work", open, len(want))
	}
	return s
}

func work(id, at, role, to string) workflow.Step {
	return workflow.Step{ID: id, Title: id, At: at, Role: role, Limit: "2wd", Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: workflow.Forward, To: to}}}
}

var ending = []workflow.Step{
	{ID: "ky", Title: "ky", At: workflow.AtCompetent, Role: access.RoleOfficer, Actions: []workflow.Action{{ID: "ky", Label: "Ký", Means: workflow.Approve, To: "so"}}},
	{ID: "so", Title: "so", At: workflow.AtCompetent, Role: access.RoleOfficer, Actions: []workflow.Action{{ID: "ban-hanh", Label: "Ban hành", Means: workflow.Result, To: "tra"}}},
	{ID: "tra", Title: "tra", At: workflow.AtDesk, Role: access.RoleReceiving, Actions: []workflow.Action{{ID: "trao", Label: "Trả", Means: workflow.Hand}}},
}

func to(ids ...string) (out []workflow.Flow) {
	for _, id := range ids {
		out = append(out, workflow.Flow{To: id})
	}
	return out
}

// parallel: the lead and two agencies work at once.
func parallel() workflow.Process {
	return workflow.Process{ID: "song-song", Start: "chia", Steps: append([]workflow.Step{
		{ID: "chia", Kind: workflow.Fork, To: to("cong-an", "chinh", "y-te")},
		work("cong-an", string(police), access.RoleOfficer, "gop"), work("chinh", workflow.AtCompetent, access.RoleOfficer, "gop"), work("y-te", "so-cu", access.RoleOfficer, "gop"),
		{ID: "gop", Kind: workflow.Join, To: to("ky")},
	}, ending...)}
}

func withNumber(c *dossier.ActCommand) {
	c.Result = dossier.Result{Number: "12/GP", Name: "Giấy phép"}
}

func TestSeveralAgenciesHaveTheFileAtOnce(t *testing.T) {
	s := share(t, parallel()).stands("chinh@so-thu", "cong-an@cong-an", "y-te@so-y-te") // the successor of the old department
	_, rows := dossier.Project(s.d, s.now)
	var queues []string
	for _, w := range rows.Work {
		queues = append(queues, w.Holder.Queue())
		if w.Stage != casefile.Handling || w.Due.IsZero() {
			t.Errorf("work at %s: stage %s, due %s", w.Holder.Agency, w.Stage, w.Due)
		}
	}
	if want := []string{"so-thu//case_officer", "cong-an//case_officer", "so-y-te//case_officer"}; !slices.Equal(queues, want) {
		t.Errorf("it waits at %v", queues)
	}
	for _, id := range []agency.ID{police, health, dossiertest.Department, dossiertest.Desk} {
		if !casefile.MayOpen(officerOf(id, access.RoleOfficer), s.d.Scopes()) {
			t.Errorf("%s takes part and may not open it", id)
		}
	}
	if casefile.MayOpen(officerOf("so-khac", access.RoleOfficer), s.d.Scopes()) {
		t.Error("an agency that takes no part may open it")
	}
	s.refuses(dossier.ErrNotHolder, officerOf("so-khac", access.RoleOfficer), "xong")
	s.act(officerOf(police, access.RoleOfficer), "xong").stands("chinh@so-thu", "y-te@so-y-te")
	s.refuses(dossier.ErrNotHolder, officerOf(police, access.RoleOfficer), "xong")
	s.act(officer, "xong").stands("y-te@so-y-te").act(officerOf(health, access.RoleOfficer), "xong").stands("ky@so-thu")
	s.act(officer, "ky").act(officer, "ban-hanh", withNumber).stands("tra@trung-tam").act(officerOf(dossiertest.Desk, access.RoleReceiving), "trao").stands()
	if s.d.Status != dossier.Returned || !s.d.Run.Ended {
		t.Errorf("it ends as %s", s.d.Status)
	}
}

func TestABranchMayBeUndoneByItsAuthorOnly(t *testing.T) {
	s := share(t, parallel()).act(officerOf(police, access.RoleOfficer), "xong")
	if _, err := s.d.Undo(s.facts(), officer); !errors.Is(err, dossier.ErrNoUndo) {
		t.Fatalf("another one undoes it: %v", err)
	}
	s.keep(one(s.d.Undo(s.facts(), officerOf(police, access.RoleOfficer)))).stands("chinh@so-thu", "cong-an@cong-an", "y-te@so-y-te")
}

// asking: the lead asks agencies named when it asks, two of them have to answer.
func asking() workflow.Process {
	return workflow.Process{ID: "hoi", Start: "xem", Steps: append([]workflow.Step{
		work("xem", workflow.AtCompetent, access.RoleOfficer, "hoi"),
		{ID: "hoi", Title: "hoi", Kind: workflow.Ask, Role: access.RoleOfficer, Need: "2", Limit: "3wd", To: to("ky")},
	}, ending...)}
}

func askThem(ids ...agency.ID) func(*dossier.ActCommand) {
	return func(c *dossier.ActCommand) { c.Agencies = ids }
}

func TestWhoAskedAnswersForTheFileWhileOthersAnswer(t *testing.T) {
	s := share(t, asking()).refuses(dossier.ErrAsked, officer, "xong")
	s.act(officer, "xong", askThem(police, health, commune)).stands("hoi@so-thu waits", "hoi@cong-an", "hoi@so-y-te", "hoi@xa-an-binh")
	row, rows := dossier.Project(s.d, s.now)
	if row.Waits != dossier.WaitsAgency || rows.Work[0].Stage != casefile.Waiting {
		t.Errorf("it waits for %q, stage %s", row.Waits, rows.Work[0].Stage)
	}
	// The lead may still ask the applicant for papers; who is asked may not.
	if _, err := s.d.RequestSupplement(s.facts(), officerOf(police, access.RoleOfficer), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}); !errors.Is(err, dossier.ErrNotHolder) {
		t.Errorf("who is asked turns to the applicant: %v", err)
	}
	s.keep(one(s.d.RequestSupplement(s.facts(), officer, dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"})))
	s.act(officerOf(police, access.RoleOfficer), workflow.AnswerAction) // an answer is welcome meanwhile
	s.keep(one(s.d.Complete(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), dossier.SupplementCommand{})))
	s.refuses(dossier.ErrNoteNeeded, officerOf(health, access.RoleOfficer), workflow.AnswerAction, func(c *dossier.ActCommand) { c.Note = "" })
	s.act(officerOf(health, access.RoleOfficer), workflow.AnswerAction).stands("ky@so-thu")
	var got []string
	for _, o := range s.d.Opinions {
		state := o.Answer
		if o.Recalled {
			state = "recalled"
		}
		if o.Due.IsZero() {
			t.Errorf("%s was asked without a date", o.Agency)
		}
		got = append(got, string(o.Agency)+": "+state)
	}
	if want := []string{"cong-an: Đã xem", "so-y-te: Đã xem", "xa-an-binh: recalled"}; !slices.Equal(got, want) {
		t.Errorf("opinions %v", got)
	}
}

func TestAnOfficerAsksOfTheirOwnAccordAndGoesOnWorking(t *testing.T) {
	s := share(t, parallel())
	ask := func(by access.Actor, ids ...agency.ID) (journal.Event, error) {
		return s.d.Consult(s.facts(), by, dossier.ConsultCommand{Agencies: ids, Question: "Có đồng ý không?", Limit: "2wd"})
	}
	for name, try := range map[string]struct {
		by   access.Actor
		ids  []agency.ID
		want error
	}{
		"nobody":       {officer, nil, dossier.ErrAsked},
		"itself":       {officer, []agency.ID{dossiertest.Department}, dossier.ErrAskSelf},
		"one twice":    {officer, []agency.ID{"xa-khac", "xa-khac"}, dossier.ErrAskedTwice},
		"who is gone":  {officer, []agency.ID{"khong-co"}, dossier.ErrNobodyThere},
		"as a bystand": {officerOf("so-khac", access.RoleOfficer), []agency.ID{"xa-khac"}, dossier.ErrNotHolder},
	} {
		if _, err := ask(try.by, try.ids...); !errors.Is(err, try.want) {
			t.Errorf("asking %s: %v", name, err)
		}
	}
	s.keep(one(ask(officer, "xa-khac", "xa-kia"))).stands("chinh@so-thu", "cong-an@cong-an", "y-te@so-y-te", "hoi-y-kien@xa-khac", "hoi-y-kien@xa-kia")
	s.act(officerOf("xa-khac", access.RoleDivision), workflow.AnswerAction)
	if o := s.d.Opinions[0]; o.Question != "Có đồng ý không?" || o.Answer != "Đã xem" || o.Open() || !s.d.Opinions[1].Open() {
		t.Errorf("opinions %+v", s.d.Opinions)
	}
	s.keep(one(s.d.Recall(s.facts(), officer, s.d.Opinions[1].Frame))).stands("chinh@so-thu", "cong-an@cong-an", "y-te@so-y-te")
	s.keep(one(ask(officer, "xa-kia")))
	s.act(officer, "xong").act(officerOf(police, access.RoleOfficer), "xong").act(officerOf(health, access.RoleOfficer), "xong")
	s.act(officer, "ky").act(officer, "ban-hanh", withNumber).stands("tra@trung-tam") // nobody waits for an opinion on what is decided
	if last := s.d.Opinions[2]; !last.Recalled {
		t.Errorf("the question stays open: %+v", last)
	}
}

// linked: one filing, two member procedures at other agencies, each with its own due date.
func linked() workflow.Process {
	return workflow.Process{
		ID: "lien-thong", Start: "chia", Steps: append([]workflow.Step{
			{ID: "chia", Kind: workflow.Fork, To: to("cu-tru", "the")},
			{ID: "cu-tru", Title: "Đăng ký cư trú", Kind: workflow.Sub, At: workflow.AtCommune, Part: "dang-ky", Procedure: "1.004222", Limit: "3wd", To: to("gop")},
			{ID: "the", Title: "Cấp thẻ", Kind: workflow.Sub, At: string(health), Part: "dang-ky", Procedure: "1.013833", Limit: "30wd", To: to("gop")},
			{ID: "gop", Kind: workflow.Join, To: to("ky")},
		}, ending...),
		Parts: []workflow.Part{{ID: "dang-ky", Title: "Đăng ký", Start: "lam", Steps: []workflow.Step{
			work("lam", workflow.AtCompetent, access.RoleOfficer, "ket"),
			{ID: "ket", Title: "ket", At: workflow.AtCompetent, Role: access.RoleHead, Actions: []workflow.Action{
				{ID: "tra-loi", Label: "Gửi kết quả", Means: workflow.Answer}, {ID: "tu-choi", Label: "Không đủ", Means: workflow.Decline, To: "ket"},
			}},
		}}},
	}
}

func TestSubCasesHaveTheirOwnDueDateWithinThatOfTheFile(t *testing.T) {
	s := share(t, linked()).stands("dang-ky/lam@xa-an-binh", "cu-tru@trung-tam waits", "the@trung-tam waits", "dang-ky/lam@so-y-te")
	if len(s.d.Subs) != 2 || s.d.Subs[0].Agency != commune || s.d.Subs[0].Procedure != "1.004222" {
		t.Fatalf("sub-cases %+v", s.d.Subs)
	}
	if first, second := s.d.Subs[0].Due, s.d.Subs[1].Due; !first.Before(s.d.DueAt()) || !second.Equal(s.d.DueAt()) {
		t.Errorf("due %s and %s within %s", first, second, s.d.DueAt())
	}
	s.act(officerOf(commune, access.RoleOfficer), "xong").act(officerOf(commune, access.RoleHead), "tu-choi")
	if s.d.Outcome != "" || s.d.Subs[0].Outcome != dossier.NotEligible {
		t.Errorf("the member decides the file: %q, %q", s.d.Outcome, s.d.Subs[0].Outcome)
	}
	s.act(officerOf(commune, access.RoleHead), "tra-loi")
	s.act(officerOf(health, access.RoleOfficer), "xong").act(officerOf(health, access.RoleHead), "tra-loi", withNumber).stands("ky@so-thu")
	if r := s.d.Subs[1].Result; r == nil || r.Number != "12/GP" || s.d.Subs[1].By.Agency != string(health) {
		t.Errorf("the result of the member: %+v", s.d.Subs[1])
	}
}

func TestTheProductGoesOnByItselfWhenATimeHasCome(t *testing.T) {
	p := workflow.Process{ID: "cho", Start: "niem-yet", Steps: append([]workflow.Step{
		{ID: "niem-yet", Title: "niem-yet", Kind: workflow.Wait, For: workflow.ForTime, At: workflow.AtCompetent, Role: access.RoleOfficer, Limit: "1wd", To: to("xem")},
		{ID: "xem", Title: "xem", At: workflow.AtCompetent, Role: access.RoleOfficer, Limit: "30%", Late: &workflow.Late{Tell: access.RoleHead}, Actions: []workflow.Action{{ID: "xong", Label: "Xong", Means: workflow.Forward, To: "cho-giay"}}},
		{ID: "cho-giay", Title: "cho-giay", Kind: workflow.Wait, For: workflow.ForPaper, At: workflow.AtDesk, Role: access.RoleReceiving, Limit: "1wd", To: to("ky"), Late: &workflow.Late{To: "ky"}},
	}, ending...)}
	s := share(t, p).stands("niem-yet@so-thu waits")
	if _, err := s.d.Wake(s.facts()); !errors.Is(err, dossier.ErrNotAwake) {
		t.Fatalf("it wakes at once: %v", err)
	}
	row, _ := dossier.Project(s.d, s.now)
	if want := time.Date(2026, 3, 3, 17, 0, 0, 0, calendar.Zone); !row.Wake.Equal(want) {
		t.Errorf("it wakes at %s, want %s", row.Wake, want)
	}
	s.now = row.Wake
	s.keep(one(s.d.Wake(s.facts()))).stands("xem@so-thu")
	// 30 % of ten working days.
	if want := time.Date(2026, 3, 6, 17, 0, 0, 0, calendar.Zone); !s.d.StepDue.Equal(want) {
		t.Errorf("the step is due %s, want %s", s.d.StepDue, want)
	}
	s.now = s.d.StepDue.Add(time.Hour)
	s.keep(one(s.d.Wake(s.facts()))).stands("xem@so-thu")
	if _, err := s.d.Wake(s.facts()); !errors.Is(err, dossier.ErrNotAwake) {
		t.Fatalf("it tells twice: %v", err)
	}
	s.act(officer, "xong").stands("cho-giay@trung-tam waits")
	s.now = s.d.NextWake()
	s.keep(one(s.d.Wake(s.facts()))).stands("ky@so-thu")
}

func TestWorkIsTakenFromThePoolAndPutBack(t *testing.T) {
	s := share(t, parallel())
	mine := func() casefile.Holder { w, _ := s.d.Mine(officerOf(police, access.RoleOfficer), 0); return w.Holder }
	s.keep(one(s.d.Claim(s.facts(), officerOf(police, access.RoleOfficer), 0)))
	if mine().Post != "post-cong-an-case_officer" {
		t.Fatalf("it stays with %+v", mine())
	}
	colleague := officerOf(police, access.RoleOfficer)
	colleague.Post = "khac"
	if _, err := s.d.Claim(s.facts(), colleague, 0); !errors.Is(err, dossier.ErrNotHolder) {
		t.Errorf("a colleague takes it away: %v", err)
	}
	s.refuses(dossier.ErrNotHolder, colleague, "xong")
	s.keep(one(s.d.Release(s.facts(), officerOf(police, access.RoleOfficer), 0))).stands("chinh@so-thu", "cong-an@cong-an", "y-te@so-y-te")
	s.act(colleague, "xong")
}

func TestAStepSaysHowThePostIsChosen(t *testing.T) {
	p := parallel()
	p.Steps[2].Assign, p.Steps[1].Post = workflow.AssignLoad, "chi-huy"
	first := share(t, p)
	if got := first.d.Holder.Post; got != "" {
		t.Fatalf("nobody is picked, yet %q has it", got)
	}
	s := &shared{t: t, p: &p, now: first.now, by: province{picked: "it-viec-nhat"}}
	s.keep(one(dossier.Submit(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), dossier.Submission{
		Channel: procedure.Direct, Desk: dossiertest.Desk, Competent: dossiertest.Department, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"},
	})))
	s.keep(one(s.d.Accept(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), "H99.02-260302-0001", "10wd")))
	if s.d.Holder.Post != "it-viec-nhat" || s.d.Beside[0].Holder.Post != "chi-huy" {
		t.Errorf("it went to %q and %q", s.d.Holder.Post, s.d.Beside[0].Holder.Post)
	}
}

func TestAWithdrawalPausesEveryBranchAndGivesThemBack(t *testing.T) {
	s := share(t, parallel())
	s.keep(one(s.d.RequestWithdrawal(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), "")))
	if _, rows := dossier.Project(s.d, s.now); len(rows.Work) != 1 || rows.Work[0].Holder.Agency != dossiertest.Desk {
		t.Errorf("it waits at %+v", rows.Work)
	}
	s.refuses(dossier.ErrState, officerOf(police, access.RoleOfficer), "xong")
	s.keep(one(s.d.DropWithdrawal(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving)))).stands("chinh@so-thu", "cong-an@cong-an", "y-te@so-y-te")
	s.keep(one(s.d.RequestWithdrawal(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), "")))
	s.keep(one(s.d.Stop(s.facts(), officerOf(dossiertest.Desk, access.RoleReceiving), dossier.StopCommand{}))).stands()
}
