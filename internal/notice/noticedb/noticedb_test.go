package noticedb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/mail"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/notice/noticedb"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// post is the mail server as a test wants it: it answers as told, then takes everything.
type post struct {
	answers []notice.Outcome
	letters []notice.Letter
}

func (p *post) Send(_ context.Context, l notice.Letter) notice.Outcome {
	p.letters = append(p.letters, l)
	if len(p.answers) == 0 {
		return notice.Outcome{Verdict: notice.Taken, Answer: "250 2.0.0 ok"}
	}
	o := p.answers[0]
	p.answers = p.answers[1:]
	return o
}

type people struct{ tree *agency.Tree }

func (p people) Holding(_ context.Context, h casefile.Holder) ([]string, error) {
	if h.Post != "" {
		return []string{"person-" + h.Post}, nil
	}
	var out []string
	for _, x := range p.tree.Holders(h.Agency, h.Unit, h.Role, "2026-03-02") {
		out = append(out, "person-"+x.ID)
	}
	return out, nil
}

func (people) Email(_ context.Context, person string) (string, error) {
	return person + "@tai-khoan.vn", nil
}

// office is a province on one database.
type office struct {
	t     *testing.T
	db    *sqldb.DB
	w     dossiertest.World
	clock *testkit.Clock
	queue *jobs.Queue
	cases *dossierdb.Store
	svc   *dossier.Service
	s     *noticedb.Store
	keys  int
}

// open begins at nine on a Monday. mailer nil: no mail server.
func open(t *testing.T, db *sqldb.DB, mailer noticedb.Mailer) *office {
	t.Helper()
	return openAt(t, db, mailer, testkit.NewClock("2026-03-02T09:00:00+07:00"))
}

func openAt(t *testing.T, db *sqldb.DB, mailer noticedb.Mailer, clock *testkit.Clock) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, w: dossiertest.New(), clock: clock}
	o.queue = jobs.New(db, o.clock.Now, jobs.Options{Log: slog.New(slog.DiscardHandler)})
	o.cases = dossierdb.New(db, signer, o.queue, o.clock.Now)
	o.svc = dossier.NewService(o.cases, o.w, o.clock.Now)
	o.s = noticedb.New(db, o.queue, noticedb.Config{
		Book:   func(string) *notice.Book { return notice.Builtin },
		Agency: func(id agency.ID, _ time.Time) string { a, _ := o.w.Cat.Tree().Ever(id); return a.Name },
		People: people{o.w.Cat.Tree()}, Mailer: mailer, Address: "https://motcua.example", Domain: "motcua.example", Secret: []byte("bí mật"),
		Calendar: func() *calendar.Calendar { return calendar.Civil }, Log: slog.New(slog.DiscardHandler), Now: o.clock.Now,
	})
	o.cases.AlsoErase(o.s.Erase)
	o.run() // the daily round of the first day
	return o
}

// run does everything that is due by the clock.
func (o *office) run() {
	o.t.Helper()
	if _, err := o.queue.RunDue(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// wait moves the clock and does what is due meanwhile, minute by minute, as a running process would.
func (o *office) wait(d time.Duration) {
	o.t.Helper()
	for ; d > 0; d -= 10 * time.Minute {
		o.clock.Add(min(d, 10*time.Minute))
		o.run()
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (o *office) key() string { o.keys++; return fmt.Sprintf("key-%d", o.keys) }

func (o *office) req(who string, d *dossier.Dossier) dossier.Request {
	return dossier.Request{By: o.w.In(who), Dossier: d.ID, Version: d.Version, Key: o.key()}
}

// lodge files an application online for a citizen whose address stands in it.
func (o *office) lodge(citizen, email string) *dossier.Dossier {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen(citizen)
	draft := must(o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online))(o.t)
	p := dossier.Paper{Component: "don", Name: "don.pdf", Type: "pdf", Size: 10, Hash: strings.Repeat("a", 64), Form: "electronic"}
	if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
		o.t.Fatal(err)
	}
	d := must(o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{
		Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001", Email: email}, Answers: json.RawMessage(`{"a":1}`),
	}))(o.t)
	o.run()
	return d
}

func (o *office) accept(d *dossier.Dossier) *dossier.Dossier {
	o.t.Helper()
	out := must(o.svc.Accept(context.Background(), o.req("cb-mot-cua", d), ""))(o.t)
	o.run()
	return out
}

func (o *office) act(who string, d *dossier.Dossier, c dossier.ActCommand) *dossier.Dossier {
	o.t.Helper()
	out := must(o.svc.Act(context.Background(), o.req(who, d), c))(o.t)
	o.run()
	return out
}

// told writes what was told about a dossier: kind→reader, and * when it was read.
func (o *office) told(d *dossier.Dossier) string {
	o.t.Helper()
	var out []string
	for _, n := range must(o.s.OfCase(context.Background(), d.ID))(o.t) {
		mark := ""
		if !n.Read.IsZero() {
			mark = "*"
		}
		out = append(out, fmt.Sprintf("%s→%s%s", n.Kind, n.Reader, mark))
	}
	return strings.Join(out, " ")
}

// letters of a dossier: kind, state, reason.
func (o *office) letters(d *dossier.Dossier) []notice.Delivery {
	o.t.Helper()
	var out []notice.Delivery
	for _, n := range must(o.s.OfCase(context.Background(), d.ID))(o.t) {
		out = append(out, n.Letters...)
	}
	return out
}

func (o *office) letter(d *dossier.Dossier, i int) notice.Delivery {
	o.t.Helper()
	l := o.letters(d)
	if len(l) <= i {
		o.t.Fatalf("%d letters, want one more than %d", len(l), i)
	}
	return l[i]
}

func (o *office) unread(a access.Actor) int {
	o.t.Helper()
	c := must(o.s.Choice(context.Background(), a.Person))(o.t)
	return must(o.s.Unread(context.Background(), notice.Readers(a), c))(o.t)
}

func (o *office) check() []casefiledb.Finding {
	o.t.Helper()
	var found []casefiledb.Finding
	err := o.db.InReadTx(context.Background(), func(tx *sqldb.Tx) (err error) {
		found, err = noticedb.CheckIn(context.Background(), tx, 100)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return found
}

func (o *office) clean() {
	o.t.Helper()
	if f := o.check(); len(f) > 0 {
		o.t.Errorf("check found %v", f)
	}
	for _, j := range must(o.queue.Dead(context.Background(), 100))(o.t) {
		if j.Kind == dossier.NoticeJob || strings.HasPrefix(j.Kind, "notice.") { // other slices' jobs have no hands here
			o.t.Errorf("dead job %s %s: %s", j.Kind, j.Args, j.Error)
		}
	}
}

func TestEveryStatementPreparesOnBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) { testkit.PrepareAll(t, db, noticedb.Statements) })
}

func TestALifeIsToldOnceToWhomItConcerns(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{}
		o := open(t, db, p)
		d := o.lodge("anh", "anh@vidu.vn")
		if got := o.told(d); got != "arrived→trung-tam//receiving_officer submitted→person:anh" && got != "submitted→person:anh arrived→trung-tam//receiving_officer" {
			t.Errorf("after the submission: %s", got)
		}
		for who, want := range map[string]int{"cb-mot-cua": 1, "cb-mot-cua-2": 1, "chuyen-vien": 0} {
			if n := o.unread(o.w.In(who)); n != want {
				t.Errorf("%s has %d unread, want %d", who, n, want)
			}
		}
		d = o.accept(d)
		if n := o.unread(o.w.In("cb-mot-cua")); n != 0 {
			t.Errorf("what was taken up still asks for attention: %d", n)
		}
		d = o.act("truong-phong", d, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		if n := o.unread(o.w.In("chuyen-vien")); n != 1 {
			t.Errorf("the officer has %d unread, want the work given", n)
		}
		d = o.act("chuyen-vien", d, dossier.ActCommand{Action: "trinh", Note: "Đủ"})
		d = o.act("giam-doc", d, dossier.ActCommand{Action: "phe-duyet"})
		d = o.act("van-thu", d, dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}})
		d = o.act("cb-mot-cua", d, dossier.ActCommand{Action: "trao", To: "Nguyễn Thị Ánh"})
		// Every job again, as after a crash between the effect and its record.
		events := must(o.cases.Load(context.Background(), d.ID))(t)
		before := o.told(d)
		err := db.InTx(context.Background(), func(tx *sqldb.Tx) error {
			for seq := range len(events) {
				if err := o.queue.Enqueue(context.Background(), tx, jobs.Job{Kind: dossier.NoticeJob, Args: dossier.NoticeArgs{Case: d.ID, Seq: int64(seq + 1)}}); err != nil {
					return err
				}
			}
			return o.queue.Enqueue(context.Background(), tx, jobs.Job{Kind: dossier.NoticeJob, Args: dossier.NoticeArgs{Case: d.ID, From: 1, Seq: int64(len(events))}})
		})
		if err != nil {
			t.Fatal(err)
		}
		o.run()
		if after := o.told(d); after != before {
			t.Errorf("told again:\n%s\nthen\n%s", before, after)
		}
		if !strings.Contains(before, "resolved_early→person:anh") || !strings.Contains(before, "returned→person:anh") {
			t.Errorf("told: %s", before)
		}
		var got []string
		for _, l := range p.letters {
			got = append(got, l.Subject)
		}
		want := []string{
			"Đã nhận hồ sơ " + d.Ref, "Hồ sơ " + d.Code + " đã được tiếp nhận", "Hồ sơ " + d.Code + " có kết quả sớm hơn hẹn", "Đã trả kết quả hồ sơ " + d.Code,
		}
		if !slices.Equal(got, want) {
			t.Errorf("letters %q, want %q", got, want)
		}
		o.clean()
	})
}

func TestTheDeskIsRemindedWhileNobodyLooked(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db, nil)
		left, seen := o.lodge("anh", ""), o.lodge("binh", "")
		list, _, err := o.s.List(context.Background(), notice.Readers(o.w.In("cb-mot-cua")), notice.Choice{}, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list {
			if n.Case == seen.ID {
				if _, err := o.s.Open(context.Background(), n.ID, notice.Readers(o.w.In("chuyen-vien")), "x"); !errors.Is(err, notice.ErrNone) {
					t.Errorf("somebody else's notice was opened: %v", err)
				}
				if _, err := o.s.Open(context.Background(), n.ID, notice.Readers(o.w.In("cb-mot-cua-2")), "person-cb-mot-cua-2"); err != nil {
					t.Fatal(err)
				}
			}
		}
		o.wait(90 * time.Minute) // 10:30, half an hour before the two hours are over
		if got := o.told(left); !strings.Contains(got, "arrived_reminder→trung-tam//receiving_officer") {
			t.Errorf("nobody looked: %s", got)
		}
		if got := o.told(seen); strings.Contains(got, "arrived_reminder") || !strings.Contains(got, "receiving_officer*") {
			t.Errorf("somebody looked: %s", got)
		}
		// Eight working hours end on Tuesday at nine; two hours before, the desk is reminded of both.
		o.wait(21 * time.Hour)
		for _, d := range []*dossier.Dossier{left, seen} {
			if got := o.told(d); !strings.Contains(got, "answer_due→") {
				t.Errorf("the answer is owed: %s", got)
			}
		}
		o.accept(left)
		if got := o.told(left); strings.Contains(strings.ReplaceAll(got, "receiving_officer*", ""), "receiving_officer") {
			t.Errorf("answered, and still asking for attention: %s", got)
		}
		o.clean()
	})
}

func TestRemindersOfSupplementsAndDueDates(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db, nil)
		asked, done := o.lodge("anh", "anh@vidu.vn"), o.lodge("binh", "binh@vidu.vn")
		ctx := context.Background()
		asked = must(o.svc.RequestSupplement(ctx, o.req("cb-mot-cua", asked), dossier.SupplementRequest{Items: []string{"Bản vẽ"}, Reason: "Thiếu bản vẽ"}))(t)
		o.run()
		done = o.accept(done)
		until := asked.Pending().Until
		o.wait(15 * 24 * time.Hour)
		if got := o.told(asked); strings.Count(got, "supplement_reminder→person:anh") != 2 {
			t.Errorf("until %s: %s", until, got)
		}
		got := o.told(done)
		for _, want := range []string{"due_soon→so-thu/", "overdue→so-thu/", "overdue→so-thu//agency_head"} {
			if !strings.Contains(got, want) {
				t.Errorf("told %s, want %s", got, want)
			}
		}
		if n := o.unread(o.w.In("giam-doc")); n != 1 {
			t.Errorf("the head has %d unread", n)
		}
		o.clean()
	})
}

func TestAttemptsUntilTheServerTakesIt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{answers: []notice.Outcome{
			{Verdict: notice.Later, Answer: "451 4.7.1 <anh@vidu.vn>: greylisted"}, {Verdict: notice.Later, Answer: "no server"}, {Verdict: notice.Unknown, Answer: "connection reset"},
		}}
		o := open(t, db, p)
		d := o.lodge("anh", "anh@vidu.vn")
		l := o.letter(d, 0)
		if l.State != notice.Queued || l.Attempts != 1 || l.Answer != "451 4.7.1 <a***@vidu.vn>: greylisted" {
			t.Errorf("after the first attempt: %+v", l)
		}
		o.run()
		if len(p.letters) != 1 {
			t.Errorf("tried again without a pause: %d attempts", len(p.letters))
		}
		o.wait(time.Hour)
		l = o.letter(d, 0)
		if l.State != notice.Sent || l.Attempts != 4 || !l.Repeated || l.Sent.IsZero() || l.Answer != "250 2.0.0 ok" {
			t.Errorf("at last: %+v", l)
		}
		if len(p.letters) != 4 {
			t.Fatalf("%d attempts", len(p.letters))
		}
		for _, x := range p.letters {
			if x.MessageID != l.MessageID || !strings.HasSuffix(x.MessageID, "@motcua.example") {
				t.Errorf("Message-ID %q, want %q", x.MessageID, l.MessageID)
			}
		}
		o.wait(24 * time.Hour)
		if len(p.letters) != 4 {
			t.Errorf("sent after it was taken: %d", len(p.letters))
		}
		o.clean()
	})
}

func TestARefusedLetterOfWeightIsTheDesksToPhone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{}
		o := open(t, db, p)
		d := o.lodge("anh", "anh@vidu.vn")
		p.answers = []notice.Outcome{{Verdict: notice.Never, Answer: "550 5.1.1 no such user"}}
		ctx := context.Background()
		d = must(o.svc.Refuse(ctx, o.req("cb-mot-cua", d), "Không thuộc thẩm quyền", ""))(t)
		o.run()
		l := o.letter(d, 1)
		if l.State != notice.Failed || l.Reason != notice.Rejected || l.Answer != "550 5.1.1 no such user" {
			t.Errorf("refused: %+v", l)
		}
		if got := o.told(d); !strings.Contains(got, "undelivered→trung-tam//receiving_officer") || strings.Contains(got, "undelivered→trung-tam//receiving_officer*") {
			t.Errorf("told: %s", got)
		}
		sent := len(p.letters)
		o.wait(24 * time.Hour)
		if len(p.letters) != sent {
			t.Error("a letter that was refused for good was tried again")
		}
		// A server that is never there: after the last attempt the letter is given up, with the reason.
		p.answers = slices.Repeat([]notice.Outcome{{Verdict: notice.Later, Answer: "connection refused"}}, 100)
		other := o.lodge("binh", "binh@vidu.vn")
		o.wait(30 * time.Hour)
		if l := o.letter(other, 0); l.State != notice.Failed || l.Reason != notice.Exhausted || l.Attempts != notice.MaxAttempts || l.Answer != "connection refused" {
			t.Errorf("given up: %+v", l)
		}
		if got := o.told(other); strings.Contains(got, "undelivered") {
			t.Errorf("an acknowledgement is no reason to phone: %s", got)
		}
		o.clean()
	})
}

func TestAnAttemptThatNeverCameBackIsDoneAgainAndSaysSo(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{answers: []notice.Outcome{{Verdict: notice.Later}}}
		o := open(t, db, p)
		d := o.lodge("anh", "anh@vidu.vn")
		// The process died between the server's word and its record.
		err := db.InTx(context.Background(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE notice_delivery SET state = 'sending'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o.wait(10 * time.Minute)
		if l := o.letter(d, 0); l.State != notice.Sent || !l.Repeated {
			t.Errorf("%+v", l)
		}
		o.clean()
	})
}

func TestLettersKeepQuietAtNight(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{}
		o := open(t, db, p)
		ctx := context.Background()
		if err := o.s.Change(ctx, "binh", func(c *notice.Choice) error { c.Loud = true; return nil }); err != nil {
			t.Fatal(err)
		}
		o.wait(13 * time.Hour) // 22:00
		quiet, loud := o.lodge("anh", "anh@vidu.vn"), o.lodge("binh", "binh@vidu.vn")
		if len(p.letters) != 1 || p.letters[0].To != "binh@vidu.vn" || o.letter(loud, 0).State != notice.Sent {
			t.Errorf("who wants letters at night gets them: %v", p.letters)
		}
		l := o.letter(quiet, 0)
		if l.State != notice.Held || l.Reason != notice.QuietHours || l.HeldUntil.In(calendar.Zone).Format(time.DateTime) != "2026-03-03 07:00:00" {
			t.Errorf("held: %+v", l)
		}
		if n := o.unread(o.w.Citizen("anh")); n != 1 {
			t.Errorf("the list does not wait: %d unread", n)
		}
		o.wait(9 * time.Hour)
		if len(p.letters) != 1 {
			t.Errorf("at seven: %d letters", len(p.letters))
		}
		o.wait(20 * time.Minute)
		if l := o.letter(quiet, 0); l.State != notice.Sent {
			t.Errorf("in the morning: %+v", l)
		}
		o.clean()
	})
}

func TestWithoutAMailServerLettersAreHeldUntilThereIsOne(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db, nil)
		old := o.lodge("anh", "anh@vidu.vn")
		if l := o.letter(old, 0); l.State != notice.Held || l.Reason != notice.NoServer {
			t.Errorf("%+v", l)
		}
		o.wait(72 * time.Hour)
		young := o.lodge("binh", "binh@vidu.vn")
		o.clean()
		p := &post{}
		again := openAt(t, db, p, o.clock)
		if err := again.s.Started(context.Background()); err != nil {
			t.Fatal(err)
		}
		again.run()
		if len(p.letters) != 1 || p.letters[0].To != "binh@vidu.vn" || again.letter(young, 0).State != notice.Sent {
			t.Errorf("released: %v", p.letters)
		}
		if l := again.letter(old, 0); l.State != notice.Failed || l.Reason != notice.TooOld {
			t.Errorf("three days later it is no news: %+v", l)
		}
		again.clean()
	})
}

func TestWhatPeopleChose(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{}
		o := open(t, db, p)
		ctx := context.Background()
		if err := o.s.Change(ctx, "anh", func(c *notice.Choice) error {
			c.Set(notice.Reception, notice.Email, false)
			c.Set(notice.Reception, notice.InApp, false)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		// The officer asks for letters about new dossiers at an address that first has to be confirmed.
		officer := o.w.In("cb-mot-cua")
		if err := o.s.Change(ctx, officer.Person, func(c *notice.Choice) error {
			c.Set(notice.Arrivals, notice.Email, true)
			c.Language = notice.English
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := o.s.AskConfirm(ctx, officer.Person, "khong phai", true, notice.Vietnamese); !errors.Is(err, notice.ErrAddress) {
			t.Errorf("no address: %v", err)
		}
		if err := o.s.AskConfirm(ctx, officer.Person, "quay@vidu.vn", true, notice.Vietnamese); err != nil {
			t.Fatal(err)
		}
		if err := o.s.AskConfirm(ctx, officer.Person, "khac@vidu.vn", true, notice.Vietnamese); !errors.Is(err, notice.ErrAgain) {
			t.Errorf("a second letter at once: %v", err)
		}
		o.run()
		d := o.lodge("anh", "anh@vidu.vn")
		if len(p.letters) != 1 || p.letters[0].To != "quay@vidu.vn" {
			t.Fatalf("before it is confirmed: %v", p.letters)
		}
		if n := o.unread(o.w.Citizen("anh")); n != 0 {
			t.Errorf("what was not wanted is shown: %d", n)
		}
		_, token, _ := strings.Cut(p.letters[0].Text, "?ma=")
		token, _, _ = strings.Cut(token, "\n")
		for name, try := range map[string][2]string{"another person": {"anh", token}, "a forged link": {officer.Person, token[:len(token)-2] + "AA"}, "nothing": {officer.Person, ""}} {
			if err := o.s.Confirm(ctx, try[0], try[1]); !errors.Is(err, notice.ErrLink) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := o.s.Confirm(ctx, officer.Person, token); err != nil {
			t.Fatal(err)
		}
		if err := o.s.Confirm(ctx, officer.Person, token); !errors.Is(err, notice.ErrLink) {
			t.Errorf("used twice: %v", err)
		}
		o.lodge("binh", "")
		if len(p.letters) != 2 || p.letters[1].To != "quay@vidu.vn" || !strings.Contains(p.letters[1].Subject, "New application") || !strings.Contains(p.letters[1].Text, "https://motcua.example/lam-viec/thong-bao/") {
			t.Errorf("the officer's letter: %+v", p.letters)
		}
		// What must be told is in the list whatever was chosen.
		must(o.svc.Refuse(ctx, o.req("cb-mot-cua", d), "Không thuộc thẩm quyền", ""))(t)
		o.run()
		if n := o.unread(o.w.Citizen("anh")); n != 1 {
			t.Errorf("a refusal is shown: %d unread", n)
		}
		o.clean()
	})
}

func TestErasureTakesThePersonalPartOfNotices(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{}
		o := open(t, db, p)
		d := o.lodge("anh", "anh@vidu.vn")
		ctx := context.Background()
		d = must(o.svc.Refuse(ctx, o.req("cb-mot-cua", d), "Không thuộc thẩm quyền", ""))(t)
		if err := o.cases.Erase(ctx, journal.Actor{System: "motcua"}, d.ID, "Hết thời hạn lưu trữ"); err != nil {
			t.Fatal(err)
		}
		o.run()
		for _, n := range must(o.s.OfCase(ctx, d.ID))(t) {
			if !n.Facts.Empty() || n.Facts.Owner != "" {
				t.Errorf("%s still knows %+v", n.Kind, n.Facts)
			}
			for _, l := range n.Letters {
				if l.Address != "" || l.Answer != "" {
					t.Errorf("letter about %s still knows %q %q", n.Kind, l.Address, l.Answer)
				}
			}
		}
		if got := o.told(d); !strings.Contains(got, "erased→person:anh") {
			t.Errorf("told: %s", got)
		}
		for _, l := range p.letters {
			if strings.Contains(l.Subject, "xóa") {
				t.Errorf("a letter about an erasure needs an address that was erased: %+v", l)
			}
		}
		o.clean()
	})
}

func TestCheckFindsWhatDoesNotBelongTogether(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db, &post{})
		d := o.accept(o.lodge("anh", "anh@vidu.vn"))
		o.clean()
		for _, c := range []struct{ name, stmt, undo, want string }{
			{"a notice of an event that never was", `UPDATE notice_told SET seq = seq + 100 WHERE kind = 'accepted'`, `UPDATE notice_told SET seq = seq - 100 WHERE kind = 'accepted'`, "does not exist"},
			{"a notice that cannot follow its event", `UPDATE notice_told SET kind = 'refused' WHERE kind = 'accepted'`, `UPDATE notice_told SET kind = 'accepted' WHERE kind = 'refused'`, "refused cannot follow"},
			{"a letter sent that was never sent", `UPDATE notice_delivery SET sent_at = 0`, `UPDATE notice_delivery SET sent_at = 1`, "disagree"},
		} {
			change := func(stmt string) {
				t.Helper()
				if err := db.InTx(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(context.Background(), stmt); return err }); err != nil {
					t.Fatal(err)
				}
			}
			change(c.stmt)
			if f := o.check(); len(f) == 0 || !strings.Contains(fmt.Sprint(f), c.want) || f[0].Case != d.ID {
				t.Errorf("%s: found %v", c.name, f)
			}
			change(c.undo)
		}
		o.clean()
	})
}

// TestWhatWasToldBeforeIsStillThere migrates a database of the version before.
func TestWhatWasToldBeforeIsStillThere(t *testing.T) {
	testkit.Configs(t, func(t *testing.T, cfg sqldb.Config) {
		db := testkit.Open(t, cfg)
		ctx := t.Context()
		const before = 5 // the migration that brought this package is the sixth
		if _, err := db.MigrateTo(ctx, before); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			for i, kind := range []string{"dossier.submitted", "dossier.accepted", "dossier.resolved"} {
				if _, err := tx.Exec(ctx, `INSERT INTO notice (case_id, seq, person, kind, shown, at, read_at) VALUES ('case', $1, 'anh', $2, 'H99.02-260302-0001', $3, $4)`, i+1, kind, 1000+i, 7*(i%2)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.MigrateUp(ctx); err != nil {
			t.Fatal(err)
		}
		o := open(t, db, nil)
		list, next, err := o.s.List(ctx, []notice.Reader{notice.ToPerson("anh")}, notice.Choice{}, "", 2)
		if err != nil || len(list) != 2 || next == "" || list[0].Kind != notice.Resolved || list[0].Shown != "H99.02-260302-0001" || !list[0].Read.IsZero() || list[1].Read.IsZero() {
			t.Fatalf("%+v, %q, %v", list, next, err)
		}
		list, next, err = o.s.List(ctx, []notice.Reader{notice.ToPerson("anh")}, notice.Choice{}, next, 2)
		if err != nil || len(list) != 1 || next != "" || list[0].Kind != notice.Submitted {
			t.Fatalf("%+v, %q, %v", list, next, err)
		}
		if _, _, err := o.s.List(ctx, []notice.Reader{notice.ToPerson("binh")}, notice.Choice{}, list[0].ID, 2); !errors.Is(err, notice.ErrNone) {
			t.Errorf("a cursor out of somebody else's list: %v", err)
		}
		// A process of the version before writes one more while both run; the daily round brings it over.
		err = db.InTx(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO notice (case_id, seq, person, kind, shown, at, read_at) VALUES ('case', 4, 'anh', 'dossier.returned', 'X', $1, 0)`, o.clock.Now().UnixMicro())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o.wait(24 * time.Hour)
		if n := o.unread(access.Actor{Person: "anh", Citizen: true}); n != 3 {
			t.Errorf("%d unread, want 3", n)
		}
	})
}

// postman is a real mail server behind the store.
type postman struct{ s *mail.Sender }

func (p postman) Send(ctx context.Context, l notice.Letter) notice.Outcome {
	a := p.s.Send(ctx, mail.Message{To: l.To, Subject: l.Subject, Text: l.Text, HTML: l.HTML, Language: string(l.Language), MessageID: l.MessageID, Unsubscribe: l.Choices, Date: time.Now()})
	return notice.Outcome{Verdict: map[mail.Kind]notice.Verdict{mail.Accepted: notice.Taken, mail.Later: notice.Later, mail.Never: notice.Never, mail.Lost: notice.Unknown}[a.Kind], Answer: a.Text}
}

// TestLettersReachARealServer files applications whose letters go to mox: taken, put off, refused, and a server that
// is gone for an hour.
func TestLettersReachARealServer(t *testing.T) {
	m := testkit.NewMailServer(t)
	sender, err := mail.New(mail.Config{Server: m.STARTTLS, From: "Một cửa <" + m.User + ">", User: m.User, Password: m.Password, Roots: m.Roots})
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, testkit.SQLite(t), postman{sender})
	early := o.lodge("anh", "anh@localhost.vn")
	if l := o.letter(early, 0); l.State != notice.Queued || !strings.Contains(l.Answer, "refused") {
		t.Errorf("no server runs: %+v", l)
	}
	m.Start(t)
	o.wait(20 * time.Minute)
	if l := o.letter(early, 0); l.State != notice.Sent {
		t.Errorf("the server came back: %+v", l)
	}
	never, later := o.lodge("binh", "rcptto550@localhost.vn"), o.lodge("chau", "rcptto451@localhost.vn")
	if l := o.letter(never, 0); l.State != notice.Failed || l.Reason != notice.Rejected || !strings.Contains(l.Answer, "550") {
		t.Errorf("refused: %+v", l)
	}
	if l := o.letter(later, 0); l.State != notice.Queued || l.Attempts != 1 || !strings.Contains(l.Answer, "451") {
		t.Errorf("put off: %+v", l)
	}
	got := m.Taken(t, 1)
	if len(got) != 1 || !strings.Contains(got[0], "Message-ID: <"+o.letter(early, 0).MessageID+">") || !strings.Contains(got[0], "List-Unsubscribe: <https://motcua.example/thong-bao/tuy-chon>") {
		t.Errorf("%d letters:\n%s", len(got), got)
	}
	o.clean()
}
