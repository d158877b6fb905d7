package sign

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

// Status is what a signature, or all of a file, is worth.
type Status string

// Statuses, the worst first: a file has the worst of its signatures.
const (
	Broken         Status = "broken"          // the signed bytes or the signature were altered
	Changed        Status = "changed"         // what was signed is whole, but the document was changed after it
	Revoked        Status = "revoked"         // the certificate was withdrawn before
	Expired        Status = "expired"         // the certificate was not in force, or is over and no time stamp proves the time
	Unknown        Status = "unknown"         // there is a signature that could not be judged
	ValidUntrusted Status = "valid_untrusted" // holds, but nothing shows that the signer is who the certificate says
	Valid          Status = "valid"
	None           Status = "none" // no signature
)

var worst = []Status{Broken, Changed, Revoked, Expired, Unknown, ValidUntrusted, Valid}

// Reason says why a signature has its status; its text has the key Key.
type Reason string

// Reasons.
const (
	ReasonRange      Reason = "range"        // the signature leaves out bytes that are not its own
	ReasonDigest     Reason = "digest"       // the bytes are not those that were signed
	ReasonAfter      Reason = "after"        // pages or contents were changed after it
	ReasonRevoked    Reason = "revoked"      //
	ReasonNotInForce Reason = "not-in-force" // at the time of signing
	ReasonOver       Reason = "over"         // in force when it says it was signed, over today, no time stamp
	ReasonUnreadable Reason = "unreadable"   // damaged, or written in a way that is not read here
	ReasonAlgorithm  Reason = "algorithm"    // too weak or not known
	ReasonLimit      Reason = "limit"        // larger or more complicated than is judged here
	ReasonNoRoots    Reason = "no-roots"     // no authority was configured
	ReasonChain      Reason = "chain"        // the certificate leads to no authority that is believed
)

// Key is the key of the text that explains the reason.
func (r Reason) Key() string { return "sign.reason." + string(r) }

// After tells what came into the file behind what a signature covers.
type After string

// What may come after a signature.
const (
	AfterNothing    After = ""
	AfterSignatures After = "signatures" // further signatures, marks of them, proofs for them
	AfterForm       After = "form"       // values of form fields too
	AfterOther      After = "other"
)

// Signature is one signature of a file.
type Signature struct {
	Field   string    `json:"field,omitempty"`
	Stamp   bool      `json:"stamp,omitempty"` // a time stamp over the document, nobody's signature
	Signer  string    `json:"signer,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Issuer  string    `json:"issuer,omitempty"`
	Serial  string    `json:"serial,omitempty"` // hexadecimal
	From    time.Time `json:"from,omitzero"`    // the certificate is in force
	Until   time.Time `json:"until,omitzero"`
	Claimed time.Time `json:"claimed,omitzero"` // as the signer says
	Stamped time.Time `json:"stamped,omitzero"` // as a time stamp says
	// StampTrusted: the time stamp leads to an authority that is believed, so Stamped counts.
	StampTrusted bool       `json:"stamp_trusted,omitempty"`
	Whole        bool       `json:"whole"` // covers the file to its end
	After        After      `json:"after,omitempty"`
	Chain        Chain      `json:"chain"`
	Revocation   Revocation `json:"revocation"`
	Status       Status     `json:"status"`
	Reason       Reason     `json:"reason,omitempty"`
}

// Chain tells whether the certificate leads to an authority that is believed.
type Chain string

// What is known of a chain.
const (
	ChainTrusted   Chain = "trusted"
	ChainUntrusted Chain = "untrusted"
	ChainUnknown   Chain = "unknown" // no authority was configured
)

// Revocation tells whether the certificate was withdrawn.
type Revocation string

// What is known of a certificate.
const (
	NotChecked Revocation = "not_checked"
	Good       Revocation = "good"
	Withdrawn  Revocation = "revoked"
)

// Result is what was found in a file. It is plain data and may be kept.
type Result struct {
	Status     Status      `json:"status"`
	Reason     Reason      `json:"reason,omitempty"`
	Signatures []Signature `json:"signatures,omitempty"`
	At         time.Time   `json:"at,omitzero"` // when it was judged
}

// Key is the key of the sentence that tells people the status; {n} is the number of signatures.
func (s Status) Key() string { return "sign.status." + string(s) }

// Options is what signatures are judged with.
type Options struct {
	Now   time.Time
	Trust *Trust // nil: no authority is believed, and that is said
	// Revocation tells what is known of a certificate at an instant; nil: only what the file carries tells.
	Revocation func(cert, issuer *x509.Certificate, at time.Time) Revocation
}

// Bounds on judging.
const (
	maxSignatures = 20
	maxFields     = 10_000
	maxMarks      = 200_000    // annotations of all pages
	maxSteps      = 10_000_000 // objects visited while looking for changes
	futureSlack   = 10 * time.Minute
)

var byteRange = []byte("/ByteRange")

// VerifyFile is Verify for a file that is read only when it may hold a signature.
func VerifyFile(r io.ReaderAt, size int64, o Options) (Result, error) {
	const window = 256 << 10
	buf := make([]byte, min(size, window+int64(len(byteRange))))
	found := false
	for off := int64(0); off < size && !found; off += window {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-off)], off)
		if err != nil && !errors.Is(err, io.EOF) {
			return Result{}, err
		}
		found = bytes.Contains(buf[:n], byteRange)
	}
	switch {
	case !found:
		return Result{Status: None, At: o.Now}, nil
	case size > MaxSize:
		return Result{Status: Unknown, Reason: ReasonLimit, At: o.Now}, nil
	}
	all := make([]byte, size)
	if n, err := r.ReadAt(all, 0); n < len(all) {
		return Result{}, err
	}
	return Verify(all, o), nil
}

// Verify judges every signature of a PDF. It refuses nothing: what cannot be judged is Unknown. Hostile files cost
// bounded time and memory.
func Verify(pdf []byte, o Options) Result {
	res := Result{Status: None, At: o.Now}
	if !bytes.Contains(pdf, byteRange) {
		return res
	}
	unknown := func(err error) Result {
		res.Status, res.Reason = Unknown, ReasonUnreadable
		if errors.Is(err, errLimit) || err == nil {
			res.Reason = ReasonLimit
		}
		return res
	}
	if len(pdf) > MaxSize {
		return unknown(nil)
	}
	f := newFile(pdf)
	last, err := f.view(len(pdf))
	if err != nil {
		return unknown(err)
	}
	found, err := last.signatures()
	if err != nil {
		return unknown(err)
	}
	if len(found) == 0 {
		return res
	}
	if len(found) > maxSignatures {
		return unknown(nil)
	}
	j := judge{f: f, o: o, last: last, proofs: last.proofs()}
	j.all(found)
	res.Status = Valid
	stampsOnly := !slices.ContainsFunc(found, func(l *lodged) bool { return !l.out.Stamp })
	for _, s := range found {
		res.Signatures = append(res.Signatures, s.out)
		// A time stamp over the document that proves nothing takes nothing from what people signed.
		if s.out.Stamp && !stampsOnly && s.out.Status != Broken && s.out.Status != Changed {
			continue
		}
		if slices.Index(worst, s.out.Status) < slices.Index(worst, res.Status) {
			res.Status, res.Reason = s.out.Status, s.out.Reason
		}
	}
	return res
}

// lodged is a signature as it lies in a file.
type lodged struct {
	at    ref // of its value
	value dict
	gap   [2]int // of /Contents
	end   int    // one past the last byte it covers; 0 when its range means nothing
	old   *view  // the document as it was signed
	out   Signature
}

// signatures lists the signed signature fields in the order of the bytes they cover.
func (v *view) signatures() ([]*lodged, error) {
	var out []*lodged
	seen := map[int]bool{}
	take := func(_ ref, d dict, kind name) error {
		if kind != "Sig" {
			return nil
		}
		at, isRef := d["V"].(ref)
		value, err := v.dict(d["V"])
		if err != nil || value == nil || isRef && seen[at.n] {
			return err
		}
		seen[at.n] = isRef
		l := &lodged{at: at, value: value}
		if t, err := v.resolve(d["T"]); err == nil {
			if t, ok := t.(text); ok {
				l.out.Field = cut(plain(t))
			}
		}
		if p := v.place(at.n); isRef && p.index < 0 {
			l.gap = v.f.gaps[p]
		}
		l.end = l.covers(v)
		out = append(out, l)
		return nil
	}
	err := v.fields(take)
	if err == nil {
		err = v.marks(take) // some programs put their field on the page only, and viewers show it
	}
	slices.SortStableFunc(out, func(a, b *lodged) int { return a.end - b.end })
	return out, err
}

// covers reads the range of a signature: everything from the first byte on but its own /Contents.
func (l *lodged) covers(v *view) int {
	a, err := v.array(l.value["ByteRange"])
	if err != nil || len(a) != 4 {
		return 0
	}
	var n [4]int
	for i := range n {
		x, err := v.resolve(a[i])
		k, ok := whole(x)
		if err != nil || !ok || k > len(v.f.b) {
			return 0
		}
		n[i] = k
	}
	// The gap must be the place of this very value, else something unsigned stands in it.
	if n[0] != 0 || n[1] != l.gap[0] || n[2] != l.gap[1] || l.gap[1] <= l.gap[0] || n[2]+n[3] > len(v.f.b) || n[3] == 0 || v.f.b[l.gap[0]] != '<' {
		return 0
	}
	return n[2] + n[3]
}

// fields visits every field of the form, with the kind it has or inherits.
func (v *view) fields(visit func(at ref, d dict, kind name) error) error {
	root, err := v.dict(v.root)
	if err != nil {
		return err
	}
	form, err := v.dict(root["AcroForm"])
	if err != nil {
		return err
	}
	top, err := v.array(form["Fields"])
	if err != nil {
		return err
	}
	seen, count := map[int]bool{}, 0
	var walk func(list array, kind name, depth int) error
	walk = func(list array, kind name, depth int) error {
		for _, o := range list {
			r, _ := o.(ref)
			if r.n != 0 && seen[r.n] {
				continue
			}
			seen[r.n] = true
			if count++; count > maxFields || depth > maxDepth {
				return errLimit
			}
			d, err := v.dict(o)
			if err != nil {
				return err
			}
			k := kind
			if own, ok := d["FT"].(name); ok {
				k = own
			}
			if err := visit(r, d, k); err != nil {
				return err
			}
			kids, err := v.array(d["Kids"])
			if err != nil {
				return err
			}
			if err := walk(kids, k, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(top, "", 0)
}

// marks visits the fields that stand among the annotations of pages.
func (v *view) marks(visit func(at ref, d dict, kind name) error) error {
	root, err := v.dict(v.root)
	if err != nil {
		return err
	}
	seen, count := map[int]bool{}, 0
	var walk func(node any, depth int) error
	walk = func(node any, depth int) error {
		r, ok := node.(ref)
		if !ok || seen[r.n] {
			return nil
		}
		seen[r.n] = true
		if depth > maxDepth || len(seen) > maxPages {
			return errLimit
		}
		page, err := v.dict(r)
		if err != nil {
			return err
		}
		annots, err := v.array(page["Annots"])
		if err != nil {
			return err
		}
		for _, o := range annots {
			if count++; count > maxMarks {
				return errLimit
			}
			d, err := v.dict(o)
			if err != nil {
				return err
			}
			if kind, _ := d["FT"].(name); kind == "Sig" {
				at, _ := o.(ref)
				if err := visit(at, d, kind); err != nil {
					return err
				}
			}
		}
		kids, err := v.array(page["Kids"])
		if err != nil {
			return err
		}
		for _, k := range kids {
			if err := walk(k, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(root["Pages"], 0)
}

// judge holds what judging the signatures of one file shares.
type judge struct {
	f     *file
	o     Options
	last  *view
	steps int

	proofs proofs
}

func (j *judge) all(found []*lodged) {
	for _, l := range found {
		j.bytes(l)
	}
	// What follows a signature is looked at from one signature to the next: all that follows the next follows this one too.
	after, trouble := AfterNothing, error(nil)
	next := j.last
	for i := len(found) - 1; i >= 0; i-- {
		l := found[i]
		if l.old == nil {
			continue
		}
		l.out.Whole = len(bytes.Trim(j.f.b[l.end:], "\r\n \t\x00")) == 0
		switch {
		case trouble != nil || l.end == next.end || l.out.Whole:
		case next.sections[0].at < l.end:
			after = AfterOther // bytes that belong to no revision; some programs would search them for one
		default:
			var step After
			if step, trouble = j.later(l.old, next); trouble == nil {
				after = more(after, step)
			}
		}
		next = l.old
		l.out.After = after
		level, err := l.old.certified()
		switch {
		case trouble != nil || err != nil:
			why := ReasonUnreadable
			if errors.Is(trouble, errLimit) {
				why = ReasonLimit
			}
			l.out.be(Unknown, why)
		case after == AfterOther, level == 1 && after != AfterNothing:
			l.out.be(Changed, ReasonAfter)
		}
	}
	for _, l := range found {
		l.out.be(Valid, "")
	}
}

// be gives the signature a status unless it has a worse one.
func (s *Signature) be(st Status, why Reason) {
	if s.Status == "" || slices.Index(worst, st) < slices.Index(worst, s.Status) {
		s.Status, s.Reason = st, why
	}
}

func more(a, b After) After {
	order := []After{AfterNothing, AfterSignatures, AfterForm, AfterOther}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// cut keeps what a file says of itself short.
func cut(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 200)])
}

// bytes judges what a signature says of the bytes it covers and of its signer.
func (j *judge) bytes(l *lodged) {
	s := &l.out
	s.Chain, s.Revocation = ChainUnknown, NotChecked
	if l.end == 0 {
		s.be(Broken, ReasonRange)
		return
	}
	b := j.f.b
	parts := [][]byte{b[:l.gap[0]], b[l.gap[1]:l.end]}
	contents, _ := l.value["Contents"].(text)
	kind, _ := l.value["SubFilter"].(name)
	var m *message
	var err error
	switch kind {
	case "ETSI.RFC3161":
		s.Stamp = true
		var st stamped
		st, err = stampOver(contents, j.proofs.certs, func(h crypto.Hash) []byte { return digestOf(h, parts...) })
		m, s.Stamped = st.msg, st.at
	case "ETSI.CAdES.detached", "adbe.pkcs7.detached":
		if m, err = parseMessage(contents, j.proofs.certs); err == nil {
			j.name(s, m.leaf)
			if err = m.verify(oidData, parts...); err == nil && !m.kind.Equal(oidData) {
				err = errForged
			}
		}
	default: // adbe.pkcs7.sha1, adbe.x509.rsa_sha1
		s.be(Unknown, ReasonAlgorithm)
		return
	}
	if err != nil {
		switch {
		case errors.Is(err, errWeak):
			s.be(Unknown, ReasonAlgorithm)
		case errors.Is(err, errNoOwner), errors.Is(err, errLimit):
			s.be(Unknown, ReasonUnreadable)
		default:
			s.be(Broken, ReasonDigest)
		}
		return
	}
	j.name(s, m.leaf)
	// The revision it signs must be one in which it stands.
	old, err := j.f.view(l.end)
	if err != nil {
		s.be(Unknown, ReasonUnreadable)
		return
	}
	if old.place(l.at.n) != j.last.place(l.at.n) {
		s.be(Broken, ReasonRange)
		return
	}
	l.old = old
	if !s.Stamp {
		j.times(l, m)
	}
	j.owner(s, m)
}

func (j *judge) name(s *Signature, c *x509.Certificate) {
	s.Signer, s.Subject, s.Issuer = cut(subjectName(c)), cut(c.Subject.String()), cut(c.Issuer.String())
	s.Serial = cut(c.SerialNumber.Text(16))
	s.From, s.Until = c.NotBefore.UTC(), c.NotAfter.UTC()
}

func digestOf(h crypto.Hash, parts ...[]byte) []byte {
	d := h.New()
	for _, p := range parts {
		d.Write(p)
	}
	return d.Sum(nil)
}

// times reads the claimed time and the time stamp of a signature.
func (j *judge) times(l *lodged, m *message) {
	if t, ok := l.value["M"].(text); ok {
		l.out.Claimed = readDate(string(t))
	}
	if v, ok := find(m.signed, oidSigningTime); ok && l.out.Claimed.IsZero() {
		var t time.Time
		if _, err := asn1.Unmarshal(v, &t); err == nil {
			l.out.Claimed = t.UTC()
		}
	}
	token, ok := find(m.bare, oidStampToken)
	if !ok {
		return
	}
	st, err := stampOver(token, j.proofs.certs, func(h crypto.Hash) []byte { return digestOf(h, m.signer.Signature) })
	if err != nil {
		return // a token that does not hold proves nothing, and breaks nothing either
	}
	l.out.Stamped = st.at
	l.out.StampTrusted = j.o.Trust.leads(st.msg, st.at, x509.ExtKeyUsageTimeStamping) != nil
}

// owner judges the certificate: in force, from somebody who is believed, not withdrawn.
func (j *judge) owner(s *Signature, m *message) {
	at, proven := j.o.Now, false
	usage := x509.ExtKeyUsageAny
	switch {
	case s.Stamp:
		at, usage = s.Stamped, x509.ExtKeyUsageTimeStamping
	case s.StampTrusted:
		at, proven = s.Stamped, true
	case !s.Claimed.IsZero() && s.Claimed.Before(j.o.Now.Add(futureSlack)):
		at = s.Claimed
	}
	chain := j.o.Trust.leads(m, at, usage)
	switch {
	case j.o.Trust.empty():
	case chain != nil:
		s.Chain = ChainTrusted
	default:
		s.Chain = ChainUntrusted
	}
	if s.Stamp {
		s.StampTrusted, proven = chain != nil, chain != nil
	}
	var issuer *x509.Certificate
	if len(chain) > 1 {
		issuer = chain[1]
	}
	if issuer != nil {
		// Without proof of the time a certificate withdrawn since counts as withdrawn.
		when := j.o.Now
		if proven {
			when = at
		}
		s.Revocation = j.withdrawn(m.leaf, issuer, when)
	}
	switch {
	case s.Revocation == Withdrawn:
		s.be(Revoked, ReasonRevoked)
	case at.Before(m.leaf.NotBefore) || at.After(m.leaf.NotAfter):
		s.be(Expired, ReasonNotInForce)
	case !proven && j.o.Now.After(m.leaf.NotAfter):
		s.be(Expired, ReasonOver)
	}
	switch s.Chain {
	case ChainUntrusted:
		s.be(ValidUntrusted, ReasonChain)
	case ChainUnknown:
		s.be(ValidUntrusted, ReasonNoRoots)
	}
}

// readDate reads D:YYYYMMDDHHmmSSOHH'mm', of which only the year must be there; the zero time when it is something else.
func readDate(s string) time.Time {
	if len(s) > 2 && s[:2] == "D:" {
		s = s[2:]
	}
	part := func(n, least, most, unset int) (int, bool) {
		if len(s) < n {
			return unset, s == ""
		}
		v, err := strconv.Atoi(s[:n])
		if err != nil || s[0] == '+' || s[0] == '-' {
			return unset, true // the zone begins
		}
		s = s[n:]
		return v, v >= least && v <= most
	}
	year, ok := part(4, 1990, 9999, 0)
	month, ok1 := part(2, 1, 12, 1)
	day, ok2 := part(2, 1, 31, 1)
	hour, ok3 := part(2, 0, 23, 0)
	minute, ok4 := part(2, 0, 59, 0)
	second, ok5 := part(2, 0, 59, 0)
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || year == 0 {
		return time.Time{}
	}
	zone := time.UTC
	if len(s) >= 3 && (s[0] == '+' || s[0] == '-') {
		h, err := strconv.Atoi(s[1:3])
		if err != nil || h > 14 {
			return time.Time{}
		}
		off := h * 3600
		if rest := s[3:]; len(rest) >= 3 && rest[0] == '\'' {
			if m, err := strconv.Atoi(rest[1:3]); err == nil && m >= 0 && m < 60 {
				off += m * 60
			}
		}
		if s[0] == '-' {
			off = -off
		}
		zone = time.FixedZone("", off)
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, zone).UTC()
}
