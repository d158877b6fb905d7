package dossier

import (
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Keys of the forms that the rule sets list.
const (
	FormReceipt    = "receipt"            // form 01
	FormSupplement = "supplement_request" // form 02
	FormRefusal    = "refusal_slip"       // form 03
	FormApology    = "apology_letter"     // form 04
	FormStop       = "stop_notice"        // form 05 of TT 03/2025
	FormControl    = "control_slip"       // written from the legs, never numbered
	FormRegister   = "dossier_register"
)

// ErrBookLocked refuses to number a paper in a book of a year that was locked.
var ErrBookLocked = fault.New(fault.Conflict, "dossier.book-locked")

// Slip is one paper that the law prescribes, numbered in its book by the act that caused it. What it says
// follows from the journal up to Event; nothing else is printed.
type Slip struct {
	Form   string    `json:"form"`
	Book   agency.ID `json:"book"` // agency that keeps the book
	Year   int       `json:"year"`
	Number int       `json:"number"` // from 1 each year, without gap
	Check  string    `json:"check"`  // what its QR asks the public page about
	// Template is the digest of the published wording in which it is printed; empty: that of the program.
	Template string `json:"template,omitempty"`

	Event int64         `json:"-"` // number of the act
	Law   string        `json:"-"` // rule set whose form it is
	At    time.Time     `json:"-"`
	By    journal.Actor `json:"-"`
	Due   time.Time     `json:"-"` // date in force when it was printed
	Void  Void          `json:"-"` // why what it says no longer holds; empty while it does
}

// Serial returns the scope in which the slip's number is counted.
func (s Slip) Serial() string { return SlipScope(s.Form, s.Book, s.Year) }

// SlipScope is the counter of a book: one form, one agency, one year.
// law: TT01-2018 10.2 — a book a year, numbered from 01.
func SlipScope(form string, book agency.ID, year int) string {
	return "so|" + form + "|" + string(book) + "|" + strconv.Itoa(year)
}

// slip takes the next number of a form in the agency's book, nil when the rule set knows no such form or
// nobody hands out numbers (a history that is brought in).
func (f Facts) slip(form string, book agency.ID) (*Slip, error) {
	if _, ok := f.Rules.Forms.Form(form); !ok || f.Number == nil {
		return nil, nil //nolint:nilnil // no such form, no slip
	}
	s := Slip{Form: form, Book: book, Year: calendar.DateOf(f.Now).Year(), Check: journal.NewSecret(checkLength), Template: f.Template}
	n, err := f.Number(s.Serial())
	if err != nil || n == 0 {
		return nil, err
	}
	s.Number = n
	return &s, nil
}

// issue keeps the slip that an act produced. A later paper of the same kind replaces the date or the
// request that an earlier one stated.
func (d *Dossier) issue(e journal.Event, s *Slip) {
	if s == nil {
		return
	}
	x := *s
	x.Event, x.Law, x.At, x.By, x.Due = e.Seq, e.Law, e.At, e.By, d.DueAt().UTC()
	d.Slips = append(d.Slips, x)
}

// Slip returns the slip with the check code.
func (d *Dossier) Slip(check string) (Slip, bool) {
	for _, s := range d.Slips {
		if s.Check == check && check != "" {
			return s, true
		}
	}
	return Slip{}, false
}

// LastSlip returns the newest slip of a form.
func (d *Dossier) LastSlip(form string) (Slip, bool) {
	for i := len(d.Slips) - 1; i >= 0; i-- {
		if d.Slips[i].Form == form {
			return d.Slips[i], true
		}
	}
	return Slip{}, false
}
