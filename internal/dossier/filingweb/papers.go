package filingweb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/internal/upload"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// Refusals of uploads.
var (
	errNoFile    = fault.New(fault.Invalid, "filing.no-file")
	errBodyLarge = fault.New(fault.TooLarge, "filing.upload-too-large") // {max} in MB
	errCutShort  = fault.New(fault.Invalid, "filing.upload-cut")
)

// otherPapers is the component of papers that belong to none of the procedure.
const otherPapers = ""

// inputName is the name of the file input of a component; refusals of dossier.Submit use the same.
func inputName(component string) string { return "paper-" + component }

// refused is a file that was not taken, at the input it came from.
type refused struct {
	input string
	name  string // of the file
	err   *fault.Error
}

type papersView struct {
	accept  string
	formats string
	limit   string
	refused []refused
	missing []procedure.Component // only after the person wanted to go on

	reusable     []dossier.Reusable // earlier papers on offer
	chosen       []string           // of them
	reuseError   string
	consentError string
}

func (v papersView) errorAt(ctx context.Context, component string) string {
	var out []string
	for _, x := range v.refused {
		if x.input == inputName(component) {
			out = append(out, x.text(ctx))
		}
	}
	for _, c := range v.missing {
		if c.ID == component {
			out = append(out, lang.T(ctx, "filing.paper-missing", "paper", short(c.Name)))
		}
	}
	return strings.Join(out, " ")
}

func (x refused) text(ctx context.Context) string {
	t := web.ErrorText(ctx, x.err)
	if x.name != "" {
		t = x.name + ": " + t
	}
	return t
}

func (v papersView) summary(ctx context.Context) []component.FieldError {
	var out []component.FieldError
	for _, x := range v.refused {
		out = append(out, component.FieldError{ID: x.input, Text: x.text(ctx)})
	}
	for _, c := range v.missing {
		out = append(out, component.FieldError{ID: inputName(c.ID), Text: lang.T(ctx, "filing.paper-missing", "paper", short(c.Name))})
	}
	if v.reuseError != "" {
		out = append(out, component.FieldError{ID: fieldReuse, Text: v.reuseError})
	}
	if v.consentError != "" {
		out = append(out, component.FieldError{ID: fieldConsent, Text: v.consentError})
	}
	return out
}

// short is what something is called when its legal name is too long for a line: catalogues write whole paragraphs
// there. What stands in brackets goes first, then the end.
func short(name string) string {
	const most = 120 // runes
	name, _, _ = strings.Cut(strings.TrimSpace(name), "\n")
	if utf8.RuneCountInString(name) > most {
		name = brackets.ReplaceAllString(name, "")
	}
	if r := []rune(name); len(r) > most {
		cut := string(r[:most])
		if i := strings.LastIndexByte(cut, ' '); i > most/2 {
			cut = cut[:i]
		}
		return strings.TrimRight(cut, " ,;.") + "…"
	}
	return strings.TrimRight(name, ".;: ")
}

var brackets = regexp.MustCompile(`\s*\([^()]*\)`)

func (p *pages) papersView() papersView {
	v := papersView{limit: strconv.FormatInt(p.Policy.MaxSize>>20, 10) + " MB"}
	var accept, names []string
	for _, k := range p.Policy.Kinds {
		accept = append(accept, k.Extensions()...)
		names = append(names, strings.ToUpper(strings.TrimPrefix(k.Extensions()[0], ".")))
	}
	v.accept, v.formats = strings.Join(accept, ","), strings.Join(names, ", ")
	return v
}

// group is papers that belong together: "trường hợp …".
type group struct {
	title string
	list  []procedure.Component
}

func (d *work) groups() []group {
	var out []group
	for _, c := range d.version.Components {
		if c.Note {
			continue
		}
		if len(out) == 0 || out[len(out)-1].title != c.Group {
			out = append(out, group{title: c.Group})
		}
		last := &out[len(out)-1]
		last.list = append(last.list, c)
	}
	return out
}

// notes are the remarks of the procedure about its papers.
func (d *work) notes() []string {
	var out []string
	for _, c := range d.version.Components {
		if c.Note {
			out = append(out, c.Name)
		}
	}
	return out
}

// of lists the draft's papers of a component; those of a component the procedure does not know stand under otherPapers.
func (d *work) of(component string) []dossier.DraftPaper {
	var out []dossier.DraftPaper
	for _, x := range d.Papers {
		known := slices.ContainsFunc(d.version.Components, func(c procedure.Component) bool { return c.ID == x.Component })
		if x.Component == component || component == otherPapers && !known {
			out = append(out, x)
		}
	}
	return out
}

func (p *pages) papers(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		v := p.papersView()
		var err error
		if v.reusable, err = p.reusable(r.Context(), d); err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, papersPageOf(d, v))
	})(w, r)
}

// upload takes the files of the page one after the other. What was accepted stays in the draft whatever happens to
// the rest, so that a line that breaks costs one file and not the page.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	return p.page(func(w http.ResponseWriter, r *http.Request, d *work) error {
		ctx := r.Context()
		got, err := p.receive(r, d)
		if err != nil {
			return err
		}
		if d, err = p.open(ctx, d.ID); err != nil {
			return err
		}
		v := p.papersView()
		v.refused = got.refused
		if v.reusable, err = p.reusable(ctx, d); err != nil {
			return err
		}
		taken, err := p.takeEarlier(ctx, d, &v, got.text[fieldReuse], got.text.Get(fieldConsent) != "")
		if err != nil {
			return err
		}
		if taken && len(v.chosen) > 0 {
			if d, err = p.open(ctx, d.ID); err != nil {
				return err
			}
			got.files++
			if v.reusable, err = p.reusable(ctx, d); err != nil {
				return err
			}
		}
		switch {
		case len(got.refused) > 0:
			status := http.StatusUnprocessableEntity
			for _, x := range got.refused {
				if x.err.Kind == fault.TooLarge {
					status = http.StatusRequestEntityTooLarge
				}
			}
			return web.Render(w, r, status, papersPageOf(d, v))
		case !taken:
			return web.Render(w, r, http.StatusUnprocessableEntity, papersPageOf(d, v))
		case got.text.Get("_leave") != "":
			return web.SeeOther(w, r, "/ho-so-cua-toi", "filing.saved")
		case got.text.Get("_add") != "":
			if got.files == 0 {
				v.refused = []refused{{input: d.firstInput(), err: errNoFile}}
				return web.Render(w, r, http.StatusUnprocessableEntity, papersPageOf(d, v))
			}
			return web.SeeOther(w, r, d.path("giay-to"), "filing.uploaded")
		}
		if v.missing = d.missing(); len(v.missing) > 0 {
			return web.Render(w, r, http.StatusUnprocessableEntity, papersPageOf(d, v))
		}
		if _, err := p.Service.SaveDraft(ctx, actor(ctx), d.ID, func(x *dossier.Draft) error { see(x, papersPage); return nil }); err != nil {
			return err
		}
		return web.SeeOther(w, r, d.next(ctx, papersPage))
	})(w, r)
}

func (d *work) firstInput() string {
	for _, g := range d.groups() {
		for _, c := range g.list {
			return inputName(c.ID)
		}
	}
	return inputName(otherPapers)
}

// received is what a multipart form brought.
type received struct {
	files   int
	text    url.Values
	refused []refused
}

// maxParts bounds the parts of one upload: a form has one for each paper and a few texts.
const maxParts = 500

func (p *pages) receive(r *http.Request, d *work) (received, error) {
	got := received{text: url.Values{}}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		// The page was sent without any file input by an old browser, or from a problem page.
		f, err := web.ReadForm(r)
		got.text = f.Values
		return got, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return got, web.ErrFormType.Because(err)
	}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err == nil && n >= maxParts {
			return got, web.ErrTooManyFields
		}
		var x *refused
		if err == nil {
			x, err = p.part(r.Context(), d, part, &got)
		}
		if err != nil {
			name := ""
			if part != nil {
				name = part.FormName()
			}
			if !strings.HasPrefix(name, "paper-") {
				name = d.firstInput()
			}
			if x = cut(r.Context(), name, err); x == nil {
				return got, err
			}
			got.refused = append(got.refused, *x)
			return got, nil
		}
		if x != nil {
			got.refused = append(got.refused, *x)
		}
	}
}

// cut tells what a body that ended in the middle means to the person; nil when it is no matter of theirs.
func cut(ctx context.Context, input string, err error) *refused {
	if ctx.Err() != nil {
		return nil
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &refused{input: input, err: errBodyLarge.With("max", int64(maxUploadBody)>>20)}
	}
	if _, ours := errors.AsType[*fault.Error](err); ours {
		return nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || strings.HasPrefix(err.Error(), "multipart:") || strings.Contains(err.Error(), "malformed MIME") {
		return &refused{input: input, err: errCutShort}
	}
	return nil
}

// part takes one part of the form. A file that is refused is the person's matter, an error ends the upload.
func (p *pages) part(ctx context.Context, d *work, part *multipart.Part, got *received) (*refused, error) {
	input := part.FormName()
	if part.FileName() == "" && !strings.HasPrefix(input, "paper-") {
		text, err := io.ReadAll(io.LimitReader(part, 4<<10))
		if err != nil {
			return nil, err
		}
		if clean, ok := web.Clean(string(text)); ok && len(got.text) < maxParts {
			got.text.Add(input, clean)
		}
		return nil, nil //nolint:nilnil // a text is no refused file
	}
	if part.FileName() == "" {
		return nil, nil //nolint:nilnil // an input without a chosen file
	}
	component, ok := strings.CutPrefix(input, "paper-")
	if !ok {
		return nil, nil //nolint:nilnil // no input of ours
	}
	name := upload.CleanName(part.FileName())
	paper, err := p.take(ctx, part, name)
	if err == nil {
		paper.Component = component
		err = p.Service.AddPaper(ctx, actor(ctx), d.ID, paper)
	}
	if err == nil {
		got.files++
		return nil, nil //nolint:nilnil // taken
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && (f.Kind == fault.Invalid || f.Kind == fault.TooLarge || f.Kind == fault.Unsupported) {
		return &refused{input: input, name: name, err: f}, nil
	}
	return nil, err
}

// take writes the file aside, judges it by its content and only then gives it to the store, so that what was
// refused is kept nowhere.
func (p *pages) take(ctx context.Context, in io.Reader, name string) (dossier.Paper, error) {
	tmp, err := os.CreateTemp(p.Scratch, "upload-")
	if err != nil {
		return dossier.Paper{}, scratch(err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	// One byte more than allowed tells too large from just fitting.
	size, err := io.Copy(onDisk{tmp}, io.LimitReader(in, p.Policy.MaxSize+1))
	if err != nil {
		return dossier.Paper{}, err
	}
	verdict, err := p.Policy.Judge(tmp, size)
	if err != nil {
		return dossier.Paper{}, err
	}
	out := dossier.Paper{Name: upload.NameFor(name, verdict.Kind), Type: string(verdict.Kind), Form: "electronic", Count: 1}
	for _, f := range verdict.Flags {
		out.Flags = append(out.Flags, string(f))
	}
	if verdict.Kind == upload.PDF && p.Signatures != nil {
		out.Signatures = p.Signatures(ctx, tmp, size)
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return dossier.Paper{}, err
	}
	info, err := p.Files.Put(ctx, tmp, p.Policy.MaxSize)
	if err != nil {
		return dossier.Paper{}, err
	}
	out.Size, out.Hash = info.Size, string(info.Hash)
	return out, nil
}

// onDisk tells a full disk from a broken line.
type onDisk struct{ f *os.File }

func (o onDisk) Write(b []byte) (int, error) {
	n, err := o.f.Write(b)
	return n, scratch(err)
}

func scratch(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return filestore.ErrDiskFull.Because(err)
	}
	return err
}

// paperOf finds a paper of the draft.
func (d *work) paperOf(id string) (dossier.DraftPaper, bool) {
	i := slices.IndexFunc(d.Papers, func(x dossier.DraftPaper) bool { return x.ID == id })
	if i < 0 {
		return dossier.DraftPaper{}, false
	}
	return d.Papers[i], true
}

// anyway opens a draft also when it was overtaken: its papers can still be looked at.
func (p *pages) anyway(r *http.Request) (*work, error) {
	d, err := p.open(r.Context(), r.PathValue("draft"))
	if _, moved := errors.AsType[errMoved](err); err != nil && !moved {
		return nil, err
	}
	return d, nil
}

func (p *pages) preview(w http.ResponseWriter, r *http.Request) error {
	d, err := p.anyway(r)
	if err != nil {
		return err
	}
	x, ok := d.paperOf(r.PathValue("paper"))
	if !ok {
		return web.ErrNoPage
	}
	return p.serve(w, r, x.Paper)
}

// thumbSide is the longest side of a drawn-anew picture.
const previewSide = 1600

// serve answers the bytes of a paper so that nothing in it can act on this site: pictures drawn anew, PDF under a
// policy that allows nothing, everything else only to be saved.
func (p *pages) serve(w http.ResponseWriter, r *http.Request, x dossier.Paper) error {
	h, err := filestore.ParseHash(x.Hash)
	if err != nil {
		return web.ErrNoPage // handed over on paper, not scanned
	}
	f, err := p.Files.Open(h)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	kind := upload.Kind(x.Type)
	head := w.Header()
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
	head.Set("Cache-Control", "private, no-store")
	name := upload.NameFor(x.Name, kind)
	save := r.URL.Query().Get("tai") != ""
	switch {
	case kind.Picture() && !save:
		picture, err := upload.Thumbnail(r.Context(), &at{f}, x.Size, kind, previewSide)
		if err == nil {
			return web.WriteFile(w, "image/jpeg", strings.TrimSuffix(name, ".")+".jpg", true, bytes.NewReader(picture))
		}
		if fault.KindOf(err) == fault.Internal {
			return err
		}
	case kind == upload.PDF && !save:
		disposition(head, "inline", name)
		head.Set("Content-Type", kind.MediaType())
		return copyOut(w, f, x.Size)
	}
	disposition(head, "attachment", name)
	head.Set("Content-Type", kind.MediaType())
	return copyOut(w, f, x.Size)
}

func disposition(h http.Header, how, name string) {
	h.Set("Content-Disposition", how+"; filename*=UTF-8''"+url.PathEscape(name))
}

func copyOut(w http.ResponseWriter, f io.Reader, size int64) error {
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	_, err := io.Copy(w, f)
	if err != nil {
		return fmt.Errorf("send paper: %w", err)
	}
	return nil
}

// at reads a file of the store at any place; one goroutine at a time.
type at struct{ f io.ReadSeeker }

func (a *at) ReadAt(b []byte, off int64) (int, error) {
	if _, err := a.f.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(a.f, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

func (p *pages) askRemove(w http.ResponseWriter, r *http.Request) error {
	d, err := p.anyway(r)
	if err != nil {
		return err
	}
	x, ok := d.paperOf(r.PathValue("paper"))
	if !ok {
		return web.SeeOther(w, r, d.path("giay-to")) // taken out already
	}
	return web.Render(w, r, http.StatusOK, removePage(d, x))
}

func (p *pages) remove(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.Service.RemovePaper(ctx, actor(ctx), r.PathValue("draft"), r.PathValue("paper")); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/soan/"+url.PathEscape(r.PathValue("draft"))+"/giay-to", "filing.removed")
}

// size writes a number of bytes: "840 KB", "1,2 MB".
func size(ctx context.Context, n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(max(1, (n+512)>>10), 10) + " KB"
	}
	tenths := (n*10 + 1<<19) >> 20
	sep := ","
	if lang.From(ctx) == lang.EN {
		sep = "."
	}
	if tenths >= 100 {
		return viet.Count((tenths+5)/10) + " MB"
	}
	return strconv.FormatInt(tenths/10, 10) + sep + strconv.FormatInt(tenths%10, 10) + " MB"
}

// stored lists files received earlier, as the file field shows them.
func (d *work) stored(ctx context.Context, list []dossier.DraftPaper) []component.StoredFile {
	var out []component.StoredFile
	for _, x := range list {
		f := component.StoredFile{Name: x.Name, Size: size(ctx, x.Size), Notes: foundIn(ctx, x.Paper)}
		if x.Hash != "" {
			f.Href = d.path("giay-to", x.ID)
		}
		f.Remove = d.path("giay-to", x.ID, "bo")
		out = append(out, f)
	}
	return out
}

// foundIn says what was found in a file when it came: signatures and what they are worth, scripts, attachments.
func foundIn(ctx context.Context, p dossier.Paper) []string {
	var out []string
	if s := p.Signatures; s != nil {
		t := lang.T(ctx, sign.Status(s.Status).Key(), "n", s.Count)
		if len(s.Signers) > 0 {
			t += " " + lang.T(ctx, "sign.signers", "names", strings.Join(s.Signers, "; "))
		}
		out = append(out, t)
	}
	for _, f := range p.Flags {
		out = append(out, lang.T(ctx, upload.Flag(f).Key()))
	}
	return out
}
