package notice_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/notice"
)

var update = flag.Bool("update", false, "write the golden letters anew")

func TestLettersWaitForTheEndOfQuietHours(t *testing.T) {
	t.Parallel()
	night := notice.Quiet{From: 21 * 60, Until: 7 * 60}
	rest := notice.Quiet{From: 21 * 60, Until: 7 * 60, RestDays: true}
	tests := []struct {
		name      string
		q         notice.Quiet
		now, want string
	}{
		{"by day at once", night, "2026-03-02 09:00", "2026-03-02 09:00"},
		{"the last minute before them", night, "2026-03-02 20:59", "2026-03-02 20:59"},
		{"their first minute", night, "2026-03-02 21:00", "2026-03-03 07:00"},
		{"before midnight", night, "2026-03-02 23:59", "2026-03-03 07:00"},
		{"at midnight", night, "2026-03-03 00:00", "2026-03-03 07:00"},
		{"their last minute", night, "2026-03-03 06:59", "2026-03-03 07:00"},
		{"their end", night, "2026-03-03 07:00", "2026-03-03 07:00"},
		{"over the end of a year", night, "2025-12-31 22:00", "2026-01-01 07:00"},
		{"within one day", notice.Quiet{From: 12 * 60, Until: 13 * 60}, "2026-03-02 12:30", "2026-03-02 13:00"},
		{"none at all", notice.Quiet{}, "2026-03-02 03:00", "2026-03-02 03:00"},
		{"a holiday is like any day", night, "2026-02-17 09:00", "2026-02-17 09:00"},
		{"where days off are quiet: Saturday waits for Monday", rest, "2026-03-07 10:00", "2026-03-09 07:00"},
		{"Friday night too", rest, "2026-03-06 22:00", "2026-03-09 07:00"},
		{"over Tết, a made-up day apart", rest, "2026-02-14 09:00", "2026-02-23 07:00"},
		{"on a working day at once", rest, "2026-03-03 10:00", "2026-03-03 10:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.q.HeldUntil(at(tt.now), calendar.Civil); !got.Equal(at(tt.want)) {
				t.Fatalf("held until %s, want %s", got.In(calendar.Zone), tt.want)
			}
		})
	}
	if got := rest.HeldUntil(at("2045-01-01 22:00"), calendar.Civil); !got.Equal(at("2045-01-02 07:00")) {
		t.Errorf("a year nobody announced: held until %s", got)
	}
}

func TestAttemptsEnd(t *testing.T) {
	t.Parallel()
	d := notice.Delivery{State: notice.Sending, Address: "anh@vidu.vn"}
	sent, again := d.After(notice.Outcome{Verdict: notice.Taken, Answer: "250 2.0.0 queued"}, now)
	if again || sent.State != notice.Sent || !sent.Sent.Equal(now) || sent.Attempts != 1 {
		t.Errorf("taken: %+v, again %v", sent, again)
	}
	never, again := d.After(notice.Outcome{Verdict: notice.Never, Answer: "550 5.1.1 <anh@vidu.vn>: no such\r\nuser"}, now)
	if again || never.State != notice.Failed || never.Reason != notice.Rejected || never.Answer != "550 5.1.1 <a***@vidu.vn>: no such user" {
		t.Errorf("never: %+v, again %v", never, again)
	}
	lost, again := d.After(notice.Outcome{Verdict: notice.Unknown}, now)
	if !again || !lost.Repeated || lost.State != notice.Queued {
		t.Errorf("lost: %+v, again %v", lost, again)
	}
	n := 0
	for again = true; again; n++ {
		d, again = d.After(notice.Outcome{Verdict: notice.Later, Answer: strings.Repeat("451 đợi ", 100)}, now)
	}
	if n != notice.MaxAttempts || d.State != notice.Failed || d.Reason != notice.Exhausted || len(d.Answer) > 310 {
		t.Errorf("after %d attempts: %+v", n, d)
	}
	var whole time.Duration
	for i := range notice.MaxAttempts - 1 {
		whole += notice.Backoff(i+1, 0)
	}
	if whole < 12*time.Hour || whole > 24*time.Hour || notice.Backoff(1, 1) > 75*time.Second+time.Millisecond || notice.Backoff(100, 0) != 3*time.Hour {
		t.Errorf("attempts go on for %s", whole)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"anh@vidu.vn": "anh@vidu.vn", " Anh.Nguyen+ho-so@Vidu.VN ": "Anh.Nguyen+ho-so@vidu.vn", "a@b.co": "a@b.co",
		"": "", "anh": "", "anh@": "", "@vidu.vn": "", "anh@vidu": "", "anh@vidu..vn": "", "anh@.vn": "", "anh@vidu.vn.": "", "Ánh <anh@vidu.vn>": "", "a@b.vn, c@d.vn": "",
		"\"a b\"@vidu.vn": "", "anh@[127.0.0.1]": "", "anh@vidu.vn\r\nBcc: x@y.vn": "", "ánh@vidu.vn": "", strings.Repeat("a", 65) + "@vidu.vn": "",
	} {
		got, err := notice.ParseAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	if notice.Mask("anh@vidu.vn") != "a***@vidu.vn" || notice.Mask("") != "" || notice.Mask("@x") != "" {
		t.Error("masks")
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"a@b.vn", "\"x\"@y.vn", "a@b.vn\nBcc: c@d.vn", "<a@b.vn>", "a@b.vn (c)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := notice.ParseAddress(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(got, " \r\n,;<>\"") || strings.Count(got, "@") != 1 {
			t.Fatalf("%q gives %q", s, got)
		}
		if again, err := notice.ParseAddress(got); err != nil || again != got {
			t.Fatalf("%q gives %q, then %q, %v", s, got, again, err)
		}
	})
}

func TestChoices(t *testing.T) {
	t.Parallel()
	var c notice.Choice
	if !c.Wants(notice.Results, notice.Email) || !c.Wants(notice.Dates, notice.InApp) || c.Wants(notice.Steps, notice.Email) || !c.Wants(notice.Steps, notice.InApp) {
		t.Error("applicants get everything unasked, but no letter for each step")
	}
	if c.Wants(notice.Deadlines, notice.Email) || !c.Wants(notice.Deadlines, notice.InApp) {
		t.Error("officers get letters only when they ask")
	}
	c.Set(notice.Deadlines, notice.Email, true)
	c.Set(notice.Dates, notice.InApp, false)
	c.Set(notice.Dates, notice.Email, false)
	c.Set(notice.Dates, notice.Email, false)
	if !c.Wants(notice.Deadlines, notice.Email) || c.Wants(notice.Dates, notice.Email) || !slices.Equal(c.Off, []string{"dates/app", "dates/email"}) || !slices.Equal(c.On, []string{"deadlines/email"}) {
		t.Errorf("chosen: %+v", c)
	}
	if c.Shows(notice.Paused) || !c.Shows(notice.Apologised) {
		t.Error("what must be told stays in the list, the rest of the topic does not")
	}
	asked := now
	c.Pending, c.Asked = "a@b.vn", asked
	for name, ok := range map[string]bool{
		"in time":          c.Confirms("a@b.vn", asked, asked.Add(23*time.Hour)),
		"!too late":        c.Confirms("a@b.vn", asked, asked.Add(24*time.Hour)),
		"!another address": c.Confirms("c@d.vn", asked, asked.Add(time.Hour)),
		"!an older letter": c.Confirms("a@b.vn", asked.Add(-time.Hour), asked),
	} {
		if ok == strings.HasPrefix(name, "!") {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

func TestWhatIsWrongWithABookIsNamed(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"a change of hours", "quiet: {from: \"22:00\", until: \"06:00\"}\nreminders: {supplement_days: [5]}", ""},
		{"one kind said anew", "templates:\n  accepted:\n    vi: {subject: Tiếp nhận {code}, text: Xong}\n    en: {subject: Accepted, text: Done}", "line 3"},
		{"quoted it is right", "templates:\n  accepted:\n    vi: {subject: \"Tiếp nhận {code}\", text: Xong}\n    en: {subject: Accepted, text: Done}", ""},
		{"an unknown field", "quite: {from: \"22:00\"}", "quite"},
		{"an unknown kind", "templates:\n  tiep-nhan:\n    vi: {subject: A, text: B}\n    en: {subject: A, text: B}", "line 3: \"tiep-nhan\" is no kind of notice"},
		{"an unknown placeholder", "templates:\n  accepted:\n    vi: {subject: \"A {cod}\", text: B}\n    en: {subject: A, text: B}", "{cod} is no placeholder"},
		{"a brace left open", "templates:\n  accepted:\n    vi: {subject: \"A {code\", text: B}\n    en: {subject: A, text: B}", "a brace is not closed"},
		{"no English", "templates:\n  accepted:\n    vi: {subject: A, text: B}", "has no wording in \"en\""},
		{"a language nobody speaks here", "templates:\n  accepted:\n    vi: {subject: A, text: B}\n    en: {subject: A, text: B}\n    fr: {subject: A, text: B}", "\"fr\" is no language"},
		{"no subject", "templates:\n  accepted:\n    vi: {text: B}\n    en: {subject: A, text: B}", "needs a subject and a text"},
		{"a subject of two lines", "templates:\n  accepted:\n    vi: {subject: \"A\\nBcc: x\", text: B}\n    en: {subject: A, text: B}", "more than one line"},
		{"no time of day", "quiet: {from: \"9 giờ\", until: \"07:00\"}", "\"9 giờ\" is no time of day"},
		{"a number out of range", "reminders: {mail_hours: 0}", "mail_hours must be from 1"},
		{"not YAML", "a: [", "line"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, problems := notice.Read(tt.text)
			got := ""
			for _, p := range problems {
				got += p.String() + "\n"
			}
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Fatalf("problems %q, want %q", got, tt.want)
			}
		})
	}
	b, _ := notice.Read("templates:\n  accepted:\n    vi: {subject: \"Nhận {code}\", text: Xong}\n    en: {subject: A, text: B}")
	f := notice.Facts{Code: "X"}
	if b.Say(notice.Accepted, f, notice.Vietnamese).Subject != "Nhận X" || notice.Builtin.Say(notice.Accepted, f, notice.Vietnamese).Subject == "Nhận X" {
		t.Error("a province's wording is laid over a copy of the built-in one")
	}
	if b.Quiet != notice.Builtin.Quiet || b.MailHours != notice.Builtin.MailHours {
		t.Error("what a province does not say stays")
	}
}

func FuzzReadBook(f *testing.F) {
	f.Add("templates:\n  accepted:\n    vi: {subject: \"A {code}\", text: B}\n")
	f.Add("quiet: {from: \"22:00\", until: \"06:00\"}\nreminders: {supplement_days: [5]}")
	f.Fuzz(func(_ *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		if b, problems := notice.Read(text); len(problems) == 0 {
			for _, k := range notice.Kinds() {
				b.Letter(k, notice.Facts{Code: "X", Items: []string{"{code}", "}"}}, notice.English, notice.Links{Dossier: "https://x"})
			}
		}
	})
}

// TestLettersAsTheyAreRead holds whole letters against their golden files.
func TestLettersAsTheyAreRead(t *testing.T) {
	t.Parallel()
	links := notice.Links{Dossier: "https://motcua.example/ho-so-cua-toi/case", Choices: "https://motcua.example/thong-bao/tuy-chon"}
	asked := lodged(func(d *dossier.Dossier) {
		d.Status = dossier.SupplementRequested
		d.Supplements = []dossier.Supplement{{Until: "2026-03-17", Items: []string{"Đơn đề nghị <chưa ký>", "Bản vẽ & thuyết minh"}, Reason: "Thiếu chữ ký"}}
	})
	for name, c := range map[string]struct {
		kind  notice.Kind
		event string
		after *dossier.Dossier
		links notice.Links
	}{
		"accepted":             {notice.Accepted, "accepted", taken(nil), links},
		"supplement_requested": {notice.SupplementRequested, "supplement_requested", asked, links},
		"without_address":      {notice.SupplementRequested, "supplement_requested", asked, notice.Links{}},
		"overdue":              {notice.Overdue, "accepted", taken(nil), notice.Links{Dossier: "https://motcua.example/lam-viec/thong-bao/n", Choices: "https://motcua.example/lam-viec/tuy-chon-thong-bao"}},
	} {
		f := notice.Told(change(c.event, lodged(nil), c.after))[0].Facts
		if c.kind == notice.Overdue {
			due := at("2026-03-06 17:00")
			f.Mark = &due
		}
		for _, l := range []notice.Language{notice.Vietnamese, notice.English} {
			letter := notice.Builtin.Letter(c.kind, f, l, c.links)
			text := "Subject: " + letter.Subject + "\n\n" + letter.Text + "\n---\n" + letter.HTML
			path := filepath.Join("testdata", "letters", name+"."+string(l)+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("%s (go test -update writes it anew):\n%s", path, diff)
			}
		}
	}
}
