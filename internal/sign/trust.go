package sign

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

// Trust is the authorities that are believed. The nil Trust believes nobody.
type Trust struct {
	pool *x509.CertPool
	n    int
}

// NewTrust believes these certificates and what they certify.
func NewTrust(certs ...*x509.Certificate) *Trust {
	t := &Trust{pool: x509.NewCertPool(), n: len(certs)}
	for _, c := range certs {
		t.pool.AddCert(c)
	}
	return t
}

// maxTrustFile bounds one file of certificates.
const maxTrustFile = 4 << 20

// ReadTrust reads every certificate of the .pem, .crt and .cer files of a folder, PEM or DER. A file that holds none
// is an error: an operator should not believe to have configured what is not read.
func ReadTrust(folder fs.FS) (*Trust, error) {
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("authorities: %w", err)
	}
	var certs []*x509.Certificate
	for _, f := range files {
		if f.IsDir() || !slices.Contains([]string{".pem", ".crt", ".cer"}, strings.ToLower(path.Ext(f.Name()))) {
			continue
		}
		if info, err := f.Info(); err != nil || info.Size() > maxTrustFile {
			return nil, fmt.Errorf("authorities: %s: %w", f.Name(), errors.Join(err, errLimit))
		}
		raw, err := fs.ReadFile(folder, f.Name())
		if err != nil {
			return nil, fmt.Errorf("authorities: %w", err)
		}
		got, err := ParseCertificates(raw)
		if err != nil {
			return nil, fmt.Errorf("authorities: %s: %w", f.Name(), err)
		}
		certs = append(certs, got...)
	}
	return NewTrust(certs...), nil
}

// ParseCertificates reads certificates, PEM or one in DER. None is an error.
func ParseCertificates(raw []byte) ([]*x509.Certificate, error) {
	if !bytes.Contains(raw, []byte("-----BEGIN")) {
		c, err := x509.ParseCertificate(raw)
		if err != nil {
			return nil, err
		}
		return []*x509.Certificate{c}, nil
	}
	var out []*x509.Certificate
	for {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("no certificate in it")
	}
	return out, nil
}

func (t *Trust) empty() bool { return t == nil || t.n == 0 }

// leads returns the chain from the signer to an authority that is believed, as of an instant; nil when there is none.
func (t *Trust) leads(m *message, at time.Time, usage x509.ExtKeyUsage) []*x509.Certificate {
	if t.empty() {
		return nil
	}
	between := x509.NewCertPool()
	for _, c := range m.certs {
		between.AddCert(c)
	}
	chains, err := m.leaf.Verify(x509.VerifyOptions{Roots: t.pool, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage}})
	if err != nil {
		return nil
	}
	return chains[0]
}

// Lists answers from revocation lists (CRL, DER or PEM), for Options.Revocation. A certificate is Good only by a list of its
// own issuer that was in force at the instant it is asked for.
func Lists(crls ...[]byte) func(cert, issuer *x509.Certificate, at time.Time) Revocation {
	var lists []*x509.RevocationList
	for _, raw := range crls {
		if block, _ := pem.Decode(raw); block != nil {
			raw = block.Bytes
		}
		if l, err := x509.ParseRevocationList(raw); err == nil {
			lists = append(lists, l)
		}
	}
	return func(cert, issuer *x509.Certificate, at time.Time) Revocation {
		answer := NotChecked
		for _, l := range lists {
			if !bytes.Equal(l.RawIssuer, issuer.RawSubject) || l.CheckSignatureFrom(issuer) != nil {
				continue
			}
			for _, e := range l.RevokedCertificateEntries {
				if e.SerialNumber.Cmp(cert.SerialNumber) == 0 && !e.RevocationTime.After(at) {
					return Withdrawn
				}
			}
			// A list from after the instant tells about the instant too; one that ran out before does not.
			if l.NextUpdate.IsZero() || !at.After(l.NextUpdate) {
				answer = Good
			}
		}
		return answer
	}
}

// Answered reads an OCSP answer about a certificate (RFC 6960).
func Answered(answer []byte, cert, issuer *x509.Certificate, at time.Time) Revocation {
	r, err := ocsp.ParseResponseForCert(answer, cert, issuer)
	switch {
	case err != nil:
		return NotChecked
	case r.Status == ocsp.Revoked && !r.RevokedAt.After(at):
		return Withdrawn
	case r.Status == ocsp.Unknown, !r.NextUpdate.IsZero() && at.After(r.NextUpdate):
		return NotChecked
	}
	return Good
}
