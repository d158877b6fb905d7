package sign

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	ca := newAuthority(t, "TEST CA")
	dir := os.Getenv("SIGN_OUT")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, doc := range map[string][]byte{"table": document(t, 2), "stream": packed(t, document(t, 2))} {
		person := &Signer{Key: ca.issue(t, "Nguyễn Văn A", ecKey(t), nil)}
		office := &Signer{Key: ca.issue(t, "Sở Tư pháp", rsaKeys()[0], nil), Stamper: newTSA(t, ca, signedAt)}
		at := Box{X: 115, Y: 205, W: 50, H: 35}
		one := signed(t, person, doc, As{Mark: PersonMark(2, at, picture(t, 400, 200, blue))})
		two := signed(t, office, one, As{Mark: SealMark(2, at, 36, 36, picture(t, 300, 300, red))})
		three := signed(t, office, two, As{Mark: AnnexMark("12/2026/QĐ-UBND", signedAt)})
		four := signed(t, office, three, As{Agency: "Ủy ban nhân dân tỉnh Sông Hằng", Mark: &Mark{Page: 1, Box: Box{20, 100, 70, 20}}})
		for i, b := range [][]byte{one, two, three, four} {
			if err := os.WriteFile(filepath.Join(dir, name+string(rune('1'+i))+".pdf"), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
