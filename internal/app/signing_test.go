package app

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/digitorus/timestamp"

	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/internal/sqldb"
)

func onePage(t *testing.T) []byte {
	t.Helper()
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddPage()
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheDemoSignsWithAnAuthorityOfItsOwnAndBelievesIt(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 3, 30, 0, 0, time.UTC)
	dir := t.TempDir()
	a := demoAt(t, sqldb.Config{Path: filepath.Join(dir, DatabaseName)}, now)
	if a.Keyring() == nil {
		t.Fatal("no key")
	}
	pdf, err := a.Keyring().Sign(t.Context(), onePage(t), sign.As{At: now, Mark: sign.AnnexMark("1/TB-DEMO", now)})
	if err != nil {
		t.Fatal(err)
	}
	got := a.signatures(t.Context(), bytes.NewReader(pdf), int64(len(pdf)))
	if got == nil || got.Count != 1 || got.Status != string(sign.Valid) || len(got.Signers) != 1 || !strings.HasPrefix(got.Signers[0], "DEMO ") {
		t.Fatalf("%+v", got)
	}
	if got := a.signatures(t.Context(), bytes.NewReader(onePage(t)), int64(len(onePage(t)))); got != nil {
		t.Errorf("an unsigned file: %+v", got)
	}
	for _, name := range []string{demoKeyFile, demoPassFile} {
		info, err := os.Stat(filepath.Join(dir, "keys", name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	// Begun again on the same folder it has the same key.
	before, err := os.ReadFile(filepath.Join(dir, "keys", demoKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.demoSigning("another"); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "keys", demoKeyFile))
	if err != nil || !bytes.Equal(before, after) {
		t.Error("the key changed", err)
	}
}

func TestWhatIsConfiguredForSigningMustBeThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	empty := filepath.Join(dir, "roots")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad")
	if err := os.Mkdir(bad, 0o700); err != nil {
		t.Fatal(err)
	}
	put("bad/ca.pem", "no certificate")
	tests := []struct {
		name string
		c    SignConfig
		want error // nil: it opens
	}{
		{"nothing", SignConfig{}, nil},
		{"a folder without authorities", SignConfig{Roots: empty}, nil},
		{"no key file", SignConfig{KeyFile: filepath.Join(dir, "gone.p12")}, os.ErrNotExist},
		{"a key file that is none", SignConfig{KeyFile: put("x.p12", "x"), PassFile: put("pass", "secret\n")}, sign.ErrKey},
		{"no password file", SignConfig{KeyFile: put("x.p12", "x"), PassFile: filepath.Join(dir, "gone")}, os.ErrNotExist},
		{"no folder of authorities", SignConfig{Roots: filepath.Join(dir, "gone")}, os.ErrNotExist},
		{"a chain that is not there", SignConfig{PKCS11: sign.PKCS11{Module: "/x.so"}, Chain: filepath.Join(dir, "gone")}, os.ErrNotExist},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &App{cfg: Config{Now: time.Now}}
			if err := a.openSigning(tt.c); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
	a := &App{cfg: Config{Now: time.Now}}
	if err := a.openSigning(SignConfig{Roots: bad}); err == nil {
		t.Error("a file without certificate is not believed")
	}
}

// A folder that can no longer be read makes nobody believed; it does not stop papers from coming in.
func TestAuthoritiesThatWentAwayAreNotBelieved(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 3, 30, 0, 0, time.UTC)
	a := demoAt(t, sqldb.Config{Path: filepath.Join(t.TempDir(), DatabaseName)}, now)
	pdf, err := a.Keyring().Sign(t.Context(), onePage(t), sign.As{At: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(a.believed.folder); err != nil {
		t.Fatal(err)
	}
	a.believed = &authorities{folder: a.believed.folder, now: a.cfg.Now}
	a.cfg.Log = slog.New(slog.DiscardHandler)
	if got := a.signatures(t.Context(), bytes.NewReader(pdf), int64(len(pdf))); got == nil || got.Status != string(sign.ValidUntrusted) {
		t.Fatalf("%+v", got)
	}
}

func TestTheStampClientBelievesOnlyTheAnswerToItsQuestion(t *testing.T) {
	t.Parallel()
	key, cert := stampKey(t)
	answer := func(w http.ResponseWriter, r *http.Request, change func(*timestamp.Timestamp)) {
		body, _ := io.ReadAll(r.Body)
		q, err := timestamp.ParseRequest(body)
		if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
			http.Error(w, "what?", http.StatusBadRequest)
			return
		}
		ts := &timestamp.Timestamp{
			HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Nonce: q.Nonce, Time: time.Now(), Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true,
		}
		change(ts)
		out, err := ts.CreateResponseWithOpts(cert, key, crypto.SHA256)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(out)
	}
	tests := []struct {
		name   string
		serve  http.HandlerFunc
		refuse bool
	}{
		{"the answer", func(w http.ResponseWriter, r *http.Request) { answer(w, r, func(*timestamp.Timestamp) {}) }, false},
		{"another nonce", func(w http.ResponseWriter, r *http.Request) {
			answer(w, r, func(ts *timestamp.Timestamp) { ts.Nonce = big.NewInt(7) })
		}, true},
		{"another digest", func(w http.ResponseWriter, r *http.Request) {
			answer(w, r, func(ts *timestamp.Timestamp) { ts.HashedMessage = make([]byte, 32) })
		}, true},
		{"an error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) }, true},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, true},
		{"no end", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tt.serve)
			defer srv.Close()
			token, err := newStampClient(srv.URL).Stamp(context.Background(), bytes.Repeat([]byte{1}, 32))
			if (err != nil) != tt.refuse || (len(token) == 0) != tt.refuse {
				t.Fatalf("%d bytes, %v", len(token), err)
			}
		})
	}
}

func stampKey(t *testing.T) (crypto.Signer, *x509.Certificate) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TEST TSA"}, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return k, c
}
