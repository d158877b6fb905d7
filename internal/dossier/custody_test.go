package dossier_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
)

// shelf is one dossier that was lodged at the counter, with its papers.
type shelf struct {
	t   interface{ Fatalf(string, ...any) }
	w   dossiertest.World
	v   *procedure.Version
	now time.Time
	d   *dossier.Dossier
	log []journal.Event
}

var paperLodged = []dossier.Paper{
	{Component: "don", Name: "Đơn đề nghị", Form: dossier.FormOriginal, Count: 1},
	{Component: "ban-ve", Name: "Bản vẽ", Form: dossier.FormCopy, Count: 2},
	{Component: "ban-ve", Name: "Bản vẽ gốc", Form: dossier.FormOriginal, Count: 1},
	{Component: "ban-ve", Name: "anh.pdf", Form: dossier.FormElectronic, Hash: "ab", Count: 1},
}

func onShelf(t interface{ Fatalf(string, ...any) }, at time.Time) *shelf {
	s := &shelf{t: t, w: dossiertest.New(), now: at}
	v, err := s.w.Cat.Version(dossiertest.Permit, "2026-01-05")
	if err != nil {
		t.Fatalf("%v", err)
	}
	s.v = v
	e, err := dossier.Submit(s.facts(), s.in("cb-mot-cua"), dossier.Submission{
		Channel: procedure.Direct, Desk: dossiertest.Desk, Competent: dossiertest.Department, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001090000011"}, Papers: paperLodged,
	})
	s.keep(e, err)
	return s
}

func (s *shelf) in(post string) access.Actor { return s.w.In(post) }

func (s *shelf) facts() dossier.Facts {
	env, err := s.w.Clock(dossiertest.Department, s.now)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return dossier.Facts{Now: s.now, Rules: law.At(calendar.DateOf(s.now)), Clock: env, DeskClock: env, Procedure: *s.v, Process: dossiertest.Process}
}

func (s *shelf) keep(e journal.Event, err error) {
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.link(e)
}

func (s *shelf) all(es []journal.Event, err error) {
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.link(es...)
}

func (s *shelf) link(es ...journal.Event) {
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
			s.t.Fatalf("link: %v", err)
		}
		if err := s.d.Apply(linked); err != nil {
			s.t.Fatalf("a move decided what the fold refuses: %v", err)
		}
		s.log, prev = append(s.log, linked), linked.Hash
	}
}

func (s *shelf) accept() {
	s.keep(s.d.Accept(s.facts(), s.in("cb-mot-cua"), "H99.02-260302-0001", "5wd"))
}

func (s *shelf) ids() []string {
	var out []string
	for _, it := range s.d.Custody {
		out = append(out, it.ID)
	}
	return out
}

var (
	toAgency    = dossier.Keeper{Kind: dossier.KeeperAgency, Agency: dossiertest.Department}
	toColleague = dossier.Keeper{Kind: dossier.KeeperAgency, Agency: dossiertest.Department, Post: "chuyen-vien"}
	toDesk      = dossier.Keeper{Kind: dossier.KeeperDesk, Agency: dossiertest.Desk}
	toApplicant = dossier.Keeper{Kind: dossier.KeeperApplicant}
	toPostal    = dossier.Keeper{Kind: dossier.KeeperPostal}
	toFile      = dossier.Keeper{Kind: dossier.KeeperFile, Agency: dossiertest.Department}
)

func tuesday(hour, minute int) time.Time {
	return time.Date(2026, 2, 10, hour, minute, 0, 0, calendar.Zone)
}

func TestPapersLodgedAtTheCounterComeIntoTheCustodyOfTheDesk(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	if len(s.d.Custody) != 3 {
		t.Fatalf("%d papers in custody, want the three on paper: %+v", len(s.d.Custody), s.d.Custody)
	}
	for _, it := range s.d.Custody {
		if it.Keeper != toDesk || !it.Since.Equal(s.now) {
			t.Errorf("%s is with %+v since %s", it.Name, it.Keeper, it.Since)
		}
	}
	online, err := dossier.Submit(s.facts(), s.w.Citizen("anh"), dossier.Submission{
		Channel: procedure.Online, Desk: dossiertest.Desk, Competent: dossiertest.Department, Owner: dossier.Party{Name: "Ánh"}, Account: "anh",
		Papers: []dossier.Paper{{Component: "don", Name: "don.pdf", Hash: "ab", Type: "pdf"}},
	})
	o := &shelf{t: t, w: s.w, v: s.v, now: s.now}
	o.keep(online, err)
	if len(o.d.Custody) != 0 {
		t.Errorf("an online submission put %d papers into custody", len(o.d.Custody))
	}
}

func TestACompletionTakesInWhatIsNewAndLosesNothing(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	s.keep(s.d.RequestSupplement(s.facts(), s.in("cb-mot-cua"), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu bản"}))
	after := []dossier.Paper{paperLodged[0], {Component: "ban-ve", Name: "Bản vẽ", Form: dossier.FormCopy, Count: 5}}
	s.keep(s.d.Complete(s.facts(), s.in("cb-mot-cua"), dossier.SupplementCommand{Papers: after}))
	if len(s.d.Custody) != 4 || s.d.Custody[3].Count != 3 || s.d.Custody[3].Form != dossier.FormCopy {
		t.Fatalf("want three more copies and the original still there: %+v", s.d.Custody)
	}
}

func TestAHandOverCountsWhenTheReceiverConfirms(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	s.accept()
	s.now = tuesday(10, 0)
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: s.ids(), To: toAgency}))
	h := s.d.PendingHandovers()[0]
	if it, _ := s.d.Item(s.ids()[0]); it.Keeper != toDesk || it.Pending != h.Event {
		t.Fatalf("before it is confirmed the desk has it: %+v", it)
	}
	if rows := dossier.HandoverRows(s.d); len(rows) != 1 || rows[0].To != dossiertest.Department || rows[0].Items != 3 {
		t.Errorf("rows %+v", rows)
	}
	if _, err := s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: s.ids()[:1], To: toAgency}); !errors.Is(err, dossier.ErrInTransit) {
		t.Errorf("a second hand-over of the same paper: %v", err)
	}
	if _, err := s.d.ConfirmHandover(s.facts(), s.in("cb-mot-cua-2"), h.Event, ""); !errors.Is(err, dossier.ErrNotKeeper) {
		t.Errorf("confirmed by the giver's colleague: %v", err)
	}
	both := s.in("chuyen-vien")
	both.Person = s.in("cb-mot-cua").Person
	if _, err := s.d.ConfirmHandover(s.facts(), both, h.Event, ""); !errors.Is(err, dossier.ErrSamePerson) {
		t.Errorf("one person gave and took: %v", err)
	}
	s.now = tuesday(11, 0)
	s.keep(s.d.ConfirmHandover(s.facts(), s.in("chuyen-vien"), h.Event, "Đủ"))
	h, _ = s.d.Handover(h.Event)
	if it, _ := s.d.Item(s.ids()[0]); it.Keeper != toColleague || !it.Since.Equal(s.now) || it.Pending != 0 {
		t.Errorf("the receiver's post has it now: %+v", it)
	}
	if h.State != dossier.HandoverConfirmed || h.Late(s.now) || !h.At.Equal(tuesday(10, 0)) || !h.Answered.Equal(tuesday(11, 0)) || h.By.Person == h.Answerer.Person {
		t.Errorf("both confirmations are on record: %+v", h)
	}
	if _, err := s.d.HandOver(s.facts(), s.in("chuyen-vien-2"), dossier.HandOverCommand{Items: s.ids()[:1], To: toDesk}); !errors.Is(err, dossier.ErrNotKeeper) {
		t.Errorf("a colleague handed over what another post has: %v", err)
	}
	if _, err := s.d.HandOver(s.facts(), s.in("truong-phong"), dossier.HandOverCommand{Items: s.ids()[:1], To: toDesk}); err != nil {
		t.Errorf("who assigns work stands in for an absent post: %v", err)
	}
}

func TestAReceiverMayRefuseAndAGiverRecall(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	s.accept()
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: s.ids(), To: toColleague}))
	n := s.d.PendingHandovers()[0].Event
	if _, err := s.d.RefuseHandover(s.facts(), s.in("chuyen-vien"), n, " "); !errors.Is(err, dossier.ErrReasonNeeded) {
		t.Errorf("refused without a reason: %v", err)
	}
	if _, err := s.d.ConfirmHandover(s.facts(), s.in("chuyen-vien-2"), n, ""); !errors.Is(err, dossier.ErrNotKeeper) {
		t.Errorf("confirmed by a post that was not named: %v", err)
	}
	s.keep(s.d.RefuseHandover(s.facts(), s.in("chuyen-vien"), n, "Thiếu một bản vẽ"))
	if h, _ := s.d.Handover(n); h.State != dossier.HandoverRefused || h.Reason == "" {
		t.Errorf("%+v", h)
	}
	if it := s.d.Custody[0]; it.Keeper != toDesk || it.Pending != 0 {
		t.Errorf("custody stays with the giver: %+v", it)
	}
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: s.ids(), To: toAgency}))
	n = s.d.PendingHandovers()[0].Event
	s.keep(s.d.RefuseHandover(s.facts(), s.in("cb-mot-cua-2"), n, "Gửi nhầm"))
	if h, _ := s.d.Handover(n); h.State != dossier.HandoverRecalled {
		t.Errorf("%+v", h)
	}
	if _, err := s.d.ConfirmHandover(s.facts(), s.in("chuyen-vien"), n, ""); !errors.Is(err, dossier.ErrNoHandover) {
		t.Errorf("confirmed what was recalled: %v", err)
	}
}

func TestPaperMovesOnTheSameDayOrTheNextMorning(t *testing.T) {
	for _, tt := range []struct {
		name       string
		accepted   time.Time
		otherLevel bool
		want       string
	}{
		{"before 15:00 by the end of the day", tuesday(9, 0), false, "2026-02-10 17:00"},
		{"after 15:00 at the start of the next working day", tuesday(15, 20), false, "2026-02-11 07:30"},
		{"to another level within a working day", tuesday(15, 20), true, "2026-02-11 17:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := onShelf(t, tt.accepted)
			s.accept()
			f := s.facts()
			f.OtherLevel = tt.otherLevel
			due, err := s.d.PaperDue(f)
			if got := due.In(calendar.Zone).Format("2006-01-02 15:04"); err != nil || got != tt.want {
				t.Fatalf("due %s (%v), want %s", got, err, tt.want)
			}
			f.Now = due.Add(time.Hour)
			s.all(s.d.HandOver(f, s.in("cb-mot-cua"), dossier.HandOverCommand{Items: s.ids(), To: toAgency}))
			if h := s.d.PendingHandovers()[0]; !h.Due.Equal(due) || !h.Late(f.Now) {
				t.Errorf("handed over an hour late: %+v", h)
			}
			if due, err := s.d.PaperDue(f); err != nil || !due.IsZero() {
				t.Errorf("nothing lies at the desk any more, and %s is due (%v)", due, err)
			}
		})
	}
}

func TestPapersGoBackThroughTheDeskWithTheNameOfWhoTookThem(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	s.accept()
	id := s.ids()[2:]
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: id, To: toAgency}))
	s.keep(s.d.ConfirmHandover(s.facts(), s.in("chuyen-vien"), s.d.PendingHandovers()[0].Event, ""))
	if _, err := s.d.HandOver(s.facts(), s.in("chuyen-vien"), dossier.HandOverCommand{Items: id, To: toApplicant, Person: "Nguyễn Thị Ánh"}); !errors.Is(err, dossier.ErrKeeper) {
		t.Errorf("an agency dealt with the applicant outside the desk: %v", err)
	}
	s.all(s.d.HandOver(s.facts(), s.in("chuyen-vien"), dossier.HandOverCommand{Items: id, To: toDesk}))
	s.keep(s.d.ConfirmHandover(s.facts(), s.in("cb-mot-cua-2"), s.d.PendingHandovers()[0].Event, ""))
	if _, err := s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: id, To: toApplicant}); !errors.Is(err, dossier.ErrPersonNeeded) {
		t.Errorf("handed back to nobody in particular: %v", err)
	}
	if _, err := s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: id, To: toPostal, Person: "Trần Văn Bưu"}); !errors.Is(err, dossier.ErrEvidenceNeeded) {
		t.Errorf("posted without a number: %v", err)
	}
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: id, To: toPostal, Person: "Trần Văn Bưu", Evidence: "EB123456789VN"}))
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: id, To: toApplicant, Person: "Nguyễn Thị Ánh"}))
	if it, _ := s.d.Item(id[0]); it.Keeper != toApplicant {
		t.Errorf("%+v", it)
	}
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{
		Take: []dossier.Taking{{Component: "don", Name: "Giấy chứng nhận", Form: dossier.FormOriginal, Count: 1}}, From: dossier.KeeperApplicant, To: toDesk, Person: "Nguyễn Thị Ánh",
	}))
	if n := len(s.d.Custody); n != 4 || s.d.Custody[3].Keeper != toDesk || s.d.Custody[3].Name != "Giấy chứng nhận" {
		t.Errorf("what came in over the counter: %+v", s.d.Custody)
	}
}

func TestReturningWithOriginalsElsewhereNeedsAWord(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	s.accept()
	s.all(s.d.HandOver(s.facts(), s.in("cb-mot-cua"), dossier.HandOverCommand{Items: s.ids(), To: toAgency}))
	s.keep(s.d.ConfirmHandover(s.facts(), s.in("chuyen-vien"), s.d.PendingHandovers()[0].Event, ""))
	for _, step := range []struct {
		post string
		c    dossier.ActCommand
	}{
		{"truong-phong", dossier.ActCommand{Action: "giao", Post: "chuyen-vien"}},
		{"chuyen-vien", dossier.ActCommand{Action: "trinh"}},
		{"giam-doc", dossier.ActCommand{Action: "phe-duyet"}},
		{"van-thu", dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}}},
	} {
		s.all(s.d.Act(s.facts(), s.in(step.post), step.c))
	}
	hand := dossier.ActCommand{Action: "trao", To: "Nguyễn Thị Ánh"}
	desk := s.in("cb-mot-cua")
	if acts := s.d.Next(s.facts(), desk); !acts[0].Note {
		t.Errorf("the screen does not ask for the note: %+v", acts[0])
	}
	if _, err := s.d.Act(s.facts(), desk, hand); !errors.Is(err, dossier.ErrOriginalsElsewhere) {
		t.Fatalf("returned without a word: %v", err)
	}
	s.all(s.d.HandOver(s.facts(), s.in("chuyen-vien"), dossier.HandOverCommand{Items: s.ids()[:1], To: toFile}))
	if away := s.d.OriginalsElsewhere(); len(away) != 1 || away[0].Name != "Bản vẽ gốc" {
		t.Errorf("what was put into the file is settled: %+v", away)
	}
	hand.Note = "Bản vẽ gốc trả sau qua bưu điện"
	s.all(s.d.Act(s.facts(), desk, hand))
	if n := len(s.d.Notes); n != 1 || s.d.Notes[0].Text != hand.Note {
		t.Errorf("the word is kept: %+v", s.d.Notes)
	}
	// The end of the dossier is not the end of its papers.
	s.all(s.d.HandOver(s.facts(), s.in("chuyen-vien"), dossier.HandOverCommand{Items: s.ids()[2:], To: toDesk}))
	if _, err := s.d.Erase(s.now, journal.Actor{System: "motcua"}, "Hết hạn"); !errors.Is(err, dossier.ErrHandoverPending) {
		t.Errorf("erased while papers are on their way: %v", err)
	}
	s.keep(s.d.ConfirmHandover(s.facts(), desk, s.d.PendingHandovers()[0].Event, ""))
	s.all(s.d.HandOver(s.facts(), desk, dossier.HandOverCommand{Items: s.ids()[2:], To: toApplicant, Person: "Nguyễn Thị Ánh"}))
	// What remains when the personal part is erased can still be folded.
	bare := slices.Clone(s.log)
	for i := range bare {
		private := map[string]journal.Private{}
		for name, p := range bare[i].Private {
			private[name] = journal.Private{Commitment: p.Commitment}
		}
		bare[i].Private = private
	}
	d, err := dossier.Fold(bare)
	if err != nil {
		t.Fatal(err)
	}
	if it, ok := d.Item(s.ids()[2]); !ok || it.Keeper != toApplicant || it.Name != "" {
		t.Errorf("without personal data: %+v", it)
	}
}

func TestRandomHandOversNeverLoseAPaper(t *testing.T) {
	posts := []string{"cb-mot-cua", "cb-mot-cua-2", "truong-phong", "chuyen-vien", "chuyen-vien-2", "giam-doc", "van-thu"}
	keepers := []dossier.Keeper{toAgency, toColleague, toDesk, toApplicant, toPostal, toFile, {Kind: "nobody"}, {Kind: dossier.KeeperAgency, Agency: "so-khac"}}
	moved := 0
	property := func(t *rapid.T) {
		s := onShelf(t, tuesday(9, 0))
		if rapid.Bool().Draw(t, "accepted") {
			s.accept()
		}
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			by := s.in(rapid.SampledFrom(posts).Draw(t, "by"))
			f := s.facts()
			before := s.d.Clone()
			var es []journal.Event
			var e journal.Event
			var err error
			switch rapid.SampledFrom([]string{"give", "give", "give", "take", "confirm", "confirm", "refuse"}).Draw(t, "act") {
			case "give":
				c := dossier.HandOverCommand{To: rapid.SampledFrom(keepers).Draw(t, "to"), Person: rapid.SampledFrom([]string{"", "Ánh"}).Draw(t, "person"), Evidence: rapid.SampledFrom([]string{"", "EB1"}).Draw(t, "evidence")}
				c.Items = rapid.SliceOfN(rapid.SampledFrom(append(s.ids(), "9.9")), 0, 3).Draw(t, "items")
				if rapid.IntRange(0, 3).Draw(t, "tame") > 0 { // one paper, by somebody who has it
					it := rapid.SampledFrom(s.d.Custody).Draw(t, "paper")
					c.Items, c.Person, c.Evidence = []string{it.ID}, "Ánh", "EB1"
					for _, p := range posts {
						if s.d.MayGive(s.in(p), it) {
							by = s.in(p)
						}
					}
				}
				es, err = s.d.HandOver(f, by, c)
			case "take":
				es, err = s.d.HandOver(f, by, dossier.HandOverCommand{Take: []dossier.Taking{{Name: "Giấy tờ", Form: dossier.FormCopy, Count: 1}}, From: dossier.KeeperApplicant, To: toDesk, Person: "Ánh"})
			case "confirm", "refuse":
				pending := s.d.PendingHandovers()
				if len(pending) == 0 {
					continue
				}
				h := rapid.SampledFrom(pending).Draw(t, "which")
				n := h.Event
				if i := slices.IndexFunc(posts, func(p string) bool { return s.d.MayAnswer(s.in(p), h) }); i >= 0 && rapid.Bool().Draw(t, "the receiver") {
					by = s.in(posts[i])
				}
				if rapid.Bool().Draw(t, "yes") {
					e, err = s.d.ConfirmHandover(f, by, n, "")
				} else {
					e, err = s.d.RefuseHandover(f, by, n, "Nhầm")
				}
				es = []journal.Event{e}
			}
			if err != nil {
				if fault.KindOf(err) == fault.Internal {
					t.Fatalf("not a refusal but a defect: %v", err)
				}
				continue
			}
			s.link(es...)
			moved++
			whole(t, before, s.d)
		}
		again, err := dossier.Fold(s.log)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if !reflect.DeepEqual(again, s.d) {
			t.Fatalf("folded again it is another dossier")
		}
	}
	for range 4 { // a round of lives that happen to be short proves little
		rapid.Check(t, property)
	}
	if moved < 500 {
		t.Errorf("only %d acts came to pass: the commands are too tame to prove anything", moved)
	}
}

// whole checks that no paper disappeared and that each has one keeper and at most one hand-over under way.
func whole(t interface{ Fatalf(string, ...any) }, before, after *dossier.Dossier) {
	seen := map[string]bool{}
	for _, it := range after.Custody {
		if seen[it.ID] || it.Count < 1 || it.Keeper.Kind == "" || it.Since.IsZero() {
			t.Fatalf("not one keeper for one paper: %+v", it)
		}
		seen[it.ID] = true
	}
	for _, it := range before.Custody {
		now, ok := after.Item(it.ID)
		if !ok || now.Count != it.Count || now.Form != it.Form {
			t.Fatalf("%+v became %+v", it, now)
		}
	}
	under := map[string]int64{}
	for _, h := range after.PendingHandovers() {
		for _, id := range h.Items {
			if under[id] != 0 {
				t.Fatalf("%s is on its way twice", id)
			}
			under[id] = h.Event
		}
	}
	for _, it := range after.Custody {
		if it.Pending != under[it.ID] {
			t.Fatalf("%s: pending %d, under way %d", it.ID, it.Pending, under[it.ID])
		}
	}
}

func TestDigitisingGivesAPaperItsFileAndItsData(t *testing.T) {
	s := onShelf(t, tuesday(9, 0))
	scan := dossier.Paper{Name: "don.pdf", Type: "pdf", Size: 10, Hash: "cd"}
	meta := dossier.PaperMeta{DocType: "KQ.G15", Owner: "001090000011", Title: "Đơn đề nghị", Abstract: "Đơn đề nghị cấp phép", Scope: "Toàn quốc", From: "2026-01-01", Until: "2026-12-31"}
	bad := func(want error, change func(*dossier.DigitiseCommand)) {
		t.Helper()
		c := dossier.DigitiseCommand{Paper: 1, File: scan, Meta: meta, Same: true}
		change(&c)
		if _, err := s.d.Digitise(s.facts(), s.in("cb-mot-cua"), c); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	bad(dossier.ErrScanUnchecked, func(c *dossier.DigitiseCommand) { c.Same = false })
	bad(dossier.ErrScanNeeded, func(c *dossier.DigitiseCommand) { c.File = dossier.Paper{} })
	bad(dossier.ErrPaperUnknown, func(c *dossier.DigitiseCommand) { c.Paper = 9 })
	bad(dossier.ErrPaperUnknown, func(c *dossier.DigitiseCommand) { c.Paper = 4 }) // what the applicant sent
	bad(dossier.ErrMeta, func(c *dossier.DigitiseCommand) { c.Meta.Title = " " })
	bad(dossier.ErrMeta, func(c *dossier.DigitiseCommand) { c.Meta.Owner = "" })
	bad(dossier.ErrMeta, func(c *dossier.DigitiseCommand) { c.Meta.Until = "2025-01-01" })
	bad(nil, func(c *dossier.DigitiseCommand) {
		c.Meta.Owner, c.Meta.OwnerName, c.Meta.BirthYear, c.Meta.IssuedOn, c.Meta.Issuer = "", "Nguyễn Thị Ánh", "1990", "2020-01-02", "UBND phường Một"
	})
	if _, err := s.d.Digitise(s.facts(), s.in("van-thu"), dossier.DigitiseCommand{Paper: 1, File: scan, Meta: meta, Same: true}); !errors.Is(err, dossier.ErrNotHolder) {
		t.Errorf("digitised by who has nothing to do with it: %v", err)
	}
	s.keep(s.d.Digitise(s.facts(), s.in("cb-mot-cua"), dossier.DigitiseCommand{Paper: 1, File: scan, Meta: meta, Same: true, Signed: "ab:cd"}))
	p := s.d.Papers[0]
	if p.Hash != "cd" || p.Form != dossier.FormOriginal || p.Origin != dossier.OriginScanned || p.Meta == nil || p.Scan == nil || p.Scan.By.Post != "cb-mot-cua" || p.Scan.Signed == "" {
		t.Errorf("%+v", p)
	}
	if len(s.d.Custody) != 3 {
		t.Error("the paper itself is still on paper")
	}
	s.keep(s.d.Digitise(s.facts(), s.in("cb-mot-cua"), dossier.DigitiseCommand{Component: "ban-ve", File: dossier.Paper{Name: "b.pdf", Type: "pdf", Hash: "ef"}, Meta: meta, Same: true}))
	if c := dossier.CountPapers(s.d.Papers); c != (dossier.PaperCount{Attached: 1, Scanned: 2, OnPaper: 2}) {
		t.Errorf("%+v", c)
	}
	for day, want := range map[string]bool{"2025-12-31": false, "2026-01-01": true, "2026-12-31": true, "2027-01-01": false} {
		if p.Meta.ValidOn(day) != want {
			t.Errorf("valid on %s: %t", day, !want)
		}
	}
	// A completion comes back with files only: what was known of them stays.
	s.keep(s.d.RequestSupplement(s.facts(), s.in("cb-mot-cua"), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu"}))
	plain := slices.Clone(s.d.Papers)
	for i := range plain {
		plain[i].Meta, plain[i].Scan = nil, nil
	}
	s.keep(s.d.Complete(s.facts(), s.in("cb-mot-cua"), dossier.SupplementCommand{Papers: plain}))
	if p := s.d.Papers[0]; p.Meta == nil || p.Scan == nil {
		t.Errorf("the data was lost: %+v", p)
	}
	if m, err := dossier.Timeline(s.log); err != nil || m[1].Kind != dossier.EventDigitised || fmt.Sprint(m[1].Items) != "[don.pdf]" {
		t.Errorf("timeline: %v %+v", err, m[1])
	}
}
