// Package rating turns what single dossiers add (dossier.ScoreRow) into the scores of
// agencies and officers, by the two methods the law has known: the nine indices of
// TT 01/2018 and the five criteria of NĐ 118/2025 with the points of decision 766.
// It does no I/O; sums are handed in.
//
// An index for which nothing is known is left out, never guessed: totals say how many
// indices they stand on. What nobody could read in the texts lies in schemes.json, under
// unsure, and may be replaced there.
package rating

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/motcua/motcua/internal/agency"
)

// Tally is points of some dossiers: their sum, and how many dossiers are behind it.
type Tally struct{ Points, Dossiers int }

// Tenths is the score of an index: points per dossier in tenths, rounded half up; false when nothing is known.
// law: TT01-2018 14 — the sum divided by the dossiers, one decimal.
func (t Tally) Tenths() (int, bool) {
	if t.Dossiers == 0 {
		return 0, false
	}
	return (20*t.Points + t.Dossiers) / (2 * t.Dossiers), true
}

// Sums is what the dossiers of one agency or officer add up to in a period.
type Sums struct {
	Agency agency.ID
	Person string // empty: the agency as a whole

	Dossiers int // resolved in the period
	Dated    int // of them with a date to keep
	Late     int
	Online   int

	Timing, Own, Agencies, Attitude Tally
	Contacts                        [3]int // dossiers with no, one, more requests to supplement

	Rated, Very, Satisfied, Dissatisfied int // overall judgements
}

// Given are points and shares of indices that no dossier knows: by number of the index, in points 0, 1 or 2. The
// product knows some from the catalogue; those that are absent are left out.
type Given map[int]int

// Index is the score of one of the nine.
type Index struct {
	N        int
	Tenths   int // points in tenths, 0 to 20
	Known    bool
	Dossiers int // behind it; 0 for indices of the agency as a whole
}

// Card is what an agency or an officer scores by TT 01/2018.
type Card struct {
	Sums    Sums
	Indices []Index
	Known   int    // how many are known
	Total   int    // tenths
	Scaled  int    // tenths, as if all indices were known
	Percent int    // officers: how far the work counts as done, 0 to 100
	Band    string // key of the band; empty when nothing is known
}

// Band begins at a score in tenths.
type Band struct {
	From int    `json:"from"`
	Key  string `json:"key"`
}

// Nine is the configuration of the method of TT 01/2018.
type Nine struct {
	Law              string   `json:"law"`
	Name             string   `json:"name"`
	Contacts         [2]int   `json:"contacts"`          // most requests to supplement for two points, for one
	OnlineProcedures [2]int   `json:"online_procedures"` // share of procedures for one point, for two; hundredths of a percent
	OnlineDossiers   int      `json:"online_dossiers"`   // share of dossiers for two points
	Officer          []Band   `json:"officer"`
	Agency           []Band   `json:"agency"`
	Unsure           []string `json:"unsure"`
}

// perDossier are the indices known dossier by dossier.
// law: TT01-2018 13
var perDossier = []int{1, 2, 3, 4, 7}

// indices is how many there are.
const indices = 9

// contacts scores index 3: how often the applicant had to come back.
func (n Nine) contacts(s Sums) Tally {
	var t Tally
	for count, dossiers := range s.Contacts {
		points := 0
		switch {
		case count <= n.Contacts[0]:
			points = 2
		case count <= n.Contacts[1]:
			points = 1
		}
		t.Points += points * dossiers
		t.Dossiers += dossiers
	}
	return t
}

func (n Nine) index(s Sums, i int, given Given) Index {
	tallies := map[int]Tally{1: s.Timing, 2: s.Own, 3: n.contacts(s), 4: s.Agencies, 7: s.Attitude}
	x := Index{N: i}
	if t, ok := tallies[i]; ok {
		x.Tenths, x.Known = t.Tenths()
		x.Dossiers = t.Dossiers
		return x
	}
	points, ok := given[i]
	x.Tenths, x.Known = 10*points, ok
	return x
}

func card(s Sums, list []Index) Card {
	c := Card{Sums: s, Indices: list}
	for _, x := range list {
		if x.Known {
			c.Known++
			c.Total += x.Tenths
		}
	}
	if c.Known > 0 {
		c.Scaled = (2*c.Total*len(list) + c.Known) / (2 * c.Known)
	}
	return c
}

func band(bands []Band, tenths int) string {
	for _, b := range bands {
		if tenths >= b.From {
			return b.Key
		}
	}
	return ""
}

// OfAgency scores an agency: nine indices, at most 18 points.
// law: TT01-2018 15
func (n Nine) OfAgency(s Sums, given Given) Card {
	list := make([]Index, indices)
	for i := range list {
		list[i] = n.index(s, i+1, given)
	}
	c := card(s, list)
	if c.Known > 0 {
		c.Band = band(n.Agency, c.Scaled)
	}
	return c
}

// OfOfficer scores an officer by the five indices that are known dossier by dossier: five points, one each, are all
// of the work done.
// law: TT01-2018 14
func (n Nine) OfOfficer(s Sums) Card {
	list := make([]Index, len(perDossier))
	for i, x := range perDossier {
		list[i] = n.index(s, x, nil)
	}
	c := card(s, list)
	if c.Known > 0 {
		c.Band = band(n.Officer, c.Scaled)
		c.Percent = min(100, 2*c.Scaled)
	}
	return c
}

// OnlinePoints scores index 9 from the share of procedures and of dossiers that go online, in hundredths of a percent.
func (n Nine) OnlinePoints(procedures, dossiers int) int {
	switch {
	case procedures >= n.OnlineProcedures[1] && dossiers >= n.OnlineDossiers:
		return 2
	case procedures >= n.OnlineProcedures[0]:
		return 1
	}
	return 0
}

// Five is the configuration of the criteria of NĐ 118/2025.
type Five struct {
	Law      string      `json:"law"`
	Name     string      `json:"name"`
	Criteria []Criterion `json:"criteria"`
	Unsure   []string    `json:"unsure"`
}

// Criterion is a group of indicators with its points.
type Criterion struct {
	ID     string `json:"id"`
	Points int    `json:"points"`
	FullAt int    `json:"full_at"` // share that earns all points, hundredths of a percent; 0: not known from dossiers
}

// Criteria that dossiers say something about.
const (
	Progress     = "progress"
	Online       = "online"
	Satisfaction = "satisfaction"
)

// Mark is what an agency scores in one criterion.
type Mark struct {
	Criterion
	Rate     int // hundredths of a percent
	Score    int // hundredths of a point
	Known    bool
	Dossiers int // behind it
}

// Rate is part of all in hundredths of a percent, rounded half up.
func Rate(part, all int) int {
	if all == 0 {
		return 0
	}
	return (20_000*part + all) / (2 * all)
}

// Of scores an agency in every criterion. Where a threshold stands, the score is full from there on and else in
// proportion.
// law: ND118-2025 32; QD766-2022 2.1, 3.3, 5.4
func (f Five) Of(s Sums) []Mark {
	out := make([]Mark, len(f.Criteria))
	for i, c := range f.Criteria {
		m := Mark{Criterion: c}
		switch c.ID {
		case Progress:
			m.Known, m.Dossiers, m.Rate = s.Dated > 0, s.Dated, Rate(s.Dated-s.Late, s.Dated)
		case Online:
			m.Known, m.Dossiers, m.Rate = s.Dossiers > 0, s.Dossiers, Rate(s.Online, s.Dossiers)
		case Satisfaction:
			m.Rate, m.Known = s.Contentment()
			m.Dossiers = s.Dossiers
		}
		if m.Known {
			m.Score = 100 * c.Points
			if m.Rate < c.FullAt {
				m.Score = (2*100*c.Points*m.Rate + c.FullAt) / (2 * c.FullAt)
			}
		}
		out[i] = m
	}
	return out
}

// Contentment is indicator 5.4: all dossiers less the late ones and less those whose applicants were dissatisfied,
// in hundredths of a percent, never below none.
// law: QD766-2022 5.4
func (s Sums) Contentment() (int, bool) {
	if s.Dossiers == 0 {
		return 0, false
	}
	return max(0, 10_000-Rate(s.Late, s.Dossiers)-Rate(s.Dissatisfied, s.Dossiers)), true
}

// Schemes are both methods and the reporting window.
type Schemes struct {
	WindowDay int  `json:"window_day"` // day of the month on which periods begin; 1: calendar quarters and years
	Nine      Nine `json:"nine"`
	Five      Five `json:"five"`
}

// Read reads a configuration and refuses one that cannot be scored with.
func Read(b []byte) (Schemes, error) {
	var s Schemes
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("read schemes: %w", err)
	}
	if s.WindowDay < 1 || s.WindowDay > 28 {
		return s, fmt.Errorf("read schemes: window_day %d", s.WindowDay)
	}
	for _, bands := range [][]Band{s.Nine.Officer, s.Nine.Agency} {
		if len(bands) == 0 || bands[len(bands)-1].From != 0 {
			return s, fmt.Errorf("read schemes: bands must end at 0: %v", bands)
		}
		for i, b := range bands {
			if i > 0 && b.From >= bands[i-1].From {
				return s, fmt.Errorf("read schemes: bands must fall: %v", bands)
			}
		}
	}
	for _, c := range s.Five.Criteria {
		if c.Points <= 0 || c.FullAt < 0 || c.FullAt > 10_000 {
			return s, fmt.Errorf("read schemes: criterion %+v", c)
		}
	}
	return s, nil
}

//go:embed schemes.json
var standard []byte

// Standard are the methods built in.
var Standard = func() Schemes {
	s, err := Read(standard)
	if err != nil {
		panic(err)
	}
	return s
}()
