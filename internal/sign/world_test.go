package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/big"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/digitorus/timestamp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// An invented authority with its people. Keys are made once; nothing of it is trusted anywhere.
type authority struct {
	key  crypto.Signer
	cert *x509.Certificate
	next atomic.Int64
}

var (
	signedAt = time.Date(2026, 4, 24, 9, 30, 5, 0, time.FixedZone("ICT", 7*3600))
	laterOn  = signedAt.AddDate(0, 2, 0)
)

var rsaKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	for range 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})

func newAuthority(t testing.TB, cn string) *authority {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn, Organization: []string{"TEST"}, Country: []string{"VN"}},
		NotBefore: signedAt.AddDate(-5, 0, 0), NotAfter: signedAt.AddDate(20, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte(cn),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	c, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{key: k, cert: c}
}

// issue certifies a key; change alters the certificate before it is signed.
func (a *authority) issue(t testing.TB, cn string, k crypto.Signer, change func(*x509.Certificate)) Key {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(a.next.Add(1)), Subject: pkix.Name{CommonName: cn, Country: []string{"VN"}},
		NotBefore: signedAt.AddDate(-1, 0, 0), NotAfter: signedAt.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, k.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return Key{Signer: k, Chain: []*x509.Certificate{c}}
}

func ecKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// tsa stamps in process.
type tsa struct {
	key Key
	at  time.Time
	err error
}

func newTSA(t testing.TB, a *authority, at time.Time) *tsa {
	t.Helper()
	return &tsa{at: at, key: a.issue(t, "TEST TSA", rsaKeys()[1], func(c *x509.Certificate) {
		// RFC 3161 wants the one purpose, critical.
		v, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
		if err != nil {
			t.Fatal(err)
		}
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: v}}
		c.NotBefore, c.NotAfter = at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
	})}
}

func (s *tsa) Stamp(_ context.Context, digest []byte) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	ts := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest, Time: s.at.UTC(), Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true,
	}
	answer, err := ts.CreateResponseWithOpts(s.key.Chain[0], s.key.Signer, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	got, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, err
	}
	return got.RawToken, nil
}

// document draws pages with a line of text each.
func document(t testing.TB, pages int) []byte {
	t.Helper()
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCreationDate(signedAt)
	pdf.SetModificationDate(signedAt)
	for i := range pages {
		pdf.AddPage()
		pdf.SetFont("Helvetica", "", 14)
		pdf.Text(30, 40, fmt.Sprintf("Page %d of the document", i+1))
		pdf.Text(120, 200, "Title")
		pdf.Text(118, 250, "Nguyen Van A")
	}
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packed saves a document again with object and cross-reference streams.
func packed(t testing.TB, pdf []byte) []byte {
	t.Helper()
	conf := model.NewDefaultConfiguration()
	conf.WriteObjectStream, conf.WriteXRefStream = true, true
	var b bytes.Buffer
	if err := api.Optimize(bytes.NewReader(pdf), &b, conf); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("/ObjStm")) {
		t.Fatal("no object stream was written")
	}
	return b.Bytes()
}

// picture is a PNG with a transparent ground and an ellipse in it.
func picture(t testing.TB, w, h int, ink color.NRGBA) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			dx, dy := float64(2*x-w)/float64(w), float64(2*y-h)/float64(h)
			if d := dx*dx + dy*dy; d < 0.98 && d > 0.75 {
				m.SetNRGBA(x, y, ink)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	blue = color.NRGBA{0x10, 0x30, 0xc0, 0xff}
	red  = color.NRGBA{0xd0, 0x10, 0x10, 0xff}
)

func signed(t testing.TB, s *Signer, pdf []byte, as As) []byte {
	t.Helper()
	if as.At.IsZero() {
		as.At = signedAt
	}
	out, err := s.Sign(context.Background(), pdf, as)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(out, pdf) {
		t.Fatal("signing changed bytes of the document")
	}
	return out
}
