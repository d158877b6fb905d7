package dossier

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
)

// Origins of a file (Paper.Origin): how it came to stand for its component. Indicators 4.1 to 4.5 of the national
// index count them.
// law: QD766-2022 PL
const (
	OriginAttached = "attached"       // sent by the applicant; also what papers of older journals have
	OriginScanned  = "scanned"        // made from the paper at reception
	OriginReused   = "reused"         // from an earlier dossier of the same person, with consent
	OriginStore    = "personal_store" // from the person's data store of the national portal
	OriginDatabase = "database"       // replaced by a look-up in a database
)

// Origins lists them.
var Origins = []string{OriginAttached, OriginScanned, OriginReused, OriginStore, OriginDatabase}

// Refusals around scans and reuse.
var (
	ErrScanNeeded    = fault.New(fault.Invalid, "dossier.scan-needed")
	ErrScanUnchecked = fault.New(fault.Invalid, "dossier.scan-unchecked") // nobody confirmed that the scan equals the paper
	ErrMeta          = fault.New(fault.Invalid, "dossier.meta")           // Fields say what is missing
	ErrPaperUnknown  = fault.New(fault.Invalid, "dossier.paper-unknown")
)

// PaperMeta is the least that is kept about a digitised paper: its kind, whose it is, what it says, how long and for
// what it holds. Where the owner has no identifier, name, year of birth, date of issue and issuer stand for it. All
// of it is personal data.
// law: ND118-2025 19.2
type PaperMeta struct {
	DocType   string `json:"doc_type"`             // code of the kind of document
	Owner     string `json:"owner,omitempty"`      // identifier of a person or organisation
	OwnerName string `json:"owner_name,omitempty"` // the four that follow: where there is no identifier
	BirthYear string `json:"birth_year,omitempty"`
	IssuedOn  string `json:"issued_on,omitempty"` // yyyy-mm-dd
	Issuer    string `json:"issuer,omitempty"`
	Title     string `json:"title"`
	Abstract  string `json:"abstract"`
	From      string `json:"from,omitempty"`  // yyyy-mm-dd
	Until     string `json:"until,omitempty"` // yyyy-mm-dd, the last day; empty: no end
	Scope     string `json:"scope"`           // for what it may be used
}

// ValidOn reports whether the paper holds on a local day (yyyy-mm-dd). What nothing is known of holds.
func (m *PaperMeta) ValidOn(day string) bool {
	return m == nil || (m.From == "" || m.From <= day) && (m.Until == "" || day <= m.Until)
}

// Scan says who made the file from the paper and confirmed that both are the same.
type Scan struct {
	At     time.Time     `json:"at"`
	By     journal.Actor `json:"by"`
	Signed string        `json:"signed,omitempty"` // fingerprint of the officer's certificate, when the scan carries a personal signature
}

// PaperSource says where a reused paper was taken from, and on whose word.
type PaperSource struct {
	Dossier string    `json:"dossier"` // id
	Code    string    `json:"code"`    // as shown
	Paper   string    `json:"paper"`   // its name there
	Result  bool      `json:"result,omitempty"`
	Lodged  time.Time `json:"lodged"`
	Consent Consent   `json:"consent"`
}

// Consent is the person's word that a paper may be used again: given on the screen, or to the officer who records it.
type Consent struct {
	At time.Time     `json:"at"`
	By journal.Actor `json:"by"`
}

type digitised struct {
	Component string `json:"component,omitempty"`
	Paper     int    `json:"paper,omitempty"` // number in the list, from 1; 0: added to it
}

// DigitiseCommand is a scan of a paper with what has to be known about it.
type DigitiseCommand struct {
	Paper     int    // number in d.Papers, from 1; 0: a new one
	Component string // of a new one
	File      Paper  // stored bytes: Name, Type, Size, Hash. Without a hash the file that is there keeps its place.
	Meta      PaperMeta
	Same      bool   // the officer confirms that the scan equals the paper
	Signed    string // fingerprint of the certificate that signed the scan; empty: unsigned
}

// MayDigitise reports whether the actor may add scans: the desk that received, or who has the dossier.
func (d *Dossier) MayDigitise(by access.Actor) bool {
	if d.Version == 0 || d.Status.Ended() || !d.ErasedAt.IsZero() {
		return false
	}
	desk := by.Agency == d.Desk && (by.May(access.DossierIntake) || by.May(access.DossierAccept))
	return desk || d.Holder.Holds(by) && (by.May(access.DossierHandle) || by.May(access.DossierResult))
}

// Digitise gives a paper its file and its data.
// law: ND118-2025 17.1, 19.2
func (d *Dossier) Digitise(f Facts, by access.Actor, c DigitiseCommand) (journal.Event, error) {
	if d.Status.Ended() || d.Version == 0 {
		return journal.Event{}, ErrState.With("status", string(d.Status))
	}
	if !d.MayDigitise(by) {
		return journal.Event{}, ErrNotHolder.With("holder", string(d.Desk))
	}
	p := Paper{Component: c.Component, Form: FormElectronic, Count: 1}
	switch {
	case c.Paper < 0 || c.Paper > len(d.Papers):
		return journal.Event{}, ErrPaperUnknown
	case c.Paper > 0:
		p = d.Papers[c.Paper-1]
	case c.Component != "" && !slices.ContainsFunc(f.Procedure.Components, func(x procedure.Component) bool { return x.ID == c.Component }):
		return journal.Event{}, ErrPaperUnknown
	case len(d.Papers) >= MaxItems:
		return journal.Event{}, ErrTooManyPapers.With("max", MaxItems)
	}
	switch {
	case c.File.Hash != "" && p.Hash != "" && p.Origin != OriginScanned:
		return journal.Event{}, ErrPaperUnknown // what the applicant sent is not replaced
	case c.File.Hash == "" && p.Hash == "":
		return journal.Event{}, ErrScanNeeded
	}
	if !c.Same {
		return journal.Event{}, ErrScanUnchecked
	}
	meta, err := c.Meta.Check()
	if err != nil {
		return journal.Event{}, err
	}
	p.Meta = &meta
	if c.File.Hash != "" {
		p.Type, p.Size, p.Hash, p.Origin = c.File.Type, c.File.Size, c.File.Hash, OriginScanned
		p.Signatures, p.Flags = c.File.Signatures, c.File.Flags
		if p.Component != "" || c.Paper == 0 {
			p.Name = c.File.Name
		}
		p.Scan = &Scan{At: f.Now.UTC().Truncate(time.Microsecond), By: actor(by), Signed: c.Signed}
	}
	return journal.New(EventDigitised, f.Now, actor(by), d.lawNow(f), digitised{Component: p.Component, Paper: c.Paper}, map[string]any{privateFile: p})
}

// Check trims the data and says what is missing, by the names of the members in JSON.
func (m PaperMeta) Check() (PaperMeta, error) {
	e := *ErrMeta
	for _, x := range []struct {
		name string
		v    *string
	}{
		{"doc_type", &m.DocType},
		{"owner", &m.Owner},
		{"owner_name", &m.OwnerName},
		{"birth_year", &m.BirthYear},
		{"issued_on", &m.IssuedOn},
		{"issuer", &m.Issuer},
		{"title", &m.Title},
		{"abstract", &m.Abstract},
		{"from", &m.From},
		{"until", &m.Until},
		{"scope", &m.Scope},
	} {
		var err error
		if *x.v, err = text(*x.v, nil); err != nil || len(*x.v) > 1000 {
			e.Fields = append(e.Fields, fault.Field{Name: x.name, Code: ErrTooLong.Code, Args: map[string]any{"max": 1000}})
		}
	}
	need := func(name, v string) {
		if v == "" {
			e.Fields = append(e.Fields, fault.Field{Name: name, Code: "dossier.meta-needed"})
		}
	}
	need("doc_type", m.DocType)
	need("title", m.Title)
	need("abstract", m.Abstract)
	need("scope", m.Scope)
	if m.Owner == "" {
		need("owner_name", m.OwnerName)
		need("birth_year", m.BirthYear)
		need("issued_on", m.IssuedOn)
		need("issuer", m.Issuer)
	}
	for _, x := range []struct{ name, v string }{{"issued_on", m.IssuedOn}, {"from", m.From}, {"until", m.Until}} {
		if _, err := time.Parse(time.DateOnly, x.v); x.v != "" && err != nil {
			e.Fields = append(e.Fields, fault.Field{Name: x.name, Code: "dossier.meta-date"})
		}
	}
	if y, err := strconv.Atoi(m.BirthYear); m.BirthYear != "" && (err != nil || y < 1850 || y > 2200) {
		e.Fields = append(e.Fields, fault.Field{Name: "birth_year", Code: "dossier.meta-year"})
	}
	if m.From != "" && m.Until != "" && m.Until < m.From {
		e.Fields = append(e.Fields, fault.Field{Name: "until", Code: "dossier.meta-until"})
	}
	if len(e.Fields) > 0 {
		return m, &e
	}
	return m, nil
}

func (d *Dossier) applyDigitised(e journal.Event) error {
	if d.Version == 0 || d.Status.Ended() {
		return errors.New("digitised after the end")
	}
	v, err := unmarshal[digitised](e.Data)
	if err != nil {
		return err
	}
	var p Paper
	if err := private(e, privateFile, &p); err != nil {
		return err
	}
	if e.Private[privateFile].Erased() {
		return nil
	}
	papers := slices.Clone(d.Papers)
	switch {
	case v.Paper == 0:
		papers = append(papers, p)
	case v.Paper < 0 || v.Paper > len(papers):
		if !d.blind {
			return errors.New("digitised a paper that was never lodged")
		}
		return nil
	default:
		papers[v.Paper-1] = p
	}
	d.Papers = papers
	return nil
}

// carry gives papers that came back from a completion what was known of them before: a draft keeps the file, not its
// data.
func carry(before, after []Paper) []Paper {
	out := slices.Clone(after)
	for i, p := range out {
		j := slices.IndexFunc(before, func(b Paper) bool { return b.Hash != "" && b.Hash == p.Hash && b.Component == p.Component })
		if j < 0 {
			continue
		}
		b := before[j]
		out[i].Meta, out[i].Scan, out[i].From = b.Meta, b.Scan, b.From
		if b.Origin != "" {
			out[i].Origin = b.Origin
		}
	}
	return out
}

// PaperCount says how the components of a dossier were provided.
type PaperCount struct {
	Attached, Scanned, Reused, Store, Database int
	OnPaper                                    int // without a file
}

// CountPapers counts the papers by origin, for the indicators on digitisation and reuse.
func CountPapers(papers []Paper) (c PaperCount) {
	for _, p := range papers {
		switch {
		case p.Origin == OriginDatabase:
			c.Database++
		case p.Hash == "":
			c.OnPaper++
		case p.Origin == OriginScanned:
			c.Scanned++
		case p.Origin == OriginReused:
			c.Reused++
		case p.Origin == OriginStore:
			c.Store++
		default:
			c.Attached++
		}
	}
	return c
}

// reusedPapers counts what was taken over from earlier dossiers, for the public part of an event: the number stays
// when the list is erased.
func reusedPapers(papers []Paper) int { return CountPapers(papers).Reused }
