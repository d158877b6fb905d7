package sign

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/digitorus/pkcs7"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"software.sslmate.com/src/go-pkcs12"
)

// keep writes a file where SIGN_OUT says, for looking at it and for other programs.
func keep(t *testing.T, name string, pdf []byte) {
	t.Helper()
	if dir := os.Getenv("SIGN_OUT"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func documents(t *testing.T) map[string][]byte {
	t.Helper()
	return map[string][]byte{"a table": document(t, 2), "streams": packed(t, document(t, 2))}
}

func TestPeopleSignInOrderAndEverySignatureHolds(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	at := Box{X: 115, Y: 205, W: 50, H: 35}
	for kind, doc := range documents(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			person := &Signer{Key: ca.issue(t, "Nguyễn Văn A", ecKey(t), nil)}
			head := &Signer{Key: ca.issue(t, "Trần Thị B", ecKey(t), nil)}
			office := &Signer{Key: ca.issue(t, "Sở Tư pháp", rsaKeys()[0], nil), Stamper: newTSA(t, ca, signedAt)}
			steps := []struct {
				by *Signer
				as As
			}{
				{person, As{Mark: PersonMark(-1, at, picture(t, 400, 200, blue)), Reason: "Phê duyệt"}},
				{head, As{}},
				{office, As{Mark: SealMark(-1, at, 36, 36, picture(t, 300, 300, red))}},
				{office, As{Mark: AnnexMark("12/2026/QĐ-UBND", signedAt)}},
				{office, As{Agency: "Ủy ban nhân dân tỉnh Sông Hằng", Mark: &Mark{Page: 1, Box: Box{20, 100, 70, 20}}}},
			}
			trust := NewTrust(ca.cert)
			for n, s := range steps {
				doc = signed(t, s.by, doc, s.as)
				keep(t, fmt.Sprintf("%s-%d.pdf", strings.ReplaceAll(kind, " ", ""), n+1), doc)
				got := Verify(doc, Options{Now: laterOn, Trust: trust})
				if got.Status != Valid || len(got.Signatures) != n+1 {
					t.Fatalf("after %d signatures: %+v", n+1, got)
				}
				for i, x := range got.Signatures {
					after := AfterSignatures
					if i == n {
						after = AfterNothing
					}
					if x.After != after || x.Whole != (i == n) || !x.Claimed.Equal(signedAt) || x.Signer != steps[i].by.Key.Owner() || x.Chain != ChainTrusted || x.Revocation != NotChecked {
						t.Errorf("signature %d of %d: %+v", i+1, n+1, x)
					}
					if x.StampTrusted != (steps[i].by == office) {
						t.Errorf("signature %d: time stamp %v", i+1, x.Stamped)
					}
				}
			}
			if got := Verify(doc, Options{Now: laterOn}); got.Status != ValidUntrusted || got.Reason != ReasonNoRoots || got.Signatures[0].Chain != ChainUnknown {
				t.Errorf("without authorities: %+v", got)
			}
			if got := Verify(doc, Options{Now: laterOn, Trust: NewTrust(newAuthority(t, "OTHER CA").cert)}); got.Status != ValidUntrusted || got.Reason != ReasonChain {
				t.Errorf("with another authority: %+v", got)
			}
		})
	}
}

func TestAnotherLibraryFindsTheSignatureRight(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	for _, k := range []Key{ca.issue(t, "EC", ecKey(t), nil), ca.issue(t, "RSA", rsaKeys()[0], nil)} {
		pdf := signed(t, &Signer{Key: k, Stamper: newTSA(t, ca, signedAt)}, document(t, 1), As{})
		v := viewOf(t, pdf)
		found, err := v.signatures()
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		l := found[0]
		contents, _ := l.value["Contents"].(text)
		p7, err := pkcs7.Parse(bytes.TrimRight(contents, "\x00"))
		if err != nil {
			t.Fatal(err)
		}
		p7.Content = append(bytes.Clone(pdf[:l.gap[0]]), pdf[l.gap[1]:]...)
		roots := x509.NewCertPool()
		roots.AddCert(ca.cert)
		if err := p7.VerifyWithChainAtTime(roots, signedAt); err != nil {
			t.Error(err)
		}
		var when any
		if err := p7.UnmarshalSignedAttribute(oidSigningTime, &when); err == nil {
			t.Error("PAdES has the time in the PDF and not in the signature")
		}
	}
}

func viewOf(t testing.TB, pdf []byte) *view {
	t.Helper()
	v, err := newFile(pdf).view(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSigningRefuses(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	key := ca.issue(t, "A", ecKey(t), nil)
	doc := document(t, 2)
	conf := model.NewAESConfiguration("", "owner", 256)
	var secret bytes.Buffer
	if err := api.Encrypt(bytes.NewReader(doc), &secret, conf); err != nil {
		t.Fatal(err)
	}
	large := picture(t, 10, 10, blue)
	copy(large[16:], []byte{0, 0x40, 0, 0, 0, 0x40, 0, 0}) // says that it is 4 million wide
	box := Box{10, 10, 50, 20}
	tests := []struct {
		name string
		s    Signer
		pdf  []byte
		as   As
		want error
	}{
		{"nothing", Signer{Key: key}, nil, As{At: signedAt}, ErrNotPDF},
		{"no PDF", Signer{Key: key}, []byte("%PDF-1.7\nnothing in it"), As{At: signedAt}, ErrNotPDF},
		{"a PDF cut in two", Signer{Key: key}, doc[:len(doc)/2], As{At: signedAt}, ErrNotPDF},
		{"a PDF under a password", Signer{Key: key}, secret.Bytes(), As{At: signedAt}, ErrEncrypted},
		{"a PDF that its author sealed", Signer{Key: key}, certified(t, doc, ca.issue(t, "Author", ecKey(t), nil), "1"), As{At: signedAt}, ErrSealed},
		{"a page that is not there", Signer{Key: key}, doc, As{At: signedAt, Mark: &Mark{Page: 3, Box: box}}, ErrNoPage},
		{"a page before the first", Signer{Key: key}, doc, As{At: signedAt, Mark: &Mark{Page: -3, Box: box}}, ErrNoPage},
		{"a picture that is none", Signer{Key: key}, doc, As{At: signedAt, Mark: &Mark{Page: 1, Box: box, Image: []byte("no picture")}}, ErrImage},
		{"a picture too large to draw", Signer{Key: key}, doc, As{At: signedAt, Mark: &Mark{Page: 1, Box: box, Image: large}}, ErrImage},
		{"a mark without a place", Signer{Key: key}, doc, As{At: signedAt, Mark: &Mark{Page: 1}}, ErrImage},
		{"a certificate that is not in force yet", Signer{Key: key}, doc, As{At: signedAt.AddDate(-2, 0, 0)}, ErrKeyTime},
		{"a certificate that is over", Signer{Key: key}, doc, As{At: signedAt.AddDate(2, 0, 0)}, ErrKeyTime},
		{"no key", Signer{}, doc, As{At: signedAt}, ErrNoKey},
		{"a time stamp that does not come", Signer{Key: key, Stamper: &tsa{err: errors.New("away")}}, doc, As{At: signedAt}, ErrStamp},
		{"a time stamp over something else", Signer{Key: key, Stamper: wrongStamp{newTSA(t, ca, signedAt)}}, doc, As{At: signedAt}, ErrStamp},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if out, err := tt.s.Sign(context.Background(), tt.pdf, tt.as); !errors.Is(err, tt.want) || out != nil {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

type wrongStamp struct{ *tsa }

func (w wrongStamp) Stamp(ctx context.Context, digest []byte) ([]byte, error) {
	other := bytes.Clone(digest)
	other[0] ^= 1
	return w.tsa.Stamp(ctx, other)
}

func TestKeysOutOfAFile(t *testing.T) {
	t.Parallel()
	root := newAuthority(t, "TEST ROOT")
	sub := &authority{key: ecKey(t)}
	sub.cert = root.issue(t, "TEST SUB", sub.key, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}).Chain[0]
	k := sub.issue(t, "Sở Nội vụ", rsaKeys()[0], nil)
	file, err := pkcs12.Modern.Encode(k.Signer, k.Chain[0], []*x509.Certificate{root.cert, sub.cert}, "bí mật")
	if err != nil {
		t.Fatal(err)
	}
	got, err := KeyFromPKCS12(file, "bí mật")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Chain) != 2 || got.Owner() != "Sở Nội vụ" || !got.Chain[1].Equal(sub.cert) {
		t.Fatalf("the chain is the certificate and what issued it, without the root: %d", len(got.Chain))
	}
	pdf := signed(t, &Signer{Key: got}, document(t, 1), As{})
	if r := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(root.cert)}); r.Status != Valid {
		t.Errorf("%+v", r)
	}
	if _, err := KeyFromPKCS12(file, "wrong"); !errors.Is(err, ErrKey) {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := KeyFromPKCS12([]byte("x"), ""); !errors.Is(err, ErrKey) {
		t.Errorf("no key file: %v", err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newKey(other, k.Chain[0], nil); !errors.Is(err, ErrKey) {
		t.Errorf("a certificate of another key: %v", err)
	}
	notForSigning := root.issue(t, "Server", ecKey(t), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	if _, err := newKey(notForSigning.Signer, notForSigning.Chain[0], nil); !errors.Is(err, ErrKey) {
		t.Errorf("a certificate for something else: %v", err)
	}
}

// A mark stands where it was asked for, however the page is turned or cut.
func TestAMarkStandsUprightOnEveryPage(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	s := &Signer{Key: ca.issue(t, "Nguyễn Văn A", ecKey(t), nil)}
	for _, turn := range []string{"0", "90", "180", "270"} {
		pdf := edited(t, document(t, 1), func(u *update) {
			p, err := u.v.page(1)
			if err != nil {
				t.Fatal(err)
			}
			u.objects[p.ref.n] = p.dict.with("Rotate", number(turn)).with("CropBox", array{50, 100, 500, 700})
		})
		pdf = signed(t, s, pdf, As{Mark: AnnexMark("Số 7/TB", signedAt)})
		pdf = signed(t, s, pdf, As{Mark: &Mark{Page: 1, Box: Box{5, 5, 40, 20}, Image: picture(t, 200, 100, blue)}})
		keep(t, "turn"+turn+".pdf", pdf)
		v := viewOf(t, pdf)
		p, err := v.page(1)
		if err != nil {
			t.Fatal(err)
		}
		annots, err := v.array(p.dict["Annots"])
		if err != nil || len(annots) != 2 {
			t.Fatal(annots, err)
		}
		d, err := v.dict(annots[1])
		if err != nil {
			t.Fatal(err)
		}
		// 5 mm from the upper left corner as seen, 14.17 points.
		r, ok := v.rectangle(d["Rect"])
		if !ok {
			t.Fatal("no rectangle")
		}
		want := map[string][2]float64{
			"0": {50 + 14.173, 700 - 14.173}, "90": {50 + 14.173, 100 + 14.173}, "180": {500 - 14.173, 100 + 14.173}, "270": {500 - 14.173, 700 - 14.173},
		}[turn]
		corner := map[string][2]float64{"0": {r[0], r[3]}, "90": {r[0], r[1]}, "180": {r[2], r[1]}, "270": {r[2], r[3]}}[turn]
		for i := range 2 {
			if d := corner[i] - want[i]; d > 0.01 || d < -0.01 {
				t.Errorf("turned by %s: corner at %v, want %v", turn, corner, want)
			}
		}
	}
}

func TestAFormThatIsThereIsExtended(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "TEST CA")
	s := &Signer{Key: ca.issue(t, "A", ecKey(t), nil)}
	for _, direct := range []bool{true, false} {
		pdf := signed(t, s, withForm(t, document(t, 1), direct), As{})
		pdf = signed(t, s, pdf, As{})
		v := viewOf(t, pdf)
		var names []string
		err := v.fields(func(_ ref, d dict, kind name) error {
			label, _ := d["T"].(text)
			names = append(names, string(kind)+" "+plain(label))
			return nil
		})
		if err != nil || strings.Join(names, ", ") != "Tx name, Sig Signature2, Sig Signature3" {
			t.Errorf("fields are %v %v", names, err)
		}
		if r := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert)}); r.Status != Valid {
			t.Errorf("%+v", r)
		}
	}
}

// edited is the document with an incremental update by somebody else.
func edited(t testing.TB, pdf []byte, change func(u *update)) []byte {
	t.Helper()
	u, err := newUpdate(viewOf(t, pdf))
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	out, _, err := u.bytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withForm gives the document a form with a text field; its parts are objects of their own or not.
func withForm(t testing.TB, pdf []byte, direct bool) []byte {
	t.Helper()
	return edited(t, pdf, func(u *update) {
		p, err := u.v.page(1)
		if err != nil {
			t.Fatal(err)
		}
		field := u.add(dict{"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Tx"), "T": text("name"), "Rect": array{10, 10, 100, 30}, "P": p.ref})
		root, err := u.v.dict(u.v.root)
		if err != nil {
			t.Fatal(err)
		}
		if direct {
			u.objects[p.ref.n] = p.dict.with("Annots", array{field})
			u.objects[u.v.root.n] = root.with("AcroForm", dict{"Fields": array{field}})
			return
		}
		u.objects[p.ref.n] = p.dict.with("Annots", u.add(array{field}))
		u.objects[u.v.root.n] = root.with("AcroForm", u.add(dict{"Fields": u.add(array{field})}))
	})
}

// certified is the document with a signature of its author that allows later what level says.
func certified(t testing.TB, pdf []byte, key Key, level string) []byte {
	t.Helper()
	u, err := open(pdf)
	if err != nil {
		t.Fatal(err)
	}
	s := &Signer{Key: key}
	at, err := u.lodge(As{At: signedAt}, s.room())
	if err != nil {
		t.Fatal(err)
	}
	value, _ := u.objects[at.n].(dict)
	value["Reference"] = array{dict{"Type": name("SigRef"), "TransformMethod": name("DocMDP"), "TransformParams": dict{"P": number(level), "V": name("1.2")}}}
	root, _ := u.objects[u.v.root.n].(dict)
	root["Perms"] = dict{"DocMDP": at}
	out, offsets, err := u.bytes()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = s.fill(context.Background(), out, offsets[at.n]); err != nil {
		t.Fatal(err)
	}
	return out
}

var benchDoc = func(b *testing.B, pages int) []byte {
	b.Helper()
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetFont("Helvetica", "", 10)
	for i := range pages {
		pdf.AddPage()
		for j := range 60 {
			pdf.Text(20, 20+4*float64(j), fmt.Sprintf("Line %d of page %d", j, i))
		}
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func BenchmarkSign(b *testing.B) {
	ca := newAuthority(b, "TEST CA")
	seal := picture(b, 600, 600, red)
	doc := benchDoc(b, 5)
	for _, c := range []struct {
		name string
		s    *Signer
		as   As
	}{
		{"ECDSA without mark", &Signer{Key: ca.issue(b, "A", ecKey(b), nil)}, As{At: signedAt}},
		{"RSA without mark", &Signer{Key: ca.issue(b, "A", rsaKeys()[0], nil)}, As{At: signedAt}},
		{"ECDSA with text", &Signer{Key: ca.issue(b, "A", ecKey(b), nil)}, As{At: signedAt, Mark: AnnexMark("12/QĐ-UBND", signedAt)}},
		{"ECDSA with a seal of 600 pixels", &Signer{Key: ca.issue(b, "A", ecKey(b), nil)}, As{At: signedAt, Mark: SealMark(1, Box{100, 200, 50, 30}, 36, 36, seal)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.s.Sign(context.Background(), doc, c.as); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	ca := newAuthority(b, "TEST CA")
	trust := NewTrust(ca.cert)
	person := &Signer{Key: ca.issue(b, "A", ecKey(b), nil)}
	office := &Signer{Key: ca.issue(b, "B", rsaKeys()[0], nil), Stamper: newTSA(b, ca, signedAt)}
	one := signed(b, person, benchDoc(b, 5), As{})
	three := signed(b, office, signed(b, office, one, As{}), As{})
	large := signed(b, office, signed(b, person, benchDoc(b, 2000), As{}), As{})
	for _, c := range []struct {
		name string
		pdf  []byte
	}{{"no signature", benchDoc(b, 5)}, {"one signature", one}, {"three signatures, two stamped", three}, {"two signatures, 2000 pages", large}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := VerifyFile(bytes.NewReader(c.pdf), int64(len(c.pdf)), Options{Now: laterOn, Trust: trust}); err != nil || r.Status != Valid && r.Status != None {
					b.Fatal(r, err)
				}
			}
		})
	}
}
