// Package sign puts digital signatures on PDFs and judges those it finds there. It works on
// bytes: where keys, certificates and time stamps come from is handed in.
//
// A signature is PAdES B-B (ETSI EN 319 142-1), with a time stamp B-T. It is always an incremental
// update: every byte of the document stays, so signature n+1 leaves signature n valid. The other half, Verify,
// never trusts what a file says about itself: what it cannot follow it calls unknown, not valid.
//
// The order of people is the caller's matter: a person signs first, the clerk for the
// agency last.
// law: ND30-2020 PL.I
package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// MaxSize is the largest PDF that is signed or judged, in bytes.
const MaxSize = 64 << 20

// Refusals. Their texts are in lang/sign.*.json.
var (
	ErrNotPDF    = fault.New(fault.Invalid, "sign.not-a-pdf")     // or damaged so that its structure cannot be followed
	ErrTooLarge  = fault.New(fault.TooLarge, "sign.too-large")    // {max} in MB
	ErrEncrypted = fault.New(fault.Unsupported, "sign.locked")    // protected by a password
	ErrSealed    = fault.New(fault.Conflict, "sign.final")        // an earlier signature forbids every change
	ErrNoPage    = fault.New(fault.Invalid, "sign.no-page")       // {page}
	ErrImage     = fault.New(fault.Invalid, "sign.image")         // the picture of a mark cannot be drawn
	ErrKeyTime   = fault.New(fault.Conflict, "sign.key-time")     // {from} {until}: the certificate is not in force
	ErrKey       = fault.New(fault.Invalid, "sign.key")           // wrong password, no key inside, or one that does not fit its certificate
	ErrStamp     = fault.New(fault.Unavailable, "sign.stamp")     // the time stamp did not come
	ErrNoKey     = fault.New(fault.Unavailable, "sign.no-key")    // signing is not configured
	ErrNoPKCS11  = fault.New(fault.Unsupported, "sign.no-pkcs11") // built without PKCS#11
)

// Key signs; the certificate in front of Chain says for whom.
type Key struct {
	Signer crypto.Signer
	Chain  []*x509.Certificate // the signer's first, then those that issued it, without the root
}

// Owner is the name in the certificate.
func (k Key) Owner() string {
	if len(k.Chain) == 0 {
		return ""
	}
	return subjectName(k.Chain[0])
}

// check tells whether the key may sign at the instant.
func (k Key) check(at time.Time) error {
	if k.Signer == nil || len(k.Chain) == 0 {
		return ErrNoKey
	}
	c := k.Chain[0]
	if at.Before(c.NotBefore) || at.After(c.NotAfter) {
		return ErrKeyTime.With("from", c.NotBefore.In(calendar.Zone).Format("02/01/2006")).With("until", c.NotAfter.In(calendar.Zone).Format("02/01/2006"))
	}
	return nil
}

// Stamper proves that something existed at a time (RFC 3161).
type Stamper interface {
	// Stamp returns the token over a SHA-256 digest, as DER.
	Stamp(ctx context.Context, digest []byte) (token []byte, err error)
}

// As says how a document is signed.
type As struct {
	At       time.Time // claimed time of signing, written in local time
	Name     string    // who signs; empty: the name in the certificate
	Agency   string    // shown in a mark without picture
	Reason   string
	Location string
	Mark     *Mark // what people see; nil: nothing
}

// Signer signs with one key. It is safe for concurrent use.
type Signer struct {
	Key     Key
	Stamper Stamper // nil: no time stamp
}

// Keyring is whoever can sign for the office; *Signer is one.
type Keyring interface {
	// Sign returns the document with one more signature. Refusals are faults; nothing of pdf is changed.
	Sign(ctx context.Context, pdf []byte, as As) ([]byte, error)
}

var _ Keyring = (*Signer)(nil)

// Sign implements Keyring.
func (s *Signer) Sign(ctx context.Context, pdf []byte, as As) ([]byte, error) {
	if err := s.Key.check(as.At); err != nil {
		return nil, err
	}
	if len(pdf) > MaxSize {
		return nil, ErrTooLarge.With("max", MaxSize>>20)
	}
	u, err := open(pdf)
	if err != nil {
		return nil, err
	}
	if as.Name == "" {
		as.Name = s.Key.Owner()
	}
	value, err := u.lodge(as, s.room())
	if err != nil {
		return nil, err
	}
	out, offsets, err := u.bytes()
	if err != nil {
		return nil, ErrNotPDF.Because(err)
	}
	return s.fill(ctx, out, offsets[value.n])
}

// room is how many bytes the signature may need.
func (s *Signer) room() int {
	n := 4 << 10
	for _, c := range s.Key.Chain {
		n += len(c.Raw)
	}
	if s.Stamper != nil {
		n += 12 << 10 // tokens carry certificates of their own
	}
	return n
}

// open begins an update of a document that may be signed.
func open(pdf []byte) (*update, error) {
	if len(pdf) == 0 {
		return nil, ErrNotPDF
	}
	v, err := newFile(pdf).view(len(pdf))
	if err != nil {
		return nil, ErrNotPDF.Because(err)
	}
	if _, locked := v.trailer["Encrypt"]; locked {
		return nil, ErrEncrypted
	}
	level, err := v.certified()
	if err != nil {
		return nil, ErrNotPDF.Because(err)
	}
	if level == 1 {
		return nil, ErrSealed
	}
	u, err := newUpdate(v)
	if err != nil {
		return nil, ErrNotPDF.Because(err)
	}
	return u, nil
}

// certified is what the author's certifying signature allows later: 1 nothing, 2 forms and signatures, 3 also
// remarks; 0 when there is none.
func (v *view) certified() (int, error) {
	root, err := v.dict(v.root)
	if err != nil {
		return 0, err
	}
	perms, err := v.dict(root["Perms"])
	if err != nil {
		return 0, err
	}
	value, err := v.dict(perms["DocMDP"])
	if err != nil || value == nil {
		return 0, err
	}
	refs, err := v.array(value["Reference"])
	if err != nil {
		return 0, err
	}
	for _, r := range refs[:min(len(refs), 16)] {
		d, err := v.dict(r)
		if err != nil {
			return 0, err
		}
		if d["TransformMethod"] != name("DocMDP") {
			continue
		}
		p, err := v.dict(d["TransformParams"])
		if err != nil {
			return 0, err
		}
		if n, ok := whole(p["P"]); ok && n >= 1 && n <= 3 {
			return n, nil
		}
		return 2, nil // the default of the format
	}
	return 0, nil
}

// rangeRoom is the place of /ByteRange while its numbers are not known.
const rangeRoom = "[0 ---------- ---------- ----------]"

// lodge adds the signature field, its value and its mark, and returns the value.
func (u *update) lodge(as As, room int) (ref, error) {
	broken := func(err error) error { return ErrNotPDF.Because(err) }
	root, err := u.v.dict(u.v.root)
	if err != nil || root == nil {
		return ref{}, broken(err)
	}
	value := dict{
		"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"),
		"M": text(pdfDate(as.At)), "ByteRange": raw(rangeRoom), "Contents": raw("<" + strings.Repeat("0", 2*room) + ">"),
	}
	for k, s := range map[name]string{"Name": as.Name, "Reason": as.Reason, "Location": as.Location} {
		if s != "" {
			value[k] = textString(s)
		}
	}
	valueRef := u.add(value)

	number := 1
	if as.Mark != nil {
		number = as.Mark.Page
	}
	page, err := u.v.page(number)
	if err != nil {
		return ref{}, err
	}
	form, err := u.v.dict(root["AcroForm"])
	if err != nil {
		return ref{}, broken(err)
	}
	fields, err := u.v.array(form["Fields"])
	if err != nil {
		return ref{}, broken(err)
	}
	label, err := u.label(fields)
	if err != nil {
		return ref{}, broken(err)
	}
	widget := dict{
		"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Sig"), "T": textString(label), "V": valueRef, "P": page.ref,
		"F":    4 | 128, // printed, and not to be moved
		"Rect": array{0, 0, 0, 0},
	}
	if as.Mark != nil {
		if err := u.draw(widget, page, as); err != nil {
			return ref{}, err
		}
	}
	field := u.add(widget)

	// The page shows it, the form knows it. What is referred to is changed where it stands.
	annots, err := u.v.array(page.dict["Annots"])
	if err != nil {
		return ref{}, broken(err)
	}
	if !u.edit(page.dict["Annots"], appended(annots, field)) {
		u.objects[page.ref.n] = page.dict.with("Annots", appended(annots, field))
	}
	fresh := form == nil
	if fresh {
		form = dict{}
	}
	changed := form.with("SigFlags", 3) // there are signatures; only append
	if !u.edit(form["Fields"], appended(fields, field)) {
		changed["Fields"] = appended(fields, field)
	}
	switch {
	case fresh: // an object of its own: some programs that sign later lose their field in a form within the catalogue
		u.objects[u.v.root.n] = root.with("AcroForm", u.add(changed))
	case !u.edit(root["AcroForm"], changed):
		u.objects[u.v.root.n] = root.with("AcroForm", changed)
	}
	return valueRef, nil
}

func appended(a array, o any) array { return append(a[:len(a):len(a)], o) }

// with is a copy of the dictionary with one more or another value.
func (d dict) with(k name, o any) dict {
	out := make(dict, len(d)+1)
	for k, o := range d {
		out[k] = o
	}
	out[k] = o
	return out
}

// label is a name that no field has yet.
func (u *update) label(fields array) (string, error) {
	taken := map[string]bool{}
	for _, f := range fields {
		d, err := u.v.dict(f)
		if err != nil {
			return "", err
		}
		t, err := u.v.resolve(d["T"])
		if err != nil {
			return "", err
		}
		if t, ok := t.(text); ok {
			taken[plain(t)] = true
		}
	}
	for n := len(fields) + 1; ; n++ {
		if s := "Signature" + strconv.Itoa(n); !taken[s] {
			return s, nil
		}
	}
}

// fill puts the signature into its place.
func (s *Signer) fill(ctx context.Context, out []byte, at int) ([]byte, error) {
	open := at + bytes.Index(out[at:], []byte("/Contents <")) + len("/Contents ")
	shut := open + bytes.IndexByte(out[open:], '>') + 1
	ranges := fmt.Sprintf("[0 %d %d %d", open, shut, len(out)-shut)
	ranges += strings.Repeat(" ", len(rangeRoom)-1-len(ranges)) + "]"
	copy(out[at+bytes.Index(out[at:], []byte(rangeRoom)):], ranges)

	h := sha256.New()
	h.Write(out[:open])
	h.Write(out[shut:])
	var stamp func([]byte) ([]byte, error)
	if s.Stamper != nil {
		stamp = func(digest []byte) ([]byte, error) {
			token, err := s.Stamper.Stamp(ctx, digest)
			if err != nil {
				return nil, ErrStamp.Because(err)
			}
			// A token that does not hold would make the signature one that does not hold.
			if _, err := readStamp(token, digest); err != nil {
				return nil, ErrStamp.Because(err)
			}
			return token, nil
		}
	}
	cms, err := cadesSignature([sha256.Size]byte(h.Sum(nil)), s.Key, stamp)
	if err != nil {
		return nil, err
	}
	if 2*len(cms) > shut-open-2 {
		return nil, fmt.Errorf("a signature of %d bytes does not fit its place of %d", len(cms), (shut-open-2)/2)
	}
	hex.Encode(out[open+1:], cms)
	return out, nil
}

// pdfDate writes an instant as PDFs do, in local time.
func pdfDate(t time.Time) string {
	return t.In(calendar.Zone).Format("D:20060102150405") + "+07'00'"
}

// textString writes text as PDFs do: ASCII as it is, everything else in UTF-16.
func textString(s string) text {
	ascii := true
	for _, c := range []byte(s) {
		ascii = ascii && c >= ' ' && c <= '~'
	}
	if ascii {
		return text(s)
	}
	out := text{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u)) // #nosec G115 -- two halves
	}
	return out
}

// plain reads a text string.
func plain(t text) string {
	if len(t) >= 2 && t[0] == 0xfe && t[1] == 0xff {
		var u []uint16
		for i := 2; i+1 < len(t); i += 2 {
			u = append(u, uint16(t[i])<<8|uint16(t[i+1]))
		}
		return string(utf16.Decode(u))
	}
	if len(t) >= 3 && t[0] == 0xef && t[1] == 0xbb && t[2] == 0xbf {
		return strings.ToValidUTF8(string(t[3:]), "�")
	}
	var b strings.Builder
	for _, c := range t {
		b.WriteRune(rune(c)) // close enough to PDFDocEncoding for names of fields
	}
	return b.String()
}
