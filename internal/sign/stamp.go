package sign

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// tstInfo is what a time stamp says (RFC 3161, 2.4.2).
type tstInfo struct {
	Version  int
	Policy   asn1.ObjectIdentifier
	Imprint  messageImprint
	Serial   *big.Int
	Time     time.Time     `asn1:"generalized"`
	Accuracy asn1.RawValue `asn1:"optional"`
	Ordering bool          `asn1:"optional,default:false"`
	Nonce    *big.Int      `asn1:"optional"`
	TSA      asn1.RawValue `asn1:"optional,tag:0,explicit"`
	Others   asn1.RawValue `asn1:"optional,tag:1"`
}

type messageImprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

// stamped is a time stamp whose own signature holds.
type stamped struct {
	at  time.Time
	msg *message
}

// readStamp reads a token that must be over what digest is the digest of: content when it is known, else the SHA-256
// digest itself.
func readStamp(token, digest []byte) (stamped, error) {
	return stampOver(token, nil, func(h crypto.Hash) []byte {
		if h == crypto.SHA256 {
			return digest
		}
		return nil
	})
}

// stampOver reads a token; over gives the digest it should state, by its algorithm.
func stampOver(token []byte, others []*x509.Certificate, over func(h crypto.Hash) []byte) (stamped, error) {
	m, err := parseMessage(token, others)
	if err != nil {
		return stamped{}, err
	}
	if !m.kind.Equal(oidTSTInfo) {
		return stamped{}, errCMS
	}
	if err := m.verify(oidTSTInfo, m.content); err != nil {
		return stamped{}, err
	}
	var info tstInfo
	if _, err := asn1.Unmarshal(m.content, &info); err != nil {
		return stamped{}, errCMS
	}
	h, err := hashOf(info.Imprint.Algorithm.Algorithm)
	if err != nil {
		return stamped{}, err
	}
	if want := over(h); len(want) == 0 || string(want) != string(info.Imprint.Digest) {
		return stamped{}, fmt.Errorf("time stamp: %w", errForged)
	}
	// RFC 3161, 2.3: the key stamps and does nothing else.
	for _, u := range m.leaf.ExtKeyUsage {
		if u == x509.ExtKeyUsageTimeStamping {
			return stamped{at: info.Time.UTC(), msg: m}, nil
		}
	}
	return stamped{}, fmt.Errorf("time stamp by a key that is not for stamping: %w", errForged)
}
