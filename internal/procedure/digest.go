package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// ContentMissing marks a procedure that a list names without its content.
const ContentMissing = "content.missing"

// Sum returns the digest of the content of v: what it says, not where it came from, which
// number it has or when it is in force. Equal content has an equal digest.
func (v *Version) Sum() string {
	c := *v
	c.Number, c.Digest, c.From, c.Until, c.Source = 0, "", "", "", ""
	return SumOf(&c)
}

// SumOf returns the digest of any configured value: sha-256 of its JSON, hex.
func SumOf(value any) string {
	raw, err := json.Marshal(value) // struct fields in order, map keys sorted: canonical for our types
	if err != nil {
		panic("procedure: a configured value cannot be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// ListOnly reports whether only the heading of the procedure is known. Such an entry is kept, and not offered.
func (v *Version) ListOnly() bool {
	for _, m := range v.Marks {
		if m.Reason == ContentMissing {
			return true
		}
	}
	return false
}

// Key returns the key of the sentence that says the mark's reason in the person's language.
func (m Mark) Key() string { return "mark." + m.Reason }
