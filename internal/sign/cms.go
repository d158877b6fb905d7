package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Object identifiers of CMS (RFC 5652), ESS (RFC 5035) and time stamps (RFC 3161).
var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidStampToken    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}

	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}

	oidRSA         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAPSS      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidSHA256RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidSHA384RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidSHA512RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidECDSA       = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidECDSASHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSASHA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSASHA512 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      contentInfo
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version   int
	ID        asn1.RawValue // IssuerAndSerialNumber, or [0] SubjectKeyIdentifier
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue // a SET
}

type essCertIDv2 struct {
	Algorithm    pkix.AlgorithmIdentifier `asn1:"optional"` // SHA-256 when absent
	Hash         []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

type signingCertificateV2 struct {
	Certs    []essCertIDv2
	Policies asn1.RawValue `asn1:"optional"`
}

func setOf(values ...[]byte) asn1.RawValue {
	slices.SortFunc(values, bytes.Compare) // DER orders sets by their bytes
	return asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true, Bytes: bytes.Join(values, nil)}
}

func marshalAttribute(id asn1.ObjectIdentifier, value any) ([]byte, error) {
	v, err := asn1.Marshal(value)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(attribute{id, setOf(v)})
}

// cadesSignature makes a detached CMS signature over content with this digest, as PAdES B-B wants it: content type, message
// digest and the signing certificate are signed; the time stands in the PDF, not here
// (ETSI EN 319 142-1, clause 6.3). stamp may be nil.
func cadesSignature(digest [sha256.Size]byte, key Key, stamp func(digest []byte) ([]byte, error)) ([]byte, error) {
	leaf := key.Chain[0]
	certHash := sha256.Sum256(leaf.Raw)
	var signed [][]byte
	for _, a := range []struct {
		id    asn1.ObjectIdentifier
		value any
	}{
		{oidContentType, oidData},
		{oidMessageDigest, digest[:]},
		{oidSigningCertV2, signingCertificateV2{Certs: []essCertIDv2{{Hash: certHash[:]}}}},
	} {
		b, err := marshalAttribute(a.id, a.value)
		if err != nil {
			return nil, err
		}
		signed = append(signed, b)
	}
	set := setOf(signed...)
	toSign, err := asn1.Marshal(set)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(toSign)
	si := signerInfo{Version: 1, Digest: pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}}
	switch leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		si.Algorithm = pkix.AlgorithmIdentifier{Algorithm: oidSHA256RSA, Parameters: asn1.NullRawValue}
	case *ecdsa.PublicKey:
		si.Algorithm = pkix.AlgorithmIdentifier{Algorithm: oidECDSASHA256}
	default:
		return nil, fmt.Errorf("keys of type %T do not sign PDFs", leaf.PublicKey)
	}
	if si.Signature, err = key.Signer.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	id, err := asn1.Marshal(issuerAndSerial{asn1.RawValue{FullBytes: leaf.RawIssuer}, leaf.SerialNumber})
	if err != nil {
		return nil, err
	}
	si.ID = asn1.RawValue{FullBytes: id}
	si.Signed = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: set.Bytes}
	if stamp != nil {
		sum := sha256.Sum256(si.Signature)
		token, err := stamp(sum[:])
		if err != nil {
			return nil, err
		}
		a, err := marshalAttribute(oidStampToken, asn1.RawValue{FullBytes: token})
		if err != nil {
			return nil, err
		}
		si.Unsigned = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: a}
	}
	var certs []byte
	for _, c := range key.Chain {
		certs = append(certs, c.Raw...)
	}
	inner, err := asn1.Marshal(signedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}},
		Content:      contentInfo{Type: oidData},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: certs},
		Signers:      []signerInfo{si},
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

// Bounds on a CMS message out of a file.
const (
	maxCMS   = 2 << 20 // bytes; signatures with revocation lists inside are large
	maxCerts = 32
	maxAttrs = 64
	maxNest  = 32
)

var (
	errCMS     = errors.New("not a signature that can be read")
	errWeak    = errors.New("an algorithm that proves nothing any more, or is not known")
	errForged  = errors.New("the signature does not fit what it is over")
	errNoOwner = errors.New("the certificate of the signer is not in the signature")
)

// message is a CMS signature as read. It has one signer, as ISO 32000 asks.
type message struct {
	content []byte // what is inside; nil when detached
	kind    asn1.ObjectIdentifier
	certs   []*x509.Certificate
	signer  signerInfo
	leaf    *x509.Certificate
	signed  []attribute
	bare    []attribute // not signed
}

// parseMessage reads a CMS message. Zero bytes behind it are the padding of its place in the PDF. Certificates that it leaves
// out may be among others.
func parseMessage(b []byte, others []*x509.Certificate) (*message, error) {
	if len(b) > maxCMS {
		return nil, errLimit
	}
	b, err := derOf(b)
	if err != nil {
		return nil, err
	}
	var info contentInfo
	if rest, err := asn1.Unmarshal(b, &info); err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		return nil, errCMS
	}
	var sd signedData
	if rest, err := asn1.Unmarshal(info.Content.Bytes, &sd); err != nil || len(rest) > 0 || !info.Type.Equal(oidSignedData) || len(sd.Signers) != 1 {
		return nil, errCMS
	}
	m := &message{kind: sd.Content.Type, signer: sd.Signers[0]}
	if len(sd.Content.Content.Bytes) > 0 {
		if _, err := asn1.Unmarshal(sd.Content.Content.Bytes, &m.content); err != nil {
			return nil, errCMS
		}
	}
	for rest := sd.Certificates.Bytes; len(rest) > 0; {
		var c asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &c); err != nil || len(m.certs) >= maxCerts {
			return nil, errCMS
		}
		if c.Class != asn1.ClassUniversal {
			continue // an attribute certificate
		}
		if x, err := x509.ParseCertificate(c.FullBytes); err == nil {
			m.certs = append(m.certs, x)
		}
	}
	m.certs = append(m.certs, others...)
	if m.signed, err = attributes(m.signer.Signed.Bytes); err != nil {
		return nil, err
	}
	if m.bare, err = attributes(m.signer.Unsigned.Bytes); err != nil {
		return nil, err
	}
	if m.leaf = m.owner(); m.leaf == nil {
		return nil, errNoOwner
	}
	return m, nil
}

func attributes(b []byte) ([]attribute, error) {
	var out []attribute
	for len(b) > 0 {
		var a attribute
		var err error
		if b, err = asn1.Unmarshal(b, &a); err != nil || len(out) >= maxAttrs || a.Values.Tag != asn1.TagSet {
			return nil, errCMS
		}
		for _, o := range out {
			if o.Type.Equal(a.Type) {
				return nil, errCMS // RFC 5652, 11: one of a kind
			}
		}
		out = append(out, a)
	}
	return out, nil
}

func find(list []attribute, id asn1.ObjectIdentifier) ([]byte, bool) {
	for _, a := range list {
		if a.Type.Equal(id) {
			return a.Values.Bytes, true
		}
	}
	return nil, false
}

// owner is the certificate that the signer names.
func (m *message) owner() *x509.Certificate {
	id := m.signer.ID
	if id.Class == asn1.ClassContextSpecific && id.Tag == 0 {
		for _, c := range m.certs {
			if len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, id.Bytes) {
				return c
			}
		}
		return nil
	}
	var ias issuerAndSerial
	if _, err := asn1.Unmarshal(id.FullBytes, &ias); err != nil || ias.Serial == nil {
		return nil
	}
	for _, c := range m.certs {
		if c.SerialNumber.Cmp(ias.Serial) == 0 && bytes.Equal(c.RawIssuer, ias.Issuer.FullBytes) {
			return c
		}
	}
	return nil
}

var hashes = []struct {
	id   asn1.ObjectIdentifier
	hash crypto.Hash
}{{oidSHA256, crypto.SHA256}, {oidSHA384, crypto.SHA384}, {oidSHA512, crypto.SHA512}}

func hashOf(id asn1.ObjectIdentifier) (crypto.Hash, error) {
	for _, h := range hashes {
		if h.id.Equal(id) {
			return h.hash, nil
		}
	}
	return 0, fmt.Errorf("digest %v: %w", id, errWeak)
}

// verify checks that the signer signed content of this type: first the digest, then the signed attributes, then that
// the certificate is the one the signer meant.
func (m *message) verify(kind asn1.ObjectIdentifier, content ...[]byte) error {
	hash, err := hashOf(m.signer.Digest.Algorithm)
	if err != nil {
		return err
	}
	h := hash.New()
	for _, c := range content {
		h.Write(c)
	}
	digest := h.Sum(nil)
	toSign := digest
	if len(m.signed) > 0 {
		v, ok := find(m.signed, oidMessageDigest)
		var stated []byte
		if rest, err := asn1.Unmarshal(v, &stated); !ok || err != nil || len(rest) > 0 || !bytes.Equal(stated, digest) {
			return errForged
		}
		v, ok = find(m.signed, oidContentType)
		var of asn1.ObjectIdentifier
		if rest, err := asn1.Unmarshal(v, &of); !ok || err != nil || len(rest) > 0 || !of.Equal(kind) {
			return errForged
		}
		// What is hashed is the SET itself, as its bytes were sent.
		set, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true, Bytes: m.signer.Signed.Bytes})
		if err != nil {
			return errCMS
		}
		h := hash.New()
		h.Write(set)
		toSign = h.Sum(nil)
	}
	if err := m.checkKey(hash, toSign); err != nil {
		return err
	}
	return m.checkBinding()
}

func (m *message) checkKey(hash crypto.Hash, digest []byte) error {
	alg := m.signer.Algorithm.Algorithm
	var fits bool
	switch pub := m.leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if pub.N.BitLen() < 2048 || pub.N.BitLen() > 16384 {
			return fmt.Errorf("RSA key of %d bits: %w", pub.N.BitLen(), errWeak)
		}
		switch {
		case alg.Equal(oidRSA), alg.Equal(oidSHA256RSA) && hash == crypto.SHA256, alg.Equal(oidSHA384RSA) && hash == crypto.SHA384, alg.Equal(oidSHA512RSA) && hash == crypto.SHA512:
			fits = rsa.VerifyPKCS1v15(pub, hash, digest, m.signer.Signature) == nil
		case alg.Equal(oidRSAPSS):
			fits = rsa.VerifyPSS(pub, hash, digest, m.signer.Signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto, Hash: hash}) == nil
		default:
			return fmt.Errorf("algorithm %v: %w", alg, errWeak)
		}
	case *ecdsa.PublicKey:
		switch {
		case alg.Equal(oidECDSA), alg.Equal(oidECDSASHA256) && hash == crypto.SHA256, alg.Equal(oidECDSASHA384) && hash == crypto.SHA384, alg.Equal(oidECDSASHA512) && hash == crypto.SHA512:
			fits = ecdsa.VerifyASN1(pub, digest, m.signer.Signature)
		default:
			return fmt.Errorf("algorithm %v: %w", alg, errWeak)
		}
	default:
		return fmt.Errorf("key %T: %w", pub, errWeak)
	}
	if !fits {
		return errForged
	}
	return nil
}

// checkBinding compares the certificate with the one named among the signed attributes, where one is: else another
// certificate of the same key could be put in its place.
func (m *message) checkBinding() error {
	v, ok := find(m.signed, oidSigningCertV2)
	if !ok {
		return nil
	}
	var sc signingCertificateV2
	if rest, err := asn1.Unmarshal(v, &sc); err != nil || len(rest) > 0 || len(sc.Certs) == 0 {
		return errForged
	}
	id := sc.Certs[0]
	hash := crypto.SHA256
	if len(id.Algorithm.Algorithm) > 0 {
		var err error
		if hash, err = hashOf(id.Algorithm.Algorithm); err != nil {
			return err
		}
	}
	h := hash.New()
	h.Write(m.leaf.Raw)
	if !bytes.Equal(h.Sum(nil), id.Hash) {
		return errForged
	}
	return nil
}

// derOf turns BER with open lengths, as some signing programs write it, into DER; DER comes back as it is.
func derOf(b []byte) ([]byte, error) {
	if len(b) < 2 {
		return nil, errCMS
	}
	if b[1] != 0x80 {
		return b, nil
	}
	out, _, err := closed(b, 0)
	return out, err
}

// closed rewrites one element with its length stated, and returns what follows it.
func closed(b []byte, depth int) (out, rest []byte, err error) {
	if depth > maxNest || len(b) < 2 || b[0]&0x1f == 0x1f {
		return nil, nil, errCMS // tags of many bytes are used by nothing here
	}
	tag := b[0]
	if b[1] != 0x80 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(b, &v)
		if err != nil {
			return nil, nil, errCMS
		}
		return v.FullBytes, rest, nil
	}
	if tag&0x20 == 0 {
		return nil, nil, errCMS
	}
	var body []byte
	for b = b[2:]; ; {
		if len(b) >= 2 && b[0] == 0 && b[1] == 0 {
			b = b[2:]
			break
		}
		var part []byte
		if part, b, err = closed(b, depth+1); err != nil {
			return nil, nil, err
		}
		if tag == 0x24 { // an octet string in pieces
			var v asn1.RawValue
			if _, err := asn1.Unmarshal(part, &v); err != nil {
				return nil, nil, errCMS
			}
			part = v.Bytes
		}
		body = append(body, part...)
	}
	if tag == 0x24 {
		tag = asn1.TagOctetString
	}
	out, err = asn1.Marshal(asn1.RawValue{Class: int(tag >> 6), Tag: int(tag & 0x1f), IsCompound: tag&0x20 != 0, Bytes: body})
	return out, b, err
}
