package deadline

import (
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// State is what a due date means at an instant. It is never stored: it follows from
// the due date and now.
type State string

// States of a clock. The first three belong to a running case, the next two to one
// that waits, the rest to one that has ended.
const (
	Within        State = "within_due"
	DueSoon       State = "due_soon"
	Overdue       State = "overdue"
	Paused        State = "paused"       // by a basis of the procedure
	Waiting       State = "waiting"      // for the applicant to complete the file
	EarlyResult   State = "done_early"   // trước hạn: on an earlier day
	OnTimeResult  State = "done_on_time" // đúng hạn: on the day, not after the moment
	OverdueResult State = "done_overdue" // quá hạn
	Ended         State = "closed"       // without a result
	NoLimit       State = "no_limit"     // no clock has started
)

// Text names the state for people.
func (s State) Text(lang string) string {
	t := teller{en: lang == "en"}
	switch s {
	case Within:
		return t.say("Trong hạn", "On time")
	case DueSoon:
		return t.say("Sắp đến hạn", "Due soon")
	case Overdue:
		return t.say("Quá hạn", "Overdue")
	case Paused:
		return t.say("Tạm dừng", "Paused")
	case Waiting:
		return t.say("Chờ bổ sung hồ sơ", "Waiting for papers")
	case EarlyResult:
		return t.say("Có kết quả trước hạn", "Result early")
	case OnTimeResult:
		return t.say("Có kết quả đúng hạn", "Result on time")
	case OverdueResult:
		return t.say("Có kết quả quá hạn", "Result overdue")
	case Ended:
		return t.say("Đã kết thúc, không có kết quả", "Ended without a result")
	case NoLimit:
	}
	return t.say("Chưa tính thời hạn", "No clock yet")
}

// Warning says when a running case is due soon: at most so many working days, or so
// much of its working time, is left; whichever comes first. Limits shorter than a day
// look at the percentage only, since they are always less than a day away.
type Warning struct {
	WorkingDays int `json:"working_days"`
	Percent     int `json:"percent"`
}

// DefaultWarning is one working day or a fifth of the time.
var DefaultWarning = Warning{WorkingDays: 1, Percent: 20}

// StateOf tells the state of a running case from what lists keep: its due date, the
// instant from which it is due soon (Clock.WarnAt) and now.
func StateOf(due, warn, now time.Time) State {
	switch {
	case due.IsZero():
		return NoLimit
	case now.After(due):
		return Overdue
	case !warn.IsZero() && !now.Before(warn):
		return DueSoon
	}
	return Within
}

// Timeliness judges a result released at released against the date in force: on an
// earlier day early, on the day and not after the moment on time, else overdue.
func Timeliness(due, released time.Time) State {
	switch {
	case released.After(due):
		return OverdueResult
	case calendar.DateOf(released).Before(calendar.DateOf(due)):
		return EarlyResult
	}
	return OnTimeResult
}

// State tells the state of the clock at now.
func (c Clock) State(now time.Time, env Env, w Warning) (State, error) {
	if c.Base.IsZero() || c.Limit.IsZero() {
		return NoLimit, nil
	}
	s, err := c.fold()
	if err != nil {
		return "", err
	}
	if s.end.Kind == Close {
		return Ended, nil
	}
	if p, standing := s.open(); standing {
		if p.freeze {
			return Waiting, nil
		}
		return Paused, nil
	}
	d, err := c.due(env, false)
	if err != nil {
		return "", err
	}
	if s.end.Kind == Release {
		return Timeliness(d.At, s.end.At), nil
	}
	if now.After(d.At) {
		return Overdue, nil
	}
	return StateOf(d.At, c.warnAt(&s, d.At, env.filled(), w), now), nil
}

// WarnAt returns the working moment from which the clock is due soon; zero while it stands.
func (c Clock) WarnAt(env Env, w Warning) (time.Time, error) {
	s, err := c.fold()
	if err != nil {
		return time.Time{}, err
	}
	d, err := c.due(env, false)
	if err != nil || d.At.IsZero() {
		return time.Time{}, err
	}
	return c.warnAt(&s, d.At, env.filled(), w), nil
}

// warnAt walks back from the due date. The time before the first announced year is left
// out: the due date did not need it either.
func (Clock) warnAt(s *stretch, due time.Time, env Env, w Warning) time.Time {
	gaps := s.gaps()
	from, to := localOf(s.start), localOf(due)
	var total, band int64
	for d := calendar.DateOf(due); local(d, 1440) > from; d = d.AddDays(-1) {
		day, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			break
		}
		for _, h := range day.Hours {
			total += within(gaps, max(local(d, h.From), from), min(local(d, h.To), to))
		}
	}
	band = total * int64(w.Percent) / 100
	if short := s.limit.unit == WorkingHour || s.limit.unit >= SameDay || s.limit.unit == WorkingDay && s.limit.halves < 2; !short {
		band = max(band, int64(w.WorkingDays)*int64(env.Office.FullDay(calendar.DateOf(due))))
	}
	at := to
	for d := calendar.DateOf(due); band > 0 && local(d, 1440) > from; d = d.AddDays(-1) {
		day, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			break
		}
		for i := len(day.Hours) - 1; i >= 0 && band > 0; i-- {
			a, b := max(local(d, day.Hours[i].From), from), min(local(d, day.Hours[i].To), to)
			for j := len(gaps) - 1; j >= 0 && a < b; j-- {
				g := gaps[j]
				if took := min(band, max(0, b-max(a, g.to))); took > 0 {
					at, band, b = b-took, band-took, b-took
				}
				if band == 0 {
					break
				}
				b = min(b, g.from)
			}
			if took := min(band, max(0, b-a)); took > 0 {
				at, band = b-took, band-took
			}
		}
	}
	return instant(max(at, from))
}

// Remaining is the working time between now and a due date.
type Remaining struct {
	Minutes int64 `json:"minutes"` // of sessions; negative when overdue
	Days    int   `json:"days"`    // working days after today until the due day, that day included; negative when overdue
	Over    bool  `json:"over"`
}

// Left returns the working time from now to due. It needs the days of the years up to
// now, so long after an unannounced New Year it refuses although the state is known.
func Left(due, now time.Time, env Env) (Remaining, error) {
	env = env.filled()
	from, to, sign := localOf(minute(now)), localOf(due), int64(1)
	r := Remaining{Over: now.After(due)}
	if r.Over {
		from, to, sign = to, from, -1
	}
	n, err := worked(env, nil, from, to)
	if err != nil {
		return Remaining{}, err
	}
	r.Minutes = sign * n
	for d := calendar.DateOf(instant(from)).AddDays(1); !d.After(calendar.DateOf(instant(to))); d = d.AddDays(1) {
		day, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			return Remaining{}, err
		}
		if day.Kind.Worked() {
			r.Days += int(sign)
		}
	}
	return r, nil
}

// Text tells the time left for people: "còn 3 ngày làm việc", "quá hạn 2 giờ 15 phút".
func (r Remaining) Text(lang string) string {
	t := teller{en: lang == "en"}
	days, minutes := r.Days, int(r.Minutes)
	if r.Over {
		days, minutes = -days, -minutes
	}
	amount := strconv.Itoa(days) + t.say(" ngày làm việc", t.plural(days, " working day"))
	if days == 0 {
		amount = t.minutes(minutes)
	}
	if r.Over {
		return t.say("quá hạn "+amount, amount+" overdue")
	}
	return t.say("còn "+amount, amount+" left")
}
