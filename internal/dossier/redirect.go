package dossier

import (
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

// ErrRedirect refuses a new agency that is the present one, or none in force.
var ErrRedirect = fault.New(fault.Invalid, "dossier.redirect-agency")

const redirectLabel = "Chuyển cơ quan có thẩm quyền"

// Redirect is one passing on of a submission to the agency that is competent.
type Redirect struct {
	From, To agency.ID // competent agencies
	Reason   string
	At       time.Time
	By       journal.Actor
}

type redirected struct {
	Competent agency.ID `json:"competent"`
	Desk      agency.ID `json:"desk"`
	From      agency.ID `json:"from"`
}

// RedirectCommand names the agency that is competent and the desk that receives for it.
type RedirectCommand struct {
	Competent agency.ID
	Reason    string
}

func (d *Dossier) mayRedirect(_ Facts, by access.Actor) error {
	return d.may(by, access.DossierAccept, Submitted)
}

// Redirect passes a submission that came to the wrong authority on to the right one, before acceptance. What was
// lodged at a counter stays with that counter's desk; an online submission moves to the desk of the new agency.
// No clock starts anew: the answer stays due when it was.
func (d *Dossier) Redirect(f Facts, by access.Actor, c RedirectCommand, desk agency.ID) (journal.Event, error) {
	if err := d.mayRedirect(f, by); err != nil {
		return journal.Event{}, err
	}
	if c.Competent == "" || c.Competent == d.Competent || desk == "" {
		return journal.Event{}, ErrRedirect
	}
	reason, err := text(c.Reason, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	if d.Channel != procedure.Online {
		desk = d.Desk
	}
	return journal.New(EventRedirected, f.Now, actor(by), f.Rules.ID, redirected{Competent: c.Competent, Desk: desk, From: d.Competent}, notePrivate(reason))
}

func (d *Dossier) applyRedirected(e journal.Event) error {
	if err := d.expect(Submitted); err != nil {
		return err
	}
	v, err := unmarshal[redirected](e.Data)
	if err != nil {
		return err
	}
	r := Redirect{From: v.From, To: v.Competent, At: e.At, By: e.By}
	if err := private(e, privateNote, &r.Reason); err != nil {
		return err
	}
	d.Redirects = append(d.Redirects, r)
	d.Desk, d.Competent = v.Desk, v.Competent
	d.leave(e, redirectLabel)
	d.enter(e, Entry{Step: receptionStep, Title: receptionTitle, Holder: Reception(v.Desk), Due: instant(d.AnswerDue)})
	return nil
}
