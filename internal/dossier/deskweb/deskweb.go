// Package deskweb is where officers work: the inbox of a post, one dossier with what can be
// done next, intake at the counter, finding. It decides nothing: dossier.Service does,
// and what it refuses is shown with what was typed and, when somebody else moved first,
// with what they did.
//
// Lists draw what the inbox query brought and ask nothing more for a row. Whoever may
// read a dossier sees the same page; what differs is what they are offered to do.
package deskweb

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/dossier/sheet"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/upload"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Lists is what the lists read.
type Lists interface {
	Inbox(ctx context.Context, by access.Actor, f dossier.InboxFilter) ([]casefile.WorkItem, string, error)
	Counters(ctx context.Context, by access.Actor) (dossier.Counters, error)
	Find(ctx context.Context, by access.Actor, query string, status dossier.Status, after string) ([]dossier.Row, string, error)
}

// Acts is what is done with one dossier.
type Acts interface {
	Dossier(ctx context.Context, by access.Actor, id string) (*dossier.Dossier, []journal.Event, error)
	Facts(d *dossier.Dossier) (dossier.Facts, error)
	Holders(h casefile.Holder, at time.Time) []agency.Post
	Accept(ctx context.Context, r dossier.Request, limit string) (*dossier.Dossier, error)
	Refuse(ctx context.Context, r dossier.Request, reason, basis string) (*dossier.Dossier, error)
	RequestSupplement(ctx context.Context, r dossier.Request, c dossier.SupplementRequest) (*dossier.Dossier, error)
	Act(ctx context.Context, r dossier.Request, c dossier.ActCommand) (*dossier.Dossier, error)
	Assign(ctx context.Context, r dossier.Request, token int, post string) (*dossier.Dossier, error)
	Note(ctx context.Context, r dossier.Request, note string) (*dossier.Dossier, error)
	ActMany(ctx context.Context, rs []dossier.Request) []dossier.Line
}

// Turns are the lawful turns of a dossier's life beside reception and its process.
type Turns interface {
	Approvers(d *dossier.Dossier, at time.Time) []agency.Post
	Pause(ctx context.Context, r dossier.Request, c dossier.PauseCommand) (*dossier.Dossier, error)
	Resume(ctx context.Context, r dossier.Request) (*dossier.Dossier, error)
	Apologise(ctx context.Context, r dossier.Request, c dossier.ApologyCommand) (*dossier.Dossier, error)
	ExplainLateness(ctx context.Context, r dossier.Request, reason, note string) (*dossier.Dossier, error)
	Obligate(ctx context.Context, r dossier.Request, c dossier.ObligationCommand) (*dossier.Dossier, error)
	MeetObligation(ctx context.Context, r dossier.Request, proof string) (*dossier.Dossier, error)
	Withdraw(ctx context.Context, r dossier.Request, reason string) (*dossier.Dossier, error)
	RequestWithdrawal(ctx context.Context, r dossier.Request, reason string) (*dossier.Dossier, error)
	DropWithdrawal(ctx context.Context, r dossier.Request) (*dossier.Dossier, error)
	Stop(ctx context.Context, r dossier.Request, c dossier.StopCommand) (*dossier.Dossier, error)
	Close(ctx context.Context, r dossier.Request) (*dossier.Dossier, error)
	Redirect(ctx context.Context, r dossier.Request, c dossier.RedirectCommand) (*dossier.Dossier, error)
	Undo(ctx context.Context, r dossier.Request) (*dossier.Dossier, error)
	OpenCorrection(ctx context.Context, r dossier.Request, reason, whose string) (*dossier.Dossier, error)
	Correct(ctx context.Context, r dossier.Request, c dossier.CorrectCommand) (*dossier.Dossier, error)
	Reissue(ctx context.Context, r dossier.Request, reason, whose string) (*dossier.Dossier, error)
}

// Together is what agencies do with one dossier at the same time.
type Together interface {
	Claim(ctx context.Context, r dossier.Request, token int) (*dossier.Dossier, error)
	Release(ctx context.Context, r dossier.Request, token int) (*dossier.Dossier, error)
	Consult(ctx context.Context, r dossier.Request, c dossier.ConsultCommand) (*dossier.Dossier, error)
	Recall(ctx context.Context, r dossier.Request, frame int) (*dossier.Dossier, error)
	TellDesk(ctx context.Context, r dossier.Request, note string) (*dossier.Dossier, error)
	Loads(ctx context.Context, by access.Actor) ([]dossier.QueueLoad, error)
	QueueWork(ctx context.Context, by access.Actor, queue, after string) ([]casefile.WorkItem, string, error)
	Reassign(ctx context.Context, rs []dossier.Request, queue, post string) []dossier.Line
}

// Intake is what the counter records for a person.
type Intake interface {
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
	Siblings(ctx context.Context, by access.Actor, d *dossier.Dossier) ([]dossier.Row, error)
	Lodge(ctx context.Context, by access.Actor, key string, c dossier.LodgeCommand) (*dossier.Dossier, bool, error)
	Submit(ctx context.Context, by access.Actor, key string, c dossier.SubmitCommand) (*dossier.Dossier, error)
	SubmitSupplement(ctx context.Context, by access.Actor, key, draft string, answers json.RawMessage) (*dossier.Dossier, error)
	Duplicates(ctx context.Context, by access.Actor, code, number string) ([]dossier.Row, error)
}

// Service is all of it; *dossier.Service is one.
type Service interface {
	Lists
	Acts
	Turns
	Intake
	Papers
	Together
}

// Answers tells what was answered under an idempotency key, also after the draft behind it is gone.
type Answers interface {
	Answered(ctx context.Context, person, key string) (dossier.Answer, bool, error)
}

// Finder finds procedures as people name them, best first.
type Finder interface {
	Search(question string, o find.Options) []find.Hit
}

// Files keeps bytes by the hash of their content.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (filestore.Info, error)
	Open(h filestore.Hash) (io.ReadSeekCloser, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Service   Service
	Answers   Answers
	Listings  Listings
	Keeper    Keeper
	Files     Files
	Finder    Finder
	Catalogue func() *procedure.Catalogue
	Places    func(day string) eform.Places // administrative units in force on a local day; nil: codes are shown
	// Clock is the calendar and office hours of an agency; lists count the time left by that of the post's agency.
	Clock func(id agency.ID, at time.Time) (deadline.Env, error)
	// Name tells the name of a person by account id, empty when unknown; nil shows posts only.
	Name func(person string) string
	// Told draws what the applicant was told about a dossier and how it reached them; nil draws nothing.
	Told func(ctx context.Context, dossier string) (templ.Component, error)
	// Incumbents tells who holds the posts today, by post id, where it is known; nil shows posts only.
	Incumbents func(ctx context.Context, posts []string) map[string][]string
	// Signed returns the signed bytes of a printed paper, nil when it was not signed; nil where nothing is.
	Signed func(ctx context.Context, check string) ([]byte, error)
	// Address is the public address of the service without a slash at its end, for QR codes on papers; empty: none.
	Address string
	// Saw puts on record that an officer opened a file or printed form of a dossier; nil: nothing is kept. What it
	// refuses is not shown.
	Saw func(by access.Actor, id, what, thing string) error
	// Presence knows who has the form of an act open; nil: nobody is told.
	Presence Presence
	// Views lists who looked at a dossier; nil: nobody is told.
	Views   Looks
	Now     func() time.Time
	Units   string        // path before a province's code that answers its communes as JSON; empty: none
	Scratch string        // folder for uploads not yet judged; empty: the system's
	Policy  upload.Policy // what is accepted; the zero policy means upload.Default
	// Signatures judges the digital signatures of a PDF that came in; nil result: it has none. nil: not looked for.
	Signatures func(ctx context.Context, r io.ReaderAt, size int64) *dossier.Signatures
}

// Limits of one request with files.
const (
	maxUploadBody = 200<<20 + 4<<20
	uploadTime    = 20 * time.Minute
	maxForm       = 2 << 20 // an e-form with long texts
)

type desk struct {
	Deps
	forms sync.Map // digest of a form → *eform.Compiled
	// sealKey seals what hidden inputs say of files. It lives as long as the process: after a restart, or at another
	// node, a form asks for its file again.
	sealKey []byte
	days    distances
}

// Paths that other pages lead to.
const (
	pathInbox  = "/lam-viec"
	pathCase   = "/ho-so/"
	pathFind   = "/tra-cuu-ho-so"
	pathIntake = "/tiep-nhan-truc-tiep"
)

// Register puts the pages on the mux.
func Register(m *web.Mux, deps Deps) {
	if deps.Policy.Kinds == nil {
		deps.Policy = upload.Default
	}
	d := &desk{Deps: deps, sealKey: []byte(journal.NewSecret(32))}
	read := web.May(access.DossierRead, access.DossierReadAll)
	reception := web.May(access.DossierAccept)
	handle := web.May(access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn)
	intake := web.May(access.DossierIntake)
	large := []web.Option{web.Body(maxUploadBody), web.Timeout(uploadTime)}

	m.Handle("GET /lam-viec", web.Officer, d.inbox)
	m.Handle("GET /lam-viec/tim", read, d.jump, web.Limited(web.LimitSearch))
	m.Handle("GET /lam-viec/xuat.xlsx", read, d.export, web.Timeout(time.Minute))
	m.Handle("POST /lam-viec/hang-loat", web.May(access.DossierAccept, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn), d.bulk, web.Timeout(time.Minute))
	m.Handle("GET /tra-cuu-ho-so", read, d.find, web.Limited(web.LimitSearch))

	d.registerLists(m)

	m.Handle("GET /ho-so/{id}", read, d.show)
	m.Handle("GET /ho-so/{id}/giay-to/{hash}", read, d.file, web.Timeout(uploadTime))
	m.Handle("GET /ho-so/{id}/phieu/{form}", read, d.slip)
	m.Handle("POST /ho-so/{id}/tiep-nhan", reception, d.accept)
	m.Handle("POST /ho-so/{id}/tu-choi", reception, d.refuse)
	m.Handle("POST /ho-so/{id}/bo-sung", web.May(access.DossierAccept, access.DossierHandle), d.supplement)
	m.Handle("POST /ho-so/{id}/xu-ly", handle, d.act, large...)
	m.Handle("POST /ho-so/{id}/giao", web.May(access.DossierAssign), d.assign)
	m.Handle("POST /ho-so/{id}/ghi-chu", web.May(access.DossierAccept, access.DossierHandle), d.note)
	m.Handle("POST /ho-so/{id}/bo-sung-tai-quay", intake, d.complete)
	m.Handle("POST /ho-so/{id}/dinh-chinh", web.May(access.DossierResult, access.DossierDecide), d.correct, large...)
	d.registerTurns(m)
	d.registerTogether(m, read)

	d.papersOn(m, read)

	m.Handle("GET /tiep-nhan/bang-tinh", intake, d.sheets)
	m.Handle("GET /tiep-nhan/bang-tinh/{code}", intake, d.sheet)
	m.Handle("GET /tiep-nhan/bang-tinh/{code}/mau.xlsx", intake, d.sheetTemplate)
	m.Handle("POST /tiep-nhan/bang-tinh/{code}", intake, d.checkSheet, web.Body(sheet.MaxSize+1<<20), web.Timeout(2*time.Minute))
	m.Handle("POST /tiep-nhan/bang-tinh/{code}/ghi-nhan", intake, d.lodgeSheet, web.Timeout(5*time.Minute))
	m.Handle("POST /tiep-nhan/bang-tinh/{code}/ket-qua.xlsx", intake, d.sheetReport, web.Timeout(2*time.Minute))
	m.Handle("GET /tiep-nhan-truc-tiep", intake, d.choose)
	m.Handle("POST /tiep-nhan-truc-tiep", intake, d.begin)
	m.Handle("GET /tiep-nhan-truc-tiep/{draft}", intake, d.counter)
	m.Handle("POST /tiep-nhan-truc-tiep/{draft}", intake, d.record, large...)
	m.Handle("POST /tiep-nhan-truc-tiep/{draft}/xoa", intake, d.drop)
	m.Handle("GET /tiep-nhan-truc-tiep/{draft}/giay-to/{paper}", intake, d.draftFile, web.Timeout(uploadTime))
}

func dayOf(t time.Time) string { return calendar.DateOf(t).String() }

// form returns the compiled form of a digest in the person's language. Compiling takes milliseconds; the
// forms of a province are few.
func (d *desk) form(ctx context.Context, digest string) (*eform.Compiled, error) {
	c, ok := d.forms.Load(digest)
	if !ok {
		f, known := d.Catalogue().PinnedForm(digest)
		if !known {
			return nil, fmt.Errorf("form %s is gone", digest)
		}
		compiled, err := eform.Compile(*f.Value)
		if err != nil {
			return nil, fmt.Errorf("form %s: %w", digest, err)
		}
		c, _ = d.forms.LoadOrStore(digest, compiled)
	}
	compiled, _ := c.(*eform.Compiled)
	return compiled.In(string(lang.From(ctx))), nil
}

func (d *desk) places(at time.Time) eform.Places {
	if d.Places == nil {
		return nil
	}
	return d.Places(dayOf(at))
}

func (d *desk) source() paper.Source {
	return paper.Source{Catalogue: d.Catalogue(), Name: d.Name, Address: d.Address, Signed: d.Signed}
}

func actor(ctx context.Context) access.Actor { return web.ActorFrom(ctx) }
