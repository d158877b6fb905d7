package rating_test

import (
	"testing"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/rating"
)

func TestTheScoreOfAnIndexHasOneDecimal(t *testing.T) {
	for _, c := range []struct {
		name   string
		tally  rating.Tally
		tenths int
		known  bool
	}{
		{"nothing known is no score", rating.Tally{}, 0, false},
		{"all the best", rating.Tally{Points: 20, Dossiers: 10}, 20, true},
		{"all the worst", rating.Tally{Points: 0, Dossiers: 10}, 0, true},
		{"five points over three dossiers are 1.7", rating.Tally{Points: 5, Dossiers: 3}, 17, true},
		{"four over three are 1.3", rating.Tally{Points: 4, Dossiers: 3}, 13, true},
		{"a half rounds up: 33 over 20 are 1.65, said 1.7", rating.Tally{Points: 33, Dossiers: 20}, 17, true},
		{"just below a half rounds down: 1.6486 is 1.6", rating.Tally{Points: 61, Dossiers: 37}, 16, true},
	} {
		if got, ok := c.tally.Tenths(); got != c.tenths || ok != c.known {
			t.Errorf("%s: %d %v, want %d", c.name, got, ok, c.tenths)
		}
	}
}

// sums is worked out by hand: ten dossiers. Time: five early (10), three on the day (3), two late (0) = 13/10 = 1.3.
// Own time: 15 points of 10 = 1.5. Contacts: seven none (14), two one (2), one more (0) = 16/10 = 1.6. Agencies: four
// rated, 6 points = 1.5. Attitude: four rated, 7 points = 1.75, said 1.8.
var sums = rating.Sums{
	Agency: "so-thu", Dossiers: 10, Dated: 10, Late: 2, Online: 4,
	Timing: rating.Tally{Points: 13, Dossiers: 10}, Own: rating.Tally{Points: 15, Dossiers: 10}, Contacts: [3]int{7, 2, 1},
	Agencies: rating.Tally{Points: 6, Dossiers: 4}, Attitude: rating.Tally{Points: 7, Dossiers: 4},
	Rated: 4, Very: 2, Satisfied: 1, Dissatisfied: 1,
}

func TestAnOfficersScore(t *testing.T) {
	nine := rating.Standard.Nine
	c := nine.OfOfficer(sums)
	// 1.3 + 1.5 + 1.6 + 1.5 + 1.8 = 7.7 of 10: more than five, so all of the work counts as done.
	if c.Total != 77 || c.Scaled != 77 || c.Known != 5 || c.Percent != 100 || c.Band != "full" {
		t.Errorf("%+v", c)
	}
	for _, x := range []struct {
		name    string
		s       rating.Sums
		total   int
		known   int
		scaled  int
		percent int
		band    string
	}{
		{"nothing known, nothing said", rating.Sums{}, 0, 0, 0, 0, ""},
		{"exactly five points are all of it", of(10, 10, 10, 10, 10), 50, 5, 50, 100, "full"},
		{"4.9 is not quite", of(9, 10, 10, 10, 10), 49, 5, 49, 98, "most"},
		{"3.5 is the least of the middle band", of(5, 5, 5, 10, 10), 35, 5, 35, 70, "most"},
		{"3.4 is below", of(4, 5, 5, 10, 10), 34, 5, 34, 68, "low"},
		{"an index left out: 0.9 and 0.8 and 0.9 of three stand for 4.3 of five", rating.Sums{
			Timing: rating.Tally{Points: 9, Dossiers: 10}, Own: rating.Tally{Points: 8, Dossiers: 10}, Agencies: rating.Tally{Points: 9, Dossiers: 10},
		}, 26, 3, 43, 86, "most"},
	} {
		c := nine.OfOfficer(x.s)
		if c.Total != x.total || c.Known != x.known || c.Scaled != x.scaled || c.Percent != x.percent || c.Band != x.band {
			t.Errorf("%s: %+v", x.name, c)
		}
	}
}

// of makes sums of ten dossiers whose indices 1, 2, 3, 4 and 7 have the tenths given, each up to ten.
func of(t1, t2, t3, t4, t7 int) rating.Sums {
	s := rating.Sums{Dossiers: 10}
	for _, x := range []struct {
		to *rating.Tally
		n  int
	}{{&s.Timing, t1}, {&s.Own, t2}, {&s.Agencies, t4}, {&s.Attitude, t7}} {
		*x.to = rating.Tally{Points: x.n, Dossiers: 10}
	}
	s.Contacts = [3]int{0, t3, 10 - t3}
	return s
}

func TestAnAgencysScore(t *testing.T) {
	nine := rating.Standard.Nine
	// The five of the officer, 7.7, and publicity 2, feedback 2, on the spot 1, online 2: 14.7 of 18, good.
	c := nine.OfAgency(sums, rating.Given{5: 1, 6: 2, 8: 2, 9: 2})
	if c.Total != 147 || c.Known != 9 || c.Scaled != 147 || c.Band != "good" {
		t.Errorf("%+v", c)
	}
	// Without 5, 6 and 8 the six that are known make 9.7 of 12; as if all were known 14.55, said 14.6.
	c = nine.OfAgency(sums, rating.Given{9: 2})
	if c.Total != 97 || c.Known != 6 || c.Scaled != 146 || c.Band != "good" {
		t.Errorf("%+v", c)
	}
	if c.Indices[4].Known || c.Indices[4].N != 5 || !c.Indices[8].Known || c.Indices[8].Tenths != 20 {
		t.Errorf("indices: %+v", c.Indices)
	}
	if c := nine.OfAgency(rating.Sums{}, nil); c.Band != "" || c.Known != 0 {
		t.Errorf("nothing known: %+v", c)
	}
	for _, x := range []struct {
		given rating.Given
		band  string
	}{ // indices of the agency alone: 4 of 8 points stand for 9 of 18
		{rating.Given{5: 2, 6: 2, 8: 2, 9: 2}, "excellent"},
		{rating.Given{5: 2, 6: 1, 8: 2, 9: 1}, "good"},
		{rating.Given{5: 1, 6: 1, 8: 1, 9: 1}, "fair"},
		{rating.Given{5: 1, 6: 1, 8: 1, 9: 0}, "average"},
		{rating.Given{5: 1, 6: 1, 8: 0, 9: 0}, "weak"},
	} {
		if c := nine.OfAgency(rating.Sums{}, x.given); c.Band != x.band {
			t.Errorf("%v: %s, want %s", x.given, c.Band, x.band)
		}
	}
}

func TestOnlineProgressNeedsProceduresAndDossiers(t *testing.T) {
	nine := rating.Standard.Nine
	for _, c := range []struct{ procedures, dossiers, want int }{{2000, 3000, 2}, {2000, 2999, 1}, {1500, 0, 1}, {1499, 9000, 0}} {
		if got := nine.OnlinePoints(c.procedures, c.dossiers); got != c.want {
			t.Errorf("%d and %d: %d", c.procedures, c.dossiers, got)
		}
	}
}

func TestTheFiveCriteria(t *testing.T) {
	marks := rating.Standard.Five.Of(sums)
	want := map[string]struct {
		rate, score int
		known       bool
	}{
		"publicity": {0, 0, false}, "digitisation": {0, 0, false},
		"progress":     {8000, 1600, true}, // 8 of 10 on time: 16 of 20
		"online":       {4000, 1760, true}, // 40 % of the 50 % that earn all of 22: 17.6
		"satisfaction": {7000, 1400, true}, // 100 − 20 − 10 = 70 %, of the 90 % that earn all of 18: 14
	}
	for _, m := range marks {
		w := want[m.ID]
		if m.Rate != w.rate || m.Score != w.score || m.Known != w.known {
			t.Errorf("%s: rate %d score %d known %v, want %+v", m.ID, m.Rate, m.Score, m.Known, w)
		}
	}
	for _, m := range rating.Standard.Five.Of(rating.Sums{Dossiers: 3, Dated: 3, Online: 3, Late: 3, Dissatisfied: 2}) {
		if m.ID == "satisfaction" && (m.Rate != 0 || m.Score != 0) {
			t.Errorf("satisfaction below none: %+v", m)
		}
		if m.ID == "online" && m.Score != 2200 {
			t.Errorf("above the threshold all points are earned: %+v", m)
		}
	}
}

func TestPeriodsOfReporting(t *testing.T) {
	for _, c := range []struct{ name, period, from, last string }{
		{"the first quarter begins in December", "2026-q1", "2025-12-15", "2026-03-14"},
		{"the second", "2026-q2", "2026-03-15", "2026-06-14"},
		{"the third", "2026-q3", "2026-06-15", "2026-09-14"},
		{"the fourth ends in December", "2026-q4", "2026-09-15", "2026-12-14"},
		{"a year", "2026", "2025-12-15", "2026-12-14"},
	} {
		p, ok := rating.ParsePeriod(c.period, 15)
		if !ok || p.From.String() != c.from || p.Last().String() != c.last || p.String() != c.period {
			t.Errorf("%s: %s to %s (%s)", c.name, p.From, p.Last(), p)
		}
	}
	if p, _ := rating.ParsePeriod("2026-q1", 1); p.From.String() != "2026-01-01" || p.Last().String() != "2026-03-31" {
		t.Errorf("calendar quarter: %s to %s", p.From, p.Last())
	}
	if p, _ := rating.ParsePeriod("2026", 1); p.From.String() != "2026-01-01" || p.Last().String() != "2026-12-31" {
		t.Errorf("calendar year: %s to %s", p.From, p.Last())
	}
	for _, c := range []struct{ day, period string }{
		{"2025-12-14", "2025-q4"}, {"2025-12-15", "2026-q1"}, {"2026-03-14", "2026-q1"}, {"2026-03-15", "2026-q2"}, {"2026-12-31", "2027-q1"},
	} {
		if p := rating.Of(calendar.MustDate(c.day), 15); p.String() != c.period {
			t.Errorf("%s lies in %s, want %s", c.day, p, c.period)
		}
	}
	if p := rating.Quarter(2026, 1, 15).Before(15); p.String() != "2025-q4" {
		t.Errorf("before the first quarter: %s", p)
	}
	for _, bad := range []string{"", "2026-q5", "1999", "2026q1", "2026-q1 ", "2026-Q1", "02026"} {
		if _, ok := rating.ParsePeriod(bad, 15); ok {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestSchemesThatCannotBeScoredWithAreRefused(t *testing.T) {
	for _, bad := range []string{
		``, `{"window_day": 0}`, `{"window_day": 15}`, `{"window_day": 15, "colour": "red"}`,
		`{"window_day": 15, "nine": {"officer": [{"from": 10, "key": "a"}], "agency": [{"from": 0, "key": "a"}]}, "five": {}}`,
		`{"window_day": 15, "nine": {"officer": [{"from": 0, "key": "a"}], "agency": [{"from": 0, "key": "a"}]}, "five": {"criteria": [{"id": "x", "points": 0}]}}`,
	} {
		if _, err := rating.Read([]byte(bad)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
