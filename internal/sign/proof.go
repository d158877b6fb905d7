package sign

import (
	"bytes"
	"crypto/x509"
	"time"
)

// proofs are what a file carries so that its signatures can be judged later: certificates, revocation lists, OCSP answers
// (DSS of PAdES B-LT, ETSI EN 319 142-1, 5.4). They are not signed by the signer, and need not be: each is
// signed by whoever made it, and counts only when that holds.
type proofs struct {
	certs []*x509.Certificate
	lists func(cert, issuer *x509.Certificate, at time.Time) Revocation
	ocsp  [][]byte
}

// Bounds on proofs in a file.
const (
	maxProofs = 64
	maxProof  = 8 << 20 // bytes of one
)

// proofs reads those of the newest revision. What cannot be read proves nothing.
func (v *view) proofs() proofs {
	var p proofs
	root, err := v.dict(v.root)
	if err != nil {
		return p
	}
	dss, err := v.dict(root["DSS"])
	if err != nil || dss == nil {
		return p
	}
	for _, b := range v.streams(dss["Certs"]) {
		if c, err := x509.ParseCertificate(b); err == nil {
			p.certs = append(p.certs, c)
		}
	}
	p.ocsp = v.streams(dss["OCSPs"])
	if lists := v.streams(dss["CRLs"]); len(lists) > 0 {
		p.lists = Lists(lists...)
	}
	return p
}

func (v *view) streams(o any) [][]byte {
	list, err := v.array(o)
	if err != nil {
		return nil
	}
	var out [][]byte
	for _, o := range list[:min(len(list), maxProofs)] {
		o, err := v.resolve(o)
		st, ok := o.(*stream)
		if err != nil || !ok {
			continue
		}
		if b, err := v.f.decode(st); err == nil && len(b) <= maxProof {
			out = append(out, b)
		}
	}
	return out
}

// withdrawn asks everybody who may know: the configured source, the lists and the answers in the file.
func (j *judge) withdrawn(cert, issuer *x509.Certificate, at time.Time) Revocation {
	answer := NotChecked
	hear := func(r Revocation) {
		if r == Withdrawn || answer == NotChecked {
			answer = r
		}
	}
	if j.o.Revocation != nil {
		hear(j.o.Revocation(cert, issuer, at))
	}
	if j.proofs.lists != nil {
		hear(j.proofs.lists(cert, issuer, at))
	}
	for _, b := range j.proofs.ocsp {
		// The answers of a file are about several certificates.
		if bytes.Contains(b, cert.SerialNumber.Bytes()) {
			hear(Answered(b, cert, issuer, at))
		}
	}
	return answer
}
