package paper

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/print"
)

// ErrErased says that the personal data of the dossier was removed: nothing is printed of it any more.
var ErrErased = fault.New(fault.Gone, "paper.erased")

// Issued is one paper that the office gave out, at the act that caused it.
type Issued struct {
	Form  string // key of the form
	Event int64
	At    time.Time
	Slip  dossier.Slip // the zero Slip for acts of journals from before papers were numbered
}

// Name is how the paper is called in addresses: its check code, else the number of its act.
func (p Issued) Name() string {
	if p.Slip.Check != "" {
		return p.Slip.Check
	}
	return "e" + strconv.FormatInt(p.Event, 10)
}

// List tells which papers a dossier caused, oldest first.
func List(events []journal.Event) ([]Issued, error) {
	m, err := dossier.Timeline(events)
	if err != nil {
		return nil, err
	}
	var out []Issued
	for _, x := range m {
		p := Issued{Event: x.Seq, At: x.At}
		switch {
		case x.Slip != nil:
			p.Form = x.Slip.Form
		case x.Kind == dossier.EventAccepted:
			p.Form = dossier.FormReceipt
		case x.Kind == dossier.EventSupplementRequested:
			p.Form = dossier.FormSupplement
		case x.Kind == dossier.EventRefused, x.Kind == dossier.EventResolved && x.Outcome == dossier.NotEligible:
			p.Form = dossier.FormRefusal
		default:
			continue
		}
		if x.Slip != nil {
			p.Slip = *x.Slip
		}
		out = append(out, p)
	}
	return out, nil
}

// Find returns the newest paper with the name, or of the form. It fails with ErrNone.
func Find(events []journal.Event, name string) (Issued, error) {
	list, err := List(events)
	if err != nil {
		return Issued{}, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name() == name || list[i].Form == name {
			return list[i], nil
		}
	}
	return Issued{}, ErrNone
}

// Filled is a paper with everything that stands on it, ready to be drawn.
type Filled struct {
	Form  string
	Forms *print.Forms
	Value any // print.Receipt, SupplementRequest, Refusal, Apology or StopNotice
}

// PDF draws the paper.
func (f Filled) PDF() ([]byte, error) { return f.Forms.Draw(f.Value) }

// DOCX writes the paper as a document that offices edit. It fails with print.ErrNoForm for papers that are not.
func (f Filled) DOCX() ([]byte, error) { return f.Forms.DOCX(f.Value) }

// PDF returns a paper as it is given out: the signed bytes when it was signed, else drawn from the record. copyOf marks
// which copy of a receipt it is; a signed one bears no mark.
func (s Source) PDF(ctx context.Context, events []journal.Event, p Issued, copyOf print.Copy) ([]byte, error) {
	f, err := s.Fill(events, p, copyOf)
	if err != nil {
		return nil, err
	}
	if s.Signed != nil && p.Slip.Check != "" {
		signed, err := s.Signed(ctx, p.Slip.Check)
		if err != nil || signed != nil {
			return signed, err
		}
	}
	return f.PDF()
}

// Fill puts on a paper what the record said at the act that issued it, in the wording of that day: never what
// happened later.
func (s Source) Fill(events []journal.Event, p Issued, copyOf print.Copy) (Filled, error) {
	if n := len(events); n > 0 && events[n-1].Kind == dossier.EventErased {
		return Filled{}, ErrErased
	}
	if p.Event < 1 || p.Event > int64(len(events)) {
		return Filled{}, ErrNone
	}
	events = events[:p.Event]
	d, err := dossier.Fold(events)
	if err != nil {
		return Filled{}, err
	}
	e := events[p.Event-1]
	s.slip, _ = d.Slip(p.Slip.Check)
	out := Filled{Form: p.Form}
	if out.Forms, err = s.forms(e.Law, s.slip.Template, e.At); err != nil {
		return out, err
	}
	switch p.Form {
	case dossier.FormReceipt:
		out.Value, err = s.Receipt(d, copyOf)
	case dossier.FormSupplement:
		out.Value, err = s.SupplementRequest(d, len(d.Supplements)-1)
	case dossier.FormRefusal:
		var r print.Refusal
		if r, err = s.Refusal(d); err == nil {
			m, timeErr := dossier.Timeline(events[p.Event-1:])
			if timeErr != nil {
				return out, timeErr
			}
			r.LegalBasis = m[0].Basis
			out.Value = r
		}
	case dossier.FormApology:
		out.Value, err = s.Apology(d)
	case dossier.FormStop:
		out.Value, err = s.StopNotice(d, e)
	default:
		err = ErrNone
	}
	return out, err
}

// Apology is form 04. It fails with ErrNone when none was written.
func (s Source) Apology(d *dossier.Dossier) (print.Apology, error) {
	n := len(d.Apologies)
	if n == 0 {
		return print.Apology{}, ErrNone
	}
	a := d.Apologies[n-1]
	desk := s.agency(d.Desk, a.At)
	return print.Apology{
		Head: s.head(s.issuer(d.Competent, a.At), a.At, ""), Trace: s.Track(d), DossierCode: d.Shown(), Desk: desk.Name, Applicant: person(d.Owner),
		Procedure: d.Procedure.Name, ReceivedAt: d.AcceptedAt, DueAt: a.From, NewDue: a.To, Reason: a.Reason, ByAgency: a.Fault == dossier.FaultAgency,
		ReturnAt: place(desk), Officer: s.name(a.By.Person), SignerTitle: s.title(a.By.Post, a.At),
	}, nil
}

// StopNotice is form 05 of TT 03/2025: the dossier ends at the applicant's wish, or because papers did not come. It fails
// with ErrNone when it did not end so.
func (s Source) StopNotice(d *dossier.Dossier, e journal.Event) (print.StopNotice, error) {
	desk := s.agency(d.Desk, e.At)
	out := print.StopNotice{
		Head: s.head(s.issuer(d.Desk, e.At), e.At, ""), Trace: s.Track(d), DossierCode: d.Shown(), Desk: desk.Name, Applicant: person(d.Owner),
		Procedure: d.Procedure.Name, ReceivedAt: d.AcceptedAt, StoppedAt: e.At, Officer: s.signer(e.By, e.At),
	}
	if out.ReceivedAt.IsZero() {
		out.ReceivedAt = d.SubmittedAt
	}
	switch {
	case d.Status == dossier.Stopped && d.Withdrawal != nil:
		w := d.Withdrawal
		out.Kind, out.AskedAt, out.Reason, out.Papers, out.Fees = print.StoppedAtWish, w.At, w.Reason, w.Papers, w.Fees
	case d.Status == dossier.Closed && len(d.Supplements) > 0:
		q := d.Supplements[len(d.Supplements)-1]
		out.Kind, out.AskedAt = print.ClosedInTime, q.At
		if until, err := calendar.ParseDate(q.Until); err == nil {
			out.Until = until.At(0)
		}
	default:
		return print.StopNotice{}, ErrNone
	}
	return out, nil
}

// title is the title of a post in capitals, as it stands above a signature.
func (s Source) title(post string, at time.Time) string { return strings.ToUpper(s.post(post, at)) }
