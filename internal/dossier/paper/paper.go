// Package paper puts a dossier into the values of the forms that the office hands out:
// receipt, request to supplement, refusal, control slip. The desk prints them and the
// applicant opens them by code; both say the same because both come from here. It does
// no I/O and draws nothing: package print does.
package paper

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
)

// ErrNone says that the dossier has no such paper (yet).
var ErrNone = fault.New(fault.NotFound, "paper.none")

// Source is what papers say besides the dossier itself.
type Source struct {
	Catalogue *procedure.Catalogue
	// Address is the public address of the service without a slash at its end, such as
	// "https://motcua.songlam.gov.vn"; empty draws no QR.
	Address string
	// Name tells the name of a person by account id, empty when unknown; nil signs with posts only.
	Name func(person string) string
	// Signed returns the signed bytes of a slip, nil when it was not signed; nil where nothing is.
	Signed func(ctx context.Context, check string) ([]byte, error)

	slip dossier.Slip // the one that is being drawn
}

// TrackPath is the path at which the holder of code and secret follows the dossier; the code alone
// when the secret is empty.
func TrackPath(code, secret string) string {
	q := "?ma=" + url.QueryEscape(code)
	if secret != "" {
		q += "&k=" + url.QueryEscape(secret)
	}
	return "/tra-cuu" + q
}

// Track returns how the holder of the paper follows the dossier.
func (s Source) Track(d *dossier.Dossier) print.Trace {
	t := print.Trace{Secret: d.Secret, JournalHead: head(d)}
	if s.Address != "" {
		t.Address = s.Address + TrackPath(d.Shown(), d.Secret)
		_, site, _ := strings.Cut(s.Address, "://")
		t.Site = site + "/tra-cuu"
		if s.slip.Check != "" {
			t.Address, t.CheckSite = s.Address+CheckPath(s.slip.Check, d.Secret), site+checkPath
		}
	}
	t.Check = Grouped(s.slip.Check)
	return t
}

const checkPath = "/kiem-tra"

// CheckPath is the page that says whether a printed paper is the office's and still holds. The secret of the tracking
// page goes with it on papers that are handed to the applicant, so that one code serves both.
func CheckPath(check, secret string) string {
	path := checkPath + "/" + url.PathEscape(check)
	if secret != "" {
		path += "?k=" + url.QueryEscape(secret)
	}
	return path
}

// Grouped writes a check code in groups of four, as people read it aloud.
func Grouped(check string) string {
	var b strings.Builder
	for i, r := range check {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// head is the end of the dossier's journal: its number and the start of its hash, enough to be compared
// by eye and to show a record that was cut off or rewritten.
func head(d *dossier.Dossier) string {
	const digits = 24
	h := fmt.Sprint(d.Head)
	if len(h) > digits {
		h = h[:digits]
	}
	return strconv.FormatInt(d.Version, 10) + "." + h
}

// Receipt is form 01. It fails with ErrNone before the acceptance.
func (s Source) Receipt(d *dossier.Dossier, copyOf print.Copy) (print.Receipt, error) {
	if !d.Accepted() {
		return print.Receipt{}, ErrNone
	}
	if _, ok := s.Catalogue.Pinned(d.Procedure.Digest); !ok {
		return print.Receipt{}, fmt.Errorf("receipt of %s: procedure version %s is gone", d.ID, d.Procedure.Digest)
	}
	v := d.Judged(s.Catalogue).Version
	desk := s.agency(d.Desk, d.AcceptedAt)
	issued := d.AcceptedAt
	if !s.slip.At.IsZero() { // a receipt that was printed anew bears the day on which it was
		issued = s.slip.At
	}
	r := print.Receipt{
		Head: s.head(desk, issued, copyOf), Trace: s.Track(d),
		DossierCode: d.Code, Desk: desk.Name, Applicant: person(d.Owner), Submitter: d.Submitter.Name,
		Procedure: d.Procedure.Name, Components: components(*v, d.Papers), Sets: v.Sets,
		ReceivedAt: d.AcceptedAt, DueAt: d.FirstDue, ReturnAt: place(desk), Fees: fees(*v, d.Channel),
		Officer: s.signer(d.AcceptedBy, d.AcceptedAt),
	}
	// Once the clock has started again the date in force is the one to come for.
	if at := d.DueAt(); !at.IsZero() {
		r.DueAt = at
	}
	if l, err := deadline.ParseLimit(d.Limit); err == nil {
		r.Limit = l.Text("vi")
	}
	return r, nil
}

// SupplementRequest is form 02 of one request, counted from 0. It fails with ErrNone.
func (s Source) SupplementRequest(d *dossier.Dossier, n int) (print.SupplementRequest, error) {
	if n < 0 || n >= len(d.Supplements) {
		return print.SupplementRequest{}, ErrNone
	}
	q := d.Supplements[n]
	desk := s.agency(d.Desk, q.At)
	out := print.SupplementRequest{
		Head: s.head(s.issuer(d.Desk, q.At), q.At, ""), LegalBasis: q.Basis, Trace: s.Track(d), DossierCode: d.Shown(), Desk: desk.Name, Applicant: person(d.Owner),
		Procedure: d.Procedure.Name, Stage: print.AtReception, Reason: q.Reason, Guidance: q.Guidance,
		Contact: s.signer(q.By, q.At), ContactPhone: s.agency(agency.ID(q.By.Agency), q.At).Phone, Officer: s.signer(q.By, q.At),
	}
	if q.Stage == dossier.AtAppraisal {
		out.Stage = print.AtAppraisal
	}
	for _, item := range q.Items {
		out.Items = append(out.Items, print.SupplementItem{Name: item})
	}
	if day, err := time.ParseInLocation(time.DateOnly, q.Until, calendar.Zone); err == nil {
		out.Deadline = day
	}
	return out, nil
}

// Refusal is form 03: of reception, or as the result that says not eligible. It fails with ErrNone.
func (s Source) Refusal(d *dossier.Dossier) (print.Refusal, error) {
	out := print.Refusal{
		Trace: s.Track(d), DossierCode: d.Shown(), Applicant: person(d.Owner), Procedure: d.Procedure.Name, Reason: d.Reason,
	}
	switch {
	case d.Status == dossier.Refused:
		desk := s.agency(d.Desk, d.RefusedAt)
		out.Kind, out.Head, out.Desk = print.RefusedReception, s.head(desk, d.RefusedAt, ""), desk.Name
		if n := len(d.Legs); n > 0 {
			out.Officer = s.signer(d.Legs[n-1].By, d.RefusedAt)
		}
	case d.Result != nil && d.Result.Outcome == dossier.NotEligible:
		body := s.agency(d.Competent, d.ResolvedAt)
		out.Kind, out.Head = print.NotEligible, s.head(body, d.ResolvedAt, "")
		out.Official, out.Desk = d.Result.Number, s.agency(d.Desk, d.ResolvedAt).Name
		out.Officer = s.name(d.DecidedBy.Person)
		if p, ok := s.Catalogue.Tree().Post(d.DecidedBy.Post, day(d.DecidedAt)); ok {
			out.SignerTitle = strings.ToUpper(p.Title)
		}
	default:
		return print.Refusal{}, ErrNone
	}
	return out, nil
}

// ControlSlip is the slip that goes with the dossier: who had it, from when to when. It fails with ErrNone before
// the acceptance. Issued is when it is printed.
func (s Source) ControlSlip(d *dossier.Dossier, issued time.Time) (print.ControlSlip, error) {
	if !d.Accepted() {
		return print.ControlSlip{}, ErrNone
	}
	desk := s.agency(d.Desk, d.AcceptedAt)
	out := print.ControlSlip{
		Head: s.head(desk, issued, ""), Trace: s.Track(d), DossierCode: d.Code, Applicant: d.Owner.Name, Procedure: d.Procedure.Name,
		Resolving: s.agency(d.Competent, d.AcceptedAt).Name, ReceivedAt: d.AcceptedAt, DueAt: d.DueAt(),
	}
	var others []string
	for _, id := range d.Agencies() {
		if id != d.Desk && id != d.Competent {
			others = append(others, s.agency(id, d.AcceptedAt).Name)
		}
	}
	out.Cooperating = strings.Join(others, "; ")
	for _, l := range d.Legs {
		for _, to := range d.Receivers(l) {
			h := print.Handover{
				From: s.Holder(l.Holder, l.Until), To: s.Holder(to, l.Until), GivenBy: s.signer(l.By, l.Until), At: l.Until,
				Outcome: outcome(l), Note: l.Action,
			}
			if to.Post != "" {
				h.TakenBy = s.post(to.Post, l.Until)
			}
			out.Handovers = append(out.Handovers, h)
		}
	}
	for _, o := range d.Opinions {
		if l, own := d.AskedBy(o); own { // nothing ended when it was asked: the work stayed with who asked
			out.Handovers = append(out.Handovers, print.Handover{
				From: s.agency(agency.ID(o.By.Agency), o.At).Name, To: s.Holder(l.Holder, o.At), GivenBy: s.signer(o.By, o.At), At: o.At, Outcome: print.Early, Note: l.Title,
			})
		}
	}
	out.Handovers = append(out.Handovers, s.custody(d)...)
	slices.SortStableFunc(out.Handovers, func(a, b print.Handover) int { return a.At.Compare(b.At) })
	return out, nil
}

// outcome compares the end of a leg with its own limit; a leg without limit is never late.
func outcome(l dossier.Leg) print.Outcome {
	switch {
	case l.Due.IsZero(), l.Until.Before(l.Due):
		return print.Early
	case l.Until.Equal(l.Due):
		return print.OnTime
	}
	return print.Overdue
}

// Holder names who has the work: the unit and agency, never the person.
func (s Source) Holder(h casefile.Holder, at time.Time) string {
	a := s.agency(h.Agency, at)
	for _, u := range a.Units {
		if u.ID == h.Unit {
			return u.Name + ", " + a.Name
		}
	}
	return a.Name
}

// Agency names an agency as it was called at an instant.
func (s Source) Agency(id agency.ID, at time.Time) string { return s.agency(id, at).Name }

func (s Source) agency(id agency.ID, at time.Time) agency.Agency {
	tree := s.Catalogue.Tree()
	if a, ok := tree.At(id, day(at)); ok {
		return a
	}
	if a, ok := tree.Ever(id); ok {
		return a
	}
	return agency.Agency{ID: id, Name: string(id)}
}

// issuer is the agency that keeps the book of the slip; fallback for papers without a number.
func (s Source) issuer(fallback agency.ID, at time.Time) agency.Agency {
	if s.slip.Book != "" {
		return s.agency(s.slip.Book, at)
	}
	return s.agency(fallback, at)
}

func (s Source) head(a agency.Agency, at time.Time, copyOf print.Copy) print.Head {
	h := print.Head{Agency: a.Name, Issued: at, Copy: copyOf, Place: s.town(a, at)}
	if s.slip.Number > 0 {
		h.Number, h.Book = strconv.Itoa(s.slip.Number), strconv.Itoa(s.slip.Year)
	}
	if a.Parent != "" {
		h.Parent = s.agency(a.Parent, at).Name
	}
	return h
}

// town is the name of the place where the agency sits, as it stands before the date of a paper: the name
// of the unit without its kind.
// law: ND30-2020 PL.I
func (s Source) town(a agency.Agency, at time.Time) string {
	name := s.Catalogue.Home(day(at)).Name
	if a.Level == agency.Commune {
		name = a.Name
	}
	words := strings.Fields(name)
	for i := len(words) - 2; i >= 0; i-- {
		kind := strings.ToLower(words[i])
		if i > 0 {
			kind = strings.ToLower(words[i-1]) + " " + kind
		}
		for _, k := range []string{"đặc khu", "thành phố", "phường", "tỉnh", "xã"} {
			if kind == k || strings.HasSuffix(kind, " "+k) {
				return strings.Join(words[i+1:], " ")
			}
		}
	}
	return name
}

func (s Source) name(person string) string {
	if s.Name == nil || person == "" {
		return ""
	}
	return s.Name(person)
}

// signer is the person who acted, by name; the post when the name is not known.
func (s Source) signer(by journal.Actor, at time.Time) string {
	if n := s.name(by.Person); n != "" {
		return n
	}
	return s.post(by.Post, at)
}

func (s Source) post(id string, at time.Time) string {
	p, _ := s.Catalogue.Tree().Post(id, day(at))
	return p.Title
}

func day(at time.Time) string { return calendar.DateOf(at).String() }

func person(p dossier.Party) print.Person {
	return print.Person{Name: p.Name, ID: p.Number, Address: p.Address, Phone: p.Phone, Email: p.Email}
}

func place(a agency.Agency) string {
	if a.Address == "" {
		return a.Name
	}
	return a.Name + ", " + a.Address
}

// components counts the papers of each component, in the order of the procedure; what belongs to none comes last.
func components(v procedure.Version, papers []dossier.Paper) []print.Component {
	var out []print.Component
	at := map[string]int{}
	for _, c := range v.Components {
		if slices.ContainsFunc(papers, func(p dossier.Paper) bool { return p.Component == c.ID }) {
			at[c.ID] = len(out)
			out = append(out, print.Component{Name: c.Name})
		}
	}
	for _, p := range papers {
		i, known := at[p.Component]
		if !known {
			i = len(out)
			out = append(out, print.Component{Name: p.Name})
		}
		n := max(1, p.Count)
		switch p.Form {
		case "original", "paper":
			out[i].Originals += n
		case "certified":
			out[i].Certified += n
		case "copy":
			out[i].Copies += n
		default:
			out[i].Electronic += n
		}
	}
	return out
}

// fees are those of the channel that are known and owed by everybody: what depends on a case is settled at the desk.
func fees(v procedure.Version, channel string) []print.Fee {
	var out []print.Fee
	for _, c := range v.Channels {
		if c.Kind != channel {
			continue
		}
		for _, f := range c.Fees {
			if f.Known && f.Case == "" && f.Amount > 0 {
				name := f.Name
				if name == "" {
					name = map[string]string{"phi": "Phí", "le_phi": "Lệ phí"}[f.Kind]
				}
				if name == "" {
					name = "Phí, lệ phí"
				}
				out = append(out, print.Fee{Name: name, Amount: f.Amount})
			}
		}
	}
	return out
}

// Forms returns the forms of the circular the dossier was accepted under, in the wording in force at an instant.
func (s Source) Forms(d *dossier.Dossier, at time.Time) (*print.Forms, error) {
	return s.forms(d.Law, "", at)
}

// forms returns the forms of a rule set: in the wording a slip is pinned to, else in the province's of the day, else in
// that of the program.
func (s Source) forms(rules, pin string, at time.Time) (*print.Forms, error) {
	r, ok := law.ByID(rules)
	if !ok {
		r = law.At(calendar.DateOf(at))
	}
	t, ok := s.Catalogue.PinnedTemplate(pin)
	if !ok {
		t, ok = s.Catalogue.Template(r.Forms.Template(), day(at))
	}
	if ok {
		return parsed(t)
	}
	set := print.TT03of2025
	if r.Forms.Template() == string(print.TT01of2018)+".yaml" {
		set = print.TT01of2018
	}
	return builtin[set]()
}

// read keeps the wordings that were read, by digest: they never change, and are few.
var read sync.Map

func parsed(t procedure.Dated[string]) (*print.Forms, error) {
	if f, ok := read.Load(t.Digest); ok && t.Digest != "" {
		return f.(*print.Forms), nil //nolint:forcetypeassert // only forms are stored
	}
	f, err := print.Parse([]byte(t.Value))
	if err != nil {
		return nil, fmt.Errorf("wording %s, version %d: %w", t.ID, t.Number, err)
	}
	read.Store(t.Digest, f)
	return f, nil
}

// builtin reads each set of forms once: the wording does not change while the program runs.
var builtin = map[print.FormSet]func() (*print.Forms, error){
	print.TT01of2018: sync.OnceValues(func() (*print.Forms, error) { return print.Builtin(print.TT01of2018) }),
	print.TT03of2025: sync.OnceValues(func() (*print.Forms, error) { return print.Builtin(print.TT03of2025) }),
}
