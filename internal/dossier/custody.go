package dossier

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

// Acts on papers, beside those of the dossier's own course.
const (
	ActHandOver        = "hand_over"
	ActConfirmHandover = "confirm_handover"
	ActRefuseHandover  = "refuse_handover"
	ActDigitise        = "digitise"
)

// Forms in which a paper is lodged (Paper.Form, Item.Form).
const (
	FormOriginal   = "original"
	FormCopy       = "copy"
	FormCertified  = "certified"
	FormOnPaper    = "paper" // on paper, the kind was not noted
	FormElectronic = "electronic"
)

// Kinds of keepers.
const (
	KeeperApplicant = "applicant"
	KeeperDesk      = "desk"   // the desk that received the dossier
	KeeperAgency    = "agency" // another agency that takes part
	KeeperPostal    = "postal" // the public post, on its way in or out
	KeeperFile      = "file"   // the agency's own file, where the paper stays for good
)

// Refusals around papers on paper.
var (
	ErrItemUnknown        = fault.New(fault.Invalid, "dossier.item-unknown")
	ErrItemsChosen        = fault.New(fault.Invalid, "dossier.items-chosen")
	ErrInTransit          = fault.New(fault.Conflict, "dossier.in-transit")         // {paper}: handed over already, not confirmed yet
	ErrNotKeeper          = fault.New(fault.Conflict, "dossier.not-keeper")         // somebody else has the paper
	ErrKeeper             = fault.New(fault.Invalid, "dossier.keeper")              // no such way for papers
	ErrPersonNeeded       = fault.New(fault.Invalid, "dossier.person-needed")       // who gave or took it
	ErrEvidenceNeeded     = fault.New(fault.Invalid, "dossier.evidence-needed")     // number of the consignment
	ErrNoHandover         = fault.New(fault.Conflict, "dossier.no-handover")        // nothing waits for confirmation under that number
	ErrSamePerson         = fault.New(fault.Conflict, "dossier.same-person")        // who handed over cannot confirm
	ErrOriginalsElsewhere = fault.New(fault.Invalid, "dossier.originals-elsewhere") // {papers}
	ErrHandoverPending    = fault.New(fault.Conflict, "dossier.handover-pending")   // papers are on their way
	ErrSheets             = fault.New(fault.Invalid, "dossier.sheets").With("max", MaxSheets)
)

// Bounds of papers on paper.
const (
	MaxSheets = 999 // of one paper
	MaxItems  = 200 // papers on paper of one dossier
)

// Keeper is who has a paper in hands.
type Keeper struct {
	Kind   string    `json:"kind"`
	Agency agency.ID `json:"agency,omitempty"` // of the offices
	Post   string    `json:"post,omitempty"`   // of one agency; empty: the whole agency
}

// Office reports whether officers of the product have it: a hand-over to them waits for their confirmation.
func (k Keeper) Office() bool { return k.Kind == KeeperDesk || k.Kind == KeeperAgency }

// Item is one paper that was lodged on paper. It never disappears: at any time exactly one keeper has it.
type Item struct {
	ID        string
	Component string // id in the procedure version; empty: none of it
	Name      string // as written when it came in; personal data
	Form      string // original | copy | certified | paper
	Count     int    // sheets or sets, at least 1
	Keeper    Keeper
	Since     time.Time
	Pending   int64 // number of the hand-over that waits for its receiver; 0: none. The keeper has it meanwhile.
}

// States of a hand-over.
const (
	HandoverPending   = "pending"
	HandoverConfirmed = "confirmed"
	HandoverRefused   = "refused"  // by the receiver: the giver still has the papers
	HandoverRecalled  = "recalled" // by the giver, before it was confirmed
)

// Handover is one hand-over of papers. It counts when the receiver has confirmed it.
// law: ND61-2018 18.2; ND118-2025 18.2
type Handover struct {
	Event    int64 // its number
	Items    []string
	From, To Keeper
	At       time.Time
	By       journal.Actor
	Person   string // outside the offices: who gave or took them; personal data
	Evidence string // number of the consignment or of the record
	Note     string
	Due      time.Time // when the law wants them to have moved on; zero: no such time
	State    string
	Answered time.Time
	Answerer journal.Actor
	Reason   string // of a refusal
}

// Late reports whether the papers moved on after their time, or have not although it has passed.
func (h Handover) Late(now time.Time) bool {
	if h.Due.IsZero() || h.State == HandoverRefused || h.State == HandoverRecalled {
		return false
	}
	if h.State == HandoverConfirmed {
		now = h.Answered
	}
	return now.After(h.Due)
}

// piece names an item in an event, so that a journal whose personal part was erased can still be folded.
type piece struct {
	ID        string `json:"id"`
	Component string `json:"component,omitempty"`
	Form      string `json:"form"`
	Count     int    `json:"count"`
}

type handedOver struct {
	Due   *time.Time `json:"due,omitempty"`
	From  Keeper     `json:"from"`
	Items []piece    `json:"items"`
	Taken bool       `json:"taken,omitempty"` // the items come into custody with this act
	To    Keeper     `json:"to"`
}

type handoverAnswered struct {
	Handover int64  `json:"handover"`
	Post     string `json:"post,omitempty"` // who has them now, of an agency
	Recalled bool   `json:"recalled,omitempty"`
}

// handing is the personal part of a hand-over.
type handing struct {
	Evidence string   `json:"evidence,omitempty"`
	Names    []string `json:"names"` // of the papers, in the order of the items
	Note     string   `json:"note,omitempty"`
	Person   string   `json:"person,omitempty"`
}

const privateHanding = "handing"

// onPaper reports whether the paper came on paper; its form may be unsaid.
func (p Paper) onPaper() bool {
	switch p.Form {
	case FormOriginal, FormCopy, FormCertified, FormOnPaper:
		return true
	case "":
		return p.Hash == ""
	}
	return false
}

// itemForm is the form of a paper that came on paper; where it was not noted, it is taken for an original.
func itemForm(form string) string {
	if form == "" || form == FormOnPaper {
		return FormOriginal
	}
	return form
}

// lodge takes papers that were lodged on paper into the custody of the desk: what is more of each than ever was. A
// paper that a completion no longer names stays where it is.
func (d *Dossier) lodge(e journal.Event) {
	if p, ok := e.Private[privatePapers]; !ok || p.Erased() {
		d.blind = d.blind || ok
		return
	}
	if e.By.Post == "" && (d.Channel == procedure.Online || e.By.System == "") {
		return // a person at his own screen hands nothing over
	}
	type sort struct{ component, form, name string }
	key := func(component, form, name string) sort {
		if component != "" {
			name = ""
		}
		return sort{component, form, name}
	}
	have := map[sort]int{}
	for _, it := range d.Custody {
		have[key(it.Component, it.Form, it.Name)] += it.Count
	}
	n := 0
	for _, p := range d.Papers {
		if !p.onPaper() {
			continue
		}
		form, count := itemForm(p.Form), max(1, p.Count)
		k := key(p.Component, form, p.Name)
		known := min(have[k], count)
		have[k] -= known
		if count -= known; count == 0 {
			continue
		}
		n++
		d.Custody = append(d.Custody, Item{
			ID: itemID(e.Seq, n), Component: p.Component, Name: p.Name, Form: form, Count: count,
			Keeper: Keeper{Kind: KeeperDesk, Agency: d.Desk}, Since: e.At,
		})
	}
}

func itemID(seq int64, n int) string { return fmt.Sprintf("%d.%d", seq, n) }

// Item returns the paper with the id.
func (d *Dossier) Item(id string) (Item, bool) {
	i := d.item(id)
	if i < 0 {
		return Item{}, false
	}
	return d.Custody[i], true
}

func (d *Dossier) item(id string) int {
	return slices.IndexFunc(d.Custody, func(it Item) bool { return it.ID == id })
}

// Handover returns the hand-over with the number.
func (d *Dossier) Handover(number int64) (Handover, bool) {
	i := slices.IndexFunc(d.Handovers, func(h Handover) bool { return h.Event == number })
	if i < 0 {
		return Handover{}, false
	}
	return d.Handovers[i], true
}

// PendingHandovers lists what waits for its receiver, oldest first.
func (d *Dossier) PendingHandovers() []Handover {
	var out []Handover
	for _, h := range d.Handovers {
		if h.State == HandoverPending {
			out = append(out, h)
		}
	}
	return out
}

// OriginalsElsewhere lists the originals that are neither with the desk nor back with the applicant nor put into a
// file for good: who hands over the result has to say what becomes of them.
func (d *Dossier) OriginalsElsewhere() []Item {
	var out []Item
	for _, it := range d.Custody {
		if it.Form != FormOriginal {
			continue
		}
		switch {
		case it.Pending != 0:
		case it.Keeper.Kind == KeeperApplicant, it.Keeper.Kind == KeeperFile, it.Keeper.Kind == KeeperPostal && d.Status.Ended(), it.Keeper.Agency == d.Desk:
			continue
		}
		out = append(out, it)
	}
	return out
}

// noteOnOriginals refuses to end a dossier without a word on originals that are elsewhere.
func (d *Dossier) noteOnOriginals(note string) error {
	away := d.OriginalsElsewhere()
	if len(away) == 0 || note != "" {
		return nil
	}
	names := make([]string, 0, len(away))
	for _, it := range away {
		names = append(names, it.Name)
	}
	return ErrOriginalsElsewhere.With("papers", strings.Join(names, "; "))
}

// office reports whether the actor works in the agency with a right that handles dossiers.
func office(by access.Actor, at agency.ID) bool {
	if by.Agency != at || at == "" || by.Post == "" {
		return false
	}
	for _, p := range []access.Permission{
		access.DossierIntake, access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn,
	} {
		if by.May(p) {
			return true
		}
	}
	return false
}

// keeps reports whether the actor may act for the keeper: the post that has the papers, or, while its holder is away,
// who assigns work in that agency; at the desk everybody who serves there.
func keeps(by access.Actor, k Keeper) bool {
	if !office(by, k.Agency) {
		return false
	}
	return k.Post == "" || k.Post == by.Post || by.May(access.DossierAssign)
}

// atDesk reports whether the actor serves at the desk of the dossier.
func (d *Dossier) atDesk(by access.Actor) bool {
	return by.Agency == d.Desk && (by.May(access.DossierIntake) || by.May(access.DossierAccept) || by.May(access.DossierReturn))
}

// MayGive reports whether the actor may hand the item over, or record that somebody outside did.
func (d *Dossier) MayGive(by access.Actor, it Item) bool {
	if !d.ErasedAt.IsZero() || it.Pending != 0 {
		return false
	}
	switch it.Keeper.Kind {
	case KeeperApplicant, KeeperPostal:
		return d.atDesk(by)
	}
	return keeps(by, it.Keeper)
}

// MayAnswer reports whether the actor may confirm or refuse the hand-over: the receiver, and not who handed over.
func (d *Dossier) MayAnswer(by access.Actor, h Handover) bool {
	return d.ErasedAt.IsZero() && h.State == HandoverPending && keeps(by, h.To) && by.Person != h.By.Person
}

// MayRecall reports whether the actor may take the hand-over back before it is confirmed.
func (d *Dossier) MayRecall(by access.Actor, h Handover) bool {
	return d.ErasedAt.IsZero() && h.State == HandoverPending && keeps(by, h.From)
}

// MayTake reports whether the actor may take further papers in over the counter.
func (d *Dossier) MayTake(by access.Actor) bool {
	return d.ErasedAt.IsZero() && d.Version > 0 && !d.Status.Ended() && d.atDesk(by)
}

// Taking is a paper that comes in over the counter after the submission.
type Taking struct {
	Component string
	Name      string
	Form      string
	Count     int
}

// HandOverCommand says which papers go where. Either Items that one keeper has, or Take.
type HandOverCommand struct {
	Items    []string
	Take     []Taking // papers that the applicant or the postman brings
	From     string   // of Take: KeeperApplicant or KeeperPostal
	To       Keeper
	Person   string // who gives or takes them, outside the offices
	Evidence string // number of the consignment
	Note     string
}

// HandOver hands papers over. To an office it waits for the receiver's confirmation; what the desk gives to or takes
// from a person or the post, and what an agency puts into its file, is confirmed in the same act, with the name of
// who stood opposite.
// law: ND61-2018 18.2; ND118-2025 18.2, 20.1; QD45-2016 7
func (d *Dossier) HandOver(f Facts, by access.Actor, c HandOverCommand) ([]journal.Event, error) {
	if d.Version == 0 || !d.ErasedAt.IsZero() {
		return nil, ErrState.With("status", string(d.Status))
	}
	v := handedOver{To: c.To}
	var p handing
	var err error
	if len(c.Take) > 0 {
		err = d.take(by, c, &v, &p)
	} else {
		err = d.give(by, c, &v, &p)
	}
	if err != nil {
		return nil, err
	}
	if err := d.way(by, v.From, v.To); err != nil {
		return nil, err
	}
	for _, x := range []struct {
		from string
		to   *string
	}{{c.Person, &p.Person}, {c.Evidence, &p.Evidence}, {c.Note, &p.Note}} {
		if *x.to, err = text(x.from, nil); err != nil {
			return nil, err
		}
	}
	outside := !v.From.Office() || !v.To.Office()
	switch {
	case v.To.Kind == KeeperFile || v.From.Kind == KeeperFile:
	case outside && p.Person == "":
		return nil, ErrPersonNeeded
	case v.To.Kind == KeeperPostal && p.Evidence == "":
		return nil, ErrEvidenceNeeded
	}
	if v.From.Kind == KeeperDesk && v.To.Kind == KeeperAgency {
		due, err := d.legDue(f, v.Items)
		if err != nil {
			return nil, err
		}
		v.Due = instant(due)
	}
	e, err := journal.New(EventHandedOver, f.Now, actor(by), d.lawNow(f), v, map[string]any{privateHanding: p})
	if err != nil {
		return nil, err
	}
	out := []journal.Event{e}
	if outside {
		e, err := journal.New(EventHandoverConfirmed, f.Now, actor(by), d.lawNow(f), handoverAnswered{Handover: d.Version + 1}, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// lawNow is the rule set an act is recorded under: the pinned one, or today's before acceptance.
func (d *Dossier) lawNow(f Facts) string {
	if d.Law != "" {
		return d.Law
	}
	return f.Rules.ID
}

// take reads papers that come in over the counter.
func (d *Dossier) take(by access.Actor, c HandOverCommand, v *handedOver, p *handing) error {
	switch {
	case !d.MayTake(by):
		return ErrNotKeeper
	case c.From != KeeperApplicant && c.From != KeeperPostal, len(c.Items) > 0:
		return ErrKeeper
	case len(c.Take)+len(d.Custody) > MaxItems:
		return ErrTooManyPapers.With("max", MaxItems)
	}
	v.From, v.To, v.Taken = Keeper{Kind: c.From}, Keeper{Kind: KeeperDesk, Agency: d.Desk}, true
	for i, t := range c.Take {
		name, err := text(t.Name, ErrItemsChosen)
		if err != nil {
			return err
		}
		switch t.Form {
		case FormOriginal, FormCopy, FormCertified:
		default:
			return ErrItemUnknown
		}
		if t.Count < 1 || t.Count > MaxSheets {
			return ErrSheets
		}
		v.Items = append(v.Items, piece{ID: itemID(d.Version+1, i+1), Component: t.Component, Form: t.Form, Count: t.Count})
		p.Names = append(p.Names, name)
	}
	return nil
}

// give reads papers that one keeper has.
func (d *Dossier) give(by access.Actor, c HandOverCommand, v *handedOver, p *handing) error {
	if len(c.Items) == 0 {
		return ErrItemsChosen
	}
	seen := map[string]bool{}
	for i, id := range c.Items {
		it, ok := d.Item(id)
		if !ok || seen[id] {
			return ErrItemUnknown
		}
		seen[id] = true
		switch {
		case it.Pending != 0:
			return ErrInTransit.With("paper", it.Name)
		case !d.MayGive(by, it):
			return ErrNotKeeper.With("paper", it.Name)
		case i > 0 && it.Keeper != v.From:
			return ErrKeeper // papers of several keepers cannot move in one act
		}
		v.From = it.Keeper
		v.Items = append(v.Items, piece{ID: it.ID, Component: it.Component, Form: it.Form, Count: it.Count})
		p.Names = append(p.Names, it.Name)
	}
	return nil
}

// way checks that papers may go from one keeper to the other. Applicants deal with the desk only.
// law: ND118-2025 5
func (d *Dossier) way(by access.Actor, from, to Keeper) error {
	if from.Kind == KeeperApplicant || from.Kind == KeeperPostal {
		if to.Kind == KeeperDesk && to.Agency == d.Desk && to.Post == "" || from.Kind == KeeperPostal && to == (Keeper{Kind: KeeperApplicant}) {
			return nil
		}
		return ErrKeeper
	}
	if from.Kind == KeeperFile && (!to.Office() || to.Agency != from.Agency) {
		return ErrKeeper // out of the file first, then on
	}
	switch to.Kind {
	case KeeperApplicant, KeeperPostal:
		if to != (Keeper{Kind: to.Kind}) || !d.atDesk(by) || from.Agency != d.Desk {
			return ErrKeeper
		}
	case KeeperFile:
		if to.Agency != from.Agency || to.Post != "" || from.Kind == KeeperFile {
			return ErrKeeper
		}
	case KeeperDesk:
		if to.Agency != d.Desk || to.Post != "" || from.Agency == d.Desk && from.Kind == KeeperDesk {
			return ErrKeeper
		}
	case KeeperAgency:
		inside := from.Agency == to.Agency && from.Kind == KeeperAgency
		if to.Agency == d.Desk || !slices.Contains(d.Agencies(), to.Agency) || inside && (to.Post == "" || to.Post == from.Post) {
			return ErrKeeper
		}
	default:
		return ErrKeeper
	}
	return nil
}

// legDue is when papers at the desk must move on to the resolving agency: the same working day, or the start of the
// next one when they came late in the day; to another level of administration within its own time. Zero: not accepted
// yet, or the year is not announced.
// law: ND61-2018 18.2; ND118-2025 18.2, 20.1
func (d *Dossier) legDue(f Facts, items []piece) (time.Time, error) {
	if !d.Accepted() {
		return time.Time{}, nil
	}
	from := d.AcceptedAt
	for _, x := range items {
		if it, ok := d.Item(x.ID); ok && it.Since.After(from) {
			from = it.Since
		}
	}
	at, err := PaperBy(f, from, f.OtherLevel)
	if errors.Is(err, calendar.ErrYearMissing) {
		return time.Time{}, nil
	}
	return at, err
}

// PaperDue is when the papers that still lie at the desk must have moved on to the resolving agency; zero when nothing
// has to: not accepted, decided already, the desk belongs to that agency, or they moved on.
func (d *Dossier) PaperDue(f Facts) (time.Time, error) {
	if d.Competent == d.Desk || d.Status.Ended() || !d.ResolvedAt.IsZero() {
		return time.Time{}, nil
	}
	moved := map[string]bool{}
	for _, h := range d.Handovers {
		if h.To.Kind == KeeperAgency && (h.State == HandoverPending || h.State == HandoverConfirmed) {
			for _, id := range h.Items {
				moved[id] = true
			}
		}
	}
	var due time.Time
	for _, it := range d.Custody {
		if moved[it.ID] || it.Keeper.Kind != KeeperDesk {
			continue
		}
		at, err := d.legDue(f, []piece{{ID: it.ID}})
		if err != nil {
			return time.Time{}, err
		}
		if due.IsZero() || !at.IsZero() && at.Before(due) {
			due = at
		}
	}
	return due, nil
}

// ConfirmHandover takes over the papers of a hand-over: from now on the receiver has them.
func (d *Dossier) ConfirmHandover(f Facts, by access.Actor, number int64, note string) (journal.Event, error) {
	h, err := d.answering(by, number)
	if err != nil {
		return journal.Event{}, err
	}
	if note, err = text(note, nil); err != nil {
		return journal.Event{}, err
	}
	v := handoverAnswered{Handover: number}
	if h.To.Kind == KeeperAgency {
		if v.Post = h.To.Post; v.Post == "" {
			v.Post = by.Post
		}
	}
	return journal.New(EventHandoverConfirmed, f.Now, actor(by), d.lawNow(f), v, notePrivate(note))
}

// RefuseHandover declines papers that were handed over, with the reason: they stay with who has them. The giver may
// recall them as long as nobody confirmed.
func (d *Dossier) RefuseHandover(f Facts, by access.Actor, number int64, reason string) (journal.Event, error) {
	v := handoverAnswered{Handover: number}
	if h, ok := d.Handover(number); ok && d.MayRecall(by, h) {
		v.Recalled = true
	} else if _, err := d.answering(by, number); err != nil {
		return journal.Event{}, err
	}
	reason, err := text(reason, ErrReasonNeeded)
	if err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventHandoverRefused, f.Now, actor(by), d.lawNow(f), v, notePrivate(reason))
}

func (d *Dossier) answering(by access.Actor, number int64) (Handover, error) {
	h, ok := d.Handover(number)
	switch {
	case !ok || h.State != HandoverPending || !d.ErasedAt.IsZero():
		return h, ErrNoHandover
	case !keeps(by, h.To):
		return h, ErrNotKeeper
	case by.Person == h.By.Person:
		return h, ErrSamePerson
	}
	return h, nil
}

func (d *Dossier) applyHandedOver(e journal.Event) error {
	v, err := unmarshal[handedOver](e.Data)
	if err != nil {
		return err
	}
	var p handing
	if err := private(e, privateHanding, &p); err != nil {
		return err
	}
	if len(v.Items) == 0 || d.Version == 0 {
		return errors.New("nothing was handed over")
	}
	blind := d.blind || e.Private[privateHanding].Erased()
	h := Handover{Event: e.Seq, From: v.From, To: v.To, At: e.At, By: e.By, Person: p.Person, Evidence: p.Evidence, Note: p.Note, Due: moment(v.Due), State: HandoverPending}
	for n, x := range v.Items {
		i := d.item(x.ID)
		switch {
		case v.Taken && i >= 0:
			return fmt.Errorf("paper %s came in before", x.ID)
		case i < 0 && !v.Taken && !blind:
			return fmt.Errorf("paper %s was never lodged", x.ID)
		case i < 0:
			it := Item{ID: x.ID, Component: x.Component, Form: x.Form, Count: x.Count, Keeper: v.From, Since: e.At}
			if n < len(p.Names) {
				it.Name = p.Names[n]
			}
			d.Custody = append(d.Custody, it)
			i = len(d.Custody) - 1
		case d.Custody[i].Pending != 0:
			return fmt.Errorf("paper %s is on its way already", x.ID)
		case d.Custody[i].Keeper != v.From:
			return fmt.Errorf("paper %s is with %v", x.ID, d.Custody[i].Keeper)
		}
		d.Custody[i].Pending = e.Seq
		h.Items = append(h.Items, x.ID)
	}
	d.Handovers = append(d.Handovers, h)
	return nil
}

// answer closes a hand-over that waits.
func (d *Dossier) answer(e journal.Event) (*Handover, handoverAnswered, error) {
	v, err := unmarshal[handoverAnswered](e.Data)
	if err != nil {
		return nil, v, err
	}
	i := slices.IndexFunc(d.Handovers, func(h Handover) bool { return h.Event == v.Handover })
	if i < 0 || d.Handovers[i].State != HandoverPending {
		return nil, v, errors.New("no hand-over waits under that number")
	}
	h := &d.Handovers[i]
	h.Answered, h.Answerer = e.At, e.By
	for _, id := range h.Items {
		d.Custody[d.item(id)].Pending = 0
	}
	return h, v, nil
}

func (d *Dossier) applyHandoverConfirmed(e journal.Event) error {
	h, v, err := d.answer(e)
	if err != nil {
		return err
	}
	if h.To.Office() && h.From.Office() && h.By.Person == e.By.Person {
		return errors.New("who handed over cannot confirm")
	}
	h.State = HandoverConfirmed
	to := h.To
	if v.Post != "" {
		to.Post = v.Post
	}
	for _, id := range h.Items {
		i := d.item(id)
		d.Custody[i].Keeper, d.Custody[i].Since = to, e.At
	}
	return nil
}

func (d *Dossier) applyHandoverRefused(e journal.Event) error {
	h, v, err := d.answer(e)
	if err != nil {
		return err
	}
	h.State = HandoverRefused
	if v.Recalled {
		h.State = HandoverRecalled
	}
	return private(e, privateNote, &h.Reason)
}

// HandoverRow is a hand-over that waits for its receiver, as the list of an agency shows it.
type HandoverRow struct {
	Case  string
	Event int64
	From  agency.ID // empty: from outside
	To    agency.ID
	Post  string // empty: anybody of the agency
	Items int
	At    time.Time
	Due   time.Time
}

// HandoverRows projects what waits for its receiver.
func HandoverRows(d *Dossier) []HandoverRow {
	var out []HandoverRow
	for _, h := range d.PendingHandovers() {
		out = append(out, HandoverRow{Case: d.ID, Event: h.Event, From: h.From.Agency, To: h.To.Agency, Post: h.To.Post, Items: len(h.Items), At: h.At, Due: h.Due})
	}
	return out
}
