package sign

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

// maxPKCS12 bounds a key file, which holds a key and a few certificates.
const maxPKCS12 = 256 << 10

// KeyFromPKCS12 reads a key with its certificates out of a .p12 or .pfx file, for tests and small offices. Offices that
// must keep keys in hardware use PKCS#11.
func KeyFromPKCS12(file []byte, password string) (Key, error) {
	if len(file) > maxPKCS12 {
		return Key{}, ErrKey.Because(errLimit)
	}
	private, leaf, others, err := pkcs12.DecodeChain(file, password)
	if err != nil {
		return Key{}, ErrKey.Because(err)
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return Key{}, ErrKey.Because(errors.New("the file holds no key that signs"))
	}
	return newKey(signer, leaf, others)
}

// newKey puts the certificates in order and refuses a key that does not belong to them.
func newKey(signer crypto.Signer, leaf *x509.Certificate, others []*x509.Certificate) (Key, error) {
	type equal interface{ Equal(x crypto.PublicKey) bool }
	if pub, ok := signer.Public().(equal); !ok || !pub.Equal(leaf.PublicKey) {
		return Key{}, ErrKey.Because(errors.New("the certificate is of another key"))
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return Key{}, ErrKey.Because(errors.New("the certificate is not for signing"))
	}
	k := Key{Signer: signer, Chain: []*x509.Certificate{leaf}}
	for last := leaf; len(k.Chain) <= len(others); {
		var next *x509.Certificate
		for _, c := range others {
			if bytes.Equal(c.RawSubject, last.RawIssuer) && !bytes.Equal(c.RawSubject, c.RawIssuer) && last.CheckSignatureFrom(c) == nil {
				next = c
			}
		}
		if next == nil {
			break
		}
		k.Chain, last = append(k.Chain, next), next
	}
	return k, nil
}

// subjectName is what a certificate calls its owner: the common name, else the organisation.
func subjectName(c *x509.Certificate) string {
	if n := strings.TrimSpace(c.Subject.CommonName); n != "" {
		return n
	}
	if len(c.Subject.Organization) > 0 {
		return c.Subject.Organization[0]
	}
	return c.Subject.String()
}
