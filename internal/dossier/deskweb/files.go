package deskweb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/internal/upload"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// received is one file of a form: stored, or refused.
type received struct {
	field string
	paper dossier.Paper
	err   error
}

// Bounds of a form with files.
const (
	maxParts = 2000
	maxFiles = 20
)

// readMixed reads a form that may carry files. Texts come as from web.ReadForm; each file is judged by its content and
// stored, or its refusal is kept beside the name of its input.
func (d *desk) readMixed(r *http.Request) (web.Form, []received, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		f, err := web.ReadForm(r)
		return f, nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return web.Form{}, nil, web.ErrMalformedForm.Because(err)
	}
	values := url.Values{}
	var files []received
	room := int64(maxForm)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return web.Form{}, nil, malformed(err)
		}
		if n >= maxParts {
			return web.Form{}, nil, web.ErrTooManyFields
		}
		if part.FileName() == "" {
			// Browsers send an input without a file as a part without name.
			text, err := io.ReadAll(io.LimitReader(part, room+1))
			if err != nil {
				return web.Form{}, nil, malformed(err)
			}
			if room -= int64(len(text)); room < 0 {
				return web.Form{}, nil, web.ErrBodyTooLarge
			}
			if part.Header.Get("Content-Type") == "" {
				values.Add(part.FormName(), string(text))
			}
			continue
		}
		if len(files) >= maxFiles {
			return web.Form{}, nil, dossier.ErrTooManyPapers.With("max", maxFiles)
		}
		p, err := d.receive(r.Context(), part)
		if err != nil {
			if _, refused := asRefusal(err); !refused {
				return web.Form{}, nil, err
			}
		}
		files = append(files, received{part.FormName(), p, err})
	}
	f, err := web.NewForm(values)
	return f, files, err
}

func malformed(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return web.ErrBodyTooLarge.Because(err)
	}
	return web.ErrMalformedForm.Because(err)
}

// receive judges one file and stores it. The whole part is read even when it is refused, so that the rest of
// the form is kept.
func (d *desk) receive(ctx context.Context, part *multipart.Part) (p dossier.Paper, err error) {
	tmp, err := os.CreateTemp(d.Scratch, "desk-")
	if err != nil {
		return p, fmt.Errorf("receive file: %w", err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	limit := d.Policy.MaxSize
	size, err := io.Copy(tmp, io.LimitReader(part, limit+1))
	if err != nil {
		return p, malformed(err)
	}
	if size > limit {
		if _, err := io.Copy(io.Discard, part); err != nil {
			return p, malformed(err)
		}
		return p, upload.ErrTooLarge.With("max", limit>>20)
	}
	verdict, err := d.Policy.Judge(tmp, size)
	if err != nil {
		return p, err
	}
	for _, f := range verdict.Flags {
		p.Flags = append(p.Flags, string(f))
	}
	if verdict.Kind == upload.PDF && d.Signatures != nil {
		p.Signatures = d.Signatures(ctx, tmp, size)
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return p, fmt.Errorf("receive file: %w", err)
	}
	info, err := d.Files.Put(ctx, tmp, limit)
	if err != nil {
		return p, err
	}
	p.Name = upload.NameFor(upload.CleanName(part.FileName()), verdict.Kind)
	p.Type, p.Size, p.Hash, p.Form, p.Count = string(verdict.Kind), info.Size, string(info.Hash), "electronic", 1
	return p, nil
}

// paperRow is one line of the papers of a dossier.
type paperRow struct {
	id        string // of the component
	component string
	name      string
	form      string
	size      string
	open      string // shows it, where a browser can
	load      string // saves it
	result    bool
	found     []string // signatures and what they are worth, scripts, attachments
}

func (d *desk) paperRows(ctx context.Context, x *dossier.Dossier, f dossier.Facts) []paperRow {
	var out []paperRow
	for _, p := range x.Papers {
		out = append(out, paperLine(ctx, x.ID, p, componentName(ctx, f.Procedure, p.Component)))
	}
	for _, p := range x.ResultFiles() {
		row := paperLine(ctx, x.ID, p, lang.T(ctx, "desk.paper.result"))
		row.result = true
		out = append(out, row)
	}
	return out
}

func componentName(ctx context.Context, v procedure.Version, id string) string {
	if id == dossier.MandatePaper {
		return lang.T(ctx, "desk.visit.mandate-paper")
	}
	for _, c := range v.Components {
		if c.ID == id {
			return c.Name
		}
	}
	return ""
}

func paperLine(ctx context.Context, id string, p dossier.Paper, of string) paperRow {
	row := paperRow{id: p.Component, component: of, name: p.Name, form: formText(ctx, p), found: foundIn(ctx, p)}
	if row.component == "" {
		row.component = lang.T(ctx, "desk.paper.other")
	}
	if p.Hash != "" {
		row.size = sizeText(p.Size)
		row.load = pathCase + id + "/giay-to/" + p.Hash
		if shownInline(p.Type) {
			row.open = row.load + "?xem=1"
		}
	}
	return row
}

// foundIn says what was found in a file when it came.
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

// formText says in what form a paper came, and how many: "1 bản chính", "tệp PDF".
func formText(ctx context.Context, p dossier.Paper) string {
	switch p.Form {
	case formOriginal, formCopy, formCertified:
		return lang.T(ctx, "desk.paper.form."+p.Form, "n", max(1, p.Count))
	}
	if p.Hash == "" {
		return lang.T(ctx, "desk.paper.form.original", "n", max(1, p.Count))
	}
	return lang.T(ctx, "desk.paper.form.electronic", "kind", strings.ToUpper(p.Type))
}

// sizeText writes a size as people read it: "840 KB", "2,4 MB".
func sizeText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, (n+512)>>10))
	}
	return strings.ReplaceAll(fmt.Sprintf("%.1f MB", float64(n)/(1<<20)), ".", ",")
}

func shownInline(kind string) bool {
	k := upload.Kind(kind)
	return k == upload.PDF || k.Picture()
}

func (d *desk) file(w http.ResponseWriter, r *http.Request) error {
	x, _, err := d.Service.Dossier(r.Context(), actor(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	hash := r.PathValue("hash")
	papers := x.Files()
	i := slices.IndexFunc(papers, func(p dossier.Paper) bool { return p.Hash == hash })
	if i < 0 {
		return filestore.ErrNotFound
	}
	switch ok, err := d.shows(r.Context(), x, papers[i]); {
	case err != nil:
		return err
	case !ok:
		return filestore.ErrNotFound
	}
	if err := d.saw(r.Context(), x.ID, casefile.ViewPaper, casefile.ThingOf(hash)); err != nil {
		return err
	}
	return d.serve(w, r, papers[i])
}

// Content policies of files that people sent: nothing in them runs or loads anything.
const (
	policyPicture = "default-src 'none'; sandbox; frame-ancestors 'none'"
	policyPDF     = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'" // browsers' own viewers do not start in a sandbox
)

// serve sends the bytes of a paper: to be saved, or shown where that is asked for and safe.
func (d *desk) serve(w http.ResponseWriter, r *http.Request, p dossier.Paper) error {
	hash, err := filestore.ParseHash(p.Hash)
	if err != nil {
		return err
	}
	body, err := d.Files.Open(hash)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := w.Header()
	way := "attachment"
	if r.URL.Query().Has("xem") && shownInline(p.Type) {
		way = "inline"
	}
	h.Set("Content-Type", upload.Kind(p.Type).MediaType())
	h.Set("Content-Disposition", way+"; filename*=UTF-8''"+url.PathEscape(p.Name))
	h.Set("Content-Security-Policy", policyPicture)
	if p.Type == string(upload.PDF) {
		h.Set("Content-Security-Policy", policyPDF)
	}
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, body)
	return nil
}

// slipLink is one printed form of a dossier.
type slipLink struct{ text, href string }

// Names of the printed forms in addresses: the newest of its kind. Each paper also has its own name.
const (
	slipReceipt = "tiep-nhan"
	slipControl = "kiem-soat"
)

// formNames are the forms in addresses.
var formNames = map[string]string{
	slipReceipt: dossier.FormReceipt, "bo-sung": dossier.FormSupplement, "tu-choi": dossier.FormRefusal, "xin-loi": dossier.FormApology,
	"dung": dossier.FormStop,
}

// slipsOf lists what was printed of a dossier, oldest first, and the control slip that writes itself.
func slipsOf(ctx context.Context, x *dossier.Dossier, events []journal.Event) []slipLink {
	list, err := paper.List(events)
	if err != nil {
		return nil // the page itself says what is wrong with the record
	}
	var out []slipLink
	for _, p := range list {
		text := lang.T(ctx, "desk.slip."+p.Form)
		if p.Slip.Number > 0 {
			text = slipText(ctx, p.Slip)
		}
		path := pathCase + x.ID + "/phieu/" + p.Name()
		out = append(out, slipLink{text, path + ".pdf"})
		if print.Editable(p.Form) {
			out = append(out, slipLink{lang.T(ctx, "desk.slip.word", "form", text), path + ".docx"})
		}
	}
	if x.Accepted() {
		out = append(out, slipLink{lang.T(ctx, "desk.slip.control_slip"), pathCase + x.ID + "/phieu/" + slipControl + ".pdf"})
	}
	return out
}

// slipText names a paper with its number in the book.
func slipText(ctx context.Context, s dossier.Slip) string {
	return lang.T(ctx, "desk.slip.numbered", "form", lang.T(ctx, "desk.slip."+s.Form), "number", strconv.Itoa(s.Number), "year", strconv.Itoa(s.Year))
}

// slip answers one of the forms the office hands out, as it stood at the act that issued it.
func (d *desk) slip(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, events, err := d.Service.Dossier(ctx, actor(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	name, kind, _ := strings.Cut(r.PathValue("form"), ".")
	src := d.source()
	if err := d.saw(ctx, x.ID, casefile.ViewPrint, ""); err != nil {
		return err
	}
	if name == slipControl && kind == "pdf" {
		return d.control(w, x)
	}
	p, err := paper.Find(events, cmp.Or(formNames[name], name))
	if err != nil {
		return err
	}
	switch kind {
	case "pdf":
		pdf, err := src.PDF(ctx, events, p, "")
		if err != nil {
			return err
		}
		w.Header().Set("Content-Security-Policy", policyPDF)
		return web.WriteFile(w, "application/pdf", name+"-"+x.Shown()+".pdf", true, body(pdf))
	case "docx":
		f, err := src.Fill(events, p, "")
		if err != nil {
			return err
		}
		docx, err := f.DOCX()
		if err != nil {
			return err
		}
		return web.WriteFile(w, mediaDOCX, name+"-"+x.Shown()+".docx", false, body(docx))
	}
	return web.ErrNoPage
}

const mediaDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (d *desk) control(w http.ResponseWriter, x *dossier.Dossier) error {
	now, src := d.Now(), d.source()
	v, err := src.ControlSlip(x, now)
	if err != nil {
		return err
	}
	forms, err := src.Forms(x, now)
	if err != nil {
		return err
	}
	pdf, err := forms.ControlSlip(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", policyPDF)
	return web.WriteFile(w, "application/pdf", slipControl+"-"+x.Shown()+".pdf", true, body(pdf))
}

// body is bytes that write themselves once.
type body []byte

// WriteTo is io.WriterTo.
func (b body) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}
