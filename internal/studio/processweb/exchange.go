package processweb

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/bpmn"
	"github.com/motcua/motcua/internal/workflow/opencps"
	"github.com/motcua/motcua/internal/workflow/remodel"
	"github.com/motcua/motcua/lang"
)

// fieldFile is the input of a file that is brought in.
const fieldFile = "tep"

// Bounds of what is sent with a file.
const (
	mostParts  = 20
	mostFields = 4 << 10
)

// bpmn writes the process for tools that speak BPMN 2.0.
func (e editor) bpmn(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return web.ErrNoPage
	}
	raw, err := bpmn.Export(d.process, d.look(r.Context(), nil, nil))
	if err != nil {
		if errors.Is(err, bpmn.ErrBroken) {
			return errBroken
		}
		return err
	}
	return web.WriteFile(w, "application/xml", d.doc.ID+".bpmn", false, bytes.NewReader(raw))
}

// importView is what a file would make of the process, before anything is kept.
type importView struct {
	head
	desk     *desk
	key      string
	file     string
	version  int64
	problems []fileLine
	remarks  []fileLine
	text     string // empty: nothing can be taken over
	lines    []studio.Words
	steps    int
	reason   string
}

// fileLine is one finding with its place in the file.
type fileLine struct{ place, text string }

// bring reads a file and shows what it would make of the process. Nothing is kept by it.
func (e editor) bring(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r)
	if err != nil {
		return err
	}
	name, raw, err := readFile(r)
	if err != nil {
		return err
	}
	if len(raw) == 0 {
		return e.showText(w, r, http.StatusUnprocessableEntity, d, d.doc.Text, []component.FieldError{{ID: fieldFile, Text: lang.T(ctx, "process-edit.file-needed")}}, "")
	}
	v := importView{head: d.head(ctx, tailText), desk: d, key: web.NewKey(), file: name, version: d.doc.Version}
	v.reason = lang.T(ctx, "process-edit.brought", "file", clip(name))
	var p *workflow.Process
	if bytes.HasPrefix(raw, []byte("PK")) {
		p, err = v.spreadsheet(ctxLang(r), raw)
	} else {
		p, err = v.model(ctxLang(r), raw)
	}
	if err != nil {
		v.problems = append(v.problems, fileLine{text: fileError(r, err)})
	}
	status := http.StatusOK
	if p == nil || len(v.problems) > 0 {
		status = http.StatusUnprocessableEntity
	} else {
		p = remodel.Clone(p)
		p.ID = d.doc.ID
		v.text = pack.YAML(p)
		p.Each(func(string, *workflow.Step) { v.steps++ })
		if d.doc.Text != "" {
			v.lines = studio.DiffTexts(d.doc.Key, d.doc.Text, v.text, string(lang.From(ctx))).Lines
		}
	}
	return web.Render(w, r, status, importPage(v))
}

func ctxLang(r *http.Request) lang.Code { return lang.From(r.Context()) }

func clip(name string) string {
	if r := []rune(name); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return name
}

func (v *importView) model(code lang.Code, raw []byte) (*workflow.Process, error) {
	p, report, err := bpmn.Import(raw, bpmn.Options{Lang: code})
	tell := func(list []bpmn.Finding) []fileLine {
		var out []fileLine
		for _, f := range list {
			l := fileLine{text: f.Text(code)}
			if f.Line > 0 {
				l.place = lang.Text(code, "process-edit.line", "n", f.Line)
			}
			if f.ID != "" {
				l.text = f.Element + " " + f.ID + ": " + l.text
			}
			out = append(out, l)
		}
		return out
	}
	v.problems, v.remarks = tell(report.Problems), tell(report.Remarks)
	return p, err
}

func (v *importView) spreadsheet(code lang.Code, raw []byte) (*workflow.Process, error) {
	result, err := opencps.Read(raw, opencps.Options{})
	tell := func(list []opencps.Finding) []fileLine {
		var out []fileLine
		for _, f := range list {
			l := fileLine{place: f.Sheet, text: f.Text(code)}
			if f.Row > 0 {
				l.place += ", " + lang.Text(code, "process-edit.row", "n", strconv.Itoa(f.Row))
			}
			out = append(out, l)
		}
		return out
	}
	v.problems, v.remarks = tell(result.Problems), tell(result.Remarks)
	return result.Process, err
}

// fileError says why a file cannot be read at all.
func fileError(r *http.Request, err error) string {
	switch {
	case errors.Is(err, bpmn.ErrTooLarge), errors.Is(err, opencps.ErrTooLarge):
		return lang.T(r.Context(), "process-edit.file-large")
	}
	return lang.T(r.Context(), "process-edit.file-unread", "why", clip(err.Error()))
}

// readFile reads the form of a file: its key, and the file within bounds.
func readFile(r *http.Request) (name string, raw []byte, err error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return "", nil, web.ErrFormType
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, web.ErrMalformedForm.Because(err)
	}
	values := url.Values{}
	for range mostParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			form, err := web.NewForm(values)
			if err == nil && form.Key == "" {
				err = web.ErrMalformedForm
			}
			return name, raw, err
		}
		if err != nil {
			return "", nil, cut(err)
		}
		most := int64(mostFields)
		if part.FormName() == fieldFile {
			most = opencps.MaxFile + 1
		}
		text, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			return "", nil, cut(err)
		}
		if int64(len(text)) > most {
			return "", nil, web.ErrBodyTooLarge
		}
		if part.FormName() == fieldFile {
			raw = text
			name, _ = web.Clean(part.FileName())
			continue
		}
		values.Add(part.FormName(), string(text))
	}
	return "", nil, web.ErrTooManyFields
}

func cut(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return web.ErrBodyTooLarge.Because(err)
	}
	return web.ErrMalformedForm.Because(err)
}
