package filingweb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// mine returns a dossier of the signed-in person's own. Somebody else's does not exist for them, whatever
// other rights they hold.
func (p *pages) mine(r *http.Request) (*dossier.Dossier, []journal.Event, error) {
	by := actor(r.Context())
	d, events, err := p.Service.Dossier(r.Context(), by, r.PathValue("id"))
	if err != nil {
		return nil, nil, err
	}
	if d.Account == "" || d.Account != by.Person {
		return nil, nil, dossier.ErrNotFound
	}
	return d, events, nil
}

type draftLine struct {
	dossier.Draft
	title string
}

type listView struct {
	drafts  []draftLine
	waiting []dossier.Row // the person has to do something
	running []dossier.Row
	ended   []dossier.Row
	next    string
	unread  int
	now     time.Time
	first   bool // nothing of the list was passed over
}

func (v listView) empty() bool {
	return len(v.drafts)+len(v.waiting)+len(v.running)+len(v.ended) == 0
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by := actor(ctx)
	after := r.URL.Query().Get("sau")
	rows, next, err := p.Service.Find(ctx, by, "", "", after)
	if err != nil {
		return err
	}
	v := listView{now: p.Now(), first: after == ""}
	if next != "" {
		v.next = "/ho-so-cua-toi?sau=" + url.QueryEscape(next)
	}
	for _, row := range rows {
		switch {
		case row.Status == dossier.SupplementRequested, row.Status == dossier.Obligation, row.Status == dossier.Resolved:
			v.waiting = append(v.waiting, row)
		case row.Status.Ended():
			v.ended = append(v.ended, row)
		default:
			v.running = append(v.running, row)
		}
	}
	if v.first {
		drafts, err := p.Service.Drafts(ctx, by)
		if err != nil {
			return err
		}
		for _, d := range drafts {
			line := draftLine{Draft: d, title: d.Procedure}
			if pinned, ok := p.Catalogue().Pinned(d.Digest); ok {
				line.title = pinned.Name
			}
			v.drafts = append(v.drafts, line)
		}
		if p.Unread != nil {
			v.unread = p.Unread(ctx, by)
		}
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

// ownView is what the page of an own dossier shows besides the dossier.
type ownView struct {
	offers
	sections []eform.SectionSummary
	siblings []dossier.Row // lodged in the same visit
	notices  templ.Component
	looks    bool // who looked is told, and the data can be taken away
}

func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	d, events, err := p.mine(r)
	if err != nil {
		return err
	}
	moments, err := dossier.Timeline(events)
	if err != nil {
		return err
	}
	t := p.tell(d, moments...)
	sections, err := p.answered(r.Context(), d)
	if err != nil {
		return err
	}
	var notices templ.Component
	if p.Told != nil {
		if notices, err = p.Told(r.Context(), d.ID); err != nil {
			return err
		}
	}
	siblings, err := p.Service.Siblings(r.Context(), actor(r.Context()), d)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, ownPage(t, ownView{sections: sections, offers: t.offers(r), siblings: siblings, notices: notices, looks: p.Views != nil}))
}

// supplement opens the completion of a dossier; a second click finds the first one's draft.
func (p *pages) supplement(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadForm(r); err != nil {
		return err
	}
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	draft, err := p.Service.StartSupplement(r.Context(), actor(r.Context()), d.ID)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/soan/"+draft.ID)
}

// result stands for the number of a paper: what the agency issued.
const resultPaper = "ket-qua"

func (p *pages) ownPaper(w http.ResponseWriter, r *http.Request) error {
	d, _, err := p.mine(r)
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.PathValue("n"), resultPaper) {
		f := resultFile(d, r.PathValue("n"))
		if f == nil || f.Hash == "" {
			return web.ErrNoPage
		}
		return p.serve(w, r, *f)
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(d.Papers) {
		return web.ErrNoPage
	}
	return p.serve(w, r, d.Papers[n-1])
}

// Printed forms an applicant may open, as they stand in addresses: the newest of its kind. Each paper also has its own name.
var formNames = map[string]string{
	"giay-tiep-nhan": dossier.FormReceipt, "yeu-cau-bo-sung": dossier.FormSupplement, "tu-choi": dossier.FormRefusal, "xin-loi": dossier.FormApology,
	"dung": dossier.FormStop,
}

const formReceipt = "giay-tiep-nhan"

func (p *pages) ownForm(w http.ResponseWriter, r *http.Request) error {
	d, events, err := p.mine(r)
	if err != nil {
		return err
	}
	return p.printed(w, r, d, events, r.PathValue("form"))
}

// printed answers one of the printed forms of the dossier as PDF, as it stood when it was issued.
func (p *pages) printed(w http.ResponseWriter, r *http.Request, d *dossier.Dossier, events []journal.Event, name string) error {
	issued, err := paper.Find(events, cmp.Or(formNames[name], name))
	if err != nil {
		return err
	}
	pdf, err := p.sourceFor(r).PDF(r.Context(), events, issued, print.CopyGiven)
	if err != nil {
		return err
	}
	return web.WriteFile(w, "application/pdf", name+"-"+d.Shown()+".pdf", true, bytes.NewReader(pdf))
}

// formsOf lists the printed forms that the dossier has by now, oldest first.
func (t told) formsOf(ctx context.Context) []component.Fact {
	var out []component.Fact
	add := func(name, form string, at time.Time) {
		text := lang.T(ctx, "filing.form."+form)
		out = append(out, component.Fact{Name: text, Content: link(t.path("/ban-in/"+name), lang.T(ctx, "filing.open-pdf"), text+", "+day(ctx, at))})
	}
	for _, s := range t.Slips {
		add(s.Check, s.Form, s.At)
	}
	if len(t.Slips) > 0 {
		return out
	}
	// Journals from before papers were numbered.
	if t.Accepted() {
		add(formReceipt, dossier.FormReceipt, t.AcceptedAt)
	}
	if n := len(t.Supplements); n > 0 {
		add("yeu-cau-bo-sung", dossier.FormSupplement, t.Supplements[n-1].At)
	}
	if _, err := t.source.Refusal(t.Dossier); !errors.Is(err, paper.ErrNone) {
		add("tu-choi", dossier.FormRefusal, t.EndedAt)
	}
	return out
}
