package filingweb

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/upload"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Looks is who of the offices looked at a dossier, newest first, and the cursor of the next page.
type Looks func(ctx context.Context, caseID, after string, limit int) ([]casefile.View, string, error)

type looksView struct {
	grid component.Grid
	next string
}

// looks tells the owner who of the offices has opened the dossier: agency and post, when, what. The officer's name
// stays inside; the control of procedures can name him.
func (p *pages) looks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	if p.Views == nil {
		return web.ErrNoPage
	}
	list, next, err := p.Views(ctx, d.ID, r.URL.Query().Get("sau"), dossier.PageSize)
	if err != nil {
		return err
	}
	t := p.tell(d)
	v := looksView{grid: component.Grid{
		Caption: lang.T(ctx, "papers.looks-mine"), Stack: true,
		Empty:   component.EmptyState(component.IconPeople, lang.T(ctx, "papers.looks-none"), lang.T(ctx, "papers.looks-none-text")),
		Columns: []component.Column{{Title: lang.T(ctx, "papers.col.at")}, {Title: lang.T(ctx, "papers.col.agency"), Width: "wide"}, {Title: lang.T(ctx, "papers.col.what")}},
	}}
	if next != "" {
		v.next = r.URL.Path + "?sau=" + url.QueryEscape(next)
	}
	for _, l := range list {
		v.grid.Rows = append(v.grid.Rows, component.Row{Cells: []component.Cell{
			{Text: when(ctx, l.At)}, {Text: t.source.Agency(l.Agency, l.At), Note: p.postTitle(l.Post, l.At)}, {Text: lookText(ctx, d, l)},
		}})
	}
	return web.Render(w, r, http.StatusOK, looksPage(t, v))
}

func (p *pages) postTitle(id string, at time.Time) string {
	x, ok := p.Catalogue().Tree().Post(id, dayOf(at))
	if !ok {
		return ""
	}
	return x.Title
}

// lookText says what was opened.
func lookText(ctx context.Context, d *dossier.Dossier, l casefile.View) string {
	if l.What == casefile.ViewPaper || l.What == casefile.ViewReuse {
		if name, ok := d.FileNamed(l.Thing); ok {
			return lang.T(ctx, "papers.look."+l.What+"-named", "name", name)
		}
	}
	return lang.T(ctx, "papers.look."+l.What)
}

// exported is a dossier as its owner takes it away: everything about the person that is kept, in plain words of data.
type exported struct {
	Exported   time.Time            `json:"exported_at"`
	Code       string               `json:"code,omitempty"`
	Reference  string               `json:"reference"`
	Status     dossier.Status       `json:"status"`
	Procedure  dossier.ProcedurePin `json:"procedure"`
	Channel    string               `json:"channel"`
	Desk       string               `json:"desk"`
	Competent  string               `json:"competent_agency"`
	Owner      dossier.Party        `json:"owner"`
	Submitter  *dossier.Party       `json:"submitter,omitempty"`
	Mandate    *dossier.Mandate     `json:"mandate,omitempty"`
	Answers    json.RawMessage      `json:"answers,omitempty"`
	Submitted  time.Time            `json:"submitted_at"`
	Accepted   *time.Time           `json:"accepted_at,omitempty"`
	Due        *time.Time           `json:"due_at,omitempty"`
	FirstDue   *time.Time           `json:"first_due_at,omitempty"`
	Resolved   *time.Time           `json:"resolved_at,omitempty"`
	Returned   *time.Time           `json:"returned_at,omitempty"`
	ReturnedTo string               `json:"returned_to,omitempty"`
	Reason     string               `json:"reason,omitempty"`
	Papers     []exportedPaper      `json:"papers"`
	OnPaper    []exportedItem       `json:"on_paper,omitempty"`
	Results    []exportedResult     `json:"results,omitempty"`
	Requests   []exportedRequest    `json:"supplement_requests,omitempty"`
	Moments    []exportedMoment     `json:"history"`
	Looked     []exportedLook       `json:"looked_at_by"`
}

type exportedPaper struct {
	Component string               `json:"component,omitempty"`
	Name      string               `json:"name"`
	Form      string               `json:"form,omitempty"`
	Count     int                  `json:"count,omitempty"`
	File      string               `json:"file,omitempty"` // within the archive
	SHA256    string               `json:"sha256,omitempty"`
	Origin    string               `json:"origin,omitempty"`
	From      *dossier.PaperSource `json:"reused_from,omitempty"`
	Meta      *dossier.PaperMeta   `json:"metadata,omitempty"`
}

type exportedItem struct {
	Name   string    `json:"name"`
	Form   string    `json:"form"`
	Count  int       `json:"count"`
	Keeper string    `json:"kept_by"`
	Agency string    `json:"agency,omitempty"`
	Since  time.Time `json:"since"`
}

type exportedResult struct {
	Kind    string    `json:"kind"`
	Number  string    `json:"number,omitempty"`
	Date    string    `json:"date,omitempty"`
	Name    string    `json:"name,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
	At      time.Time `json:"issued_at"`
	File    string    `json:"file,omitempty"`
}

type exportedRequest struct {
	At        time.Time  `json:"at"`
	Items     []string   `json:"items"`
	Reason    string     `json:"reason,omitempty"`
	Until     string     `json:"until,omitempty"`
	Completed *time.Time `json:"completed_at,omitempty"`
}

type exportedMoment struct {
	At     time.Time `json:"at"`
	Event  string    `json:"event"`
	Agency string    `json:"agency,omitempty"`
}

type exportedLook struct {
	At     time.Time `json:"at"`
	Agency string    `json:"agency"`
	Post   string    `json:"post,omitempty"`
	What   string    `json:"what"`
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// export answers everything that is kept about the person in a dossier of his own: data as JSON, the files beside it.
// Remarks of officers among themselves are theirs and stay out.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, events, err := p.mine(r)
	if err != nil {
		return err
	}
	moments, err := dossier.Timeline(events)
	if err != nil {
		return err
	}
	t := p.tell(d)
	x := exported{
		Exported: p.Now(), Code: d.Code, Reference: d.Ref, Status: d.Status, Procedure: d.Procedure, Channel: d.Channel,
		Desk: t.source.Agency(d.Desk, d.SubmittedAt), Competent: t.source.Agency(d.Competent, d.SubmittedAt), Owner: d.Owner, Mandate: d.Mandate, Answers: d.Answers,
		Submitted: d.SubmittedAt, Accepted: moment(d.AcceptedAt), Due: moment(d.DueAt()), FirstDue: moment(d.FirstDue), Resolved: moment(d.ResolvedAt), Returned: moment(d.ReturnedAt),
		ReturnedTo: d.ReturnedTo, Reason: d.Reason, Papers: []exportedPaper{}, Looked: []exportedLook{},
	}
	if d.Submitter.Name != "" {
		x.Submitter = &d.Submitter
	}
	type file struct{ name, hash string }
	var files []file
	keep := func(folder string, f dossier.Paper) string {
		name := fmt.Sprintf("%s/%02d-%s", folder, len(files)+1, upload.NameFor(upload.CleanName(f.Name), upload.Kind(f.Type)))
		files = append(files, file{name, f.Hash})
		return name
	}
	for _, f := range d.Papers {
		e := exportedPaper{Component: f.Component, Name: f.Name, Form: f.Form, Count: f.Count, SHA256: f.Hash, Origin: f.Origin, From: f.From, Meta: f.Meta}
		if f.Hash != "" {
			e.File = keep("giay-to", f)
		}
		x.Papers = append(x.Papers, e)
	}
	for _, it := range d.Custody {
		e := exportedItem{Name: it.Name, Form: it.Form, Count: it.Count, Keeper: it.Keeper.Kind, Since: it.Since}
		if it.Keeper.Agency != "" {
			e.Agency = t.source.Agency(it.Keeper.Agency, it.Since)
		}
		x.OnPaper = append(x.OnPaper, e)
	}
	for _, i := range d.Issued {
		for _, res := range append([]dossier.Result{i.Result}, i.More...) {
			e := exportedResult{Kind: i.Kind, Number: res.Number, Date: res.Date, Name: res.Name, Outcome: res.Outcome, At: i.At}
			if res.File != nil && res.File.Hash != "" {
				e.File = keep("ket-qua", *res.File)
			}
			x.Results = append(x.Results, e)
		}
	}
	for _, s := range d.Supplements {
		x.Requests = append(x.Requests, exportedRequest{At: s.At, Items: s.Items, Reason: s.Reason, Until: s.Until, Completed: moment(s.Completed)})
	}
	for _, m := range moments {
		e := exportedMoment{At: m.At, Event: m.Kind}
		if m.By.Agency != "" {
			e.Agency = t.source.Agency(agency.ID(m.By.Agency), m.At)
		}
		x.Moments = append(x.Moments, e)
	}
	for after := ""; p.Views != nil; {
		list, next, err := p.Views(ctx, d.ID, after, 500)
		if err != nil {
			return err
		}
		for _, l := range list {
			x.Looked = append(x.Looked, exportedLook{At: l.At, Agency: t.source.Agency(l.Agency, l.At), Post: p.postTitle(l.Post, l.At), What: lookText(ctx, d, l)})
		}
		if after = next; next == "" {
			break
		}
	}
	data, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return fmt.Errorf("export dossier %s: %w", d.ID, err)
	}
	// Every file is found before the first byte is sent: an archive must not end in the middle for one that is gone.
	hashes := make([]filestore.Hash, len(files))
	for i, f := range files {
		if hashes[i], err = filestore.ParseHash(f.hash); err != nil {
			return err
		}
		body, err := p.Files.Open(hashes[i])
		if err != nil {
			return err
		}
		_ = body.Close()
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape("ho-so-"+d.Shown()+".zip"))
	h.Set("Cache-Control", "private, no-store")
	z := zip.NewWriter(w)
	entry := func(name string, body io.Reader, method uint16) error {
		e, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: x.Exported})
		if err != nil {
			return err
		}
		_, err = io.Copy(e, body)
		return err
	}
	if err := entry("ho-so.json", bytes.NewReader(data), zip.Deflate); err != nil {
		return broken(err)
	}
	for i, f := range files {
		body, err := p.Files.Open(hashes[i])
		if err == nil {
			err = entry(f.name, body, zip.Store) // papers are compressed already
			_ = body.Close()
		}
		if err != nil {
			return broken(err)
		}
	}
	return broken(z.Close())
}

// broken is an archive that ended in the middle: the answer has begun, so the connection is cut instead of a page
// being written into it.
func broken(err error) error {
	if err == nil {
		return nil
	}
	panic(http.ErrAbortHandler)
}

// Names of the inputs that take earlier papers over.
const (
	fieldReuse   = "dung-lai"
	fieldConsent = "dong-y"
)

func reuseValue(r dossier.Reusable) string {
	return r.Component + "|" + r.Dossier + "|" + r.Paper.Hash
}

// reusable lists earlier papers and results of the person that the draft does not hold yet.
func (p *pages) reusable(ctx context.Context, d *work) ([]dossier.Reusable, error) {
	list, err := p.Service.Reusables(ctx, dossier.Whose{By: actor(ctx)}, d.ID)
	if err != nil {
		if fault.KindOf(err) != fault.Internal {
			return nil, nil // the page says elsewhere why the draft cannot go on
		}
		return nil, err
	}
	return slices.DeleteFunc(list, func(r dossier.Reusable) bool {
		return slices.ContainsFunc(d.Papers, func(x dossier.DraftPaper) bool { return x.Component == r.Component && x.Hash == r.Paper.Hash })
	}), nil
}

// reuseChoice offers them, each with where it is from.
func (v papersView) reuseChoice(ctx context.Context, d *work) component.Choice {
	c := component.Choice{Name: fieldReuse, Label: lang.T(ctx, "papers.reuse.choose"), Optional: true, Values: v.chosen, Error: v.reuseError}
	for _, r := range v.reusable {
		name := r.Component
		for _, x := range d.version.Components {
			if x.ID == r.Component {
				name = short(x.Name)
			}
		}
		what := "papers.reuse.paper"
		if r.Result {
			what = "papers.reuse.result"
		}
		c.Options = append(c.Options, component.Option{Value: reuseValue(r), Label: name, Hint: lang.T(ctx, what, "name", r.Paper.Name, "code", r.Code, "at", day(ctx, r.At))})
	}
	return c
}

// takeEarlier puts the chosen earlier papers into the draft; it reports false when the page has to be shown again.
func (p *pages) takeEarlier(ctx context.Context, d *work, v *papersView, chosen []string, consent bool) (bool, error) {
	if len(chosen) == 0 {
		return true, nil
	}
	v.chosen = chosen
	if !consent {
		v.consentError = web.ErrorText(ctx, dossier.ErrConsentNeeded)
		return false, nil
	}
	for _, s := range chosen {
		i := slices.IndexFunc(v.reusable, func(r dossier.Reusable) bool { return reuseValue(r) == s })
		if i < 0 && slices.ContainsFunc(d.Papers, func(x dossier.DraftPaper) bool {
			return x.From != nil && x.Component+"|"+x.From.Dossier+"|"+x.Hash == s
		}) {
			continue // the same form again
		}
		err := error(dossier.ErrNotReusable)
		if i >= 0 {
			_, err = p.Service.Reuse(ctx, dossier.Whose{By: actor(ctx)}, d.ID, v.reusable[i], true)
		}
		if f, refused := errors.AsType[*fault.Error](err); refused {
			v.reuseError = web.ErrorText(ctx, f)
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}
