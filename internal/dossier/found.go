package dossier

// Signatures is what was found of digital signatures in a file when it came. It is kept with the paper: certificates
// run out and authorities change, but what the office saw that day stays.
type Signatures struct {
	Count   int      `json:"count"`
	Status  string   `json:"status"`            // of the worst of them, as package sign names it
	Signers []string `json:"signers,omitempty"` // names in the certificates, in the order of signing
}

// Bounds on what is kept of signatures.
const (
	MaxSigners    = 8
	MaxSignerName = 120 // runes
)
