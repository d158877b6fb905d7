package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/fault"
)

// Refusals of forms that no page of ours sends.
var (
	ErrMalformedForm = fault.New(fault.Invalid, "web.malformed-form")
	ErrTooManyFields = fault.New(fault.TooLarge, "web.too-many-fields")
	ErrBodyTooLarge  = fault.New(fault.TooLarge, "web.body-too-large")
	ErrFormType      = fault.New(fault.Unsupported, "web.form-type")
)

// maxFields bounds the values of one form; the longest e-form has some hundred.
const maxFields = 5000

// Form is what a person sent: text in NFC without control characters, trimmed.
type Form struct {
	url.Values
	Key     string // idempotency key of the page (field _key)
	Version int64  // version of the dossier the person saw (field _version); 0 when absent
}

// ReadForm reads a form sent as application/x-www-form-urlencoded, body only. Multipart forms are read
// by the handler as a stream, with Clean for their texts.
func ReadForm(r *http.Request) (Form, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return Form{}, ErrFormType
	}
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return Form{}, ErrBodyTooLarge.Because(err)
		}
		return Form{}, ErrMalformedForm.Because(err)
	}
	return NewForm(r.PostForm)
}

// NewForm checks and cleans values read by the caller.
func NewForm(values url.Values) (Form, error) {
	f := Form{Values: make(url.Values, len(values))}
	n := 0
	for name, list := range values {
		if n += len(list); n > maxFields {
			return Form{}, ErrTooManyFields
		}
		if !utf8.ValidString(name) {
			return Form{}, ErrMalformedForm
		}
		for _, v := range list {
			clean, ok := Clean(v)
			if !ok {
				return Form{}, ErrMalformedForm
			}
			f.Add(name, clean)
		}
	}
	f.Key = f.Get("_key")
	if len(f.Key) > 64 {
		return Form{}, ErrMalformedForm
	}
	if v := f.Get("_version"); v != "" {
		version, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return Form{}, ErrMalformedForm
		}
		f.Version = version
	}
	return f, nil
}

// Clean makes one typed text safe to keep: NFC, line ends as \n, no control characters, no
// blanks around. It reports false when the bytes are no UTF-8.
func Clean(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	if strings.ContainsFunc(s, isControl) {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.Map(func(r rune) rune {
			if isControl(r) && r != '\n' {
				if r == '\t' || r == '\r' {
					return ' '
				}
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s), true
}

// isControl finds what a person cannot have meant to type: C0, C1, and the marks that turn the
// direction of text around and so can disguise a name.
func isControl(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// ReadDate reads a date as people write it: 16/03/2026, 16-3-2026, 16.3.2026 or 16032026. It reports
// false for anything else and for days that do not exist. The time is midnight UTC.
func ReadDate(s string) (time.Time, bool) {
	s = norm.NFKC.String(strings.TrimSpace(s)) // full-width digits of some keyboards
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' || r == ' ' })
	if s == "" || s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	if len(parts) == 1 && len(s) == 8 {
		parts = []string{s[:2], s[2:4], s[4:]}
	}
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 4 {
		return time.Time{}, false
	}
	var n [3]int
	for i, p := range parts {
		for _, d := range []byte(p) {
			if d < '0' || d > '9' {
				return time.Time{}, false
			}
			n[i] = n[i]*10 + int(d-'0')
		}
	}
	date := time.Date(n[2], time.Month(n[1]), n[0], 0, 0, 0, 0, time.UTC)
	if date.Day() != n[0] || int(date.Month()) != n[1] || date.Year() != n[2] || n[2] == 0 {
		return time.Time{}, false
	}
	return date, true
}
