package sign

import "crypto/x509"

// PKCS11 names a key in a signing device: a smart card, a USB token, a hardware module.
type PKCS11 struct {
	Module string // path of the device's library
	Slot   *int   // number of the slot; nil: the one whose token is called Token
	Token  string // label of the token
	Label  string // of the certificate; empty: the only one that has a key
	PIN    string
	Chain  []*x509.Certificate // those that issued it; devices seldom keep them
}
