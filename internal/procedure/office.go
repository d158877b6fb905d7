package procedure

import (
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
)

// weekdays by the words packs use, indexed by time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Plan reads office hours as a plan of the calendar.
func Plan(h agency.Hours) (calendar.Plan, error) {
	var p calendar.Plan
	var err error
	if h.From != "" {
		if p.From, err = calendar.ParseDate(h.From); err != nil {
			return p, err
		}
	}
	if h.Until != "" {
		if p.Until, err = calendar.ParseDate(h.Until); err != nil {
			return p, err
		}
	}
	if h.Season != nil {
		if p.SeasonFrom, err = calendar.ParseYearDay(h.Season.From); err != nil {
			return p, err
		}
		if p.SeasonTo, err = calendar.ParseYearDay(h.Season.To); err != nil {
			return p, err
		}
	}
	read := func(days map[string]string, into *[7]calendar.Hours) error {
		for day, text := range days {
			i := slices.Index(weekdays[:], day)
			if i < 0 {
				return fmt.Errorf("%q is no weekday (mon … sun)", day)
			}
			if into[time.Weekday(i)], err = calendar.ParseHours(text); err != nil {
				return err
			}
		}
		return nil
	}
	if err := read(h.Sessions, &p.Week.Counted); err != nil {
		return p, err
	}
	return p, read(h.Desk, &p.Week.Desk)
}

// PolicyOf reads what office hours decide about due dates. The zero Policy is what holds where they say nothing.
func PolicyOf(h agency.Hours) (p deadline.Policy, err error) {
	if err := p.DueTime.UnmarshalText([]byte(h.DueTime)); err != nil {
		return p, err
	}
	if h.After != "" {
		p.After, err = calendar.ParseMinute(h.After)
	}
	return p, err
}

// office is what the hours of one id make together.
type office struct {
	hours *calendar.Office
	spans []policySpan
}

// policySpan is what one declaration decides while its plan is valid.
type policySpan struct {
	plan         calendar.Plan
	policy       deadline.Policy
	dueTime, cut bool // it speaks about the time of day, about the cutoff
}

// Office returns the hours of an agency through time: its own, else the province's, else
// the standard ones (7:30 to 11:30 and 13:00 to 17:00, Monday to Friday).
func (k *Catalogue) Office(id agency.ID, day string) (*calendar.Office, error) {
	o, err := k.office(id, day)
	return o.hours, err
}

// Policy returns what the agency had decided about its due dates on day: the policy of the day of acceptance is
// the one to compute with, whatever is decided later.
func (k *Catalogue) Policy(id agency.ID, day string) (deadline.Policy, error) {
	o, err := k.office(id, day)
	if err != nil || len(o.spans) == 0 {
		return deadline.Policy{}, err
	}
	d, err := calendar.ParseDate(day)
	if err != nil {
		return deadline.Policy{}, err
	}
	var p deadline.Policy
	for _, s := range o.spans { // the last that speaks holds
		if !s.plan.Valid(d) {
			continue
		}
		if s.dueTime {
			p.DueTime = s.policy.DueTime
		}
		if s.cut {
			p.After = s.policy.After
		}
	}
	return p, nil
}

func (k *Catalogue) office(id agency.ID, day string) (office, error) {
	want := k.Home(day).Hours
	if a, ok := k.tree.At(id, day); ok && a.Hours != "" {
		want = a.Hours
	}
	if o, ok := k.offices.Load(want); ok {
		return o.(office), nil //nolint:forcetypeassert // only offices are stored
	}
	var plans []calendar.Plan
	o := office{hours: calendar.StandardOffice}
	for _, h := range k.c.Hours {
		if h.ID != want {
			continue
		}
		p, err := Plan(h)
		if err != nil {
			return office{}, fmt.Errorf("office hours %s: %w", want, err)
		}
		plans = append(plans, p)
		policy, err := PolicyOf(h)
		if err != nil {
			return office{}, fmt.Errorf("office hours %s: %w", want, err)
		}
		if h.DueTime != "" || h.After != "" {
			o.spans = append(o.spans, policySpan{plan: p, policy: policy, dueTime: h.DueTime != "", cut: h.After != ""})
		}
	}
	if len(plans) > 0 {
		var err error
		if o.hours, err = calendar.NewOffice(plans...); err != nil {
			return office{}, fmt.Errorf("office hours %s: %w", want, err)
		}
	}
	k.offices.Store(want, o)
	return o, nil
}
