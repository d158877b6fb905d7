package dossier

import (
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
)

// None stands for a point that nothing is known for: the dossier is left out of that index.
const None = -1

// ScoreRow is what one dossier adds to the scores of one agency, or of one officer of it (Person). Points are 2, 1,
// 0 or None. Only resolved dossiers have score rows. What the points mean together is for package rating to say.
// law: TT01-2018 13 — nine indices, of which 1–4 and 7 are known dossier by dossier.
type ScoreRow struct {
	Case     string
	Agency   agency.ID
	Person   string // empty: the agency as a whole
	Resolved time.Time

	Timing      int // the whole time: early 2, on the day 1, late 0
	Own         int // the worst of its own stretches, or of the officer's
	Supplements int // requests to supplement, a count; None for agencies that never met the applicant
	Agencies    int // the applicant's grade for the agencies he had to contact
	Attitude    int // his grade for the attitude of the officers
	Overall     int // his grade of the whole
	Online      bool
}

// points of a grade: very satisfied 2, satisfied 1, not satisfied 0.
func (g Grade) points() int {
	for i, x := range Grades {
		if g == x {
			return 2 - i
		}
	}
	return None
}

func timing(done, due time.Time) int {
	switch kept(done, due) {
	case Early:
		return 2
	case OnTime:
		return 1
	case Late:
		return 0
	}
	return None
}

// worse is the lower of two points; None says nothing.
func worse(a, b int) int {
	if a == None || b != None && b < a {
		return b
	}
	return a
}

// ScoreRows returns what the dossier adds to scores: a row for each agency and officer that worked on it, agencies
// first, in the order of their appearance. The resolving agency answers for everything, the desk for what the
// applicant met there, any other agency for its own time alone.
func ScoreRows(d *Dossier) []ScoreRow {
	if d.ResolvedAt.IsZero() {
		return nil
	}
	whole := ScoreRow{
		Case: d.ID, Resolved: d.ResolvedAt, Timing: timing(d.ResolvedAt, d.DueAt()), Own: None, Supplements: len(d.Supplements),
		Agencies: None, Attitude: None, Overall: None, Online: d.Channel == "online",
	}
	if r := d.Rating; r != nil {
		whole.Agencies, whole.Attitude, whole.Overall = r.Item("agencies").points(), r.Item("attitude").points(), r.Overall.points()
	}
	var agencies, people []ScoreRow
	at := func(rows *[]ScoreRow, a agency.ID, person string) *ScoreRow {
		for i := range *rows {
			if x := &(*rows)[i]; x.Agency == a && x.Person == person {
				return x
			}
		}
		r := whole
		r.Agency, r.Person = a, person
		switch a {
		case d.Competent:
		case d.Desk:
			r.Timing = None
		default:
			r.Timing, r.Supplements, r.Agencies, r.Attitude, r.Overall = None, None, None, None, None
		}
		*rows = append(*rows, r)
		return &(*rows)[len(*rows)-1]
	}
	at(&agencies, d.Competent, "")
	for _, l := range d.Legs {
		if l.Until.IsZero() || l.Until.After(d.ResolvedAt) || l.Holder.Agency == "" {
			continue
		}
		p := timing(l.Until, l.Due)
		x := at(&agencies, l.Holder.Agency, "")
		x.Own = worse(x.Own, p)
		// A leg that ended without an act was passed on: who passed it on did not do its work.
		if l.By.Post == "" || l.By.Person == "" || l.Action == "" || agency.ID(l.By.Agency) != l.Holder.Agency {
			continue
		}
		y := at(&people, l.Holder.Agency, l.By.Person)
		y.Own = worse(y.Own, p)
	}
	return append(agencies, people...)
}

// ReturnRow is a dossier whose result was handed over, as the tablet of the desk offers it and ratings are listed.
type ReturnRow struct {
	Case      string
	Desk      agency.ID
	Competent agency.ID
	Person    string // who handed it over
	At        time.Time
	Code      string
	Title     string
	RatedAt   time.Time // zero: not rated
	Via       string
	Overall   Grade
	Items     string // time=satisfied attitude=not_satisfied, in the order of asking
	Commented bool
}

// ReturnRows returns the row of a dossier that was returned or rated, none before.
func ReturnRows(d *Dossier) []ReturnRow {
	if d.ReturnedAt.IsZero() && d.Rating == nil {
		return nil
	}
	r := ReturnRow{Case: d.ID, Desk: d.Desk, Competent: d.Competent, At: d.ReturnedAt, Code: d.Code, Title: d.Procedure.Name}
	if n := len(d.Legs); n > 0 && d.Status == Returned {
		r.Person = d.Legs[n-1].By.Person
	}
	if x := d.Rating; x != nil {
		r.RatedAt, r.Via, r.Overall = x.At, x.Via, x.Overall
		r.Commented = x.Comment != "" && d.ErasedAt.IsZero()
		items := make([]string, len(x.Items))
		for i, it := range x.Items {
			items[i] = it.Item + "=" + string(it.Grade)
		}
		r.Items = strings.Join(items, " ")
	}
	return []ReturnRow{r}
}
