package notice

import (
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/viet"
)

// Facts are what a notice says about the dossier, as it stood when it was told. All of it counts as personal data.
type Facts struct {
	Owner     string     `json:"owner,omitempty"`
	Code      string     `json:"code,omitempty"` // code, or the reference before there is one
	Procedure string     `json:"procedure,omitempty"`
	Desk      string     `json:"desk,omitempty"`
	Agency    string     `json:"agency,omitempty"`
	Step      string     `json:"step,omitempty"`
	At        *time.Time `json:"at,omitempty"`         // when it happened
	Due       *time.Time `json:"due,omitempty"`        // in force
	FirstDue  *time.Time `json:"first_due,omitempty"`  // before it was moved
	AnswerDue *time.Time `json:"answer_due,omitempty"` // of a submission
	Until     string     `json:"until,omitempty"`      // local date: supplement
	Items     []string   `json:"items,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	Result    string     `json:"result,omitempty"`
	Number    string     `json:"number,omitempty"`
	Payment   string     `json:"payment,omitempty"` // what has to be paid
	Amount    int64      `json:"amount,omitempty"`  // đồng
	Mark      *time.Time `json:"mark,omitempty"`    // of a reminder: the instant it warns of
	Days      int        `json:"days,omitempty"`
	From      string     `json:"from,omitempty"` // agency that asks or answers
}

// Empty reports whether nothing is known any more: the notice is older than this package, or was erased.
func (f Facts) Empty() bool { return f.Code == "" && f.Procedure == "" }

func factsOf(c Change) Facts {
	d := c.After
	f := Facts{Owner: d.Owner.Name, Code: d.Shown(), Procedure: d.Procedure.Name, Step: d.StepTitle, At: instant(c.Event.At)}
	if c.Agency != nil {
		f.Desk, f.Agency = c.Agency(d.Desk, c.Event.At), c.Agency(d.Competent, c.Event.At)
	}
	f.Due, f.AnswerDue = instant(d.DueAt()), instant(d.AnswerDue)
	switch {
	case c.Before != nil && !c.Before.DueAt().IsZero() && !c.Before.DueAt().Equal(d.DueAt()):
		f.FirstDue = instant(c.Before.DueAt())
	case !d.FirstDue.Equal(d.DueAt()):
		f.FirstDue = instant(d.FirstDue)
	}
	if f.Due == nil && c.Before != nil {
		f.Due = instant(c.Before.DueAt())
	}
	if r := d.Result; r != nil {
		f.Result, f.Number = r.Name, r.Number
	}
	f.why(c)
	return f
}

// why adds what the event itself says: the reason somebody gave, what has to be done until when.
func (f *Facts) why(c Change) {
	d := c.After
	f.Reason = d.Reason
	if p := d.Pending(); p != nil {
		f.Until, f.Items, f.Reason = p.Until, p.Items, p.Reason
	}
	switch c.Event.Kind {
	case dossier.EventApologised:
		// A late apology moves no date in force, and still promises one.
		if n := len(d.Apologies); n > 0 {
			a := d.Apologies[n-1]
			f.Reason, f.FirstDue, f.Due = a.Reason, instant(a.From), instant(a.To)
		}
	case dossier.EventPaused:
		if n := len(d.Pauses); n > 0 {
			f.Reason = d.Pauses[n-1].Name
		}
	case dossier.EventRedirected:
		if n := len(d.Redirects); n > 0 {
			f.Reason = d.Redirects[n-1].Reason
		}
	case dossier.EventObligationNoted:
		if n := len(d.Obligations); n > 0 {
			o := d.Obligations[n-1]
			f.Payment, f.Amount, f.Number, f.Until = o.Name, o.Amount, o.Notice, o.Until
		}
	case dossier.EventCorrectionOpened:
		f.Mark = instant(d.StepDue)
		if d.Correction != nil {
			f.Reason = d.Correction.Reason
		}
	case dossier.EventStopped:
		if d.Withdrawal != nil {
			f.Reason = d.Withdrawal.Reason
		}
	case dossier.EventClosed:
		if n := len(d.Supplements); n > 0 {
			f.Until = d.Supplements[n-1].Until
		}
	}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}

// Language names the language of a letter.
type Language string

// The two languages of the product.
const (
	Vietnamese Language = "vi"
	English    Language = "en"
)

// ParseLanguage reads a language; anything unknown is Vietnamese.
func ParseLanguage(s string) Language {
	if s == string(English) {
		return English
	}
	return Vietnamese
}

// names are the placeholders that templates may use.
var names = []string{
	"owner", "code", "procedure", "desk", "agency", "step", "at", "due", "first_due", "answer_due", "until", "items", "reason", "result", "number", "payment", "amount", "mark", "days", "from", "link",
}

// values writes the facts in the language. A list is written with one dash per line.
func (f Facts) values(l Language) map[string]string {
	when := func(t *time.Time) string {
		switch {
		case t == nil:
			return ""
		case l == English:
			return viet.DateTimeEnglish(*t)
		}
		return viet.DateTime(*t)
	}
	v := map[string]string{
		"from":  f.From,
		"owner": f.Owner, "code": f.Code, "procedure": f.Procedure, "desk": f.Desk, "agency": f.Agency, "step": f.Step, "at": when(f.At), "due": when(f.Due),
		"payment": f.Payment, "first_due": when(f.FirstDue), "answer_due": when(f.AnswerDue), "reason": f.Reason, "result": f.Result, "number": f.Number, "mark": when(f.Mark),
	}
	if f.Days != 0 {
		v["days"] = strconv.Itoa(f.Days)
	}
	if f.Amount > 0 {
		v["amount"] = viet.Money(f.Amount)
		if l == English {
			v["amount"] = viet.MoneyEnglish(f.Amount)
		}
	}
	if d, err := calendar.ParseDate(f.Until); err == nil {
		v["until"] = viet.Day(d.At(0))
		if l == English {
			v["until"] = viet.DayEnglish(d.At(0))
		}
	}
	if len(f.Items) > 0 {
		v["items"] = "- " + strings.Join(f.Items, "\n- ")
	}
	return v
}
