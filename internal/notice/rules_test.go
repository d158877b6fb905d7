package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/procedure"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

var now = at("2026-03-02 09:00")

const (
	atDesk    = "trung-tam//receiving_officer"
	atOfficer = "post:chuyen-vien"
	atHead    = "so-thu//agency_head"
)

// lodged is a submission on the way; change says what else is so.
func lodged(change func(d *dossier.Dossier)) *dossier.Dossier {
	d := &dossier.Dossier{
		ID: "case", Version: 1, Status: dossier.Submitted, Ref: "NOP-1", Channel: procedure.Online, Account: "anh",
		Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Email: "anh@vidu.vn"}, Procedure: dossier.ProcedurePin{Code: "1.000001", Name: "Cấp giấy phép thử"},
		Desk: "trung-tam", Competent: "so-thu", SubmittedAt: now, AnswerDue: at("2026-03-03 09:00"),
		Holder: casefile.Holder{Agency: "trung-tam", Role: "receiving_officer"},
	}
	if change != nil {
		change(d)
	}
	return d
}

// taken is the same after its acceptance, with the officer.
func taken(change func(d *dossier.Dossier)) *dossier.Dossier {
	return lodged(func(d *dossier.Dossier) {
		d.Version, d.Status, d.Code, d.AnswerDue = 3, dossier.Processing, "H99.02-260302-0001", time.Time{}
		d.AcceptedAt, d.Due, d.SoonAt = now, &deadline.Due{At: at("2026-03-06 17:00")}, at("2026-03-05 17:00")
		d.StepTitle, d.Holder = "Thẩm định", casefile.Holder{Agency: "so-thu", Role: "case_officer", Post: "chuyen-vien"}
		if change != nil {
			change(d)
		}
	})
}

func change(event string, before, after *dossier.Dossier) notice.Change {
	return notice.Change{
		Before: before, After: after, Rules: law.At(calendar.MustDate("2026-03-02")), Event: journal.Event{Kind: "dossier." + event, Seq: after.Version, At: now},
		Agency: func(id agency.ID, _ time.Time) string { return "Cơ quan " + string(id) },
	}
}

func told(list []notice.Tell) string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = fmt.Sprintf("%s→%s", t.Kind, t.Reader)
	}
	return strings.Join(out, " ")
}

func TestWhoIsToldWhat(t *testing.T) {
	t.Parallel()
	noAccount := func(d *dossier.Dossier) { d.Account = "" }
	nobody := func(d *dossier.Dossier) { d.Account, d.Owner.Email = "", "" }
	status := func(s dossier.Status) *dossier.Dossier {
		return taken(func(d *dossier.Dossier) { d.Status = s })
	}
	tests := []struct {
		name          string
		event         string
		before, after *dossier.Dossier
		want          string
	}{
		{"a submission online: the applicant at once, and the receiving officers", "submitted", nil, lodged(nil), "submitted→person:anh arrived→" + atDesk},
		{"a submission at the counter: the officer has it in hand", "submitted", nil, lodged(func(d *dossier.Dossier) { d.Channel = procedure.Direct }), "submitted→person:anh"},
		{"an applicant without an account is told by letter", "submitted", nil, lodged(noAccount), "submitted→ arrived→" + atDesk},
		{"one of whom nothing is known is not", "submitted", nil, lodged(nobody), "arrived→" + atDesk},
		{"an acceptance", "accepted", lodged(nil), taken(nil), "accepted→person:anh"},
		{"a refusal at reception", "refused", lodged(nil), lodged(func(d *dossier.Dossier) { d.Status, d.Holder = dossier.Refused, casefile.Holder{} }), "refused→person:anh"},
		{"a request to complete", "supplement_requested", lodged(nil), status(dossier.SupplementRequested), "supplement_requested→person:anh"},
		{"the completion: the applicant, and who has the dossier", "supplemented", status(dossier.SupplementRequested), taken(nil), "supplemented→person:anh supplement_received→" + atOfficer},
		{"passing it on: the applicant, and the right desk", "redirected", lodged(nil), lodged(nil), "redirected→person:anh arrived→" + atDesk},
		{"work given to a post", "assigned", status(dossier.Processing), taken(func(d *dossier.Dossier) { d.Holder.Post = "chuyen-vien-2" }), "assigned→post:chuyen-vien-2"},
		{"work given within a move", "moved", taken(func(d *dossier.Dossier) { d.Holder.Post = "" }), taken(nil), "assigned→" + atOfficer},
		{"a move to a queue tells nobody before every change had to be told", "moved", taken(nil), taken(func(d *dossier.Dossier) { d.StepTitle, d.Holder.Post = "Ký", "" }), ""},
		{"a remark of an officer", "noted", taken(nil), taken(nil), ""},
		{"a pause", "paused", taken(nil), taken(nil), "paused→person:anh"},
		{"its end", "resumed", taken(nil), taken(nil), "resumed→person:anh"},
		{"an apology", "apologised", taken(nil), taken(nil), "apologised→person:anh"},
		{"an explanation of lateness", "lateness_explained", taken(nil), taken(nil), ""},
		{"a holiday announced late", "due_revised", taken(nil), taken(nil), "due_revised→person:anh"},
		{"a payment to be made", "obligation_noted", taken(nil), status(dossier.Obligation), "obligation_noted→person:anh"},
		{"a payment made", "obligation_met", status(dossier.Obligation), taken(nil), "obligation_met→person:anh"},
		{"a withdrawal before acceptance", "withdrawn", lodged(nil), lodged(func(d *dossier.Dossier) { d.Status, d.Holder = dossier.Withdrawn, casefile.Holder{} }), "withdrawn→person:anh"},
		{
			"a wish to withdraw goes to the desk that has to stop it", "withdrawal_requested", taken(nil),
			taken(func(d *dossier.Dossier) {
				d.Status, d.Holder = dossier.WithdrawalRequested, casefile.Holder{Agency: "trung-tam", Role: "receiving_officer"}
			}),
			"withdrawal_requested→person:anh withdrawal_asked→" + atDesk,
		},
		{"the wish dropped", "withdrawal_dropped", status(dossier.WithdrawalRequested), taken(nil), "withdrawal_dropped→person:anh"},
		{"stopping", "stopped", status(dossier.WithdrawalRequested), status(dossier.Stopped), "stopped→person:anh"},
		{"closing for want of completion", "closed", status(dossier.SupplementRequested), status(dossier.Closed), "closed→person:anh"},
		{"a result on the day", "resolved", taken(func(d *dossier.Dossier) { d.Due.At = at("2026-03-02 17:00") }), taken(func(d *dossier.Dossier) { d.Due.At, d.Outcome = at("2026-03-02 17:00"), dossier.Approved }), "resolved→person:anh"},
		{"a result days before: the person is told before they come", "resolved", taken(nil), taken(func(d *dossier.Dossier) { d.Outcome = dossier.Approved }), "resolved_early→person:anh"},
		{"a result late", "resolved", taken(func(d *dossier.Dossier) { d.Due.At = at("2026-02-27 17:00") }), taken(func(d *dossier.Dossier) { d.Due.At, d.Outcome = at("2026-02-27 17:00"), dossier.Approved }), "resolved→person:anh"},
		{"a written refusal in the merits", "resolved", taken(nil), taken(func(d *dossier.Dossier) { d.Outcome = dossier.NotEligible }), "not_eligible→person:anh"},
		{"the return, with the invitation to rate", "returned", status(dossier.Resolved), status(dossier.Returned), "returned→person:anh"},
		{"a rating tells nobody", "rated", status(dossier.Returned), status(dossier.Returned), ""},
		{"a correction opened: the applicant and who corrects", "correction_opened", status(dossier.Returned), status(dossier.Correcting), "correction_opened→person:anh correction_asked→" + atOfficer},
		{"the corrected result", "corrected", status(dossier.Correcting), status(dossier.Resolved), "corrected→person:anh"},
		{"the result made again", "reissued", status(dossier.Returned), status(dossier.Returned), "reissued→person:anh"},
		{"an undone act the applicant had heard of", "undone", taken(nil), lodged(nil), "undone→person:anh"},
		{"an undone act inside the office", "undone", taken(nil), taken(nil), ""},
		{"the erasure", "personal_data_erased", status(dossier.Returned), status(dossier.Returned), "erased→person:anh"},
		{"originals handed over inside the office", "handed_over", taken(nil), taken(nil), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := notice.Told(change(tt.event, tt.before, tt.after))
			if got := told(list); got != tt.want {
				t.Fatalf("told %q, want %q", got, tt.want)
			}
			for _, x := range list {
				if !x.Kind.Follows("dossier." + tt.event) {
					t.Errorf("check would not let %s follow %s", x.Kind, tt.event)
				}
				if x.Kind.ForOfficers() != (x.Reader.Person() == "" && x.Reader != notice.ByLetterOnly) {
					t.Errorf("%s is told to %s", x.Kind, x.Reader)
				}
			}
		})
	}
}

func TestEveryChangeIsToldOnlineSinceTheLawWantsIt(t *testing.T) {
	t.Parallel()
	c := change("moved", taken(nil), taken(func(d *dossier.Dossier) { d.StepTitle, d.Holder.Post = "Ký", "" }))
	c.Rules = law.At(calendar.MustDate("2026-07-01"))
	if got := told(notice.Told(c)); got != "progress→person:anh" {
		t.Errorf("told %q", got)
	}
	c.After.Channel = procedure.Direct
	if got := told(notice.Told(c)); got != "" {
		t.Errorf("at the counter: told %q", got)
	}
}

func timers(list []notice.Timer) []string {
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%s %s → %s", x.Kind, x.At.In(calendar.Zone).Format("02/01 15:04"), x.Mark.In(calendar.Zone).Format("02/01 15:04")))
	}
	return out
}

func TestWhatRemindsOfWhat(t *testing.T) {
	t.Parallel()
	waiting := func(until string) *dossier.Dossier {
		return lodged(func(d *dossier.Dossier) {
			d.Status, d.AnswerDue = dossier.SupplementRequested, time.Time{}
			d.Supplements = []dossier.Supplement{{Stage: dossier.AtReception, At: now, Until: until}}
		})
	}
	tests := []struct {
		name          string
		event         string
		before, after *dossier.Dossier
		want          []string
	}{
		// Scenario 1 of the one-stop page: two clock hours for the alert, eight working hours for the answer.
		{"online: before the two hours and before the answer", "submitted", nil, lodged(nil), []string{"arrived_reminder 02/03 10:30 → 02/03 11:00", "answer_due 03/03 07:00 → 03/03 09:00"}},
		{"at the counter nobody waits", "submitted", nil, lodged(func(d *dossier.Dossier) { d.Channel, d.AnswerDue = procedure.Direct, time.Time{} }), nil},
		{"a due date: soon and over", "accepted", lodged(nil), taken(nil), []string{"due_soon 05/03 17:00 → 06/03 17:00", "overdue 06/03 17:01 → 06/03 17:00"}},
		{"a date that stays sets nothing anew", "moved", taken(nil), taken(nil), nil},
		{"a new date sets its own", "apologised", taken(nil), taken(func(d *dossier.Dossier) {
			d.Due, d.SoonAt = &deadline.Due{At: at("2026-03-13 17:00")}, at("2026-03-12 17:00")
		}), []string{"due_soon 12/03 17:00 → 13/03 17:00", "overdue 13/03 17:01 → 13/03 17:00"}},
		{"while the clock stands nothing is due", "paused", taken(nil), taken(func(d *dossier.Dossier) { d.Due = nil }), nil},
		{"fifteen days to complete: three days and one day before", "supplement_requested", lodged(nil), waiting("2026-03-17"), []string{"supplement_reminder 14/03 08:00 → 17/03 00:00", "supplement_reminder 16/03 08:00 → 17/03 00:00"}},
		{"two days to complete: one day before", "supplement_requested", lodged(nil), waiting("2026-03-04"), []string{"supplement_reminder 03/03 08:00 → 04/03 00:00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := timers(notice.Timers(change(tt.event, tt.before, tt.after), notice.Builtin.Settings)); !slices.Equal(got, tt.want) {
				t.Fatalf("timers %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAReminderLooksWhetherItIsStillTrue(t *testing.T) {
	t.Parallel()
	name := func(id agency.ID, _ time.Time) string { return string(id) }
	due := at("2026-03-06 17:00")
	over := notice.Timer{Kind: notice.Overdue, Seq: 3, Mark: due}
	pending := func(until string) *dossier.Dossier {
		return lodged(func(d *dossier.Dossier) {
			d.Status = dossier.SupplementRequested
			d.Supplements = []dossier.Supplement{{Until: until, Items: []string{"Đơn"}}}
		})
	}
	tests := []struct {
		name   string
		timer  notice.Timer
		d      *dossier.Dossier
		opened bool
		now    time.Time
		want   string
	}{
		{"nobody opened the submission", notice.Timer{Kind: notice.ArrivedReminder, Seq: 1, Mark: at("2026-03-02 11:00")}, lodged(nil), false, at("2026-03-02 10:30"), "arrived_reminder→" + atDesk},
		{"somebody did", notice.Timer{Kind: notice.ArrivedReminder, Seq: 1, Mark: at("2026-03-02 11:00")}, lodged(nil), true, at("2026-03-02 10:30"), ""},
		{"somebody acted", notice.Timer{Kind: notice.ArrivedReminder, Seq: 1, Mark: at("2026-03-02 11:00")}, taken(nil), false, at("2026-03-02 10:30"), ""},
		{"the answer is still owed", notice.Timer{Kind: notice.AnswerDue, Seq: 1, Mark: at("2026-03-03 09:00")}, lodged(nil), true, at("2026-03-03 07:00"), "answer_due→" + atDesk},
		{"the answer was given", notice.Timer{Kind: notice.AnswerDue, Seq: 1, Mark: at("2026-03-03 09:00")}, taken(nil), true, at("2026-03-03 07:00"), ""},
		{"late: the officer and the head", over, taken(nil), false, at("2026-03-06 17:01"), "overdue→" + atOfficer + " overdue→" + atHead},
		{"late at the head's: told once", over, taken(func(d *dossier.Dossier) { d.Holder = casefile.Holder{Agency: "so-thu", Role: "agency_head"} }), false, at("2026-03-06 17:01"), "overdue→" + atHead},
		{"late while a withdrawal waits at the desk", over, taken(func(d *dossier.Dossier) {
			d.Status, d.Holder = dossier.WithdrawalRequested, casefile.Holder{Agency: "trung-tam", Role: "receiving_officer"}
		}), false, at("2026-03-06 17:01"), "overdue→" + atDesk + " overdue→" + atHead},
		{"resolved meanwhile", over, taken(func(d *dossier.Dossier) { d.Status = dossier.Resolved }), false, at("2026-03-06 17:01"), ""},
		{"the date moved meanwhile", over, taken(func(d *dossier.Dossier) { d.Due = &deadline.Due{At: at("2026-03-13 17:00")} }), false, at("2026-03-06 17:01"), ""},
		{"the clock stands meanwhile", over, taken(func(d *dossier.Dossier) { d.Due = nil }), false, at("2026-03-06 17:01"), ""},
		{"due soon", notice.Timer{Kind: notice.DueSoon, Seq: 3, Mark: due}, taken(nil), false, at("2026-03-05 17:00"), "due_soon→" + atOfficer},
		{"due soon, looked at when it is over", notice.Timer{Kind: notice.DueSoon, Seq: 3, Mark: due}, taken(nil), false, at("2026-03-09 08:00"), ""},
		{"the supplement still missing", notice.Timer{Kind: notice.SupplementReminder, Seq: 2, Mark: at("2026-03-17 00:00"), Days: 3}, pending("2026-03-17"), false, at("2026-03-14 08:00"), "supplement_reminder→person:anh"},
		{"the supplement came", notice.Timer{Kind: notice.SupplementReminder, Seq: 2, Mark: at("2026-03-17 00:00"), Days: 3}, lodged(nil), false, at("2026-03-14 08:00"), ""},
		{"another request since", notice.Timer{Kind: notice.SupplementReminder, Seq: 2, Mark: at("2026-03-17 00:00"), Days: 3}, pending("2026-04-17"), false, at("2026-03-14 08:00"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := told(tt.timer.Fire(tt.d, tt.opened, tt.now, name)); got != tt.want {
				t.Fatalf("told %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEveryKindHasWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	f := notice.Facts{Code: "H99.02-260302-0001", Procedure: "Cấp giấy phép thử", Owner: "Nguyễn Thị Ánh", Desk: "Trung tâm", Agency: "Sở Thử nghiệm", Step: "Ký", Days: 3, Until: "2026-03-17", Items: []string{"Đơn"}}
	for _, k := range notice.Kinds() {
		for _, l := range []notice.Language{notice.Vietnamese, notice.English} {
			if s := notice.Builtin.Say(k, f, l); !strings.Contains(s.Subject, f.Code) {
				t.Errorf("%s in %s: subject %q", k, l, s.Subject)
			}
			letter := notice.Builtin.Letter(k, f, l, notice.Links{})
			if letter.Subject == "" || len(letter.Text) < 40 || strings.ContainsAny(letter.Text, "{}") {
				t.Errorf("%s in %s: letter %q\n%s", k, l, letter.Subject, letter.Text)
			}
		}
		if !k.ForOfficers() && k.Topic() == "" {
			t.Errorf("%s has no topic", k)
		}
	}
}
