package procedure

import (
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
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

// Office returns the hours of an agency through time: its own, else the province's, else
// the standard ones (7:30 to 11:30 and 13:00 to 17:00, Monday to Friday).
func (k *Catalogue) Office(id agency.ID, day string) (*calendar.Office, error) {
	want := k.Home(day).Hours
	if a, ok := k.tree.At(id, day); ok && a.Hours != "" {
		want = a.Hours
	}
	if o, ok := k.offices.Load(want); ok {
		return o.(*calendar.Office), nil //nolint:forcetypeassert // only offices are stored
	}
	var plans []calendar.Plan
	for _, h := range k.c.Hours {
		if h.ID != want {
			continue
		}
		p, err := Plan(h)
		if err != nil {
			return nil, fmt.Errorf("office hours %s: %w", want, err)
		}
		plans = append(plans, p)
	}
	office := calendar.StandardOffice
	if len(plans) > 0 {
		var err error
		if office, err = calendar.NewOffice(plans...); err != nil {
			return nil, fmt.Errorf("office hours %s: %w", want, err)
		}
	}
	k.offices.Store(want, office)
	return office, nil
}
