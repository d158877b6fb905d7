package deadline

import (
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// Explain tells how the due date came about, one short sentence an entry, in the
// language "en" or else Vietnamese. Everything in it comes from the steps.
func (d Due) Explain(lang string) []string {
	t := teller{en: lang == "en"}
	out := make([]string, 0, len(d.Steps))
	for i := 0; i < len(d.Steps); {
		s := d.Steps[i]
		switch s.Kind {
		case Count, Skip, Use:
			j := i
			for j < len(d.Steps) && (d.Steps[j].Kind == Count || d.Steps[j].Kind == Skip || d.Steps[j].Kind == Use) {
				j++
			}
			for _, kind := range [...]StepKind{Skip, Count, Use} {
				if line := t.together(kind, d.Steps[i:j]); line != "" {
					out = append(out, line)
				}
			}
			i = j
		default:
			out = append(out, t.sentence(s))
			i++
		}
	}
	return out
}

// Sentence tells one step, in the language "en" or else Vietnamese.
func (s Step) Sentence(lang string) string { return teller{en: lang == "en"}.sentence(s) }

// Text names a limit for people: "5 ngày làm việc", "5 working days".
func (l Limit) Text(lang string) string {
	t := teller{en: lang == "en"}
	var b strings.Builder
	switch l.unit {
	case SameDay:
		b.WriteString(t.say("trong ngày làm việc", "within the working day"))
	case SameVisit:
		b.WriteString(t.say("giải quyết ngay khi tiếp nhận", "handled during the visit"))
	case WorkingHour, WorkingDay, Day, Month:
		n := strconv.Itoa(int(l.halves / 2))
		if l.halves%2 == 1 {
			n += t.say(",5", ".5")
		}
		unit := t.say(
			[...]string{WorkingHour: "giờ làm việc", WorkingDay: "ngày làm việc", Day: "ngày", Month: "tháng"}[l.unit],
			[...]string{WorkingHour: "working hour", WorkingDay: "working day", Day: "day", Month: "month"}[l.unit])
		b.WriteString(n + " " + unit)
		if t.en && l.halves != 2 {
			b.WriteByte('s')
		}
	default:
		return t.say("không có thời hạn", "no time limit")
	}
	if l.after > 0 {
		b.WriteString(t.say(" (nhận sau "+l.after.String()+" tính từ ngày làm việc kế tiếp)",
			" (if received after "+l.after.String()+", from the next working day)"))
	}
	if l.fixed() {
		b.WriteString(t.say("; trả kết quả vào ", "; results are returned on ") + t.fixedDays(l))
	}
	return b.String()
}

type teller struct{ en bool }

func (t teller) say(vi, en string) string {
	if t.en {
		return en
	}
	return vi
}

func (t teller) sentence(s Step) string {
	switch s.Kind {
	case Start:
		return t.start(s)
	case From:
		if s.Why == whyCutoff {
			return t.say("Nhận sau giờ chốt trong ngày nên tính như nhận lúc ", "Received after the daily cutoff, so it counts as received at ") + t.moment(s.Start) + "."
		}
		return t.say("Ngoài giờ làm việc nên bắt đầu tính từ ", "Outside office hours, so counting starts at ") + t.moment(s.Start) + "."
	case Count, Skip, Use:
		return t.together(s.Kind, []Step{s})
	case Land:
		if s.Why == whyMonths {
			return t.say("Ngày tương ứng của tháng cuối là ", "The corresponding day of the last month is ") + t.day(s.From) + "."
		}
		named := ""
		if s.Name != "" {
			named = " (" + t.reason(&Step{Why: whyHoliday, Name: s.Name, NameEn: s.NameEn, Unconfirmed: s.Unconfirmed}) + ")"
		}
		return t.say("Ngày cuối, ", "The last day, ") + t.day(s.From) +
			t.say(", là ngày nghỉ"+named+" nên chuyển sang ngày làm việc kế tiếp.", ", is a day off"+named+", so the limit ends on the next working day.")
	case Fixed:
		return t.say("Kết quả được trả vào ", "Results are returned on ") + t.fixedDays(s.Limit) +
			t.say("; ngày gần nhất là ", "; the next such day is ") + t.day(s.To) + "."
	case Stand:
		return t.stand(s)
	case Extended:
		if s.Why == whyShift {
			return t.say("Cộng thời gian đồng hồ dừng sau quyết định, ngày hẹn chuyển sang ", "With the time the clock stood since that decision, the date moves to ") + t.moment(s.End) + "."
		}
		how := t.say("Hẹn lại đến ", "A new date is set, ") + t.moment(s.End)
		if !s.Limit.IsZero() {
			how = t.say("Gia hạn thêm ", "Extended by ") + s.Limit.Text(t.lang())
		}
		return how + t.say(", quyết định lúc ", ", decided at ") + t.moment(s.Start) + t.basis(s.Basis) + "."
	case Deadline:
		return t.say("Hạn: ", "Due: ") + t.moment(s.Start) + "."
	}
	return ""
}

func (t teller) lang() string { return t.say("vi", "en") }

func (t teller) start(s Step) string {
	limit := s.Limit.Text(t.lang())
	switch s.Why {
	case whyRestart:
		return t.say("Tính lại từ đầu ", "Counted afresh: ") + limit + t.say(" từ ", " from ") + t.moment(s.Start) + t.basis(s.Basis) + "."
	case whyExtend:
		return t.say("Tính tiếp ", "Counting on: ") + limit + t.say(" từ ", " from ") + t.moment(s.Start) + "."
	}
	out := t.say("Thời hạn ", "Time limit: ") + limit + t.say(", tính từ ", ", from ") + t.moment(s.Start)
	if s.Limit.unit == WorkingDay && s.Limit.halves > 1 || s.Limit.unit == Day || s.Limit.unit == Month {
		out += t.say("; ngày đầu không tính", "; the first day is not counted")
	}
	return out + "."
}

func (t teller) stand(s Step) string {
	what := t.say("Tạm dừng", "Paused")
	if s.Why == whyFreeze {
		what = t.say("Dừng tính chờ bổ sung", "Stopped while papers are supplemented")
	}
	what += t.say(" từ ", " from ") + t.moment(s.Start)
	if s.End.IsZero() {
		what += t.say(", chưa tính tiếp", ", not yet resumed")
	} else {
		what += t.say(" đến ", " to ") + t.moment(s.End)
	}
	return what + t.basis(s.Basis) + "."
}

func (t teller) basis(b string) string {
	if b == "" {
		return ""
	}
	return t.say(" (căn cứ: ", " (basis: ") + b + ")"
}

// together tells all steps of one kind in a stretch as one sentence.
func (t teller) together(kind StepKind, steps []Step) string {
	var b strings.Builder
	n, left := 0, 0
	for i := range steps {
		if steps[i].Kind == kind {
			n += steps[i].N
			left++
		}
	}
	if left == 0 {
		return ""
	}
	switch kind {
	case Skip:
		b.WriteString(t.say("Không tính ", "Not counted: "))
	case Use:
		b.WriteString(t.say("Tính ", "Counted: ") + t.minutes(n) + t.say(" làm việc: ", " of work: "))
	default:
		b.WriteString(t.say("Tính "+strconv.Itoa(n)+" ngày: ", "Counted: "+strconv.Itoa(n)+t.plural(n, " day")+": "))
	}
	for i := range steps {
		s := &steps[i]
		if s.Kind != kind {
			continue
		}
		if kind == Use {
			b.WriteString(calendar.MinuteOf(s.Start).String() + "–" + calendar.MinuteOf(s.End).String() + " " + t.day(calendar.DateOf(s.Start)))
		} else {
			t.days(&b, s.From, s.To)
		}
		if why := t.reason(s); why != "" {
			b.WriteString(" (" + why + ")")
		}
		if left--; left > 0 {
			b.WriteString("; ")
		}
	}
	b.WriteByte('.')
	return b.String()
}

func (t teller) reason(s *Step) string {
	switch s.Why {
	case whyMadeUp:
		return t.say("ngày làm bù", "made-up working day")
	case whyWeekend:
		return t.say("nghỉ hằng tuần", "weekly rest")
	case whyClosed:
		return t.say("cơ quan không làm việc", "the office is closed")
	case whyPaused:
		return t.say("đang tạm dừng", "paused")
	case whyHoliday:
		if s.Unconfirmed {
			sure := *s
			sure.Unconfirmed = false
			return t.reason(&sure) + t.say("; chưa có thông báo chính thức", "; not officially announced yet")
		}
		if t.en && s.NameEn != "" {
			return s.NameEn
		}
		name := s.Name
		switch {
		case name == "":
			return t.say("ngày nghỉ", "day off")
		case t.en:
			return name
		}
		if rest, ok := strings.CutPrefix(name, "Nghỉ "); ok {
			return "nghỉ " + rest
		}
		if strings.HasPrefix(name, "nghỉ ") {
			return name
		}
		return "nghỉ " + name
	}
	return ""
}

func (t teller) plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func (t teller) minutes(n int) string {
	h, m := n/60, n%60
	var parts []string
	if h > 0 {
		parts = append(parts, strconv.Itoa(h)+t.say(" giờ", t.plural(h, " hour")))
	}
	if m > 0 || h == 0 {
		parts = append(parts, strconv.Itoa(m)+t.say(" phút", t.plural(m, " minute")))
	}
	return strings.Join(parts, " ")
}

var (
	weekdaysVi = [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}
	weekdaysEn = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
)

// day writes "thứ Ba, 10/02/2026", "Tuesday 10 Feb 2026".
func (t teller) day(d calendar.Date) string {
	var b strings.Builder
	b.WriteString(t.say(weekdaysVi[d.Weekday()]+", ", weekdaysEn[d.Weekday()]+" "))
	t.date(&b, d, true)
	return b.String()
}

// moment writes "15:20 thứ Ba, 10/02/2026".
func (t teller) moment(at time.Time) string {
	return calendar.MinuteOf(at).String() + " " + t.day(calendar.DateOf(at))
}

// days writes "24/02/2026", "16–20/02/2026" or "30/04–03/05/2026"; in English
// "16–20 Feb 2026", since 10/02 is read two ways.
func (t teller) days(b *strings.Builder, from, to calendar.Date) {
	if from != to {
		fy, fm, fd := from.Civil()
		ty, tm, _ := to.Civil()
		switch {
		case fy != ty:
			t.date(b, from, true)
		case fm != tm:
			t.date(b, from, false)
		default:
			t.number(b, fd)
		}
		b.WriteString("–")
	}
	t.date(b, to, true)
}

func (t teller) date(b *strings.Builder, d calendar.Date, year bool) {
	y, m, day := d.Civil()
	t.number(b, day)
	sep := byte('/')
	if t.en {
		sep = ' '
		b.WriteByte(sep)
		b.WriteString(m.String()[:3])
	} else {
		b.WriteByte(sep)
		t.number(b, int(m))
	}
	if year {
		b.WriteByte(sep)
		b.WriteString(strconv.Itoa(y))
	}
}

// number writes two digits in Vietnamese dates, as offices do.
func (t teller) number(b *strings.Builder, n int) {
	if n < 10 && !t.en {
		b.WriteByte('0')
	}
	b.WriteString(strconv.Itoa(n))
}

// fixedDays writes "thứ Ba, thứ Năm hằng tuần" or "ngày 1, 15 hằng tháng".
func (t teller) fixedDays(l Limit) string {
	var names []string
	for w := range 7 {
		if l.weekdays>>w&1 == 1 {
			names = append(names, t.say(weekdaysVi[w], weekdaysEn[w]))
		}
	}
	if len(names) > 0 {
		return strings.Join(names, ", ") + t.say(" hằng tuần", " of the week")
	}
	for d := 1; d <= 31; d++ {
		if l.monthdays>>d&1 == 1 {
			names = append(names, strconv.Itoa(d))
		}
	}
	return t.say("ngày ", "day ") + strings.Join(names, ", ") + t.say(" hằng tháng", " of the month")
}
