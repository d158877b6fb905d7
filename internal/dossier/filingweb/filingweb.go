// Package filingweb is what people meet around their dossiers: filing an application
// page by page, the list of their own, following one by code. It decides nothing: forms
// are judged by package eform, files by package upload, acts by dossier.Service.
//
// Every page works without scripts, keeps what was typed over errors, and can be left
// and taken up again on another device. A draft gives one dossier, however often its
// last page is sent.
package filingweb

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/eformweb"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/upload"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Service is what the pages ask of dossier.Service.
type Service interface {
	Offer(code string) (procedure.Offer, error)
	OfferFor(d dossier.Draft) (procedure.Offer, error)
	StartDraft(ctx context.Context, by access.Actor, code, channel string) (dossier.Draft, error)
	StartSupplement(ctx context.Context, by access.Actor, id string) (dossier.Draft, error)
	Draft(ctx context.Context, by access.Actor, id string) (dossier.Draft, error)
	Drafts(ctx context.Context, by access.Actor) ([]dossier.Draft, error)
	SaveDraft(ctx context.Context, by access.Actor, id string, change func(*dossier.Draft) error) (dossier.Draft, error)
	DropDraft(ctx context.Context, by access.Actor, id string) error
	AddPaper(ctx context.Context, by access.Actor, id string, p dossier.Paper) error
	RemovePaper(ctx context.Context, by access.Actor, id, paper string) error
	Reusables(ctx context.Context, w dossier.Whose, draft string) ([]dossier.Reusable, error)
	Reuse(ctx context.Context, w dossier.Whose, draft string, want dossier.Reusable, consent bool) (dossier.Reusable, error)
	Submit(ctx context.Context, by access.Actor, key string, c dossier.SubmitCommand) (*dossier.Dossier, error)
	SubmitSupplement(ctx context.Context, by access.Actor, key, draft string, answers json.RawMessage) (*dossier.Dossier, error)
	Dossier(ctx context.Context, by access.Actor, id string) (*dossier.Dossier, []journal.Event, error)
	Find(ctx context.Context, by access.Actor, query string, status dossier.Status, after string) ([]dossier.Row, string, error)
	Track(ctx context.Context, by access.Actor, code, secret string) (dossier.Tracked, error)
	TrackedDossier(ctx context.Context, t dossier.Tracked) (*dossier.Dossier, []dossier.Moment, error)
	Siblings(ctx context.Context, by access.Actor, d *dossier.Dossier) ([]dossier.Row, error)
	Withdraw(ctx context.Context, r dossier.Request, reason string) (*dossier.Dossier, error)
	RequestWithdrawal(ctx context.Context, r dossier.Request, reason string) (*dossier.Dossier, error)
	DropWithdrawal(ctx context.Context, r dossier.Request) (*dossier.Dossier, error)
	TrackedEvents(ctx context.Context, t dossier.Tracked) (*dossier.Dossier, []journal.Event, error)
}

// Answers tells what was answered under an idempotency key, also after the draft behind it is gone.
type Answers interface {
	Answered(ctx context.Context, person, key string) (dossier.Answer, bool, error)
}

// Files keeps bytes by the hash of their content.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (filestore.Info, error)
	Open(h filestore.Hash) (io.ReadSeekCloser, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Service Service
	Answers Answers
	Files   Files
	// Unread counts the person's notices that were not read yet; nil: there is no list of notices.
	Unread func(ctx context.Context, by access.Actor) int
	// Told draws what the applicant was told about a dossier and how; nil draws nothing.
	Told      func(ctx context.Context, dossier string) (templ.Component, error)
	Catalogue func() *procedure.Catalogue
	Places    func(day string) eform.Places // administrative units in force on a local day
	// Person tells what is known of a signed-in person, to be filled in for them.
	Person func(ctx context.Context, id string) (eform.Person, error)
	// Name tells the name of an officer for printed papers, empty when unknown.
	Name func(person string) string
	// Signed returns the signed bytes of a printed paper, nil when it was not signed; nil where nothing is.
	Signed func(ctx context.Context, check string) ([]byte, error)
	Views  Looks // who of the offices looked at a dossier; nil: nobody is told
	Cache  *web.PageCache
	Now    func() time.Time
	// Address is the public address of the service without a slash at its end, for QR codes; empty: that of the request.
	Address string
	Scratch string        // folder for uploads not yet judged; empty: the system's
	Policy  upload.Policy // what is accepted; the zero policy means upload.Default
	// Signatures judges the digital signatures of a PDF that came in; nil result: it has none. nil: not looked for.
	Signatures func(ctx context.Context, r io.ReaderAt, size int64) *dossier.Signatures
}

// UnitsPath is the path before a province's code at which its communes are answered as JSON, for the address
// fields of e-forms on every page.
const UnitsPath = "/dia-ban/"

// Limits of one upload. A request may carry several papers.
const (
	maxUploadBody = 200<<20 + 1<<20 // bytes: four papers of the largest size, and the form around them
	uploadTime    = 20 * time.Minute
)

type pages struct {
	Deps
	mux   *web.Mux
	forms sync.Map // digest of a form → *eform.Compiled
}

// Register puts the pages on the mux.
func Register(m *web.Mux, d Deps) {
	if d.Policy.Kinds == nil {
		d.Policy = upload.Default
	}
	p := &pages{Deps: d, mux: m}
	mine := web.May(access.DossierFile)

	m.Handle("GET /nop-ho-so/{code}", mine, p.start)
	m.Handle("POST /nop-ho-so/{code}", mine, p.begin)

	m.Handle("GET /soan/{draft}", mine, p.resume)
	m.Handle("GET /soan/{draft}/noi-giai-quyet", mine, p.place)
	m.Handle("POST /soan/{draft}/noi-giai-quyet", mine, p.savePlace)
	m.Handle("GET /soan/{draft}/to-khai/{section}", mine, p.section)
	m.Handle("POST /soan/{draft}/to-khai/{section}", mine, p.saveSection, web.Body(4<<20))
	m.Handle("GET /soan/{draft}/giay-to", mine, p.papers)
	m.Handle("POST /soan/{draft}/giay-to", mine, p.upload, web.Body(maxUploadBody), web.Timeout(uploadTime), web.Limited(web.LimitUpload))
	m.Handle("GET /soan/{draft}/giay-to/{paper}", mine, p.preview, web.Timeout(uploadTime))
	m.Handle("GET /soan/{draft}/giay-to/{paper}/bo", mine, p.askRemove)
	m.Handle("POST /soan/{draft}/giay-to/{paper}/bo", mine, p.remove)
	m.Handle("GET /soan/{draft}/kiem-tra", mine, p.check)
	m.Handle("POST /soan/{draft}/kiem-tra", mine, p.submit)
	m.Handle("GET /soan/{draft}/xoa", mine, p.askDrop)
	m.Handle("POST /soan/{draft}/xoa", mine, p.drop)
	m.Handle("POST /soan/{draft}/tao-lai", mine, p.renew)
	m.Handle("GET /ho-so-da-nop/{id}", mine, p.done)

	m.Handle("GET /ho-so-cua-toi", mine, p.list)
	m.Handle("GET /ho-so-cua-toi/{id}", mine, p.own)
	m.Handle("POST /ho-so-cua-toi/{id}/bo-sung", mine, p.supplement)
	m.Handle("GET /ho-so-cua-toi/{id}/rut", mine, p.askWithdraw)
	m.Handle("POST /ho-so-cua-toi/{id}/rut", mine, p.withdraw)
	m.Handle("GET /ho-so-cua-toi/{id}/khong-rut", mine, p.askDropWithdrawal)
	m.Handle("POST /ho-so-cua-toi/{id}/khong-rut", mine, p.dropWithdrawal)
	m.Handle("GET /ho-so-cua-toi/{id}/luot-xem", mine, p.looks)
	m.Handle("GET /ho-so-cua-toi/{id}/du-lieu.zip", mine, p.export, web.Timeout(uploadTime))
	m.Handle("GET /ho-so-cua-toi/{id}/giay-to/{n}", mine, p.ownPaper, web.Timeout(uploadTime))
	m.Handle("GET /ho-so-cua-toi/{id}/ban-in/{form}", mine, p.ownForm)

	m.Handle("GET /tra-cuu", web.Public, p.track)
	m.Handle("GET /giay-tiep-nhan", web.Public, p.receipt)
	m.Handle("GET "+UnitsPath+"{province}", web.Public, eformweb.Communes(func() eform.Places { return p.Places(p.today()) }))
}

func (p *pages) today() string { return calendar.DateOf(p.Now()).String() }

// form returns the compiled form of a digest in the person's language. Compiling takes milliseconds; the
// forms of a province are few.
func (p *pages) form(ctx context.Context, digest string) (*eform.Compiled, error) {
	c, ok := p.forms.Load(digest)
	if !ok {
		f, known := p.Catalogue().PinnedForm(digest)
		if !known {
			return nil, fmt.Errorf("form %s is gone", digest)
		}
		compiled, err := eform.Compile(*f.Value)
		if err != nil {
			return nil, err
		}
		c, _ = p.forms.LoadOrStore(digest, compiled)
	}
	compiled, _ := c.(*eform.Compiled)
	return compiled.In(string(lang.From(ctx))), nil
}

func (p *pages) given() eform.Given {
	return eform.Given{Now: p.Now(), Places: p.Places(p.today())}
}

func (p *pages) source() paper.Source {
	return paper.Source{Catalogue: p.Catalogue(), Name: p.Name, Address: p.Address, Signed: p.Signed}
}

// sourceFor is source on a page that is drawn for one request only and may show where it came in.
func (p *pages) sourceFor(r *http.Request) paper.Source {
	s := p.source()
	if s.Address == "" {
		scheme := "http://"
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			scheme = "https://"
		}
		s.Address = scheme + r.Host
	}
	return s
}

func actor(ctx context.Context) access.Actor { return web.ActorFrom(ctx) }
