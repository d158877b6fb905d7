package dossier

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// Refusals of successions. They tell whoever carries a reorganisation out why a dossier is left alone.
var (
	ErrSucceeded  = fault.New(fault.Conflict, "dossier.succeeded")    // by this reorganisation already
	ErrEnded      = fault.New(fault.Conflict, "dossier.ended")        // it stays with the agency that ended it
	ErrUntouched  = fault.New(fault.Conflict, "dossier.untouched")    // nothing of it belongs to another agency
	errNoSuchHeir = errors.New("a succession names no agency at all") // cannot happen: an agency is its own heir
)

// Taken is one taking over of a running dossier by the agencies that follow those that had it.
type Taken struct {
	Act      string // id of the reorganisation
	Name     string // what it is called
	Basis    string // number of the decision
	Day      string // from which it counts
	From, To agency.ID
	At       time.Time
	By       journal.Actor
	Event    int64
}

// heldBy says who has what somebody else had.
type heldBy struct {
	From casefile.Holder `json:"from"`
	To   casefile.Holder `json:"to"`
}

// keptBy says who keeps the papers that somebody else kept.
type keptBy struct {
	From Keeper `json:"from"`
	To   Keeper `json:"to"`
}

type succeeded struct {
	Act           string    `json:"act"`
	Basis         string    `json:"basis"`
	Competent     agency.ID `json:"competent"`
	CompetentDesk agency.ID `json:"competent_desk,omitempty"`
	Day           string    `json:"day"`
	Desk          agency.ID `json:"desk"`
	From          agency.ID `json:"from"` // competent before
	Holders       []heldBy  `json:"holders,omitempty"`
	Keepers       []keptBy  `json:"keepers,omitempty"`
	Name          string    `json:"name"`
}

// Succession is a reorganisation as a dossier meets it: who follows whom.
type Succession struct {
	Act, Name, Basis, Day string
	By                    journal.Actor // who decided it

	Heir   func(agency.ID) agency.ID               // the agency that has the work; the same one when nothing changed
	DeskOf func(agency.ID) agency.ID               // whose desk receives for an agency now
	Unit   func(old agency.ID, unit string) string // the unit of the heir; empty: any
	Post   func(post string, at agency.ID) bool    // whether the post goes on, in the agency
}

// office is the agency behind an office that a dossier was with, as the desk or as who works on it.
func (s Succession) office(id agency.ID, desk bool) agency.ID {
	heir := s.Heir(id)
	if desk && heir != id {
		return s.DeskOf(heir)
	}
	return heir
}

func (s Succession) holder(d *Dossier, h casefile.Holder) casefile.Holder {
	to := h
	to.Agency = s.office(h.Agency, h.Role == access.RoleReceiving && h.Agency == d.Desk)
	if to.Agency == h.Agency && (h.Post == "" || s.Post(h.Post, h.Agency)) {
		return h
	}
	if h.Unit != "" && to.Agency != h.Agency {
		to.Unit = s.Unit(h.Agency, h.Unit)
	}
	if h.Post != "" && !s.Post(h.Post, to.Agency) {
		to.Post = ""
	}
	return to
}

func (s Succession) keeper(k Keeper) Keeper {
	if k.Agency == "" {
		return k
	}
	to := k
	to.Agency = s.office(k.Agency, k.Kind == KeeperDesk)
	if k.Post != "" && !s.Post(k.Post, to.Agency) {
		to.Post = ""
	}
	return to
}

// Succeed records that the agencies that follow those of d have it from now on: who is competent, whose desk it is,
// who has the work and who keeps the papers. Its code, its printed papers and every date stay what they were.
func (d *Dossier) Succeed(s Succession, now time.Time) (journal.Event, error) {
	switch {
	case slices.ContainsFunc(d.Taken, func(t Taken) bool { return t.Act == s.Act }):
		return journal.Event{}, ErrSucceeded
	case d.Status.Ended() || !d.ErasedAt.IsZero():
		return journal.Event{}, ErrEnded
	}
	v := succeeded{
		Act: s.Act, Name: s.Name, Basis: s.Basis, Day: s.Day, From: d.Competent,
		Competent: s.office(d.Competent, false), Desk: s.office(d.Desk, true), CompetentDesk: d.CompetentDesk,
	}
	if v.Competent == "" || v.Desk == "" {
		return journal.Event{}, errNoSuchHeir
	}
	if v.Competent != d.Competent && d.CompetentDesk != "" || d.CompetentDesk != "" && s.Heir(d.CompetentDesk) != d.CompetentDesk {
		v.CompetentDesk = s.DeskOf(v.Competent)
	}
	if v.CompetentDesk == v.Desk {
		v.CompetentDesk = ""
	}
	for _, h := range d.holders() {
		if to := s.holder(d, h); to != h {
			v.Holders = append(v.Holders, heldBy{h, to})
		}
	}
	for _, k := range d.keepers() {
		if to := s.keeper(k); to != k {
			v.Keepers = append(v.Keepers, keptBy{k, to})
		}
	}
	if v.Competent == d.Competent && v.Desk == d.Desk && v.CompetentDesk == d.CompetentDesk && len(v.Holders)+len(v.Keepers) == 0 {
		return journal.Event{}, ErrUntouched
	}
	return journal.New(EventSucceeded, now, s.By, d.Law, v, nil)
}

// holders lists who has open work of the dossier, each once.
func (d *Dossier) holders() []casefile.Holder {
	var out []casefile.Holder
	for _, s := range d.Work() {
		if !slices.Contains(out, s.Holder) {
			out = append(out, s.Holder)
		}
	}
	return out
}

// OtherOffices lists the offices a dossier is with besides those that its row names: another desk, who has work beside
// the principal one, who keeps its papers.
func (d *Dossier) OtherOffices() []agency.ID {
	var out []agency.ID
	for _, s := range d.Beside {
		if !slices.Contains(out, s.Holder.Agency) {
			out = append(out, s.Holder.Agency)
		}
	}
	if d.CompetentDesk != "" && !slices.Contains(out, d.CompetentDesk) {
		out = append(out, d.CompetentDesk)
	}
	for _, k := range d.keepers() {
		if !slices.Contains(out, k.Agency) {
			out = append(out, k.Agency)
		}
	}
	return out
}

// keepers lists the offices that keep papers of the dossier or are about to, each once.
func (d *Dossier) keepers() []Keeper {
	var out []Keeper
	add := func(k Keeper) {
		if k.Agency != "" && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, it := range d.Custody {
		add(it.Keeper)
	}
	for _, h := range d.PendingHandovers() {
		add(h.From)
		add(h.To)
	}
	return out
}

const succeedLabel = "Cơ quan kế thừa tiếp nhận"

func (d *Dossier) applySucceeded(e journal.Event) error {
	v, err := unmarshal[succeeded](e.Data)
	if err != nil {
		return err
	}
	if v.Competent == "" || v.Desk == "" || v.From != d.Competent {
		return errors.New("not the agencies of this dossier")
	}
	d.Taken = append(d.Taken, Taken{Act: v.Act, Name: v.Name, Basis: v.Basis, Day: v.Day, From: v.From, To: v.Competent, At: e.At, By: e.By, Event: e.Seq})
	d.Competent, d.Desk, d.CompetentDesk = v.Competent, v.Desk, v.CompetentDesk
	for _, h := range v.Holders {
		d.pass(e, h.From, h.To)
	}
	for _, k := range v.Keepers {
		for i := range d.Custody {
			if d.Custody[i].Keeper == k.From {
				d.Custody[i].Keeper = k.To
			}
		}
		for i := range d.Handovers {
			if h := &d.Handovers[i]; h.State == HandoverPending {
				if h.From == k.From {
					h.From = k.To
				}
				if h.To == k.From {
					h.To = k.To
				}
			}
		}
	}
	return nil
}

// pass gives open work that one holder has to another, at the same step and until the same time.
func (d *Dossier) pass(e journal.Event, from, to casefile.Holder) {
	for _, s := range d.Work() {
		if s.Holder == from {
			d.regive(e, s, to, succeedLabel)
		}
	}
}

// Succeed gives a dossier to the agencies that follow those it was with, once per reorganisation: ErrSucceeded says
// that they have it already. Nobody's rights are asked: the reorganisation was decided by who may. What follows
// whom may hang on the dossier itself, which succession is given.
func (s *Service) Succeed(ctx context.Context, id string, succession func(*Dossier) (Succession, error)) (*Dossier, error) {
	for attempt := 0; ; attempt++ {
		events, err := s.store.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		d, err := Fold(events)
		if err != nil {
			return nil, err
		}
		who, err := succession(d)
		if err != nil {
			return nil, err
		}
		e, err := d.Succeed(who, s.now())
		if err != nil {
			return nil, err
		}
		var out *Dossier
		err = s.store.InTx(ctx, func(tx Tx) error {
			out, err = tx.Record(ctx, d.ID, d, e)
			return err
		})
		if isStale(err) && attempt < 5 {
			continue
		}
		return out, err
	}
}
