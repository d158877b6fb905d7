package dossierfill

import (
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
)

// Turns that a history has besides the straight way. The share of each is what a province sees in a year: few, and
// every one of them at least once in a small history.
const (
	withdrawnEvery = 35 // of those that wait for acceptance
	obligedEvery   = 30 // of those being handled
	askedBackEvery = 40
	stoppedEvery   = 45
	wrongEvery     = 60 // of those returned
)

// turn says whether the plan takes a turn that one in every plans of its kind takes; first are plans that take it in
// the smallest history.
func (x *living) turn(every uint64, first ...uint64) bool {
	return slices.Contains(first, x.p.seed) || x.p.seed >= 30 && x.p.seed%every == first[0]%every
}

// between is a working moment after the last event and before now; zero when there is none.
func (x *living) between() (time.Time, error) {
	last := x.life.Events[len(x.life.Events)-1].At
	env, err := x.h.w.Clock(x.p.competent, last)
	if err != nil {
		return time.Time{}, err
	}
	at, err := work(env, last, 3+x.r.IntN(400), x.r)
	if err != nil || !at.Before(x.h.w.Now) {
		return time.Time{}, nil //nolint:nilerr // the calendar ends, or now is reached: nothing more happened
	}
	return at, nil
}

var (
	whyBack  = []string{"Tôi nộp nhầm thủ tục.", "Tôi không còn nhu cầu.", "Tôi sẽ nộp lại hồ sơ khác."}
	whyLate  = []string{"Chờ kết quả kiểm tra thực địa.", "Số lượng hồ sơ tăng đột biến, chưa kịp thẩm định.", "Chờ ý kiến của cơ quan phối hợp."}
	whyWrong = []string{"Sai năm sinh của người được cấp.", "Sai số nhà trong địa chỉ.", "Thiếu chữ đệm trong họ tên."}
)

// turns takes the dossier aside from the straight way, where the plan has it so.
func (x *living) turns() error {
	at, err := x.between()
	if err != nil || at.IsZero() {
		return err
	}
	f, err := x.facts(at)
	if err != nil {
		return err
	}
	d, me := x.life.State(), x.applicant()
	if d.Account == "" {
		if me, err = x.holder(dossier.Reception(d.Desk), day(at)); err != nil {
			return nil //nolint:nilerr // nobody is at the desk
		}
	}
	switch d.Status {
	case dossier.Submitted:
		if x.turn(withdrawnEvery, 10, 0, 27) {
			return x.record1(d.Withdraw(f, me, one(x.r, whyBack)))
		}
	case dossier.SupplementRequested:
		return x.expire()
	case dossier.Processing:
		return x.aside(f, me)
	case dossier.Returned:
		return x.afterwards(f)
	}
	return nil
}

// expire closes a dossier that nobody completed in time.
func (x *living) expire() error {
	d := x.life.State()
	if p := d.Pending(); p.Until == "" || p.Until >= day(x.h.w.Now) {
		return nil
	}
	until, err := calendar.ParseDate(d.Pending().Until)
	if err != nil {
		return err
	}
	f, err := x.facts(until.AddDays(1).At(20).UTC())
	if err != nil {
		return err
	}
	if !f.Now.Before(x.h.w.Now) {
		return nil
	}
	return x.record1(d.Close(f, access.Actor{System: true}))
}

// aside is what happens to a dossier while it is handled.
func (x *living) aside(f dossier.Facts, me access.Actor) error {
	d := x.life.State()
	by, err := x.holder(d.Holder, day(f.Now))
	if err != nil || d.Outcome != "" {
		return nil //nolint:nilerr // nobody is there
	}
	switch {
	case x.turn(obligedEvery, 11):
		return x.record1(d.Obligate(f, by, dossier.ObligationCommand{Name: "Lệ phí trước bạ", Amount: int64(1+x.r.IntN(80)) * 50_000, Notice: "12/TB-CT"}))
	case x.turn(askedBackEvery, 13, 3, 8):
		return x.record1(d.RequestWithdrawal(f, me, one(x.r, whyBack)))
	case x.turn(stoppedEvery, 15, 18, 23, 25, 28):
		if err := x.record1(d.RequestWithdrawal(f, me, one(x.r, whyBack))); err != nil {
			return err
		}
		desk, err := x.holder(dossier.Reception(d.Desk), day(f.Now))
		if err != nil {
			return nil //nolint:nilerr // nobody is at the desk: it waits
		}
		f.Now = f.Now.Add(5 * time.Minute)
		return x.record1(d.Stop(f, desk, dossier.StopCommand{Papers: "Trả lại toàn bộ giấy tờ đã nộp.", Fees: "Chưa thu lệ phí."}))
	}
	return x.late(f.Now)
}

// late tells the applicant of a delay, mostly in time, and says why.
func (x *living) late(at time.Time) error {
	d := x.life.State()
	due := d.DueAt()
	if due.IsZero() || !due.Before(x.h.w.Now) || x.r.IntN(10) < 3 {
		return nil
	}
	head, err := x.head(day(at))
	if err != nil {
		return nil //nolint:nilerr // no head is in office
	}
	// A letter three days before the date, when the dossier lay there already.
	if sorry := due.AddDate(0, 0, -3); sorry.After(at) {
		f, err := x.facts(sorry)
		if err != nil {
			return err
		}
		to := calendar.DateOf(due).AddDays(3 + x.r.IntN(8))
		for range 10 {
			today, err := f.Clock.Office.Day(f.Clock.Calendar, to)
			if err != nil {
				return nil //nolint:nilerr // beyond the calendar
			}
			if today.Kind.Worked() {
				break
			}
			to = to.AddDays(1)
		}
		if err := x.record1(d.Apologise(f, head, dossier.ApologyCommand{Reason: one(x.r, whyLate), Fault: dossier.FaultAgency, Date: to})); err != nil {
			return err
		}
		at = sorry
	}
	if d.DueAt().Before(x.h.w.Now) && d.Holder.Agency == d.Competent && x.r.IntN(10) < 6 {
		f, err := x.facts(x.h.w.Now.Add(-time.Minute))
		if err != nil || !at.Before(f.Now) {
			return err
		}
		return x.record1(d.ExplainLateness(f, head, one(x.r, dossier.LatenessReasons[:5]), ""))
	}
	return nil
}

// head is somebody of the resolving agency who may apologise for it.
func (x *living) head(on string) (access.Actor, error) {
	h := x.life.State().Holder
	h.Agency, h.Unit, h.Post = x.p.competent, "", ""
	for _, role := range []string{access.RoleHead, access.RoleDivision} {
		h.Role = role
		if by, err := x.holder(h, on); err == nil && by.May(access.DossierHandle) {
			return by, nil
		}
	}
	return access.Actor{}, errNobody
}

// afterwards is what happens after the return: a wrong result is found, a late one explained.
func (x *living) afterwards(f dossier.Facts) error {
	d := x.life.State()
	if !x.p.version.SameVisit && (x.turn(wrongEvery, wrongEvery) || x.h.w.Now.Sub(d.ReturnedAt) < 5*24*time.Hour && x.p.seed%4 == 0) {
		desk, err := x.holder(dossier.Reception(d.Desk), day(f.Now))
		if err != nil {
			return nil //nolint:nilerr // nobody is at the desk
		}
		if err := x.record1(d.OpenCorrection(f, desk, one(x.r, whyWrong), dossier.FaultAgency)); err != nil {
			return err
		}
		if x.p.seed < 5*wrongEvery {
			return nil // so that a small history shows one that waits
		}
		return x.correct()
	}
	if d.LateBy(f.Now) && x.r.IntN(10) < 7 {
		head, err := x.head(day(f.Now))
		if err != nil {
			return nil //nolint:nilerr // no head is in office
		}
		return x.record1(d.ExplainLateness(f, head, one(x.r, dossier.LatenessReasons[:5]), ""))
	}
	return nil
}

// correct issues the corrected result and hands it over, unless now is reached before.
func (x *living) correct() error {
	d := x.life.State()
	at, err := x.between()
	if err != nil || at.IsZero() {
		return err
	}
	by, err := x.holder(d.Holder, day(at))
	if err != nil || !by.May(access.DossierResult) && !by.May(access.DossierDecide) {
		return nil //nolint:nilerr // nobody is there: it waits
	}
	f, err := x.facts(at)
	if err != nil {
		return err
	}
	r := x.result(at)
	if err := x.record1(d.Correct(f, by, dossier.CorrectCommand{Result: r, File: x.file(r)})); err != nil {
		return err
	}
	if at, err = x.between(); err != nil || at.IsZero() {
		return err
	}
	if turn, action, ok := x.next(new(bool)); ok {
		return x.act(turn, action, at)
	}
	return nil
}
