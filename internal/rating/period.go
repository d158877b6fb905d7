package rating

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// Period is a quarter or a year of reporting: from From until, not with, Until. Reports do not follow the calendar
// months: by default a quarter goes from the 15th to the 14th, a year from 15 December to 14 December.
// law: ND09-2019 12
type Period struct {
	Year    int
	Quarter int // 1 to 4; 0: the whole year
	From    calendar.Date
	Until   calendar.Date
}

// start is the first day of a quarter.
func start(year, quarter, day int) calendar.Date {
	month := time.Month(1 + 3*(quarter-1))
	if day > 1 {
		// The first quarter begins in December of the year before.
		if month--; month < time.January {
			year, month = year-1, time.December
		}
	}
	return calendar.NewDate(year, month, day)
}

// Quarter returns a quarter of reporting whose periods begin on day of a month.
func Quarter(year, quarter, day int) Period {
	next, q := year, quarter+1
	if q == 5 {
		next, q = year+1, 1
	}
	return Period{Year: year, Quarter: quarter, From: start(year, quarter, day), Until: start(next, q, day)}
}

// Year returns a year of reporting.
func Year(year, day int) Period {
	return Period{Year: year, From: start(year, 1, day), Until: start(year+1, 1, day)}
}

// Of returns the quarter that a day lies in.
func Of(d calendar.Date, day int) Period {
	for year := d.Year() + 1; ; year-- {
		for q := 4; q >= 1; q-- {
			if p := Quarter(year, q, day); !d.Before(p.From) {
				return p
			}
		}
	}
}

// Before returns the period of the same kind before p.
func (p Period) Before(day int) Period {
	switch p.Quarter {
	case 0:
		return Year(p.Year-1, day)
	case 1:
		return Quarter(p.Year-1, 4, day)
	}
	return Quarter(p.Year, p.Quarter-1, day)
}

// Ended reports whether the period is over on a day.
func (p Period) Ended(d calendar.Date) bool { return !d.Before(p.Until) }

// Last is its last day.
func (p Period) Last() calendar.Date { return p.Until.AddDays(-1) }

// String is the period in addresses: 2026-q3, 2026.
func (p Period) String() string {
	if p.Quarter == 0 {
		return strconv.Itoa(p.Year)
	}
	return fmt.Sprintf("%d-q%d", p.Year, p.Quarter)
}

var periodForm = regexp.MustCompile(`^(20[0-9]{2})(?:-q([1-4]))?$`)

// ParsePeriod reads what String wrote.
func ParsePeriod(s string, day int) (Period, bool) {
	m := periodForm.FindStringSubmatch(s)
	if m == nil {
		return Period{}, false
	}
	year, _ := strconv.Atoi(m[1])
	if m[2] == "" {
		return Year(year, day), true
	}
	q, _ := strconv.Atoi(m[2])
	return Quarter(year, q, day), true
}
