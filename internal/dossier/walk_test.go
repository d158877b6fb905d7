package dossier_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

var update = flag.Bool("update", false, "write docs/states.md anew")

const statesDoc = "../../docs/states.md"

// stage is a dossier that was brought into one state by lawful acts.
type stage struct {
	t   *testing.T
	w   dossiertest.World
	now time.Time
	d   *dossier.Dossier
	log []journal.Event
}

func lodge(t *testing.T, channel string) *stage {
	t.Helper()
	s := &stage{t: t, w: dossiertest.New(), now: time.Date(2026, 3, 2, 8, 0, 0, 0, calendar.Zone)}
	by := s.w.Citizen("anh")
	if channel == procedure.Direct {
		by = s.in("cb-mot-cua") // brought to the counter, papers and all
	}
	e, err := dossier.Submit(s.facts(), by, dossier.Submission{
		Channel: channel, Desk: dossiertest.Desk, Competent: dossiertest.Department, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Account: "anh",
		Answers: json.RawMessage(`{}`), Papers: []dossier.Paper{{Component: "don", Name: "don.pdf"}},
	})
	s.keep(e, err)
	return s
}

func (s *stage) facts() dossier.Facts {
	s.t.Helper()
	v, err := s.w.Cat.Version(dossiertest.Permit, "2026-03-02")
	if err != nil {
		s.t.Fatal(err)
	}
	env, err := s.w.Clock(dossiertest.Department, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	return dossier.Facts{
		Now: s.now, Rules: law.At(calendar.DateOf(s.now)), Clock: env, DeskClock: env, Procedure: *v, Process: dossiertest.Process,
		Number: func(string) (int, error) { n++; return n, nil },
	}
}

func (s *stage) keep(e journal.Event, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("a lawful act was refused: %v", err)
	}
	if s.d == nil {
		s.d = &dossier.Dossier{}
	}
	prev := journal.First("case")
	if s.d.Version > 0 {
		prev = s.d.Head
	}
	e, err = journal.Link(e, "case", s.d.Version+1, prev)
	if err == nil {
		err = s.d.Apply(e)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.log = append(s.log, e)
}

// in is somebody of the little province in a post.
func (s *stage) in(post string) access.Actor { return s.w.In(post) }

// after lets working time pass.
func (s *stage) after(d time.Duration) *stage {
	s.now = s.now.Add(d)
	return s
}

func (s *stage) accept() *stage {
	s.t.Helper()
	s.keep(s.d.Accept(s.facts(), s.in("cb-mot-cua"), "H99.02-260302-0001", "10wd"))
	return s
}

// does carries out an action of the process.
func (s *stage) does(post, action string, more ...func(*dossier.ActCommand)) *stage {
	s.t.Helper()
	c := dossier.ActCommand{Action: action, Note: "Đã xem"}
	for _, m := range more {
		m(&c)
	}
	es, err := s.d.Act(s.facts(), s.in(post), c)
	if err != nil {
		s.t.Fatalf("%s by %s: %v", action, post, err)
	}
	for _, e := range es {
		s.keep(e, nil)
	}
	return s
}

func toOfficer(c *dossier.ActCommand) { c.Post = "chuyen-vien" }
func withResult(c *dossier.ActCommand) {
	c.Result = dossier.Result{Number: "12/GP-STN", Name: "Giấy phép"}
}

func (s *stage) assigned() *stage { return s.accept().does("truong-phong", "giao", toOfficer) }
func (s *stage) decided() *stage {
	return s.assigned().does("chuyen-vien", "trinh").does("giam-doc", "phe-duyet")
}
func (s *stage) resolved() *stage { return s.decided().does("van-thu", "ban-hanh", withResult) }
func (s *stage) returned() *stage { return s.resolved().does("cb-mot-cua", "trao") }

func (s *stage) supplement(post string) *stage {
	s.t.Helper()
	s.keep(s.d.RequestSupplement(s.facts(), s.in(post), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}))
	return s
}

// asks puts a question to another agency of the officer's own accord.
func (s *stage) asks() *stage {
	s.t.Helper()
	s.keep(s.d.Consult(s.facts(), s.in("chuyen-vien"), dossier.ConsultCommand{Agencies: []agency.ID{"so-kia"}, Question: "Có đồng ý không?", Limit: "1wd"}))
	return s
}

// handing is a lawful hand-over of what the actor keeps; one that nobody may carry out where they keep nothing.
func (s *stage) handing(by access.Actor) dossier.HandOverCommand {
	c := dossier.HandOverCommand{To: dossier.Keeper{Kind: dossier.KeeperAgency, Agency: dossiertest.Department}, Person: "Nguyễn Thị Ánh"}
	for _, it := range s.d.Custody {
		if s.d.MayGive(by, it) {
			c.Items = append(c.Items, it.ID)
			if it.Keeper.Kind == dossier.KeeperAgency {
				c.To = dossier.Keeper{Kind: dossier.KeeperDesk, Agency: s.d.Desk}
			}
		}
	}
	return c
}

// sendsPapers hands the papers that came to the counter over to the resolving agency.
func (s *stage) sendsPapers() *stage {
	s.t.Helper()
	es, err := s.d.HandOver(s.facts(), s.in("cb-mot-cua"), s.handing(s.in("cb-mot-cua")))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range es {
		s.keep(e, nil)
	}
	return s
}

// pending is the number of the hand-over that waits for an answer; 0: none does.
func (s *stage) pending() int64 {
	for _, h := range s.d.PendingHandovers() {
		return h.Event
	}
	return 0
}

// stages lists every state of a dossier, the ones within a state that the law treats apart included.
var stages = []struct {
	name string
	make func(t *testing.T) *stage
}{
	{"submitted", func(t *testing.T) *stage { return lodge(t, procedure.Online) }},
	{"supplement_requested (reception)", func(t *testing.T) *stage { return lodge(t, procedure.Online).supplement("cb-mot-cua") }},
	{"supplement_requested (reception, time over)", func(t *testing.T) *stage {
		return lodge(t, procedure.Online).supplement("cb-mot-cua").after(30 * 24 * time.Hour)
	}},
	{"refused", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online)
		s.keep(s.d.Refuse(s.facts(), s.in("cb-mot-cua"), "Không thuộc thẩm quyền", ""))
		return s
	}},
	{"withdrawn", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online)
		s.keep(s.d.Withdraw(s.facts(), s.w.Citizen("anh"), ""))
		return s
	}},
	{"processing (waits to be assigned)", func(t *testing.T) *stage { return lodge(t, procedure.Online).accept() }},
	{"processing (appraisal)", func(t *testing.T) *stage { return lodge(t, procedure.Online).assigned().after(time.Hour) }},
	{"processing (appraisal, overdue)", func(t *testing.T) *stage { return lodge(t, procedure.Online).assigned().after(30 * 24 * time.Hour) }},
	{"processing (paused)", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).assigned()
		s.keep(s.d.Pause(s.facts(), s.in("chuyen-vien"), dossier.PauseCommand{Ref: "niem-yet", Approver: "truong-phong"}))
		return s
	}},
	{"processing (before the head)", func(t *testing.T) *stage { return lodge(t, procedure.Online).assigned().does("chuyen-vien", "trinh") }},
	{"processing (another agency is asked)", func(t *testing.T) *stage { return lodge(t, procedure.Online).assigned().asks() }},
	{"processing (another agency is asked, answer late)", func(t *testing.T) *stage {
		return lodge(t, procedure.Online).assigned().asks().after(5 * 24 * time.Hour)
	}},
	{"processing (taken from the pool)", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).accept()
		s.keep(s.d.Claim(s.facts(), s.in("truong-phong"), 0))
		return s
	}},
	{"processing (papers at the desk)", func(t *testing.T) *stage { return lodge(t, procedure.Direct).assigned() }},
	{"processing (papers on their way)", func(t *testing.T) *stage { return lodge(t, procedure.Direct).assigned().sendsPapers() }},
	{"processing (papers at the agency)", func(t *testing.T) *stage {
		s := lodge(t, procedure.Direct).assigned().sendsPapers()
		s.keep(s.d.ConfirmHandover(s.facts(), s.in("chuyen-vien"), s.pending(), ""))
		return s
	}},
	{"processing (decided)", func(t *testing.T) *stage { return lodge(t, procedure.Online).decided() }},
	{"supplement_requested (appraisal)", func(t *testing.T) *stage { return lodge(t, procedure.Online).assigned().supplement("chuyen-vien") }},
	{"supplement_requested (appraisal, time over)", func(t *testing.T) *stage {
		return lodge(t, procedure.Online).assigned().supplement("chuyen-vien").after(30 * 24 * time.Hour)
	}},
	{"financial_obligation", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).assigned()
		s.keep(s.d.Obligate(s.facts(), s.in("chuyen-vien"), dossier.ObligationCommand{Name: "Lệ phí trước bạ", Amount: 500_000, Notice: "12/TB"}))
		return s
	}},
	{"withdrawal_requested", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).assigned()
		s.keep(s.d.RequestWithdrawal(s.facts(), s.w.Citizen("anh"), "Không còn nhu cầu"))
		return s
	}},
	{"stopped", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).assigned()
		s.keep(s.d.RequestWithdrawal(s.facts(), s.w.Citizen("anh"), ""))
		s.keep(s.d.Stop(s.facts(), s.in("cb-mot-cua"), dossier.StopCommand{Reason: "Người nộp rút"}))
		return s
	}},
	{"closed", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).assigned().supplement("chuyen-vien").after(30 * 24 * time.Hour)
		s.keep(s.d.Close(s.facts(), access.Actor{System: true}))
		return s
	}},
	{"resolved", func(t *testing.T) *stage { return lodge(t, procedure.Online).resolved() }},
	{"returned", func(t *testing.T) *stage { return lodge(t, procedure.Online).returned() }},
	{"returned (late)", func(t *testing.T) *stage {
		return lodge(t, procedure.Online).assigned().after(30*24*time.Hour).does("chuyen-vien", "trinh").does("giam-doc", "phe-duyet").
			does("van-thu", "ban-hanh", withResult).does("cb-mot-cua", "trao")
	}},
	{"correcting", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).returned()
		s.keep(s.d.OpenCorrection(s.facts(), s.in("cb-mot-cua"), "Sai họ tên", dossier.FaultAgency))
		return s
	}},
	{"erased", func(t *testing.T) *stage {
		s := lodge(t, procedure.Online).returned()
		s.keep(s.d.Erase(s.now, journal.Actor{System: "motcua"}, "Điều 16 Luật Bảo vệ dữ liệu cá nhân"))
		return s
	}},
}

// attempt is one act with everything it could ask for, so that only state and person decide.
type attempt struct {
	id  string
	try func(s *stage, by access.Actor) error
}

func event(_ journal.Event, err error) error { return err }

// step is an action of the pinned process, tried wherever the dossier is.
func actionOf(id string) attempt {
	return attempt{"quy trình: " + id, func(s *stage, by access.Actor) error {
		_, err := s.d.Act(s.facts(), by, dossier.ActCommand{Action: id, Note: "Đã xem", Post: "chuyen-vien", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}, To: "Nguyễn Thị Ánh"})
		return err
	}}
}

var attempts = []attempt{
	{dossier.ActAccept, func(s *stage, by access.Actor) error {
		return event(s.d.Accept(s.facts(), by, "H99.02-260302-0001", "10wd"))
	}},
	{dossier.ActSupplement, func(s *stage, by access.Actor) error {
		return event(s.d.RequestSupplement(s.facts(), by, dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu", Basis: "Điều 9 Luật Thử", Approver: "truong-phong"}))
	}},
	{dossier.ActRefuse, func(s *stage, by access.Actor) error {
		return event(s.d.Refuse(s.facts(), by, "Không thuộc thẩm quyền", ""))
	}},
	{dossier.ActComplete, func(s *stage, by access.Actor) error {
		return event(s.d.Complete(s.facts(), by, dossier.SupplementCommand{}))
	}},
	actionOf("giao"), actionOf("trinh"), actionOf("phe-duyet"), actionOf("khong-dat"), actionOf("tra-lai"), actionOf("ban-hanh"), actionOf("trao"),
	{dossier.ActAssign, func(s *stage, by access.Actor) error {
		var err error
		for _, x := range s.d.Work() {
			post := agency.Post{ID: "chuc-vu-khac", Agency: x.Holder.Agency, Roles: []string{x.Holder.Role}}
			if err = event(s.d.Assign(s.facts(), by, x.Token, post)); err == nil {
				return nil
			}
		}
		if err == nil { // nobody has it
			err = event(s.d.Assign(s.facts(), by, 0, agency.Post{ID: "chuyen-vien-2", Agency: dossiertest.Department, Roles: []string{access.RoleOfficer}}))
		}
		return err
	}},
	{dossier.ActClaim, func(s *stage, by access.Actor) error { return event(s.d.Claim(s.facts(), by, 0)) }},
	{dossier.ActRelease, func(s *stage, by access.Actor) error { return event(s.d.Release(s.facts(), by, 0)) }},
	{dossier.ActConsult, func(s *stage, by access.Actor) error {
		return event(s.d.Consult(s.facts(), by, dossier.ConsultCommand{Agencies: []agency.ID{"so-nua"}, Question: "Có đồng ý không?", Limit: "1wd"}))
	}},
	{dossier.ActRecall, func(s *stage, by access.Actor) error {
		frame := 0
		for _, o := range s.d.Opinions {
			if o.Open() {
				frame = o.Frame
			}
		}
		return event(s.d.Recall(s.facts(), by, frame))
	}},
	actionOf(workflow.AnswerAction),
	{dossier.ActTellDesk, func(s *stage, by access.Actor) error {
		return event(s.d.TellDesk(s.facts(), by, "Chưa có trả lời"))
	}},
	{dossier.ActHandOver, func(s *stage, by access.Actor) error {
		_, err := s.d.HandOver(s.facts(), by, s.handing(by))
		return err
	}},
	{dossier.ActConfirmHandover, func(s *stage, by access.Actor) error {
		return event(s.d.ConfirmHandover(s.facts(), by, s.pending(), ""))
	}},
	{dossier.ActRefuseHandover, func(s *stage, by access.Actor) error {
		return event(s.d.RefuseHandover(s.facts(), by, s.pending(), "Thiếu bản chính"))
	}},
	{dossier.ActNote, func(s *stage, by access.Actor) error { return event(s.d.Note(s.facts(), by, "Đã xem")) }},
	{dossier.ActUndo, func(s *stage, by access.Actor) error { return event(s.d.Undo(s.facts(), by)) }},
	{dossier.ActPause, func(s *stage, by access.Actor) error {
		return event(s.d.Pause(s.facts(), by, dossier.PauseCommand{Ref: "niem-yet", Approver: "truong-phong"}))
	}},
	{dossier.ActResume, func(s *stage, by access.Actor) error { return event(s.d.Resume(s.facts(), by)) }},
	{dossier.ActApologise, func(s *stage, by access.Actor) error {
		return event(s.d.Apologise(s.facts(), by, dossier.ApologyCommand{Reason: "Chờ kết quả kiểm tra", Fault: dossier.FaultAgency, Date: calendar.MustDate("2026-05-05")}))
	}},
	{dossier.ActExplain, func(s *stage, by access.Actor) error {
		return event(s.d.ExplainLateness(s.facts(), by, "workload", ""))
	}},
	{dossier.ActObligate, func(s *stage, by access.Actor) error {
		return event(s.d.Obligate(s.facts(), by, dossier.ObligationCommand{Name: "Lệ phí", Amount: 1000, Notice: "12/TB"}))
	}},
	{dossier.ActMeet, func(s *stage, by access.Actor) error { return event(s.d.MeetObligation(s.facts(), by, "BL-1")) }},
	{dossier.ActWithdraw, func(s *stage, by access.Actor) error { return event(s.d.Withdraw(s.facts(), by, "")) }},
	{dossier.ActRequestWithdrawal, func(s *stage, by access.Actor) error { return event(s.d.RequestWithdrawal(s.facts(), by, "")) }},
	{dossier.ActDropWithdrawal, func(s *stage, by access.Actor) error { return event(s.d.DropWithdrawal(s.facts(), by)) }},
	{dossier.ActStop, func(s *stage, by access.Actor) error { return event(s.d.Stop(s.facts(), by, dossier.StopCommand{})) }},
	{dossier.ActClose, func(s *stage, by access.Actor) error { return event(s.d.Close(s.facts(), by)) }},
	{dossier.ActRedirect, func(s *stage, by access.Actor) error {
		return event(s.d.Redirect(s.facts(), by, dossier.RedirectCommand{Competent: dossiertest.Desk, Reason: "Sai thẩm quyền"}, dossiertest.Desk))
	}},
	{dossier.ActOpenCorrection, func(s *stage, by access.Actor) error {
		return event(s.d.OpenCorrection(s.facts(), by, "Sai họ tên", dossier.FaultAgency))
	}},
	{dossier.ActCorrect, func(s *stage, by access.Actor) error {
		return event(s.d.Correct(s.facts(), by, dossier.CorrectCommand{Result: dossier.Result{Number: "13/GP", Name: "Giấy phép"}}))
	}},
	{dossier.ActRate, func(s *stage, by access.Actor) error {
		return event(s.d.Rate(s.facts(), by, dossier.RateCommand{Via: dossier.RatedByAccount, Overall: dossier.Satisfied}))
	}},
	{dossier.ActReissue, func(s *stage, by access.Actor) error {
		return event(s.d.Reissue(s.facts(), by, "Mất bản giấy", dossier.FaultOther))
	}},
}

// people are everybody who might try, with the letter that stands for them in the table.
func people(w dossiertest.World) []struct {
	letter string
	actor  access.Actor
} {
	elsewhere := w.In("chuyen-vien")
	elsewhere.Person, elsewhere.Post, elsewhere.Agency = "elsewhere", "noi-khac", "so-khac"
	elsewhere.Rights = access.Rights{}
	for _, p := range []access.Permission{
		access.DossierIntake, access.DossierAccept, access.DossierRead, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn,
	} {
		elsewhere.Rights[p] = true
	}
	asked := elsewhere
	asked.Person, asked.Post, asked.Agency = "asked", "noi-duoc-hoi", "so-kia"
	return []struct {
		letter string
		actor  access.Actor
	}{
		{"A", w.Citizen("anh")},
		{"other", w.Citizen("binh")},
		{"D", w.In("cb-mot-cua")},
		{"P", w.In("truong-phong")},
		{"O", w.In("chuyen-vien")},
		{"o", w.In("chuyen-vien-2")},
		{"H", w.In("giam-doc")},
		{"C", w.In("van-thu")},
		{"Q", asked},
		{"elsewhere", elsewhere},
		{"nobody", access.Actor{}},
	}
}

// TestEveryStateActAndRole tries every act in every state by everybody, with all the words an act could ask for. What
// is allowed is the table in docs/states.md; what screens offer is exactly what is allowed.
func TestEveryStateActAndRole(t *testing.T) {
	var b strings.Builder
	b.WriteString(statesHead)
	for _, a := range attempts {
		fmt.Fprintf(&b, "\n## %s\n\n| state | who |\n| --- | --- |\n", a.id)
		rows := 0
		for _, st := range stages {
			s := st.make(t)
			var may []string
			for _, p := range people(s.w) {
				err := a.try(s, p.actor)
				if err == nil {
					may = append(may, p.letter)
				} else if fault.KindOf(err) == fault.Internal {
					t.Errorf("%s in state %s by %s: not a refusal but a defect: %v", a.id, st.name, p.letter, err)
				}
				if offered := offers(s, p.actor, a.id); offered != (err == nil) {
					t.Errorf("%s in state %s by %s: offered %v, the rule says %v", a.id, st.name, p.letter, offered, err)
				}
			}
			if slices.Contains(may, "other") || slices.Contains(may, "nobody") || slices.Contains(may, "elsewhere") {
				t.Errorf("%s in state %s is allowed to strangers: %v", a.id, st.name, may)
			}
			if len(may) > 0 {
				rows++
				fmt.Fprintf(&b, "| %s | %s |\n", st.name, strings.Join(may, " "))
			}
		}
		if rows == 0 {
			t.Errorf("%s is allowed nowhere", a.id)
		}
	}
	if *update {
		if err := os.WriteFile(statesDoc, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(statesDoc)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("docs/states.md says otherwise; look at the difference, then go test ./internal/dossier -run TestEveryStateActAndRole -update")
	}
}

// offers reports whether a screen would offer the act to the actor.
func offers(s *stage, by access.Actor, id string) bool {
	f := s.facts()
	switch id { // papers on paper have a page of their own
	case dossier.ActHandOver:
		return slices.ContainsFunc(s.d.Custody, func(it dossier.Item) bool { return s.d.MayGive(by, it) })
	case dossier.ActConfirmHandover:
		return slices.ContainsFunc(s.d.PendingHandovers(), func(h dossier.Handover) bool { return s.d.MayAnswer(by, h) })
	case dossier.ActRefuseHandover:
		return slices.ContainsFunc(s.d.PendingHandovers(), func(h dossier.Handover) bool { return s.d.MayAnswer(by, h) || s.d.MayRecall(by, h) })
	}
	for _, a := range append(s.d.Next(f, by), s.d.Turns(f, by)...) {
		if a.ID == id || a.Means != "" && "quy trình: "+a.ID == id {
			return true
		}
	}
	return false
}

const statesHead = `# Who may do what in which state

Written by a test that tries every act in every state by everybody; it fails when the rules and this page differ, and
when a screen would offer something else than the rules allow. Acts are named by their ids, states as in the journal,
with what tells two situations of one state apart in brackets. An act that a state does not list is refused there.

| letter | person |
| --- | --- |
| A | the applicant's own account |
| D | receiving officer of the desk that received |
| P | head of the division |
| O | the officer to whom the dossier is assigned |
| o | another officer of the same division |
| H | head of the resolving agency |
| C | clerk of the resolving agency |
| Q | officer, with every right, of the agency that is asked in some of the states |

Another citizen, an officer of another agency with every right, and a stranger were tried too. The product itself acts
once: it closes what nobody completed in time.
`
