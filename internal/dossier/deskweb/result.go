package deskweb

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
)

// errKept refuses a file of an earlier form that cannot be told any more: it has to be chosen again.
var errKept = fault.New(fault.Invalid, "upload.choose-again")

// A decision may yield several documents. The first one's inputs bear plain names, the others the number of their
// row: so-ket-qua, so-ket-qua-2, so-ket-qua-3.

// resultRow is one document of a result as the form asks for it.
type resultRow struct {
	n      int
	number string
	date   string
	name   string
	file   string
	kept   *component.StoredFile
	keep   string // value of the hidden input that stands for the file received earlier
}

func inRow(name string, n int) string {
	if n <= 1 {
		return name
	}
	return name + "-" + strconv.Itoa(n)
}

// rows is how many documents the form has.
func rows(typed url.Values) int {
	n, err := strconv.Atoi(typed.Get(fieldRows))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, mostRows)
}

// resultRows are the documents the form asks for, with what was typed.
func (a actForm) resultRows() []resultRow {
	out := make([]resultRow, rows(a.typed))
	for i := range out {
		n := i + 1
		out[i] = resultRow{n: n, number: inRow(fieldNumber, n), date: inRow(fieldDate, n), name: inRow(fieldName, n), file: inRow(fieldFile, n), keep: a.typed.Get(inRow(fieldFile, n) + suffixKept)}
		if p, ok := readPaper(out[i].keep); ok {
			out[i].kept = &component.StoredFile{Name: p.Name, Size: sizeText(p.Size)}
		}
	}
	return out
}

// emptyResult finds the first document whose number or name is missing.
func emptyResult(typed url.Values) string {
	for n := range rows(typed) {
		for _, name := range []string{inRow(fieldNumber, n+1), inRow(fieldName, n+1)} {
			if n > 0 && blankRow(typed, n+1) {
				continue
			}
			if typed.Get(name) == "" {
				return name
			}
		}
	}
	return fieldNumber
}

// wrongDate finds the first document whose date is none.
func wrongDate(typed url.Values) string {
	for n := range rows(typed) {
		name := inRow(fieldDate, n+1)
		if _, ok := web.ReadDate(typed.Get(name)); typed.Get(name) != "" && !ok {
			return name
		}
	}
	return fieldDate
}

// blankRow reports whether nothing was said in a row: it is left out.
func blankRow(typed url.Values, n int) bool {
	return typed.Get(inRow(fieldNumber, n)) == "" && typed.Get(inRow(fieldName, n)) == "" && typed.Get(inRow(fieldFile, n)+suffixKept) == ""
}

// readResults reads the documents of a result. Files that arrived are noted in the form, so that a form shown again
// keeps them. The first document is always there; rows left empty are not.
func (d *desk) readResults(f *web.Form, files []received) ([]dossier.Result, error) {
	var refused error
	for _, file := range files {
		switch {
		case file.err != nil:
			refused = file.err
		case strings.HasPrefix(file.field, fieldFile):
			f.Set(file.field+suffixKept, d.sealed(file.paper))
		}
	}
	if refused != nil {
		return nil, refused
	}
	out := []dossier.Result{}
	for n := 1; n <= rows(f.Values); n++ {
		if n > 1 && blankRow(f.Values, n) {
			continue
		}
		r := dossier.Result{Number: f.Get(inRow(fieldNumber, n)), Name: f.Get(inRow(fieldName, n))}
		if day := f.Get(inRow(fieldDate, n)); day != "" {
			t, ok := web.ReadDate(day)
			if !ok {
				return nil, errResultDate
			}
			r.Date = t.Format(time.DateOnly)
		}
		if kept := f.Get(inRow(fieldFile, n) + suffixKept); kept != "" {
			p, ok := d.unsealed(kept)
			if !ok {
				f.Del(inRow(fieldFile, n) + suffixKept)
				return nil, errKept
			}
			r.File = &p
		}
		out = append(out, r)
	}
	return out, nil
}

// moreResults shows the form again with one more row.
func (d *desk) moreResults(w http.ResponseWriter, r *http.Request, act string, f web.Form, why error) error {
	if why != nil {
		return d.again(w, r, act, f, why)
	}
	ctx := r.Context()
	c, err := d.caseOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	f.Set(fieldRows, strconv.Itoa(min(mostRows, rows(f.Values)+1)))
	if err := d.open(ctx, c, act, f.Values); err != nil {
		return err
	}
	if c.form == nil || c.form.id != act || !c.form.result {
		return d.again(w, r, act, f, dossier.ErrAction.With("action", act))
	}
	if back := f.Get("_from"); back != "" {
		c.back = web.Local(back)
	}
	return d.renderCase(w, r, http.StatusOK, c)
}

// correct issues the corrected result.
func (d *desk) correct(w http.ResponseWriter, r *http.Request) error {
	f, files, err := d.readMixed(r)
	if err != nil {
		return err
	}
	req, err := request(r, f)
	if err != nil {
		return err
	}
	rs, err := d.readResults(&f, files)
	if f.Get(fieldDo) == doMore {
		return d.moreResults(w, r, dossier.ActCorrect, f, err)
	}
	if err != nil {
		return d.again(w, r, dossier.ActCorrect, f, err)
	}
	c := dossier.CorrectCommand{Result: rs[0], File: rs[0].File, More: rs[1:]}
	c.Result.File = nil
	if _, err := d.Service.Correct(r.Context(), req, c); err != nil {
		return d.again(w, r, dossier.ActCorrect, f, err)
	}
	return done(w, r, f, "desk.done.correct")
}

// sealed stands for a stored file in a hidden input: what it is, and a seal without which anybody could name the
// hash of a file that is none of his.
func (d *desk) sealed(p dossier.Paper) string {
	raw, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	body := base64.RawURLEncoding.EncodeToString(raw)
	return body + "." + base64.RawURLEncoding.EncodeToString(d.seal(body))
}

func (d *desk) seal(body string) []byte {
	m := hmac.New(sha256.New, d.sealKey)
	m.Write([]byte(body))
	return m.Sum(nil)
}

// unsealed is the file that a hidden input stands for.
func (d *desk) unsealed(s string) (dossier.Paper, bool) {
	body, tag, ok := strings.Cut(s, ".")
	given, err := base64.RawURLEncoding.DecodeString(tag)
	if !ok || err != nil || !hmac.Equal(given, d.seal(body)) {
		return dossier.Paper{}, false
	}
	return readPaper(s)
}

// readPaper reads what a hidden input says of its file, to show it. It is not proof of anything.
func readPaper(s string) (p dossier.Paper, ok bool) {
	body, _, _ := strings.Cut(s, ".")
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || len(raw) == 0 {
		return p, false
	}
	return p, json.Unmarshal(raw, &p) == nil
}
