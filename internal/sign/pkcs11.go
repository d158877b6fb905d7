package sign

// PKCS11 names a key in a signing device: a smart card, a USB token, a hardware module.
type PKCS11 struct {
	Module  string // path of the device's library
	Slot    *int   // number of the slot; nil: the one whose token is called Token
	Token   string // label of the token
	Label   string // of the key and its certificate; empty: the only pair there is
	PINFile string // file with the PIN, read once
}
