package dossier

import (
	"encoding/json"
	"testing"
)

// Journals are hashed as written: a paper without findings has the bytes it had before they were looked for.
func TestAPaperFromBeforeReadsAndWritesAsItDid(t *testing.T) {
	t.Parallel()
	const before = `{"component":"don","name":"đơn.pdf","type":"pdf","size":10,"hash":"ab","form":"electronic","count":1}`
	var p Paper
	if err := json.Unmarshal([]byte(before), &p); err != nil {
		t.Fatal(err)
	}
	if p.Signatures != nil || p.Flags != nil {
		t.Errorf("%+v", p)
	}
	if again, err := json.Marshal(p); err != nil || string(again) != before {
		t.Errorf("%s %v", again, err)
	}
}
