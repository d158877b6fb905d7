package filingweb_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/dossier"
)

var twoSigners = []byte("%two signatures\n")

// signaturesIn stands for the judge of signatures.
func signaturesIn(_ context.Context, r io.ReaderAt, size int64) *dossier.Signatures {
	b, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil || !bytes.Contains(b, twoSigners) {
		return nil
	}
	return &dossier.Signatures{Count: 2, Status: "valid", Signers: []string{"Nguyễn Văn A", "Sở Tư pháp"}}
}

func TestThePersonSeesWhatWasFoundInTheFile(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.filled("anh")
	page := o.get("anh", path+"/giay-to").is(http.StatusOK)
	if strings.Contains(page.text, "chữ ký số") || strings.Contains(page.text, "mã lệnh") {
		t.Error("findings in a file that has none")
	}
	signed := bytes.Replace(pdf, []byte("1 0 obj<<"), append(slices.Clone(twoSigners), "1 0 obj<</OpenAction<</S/JavaScript/JS()>>"...), 1)
	o.upload("anh", path+"/giay-to", with(page.fields(), "_add", "1"), file{"paper-don", "đơn đã ký.pdf", signed}).to()
	found := []string{"Có 2 chữ ký số, hợp lệ. Người ký: Nguyễn Văn A; Sở Tư pháp.", "Tệp PDF có mã lệnh"}
	o.get("anh", path+"/giay-to").is(http.StatusOK).has(found...)
	check := o.get("anh", path+"/kiem-tra").is(http.StatusOK)
	to := o.post("anh", path+"/kiem-tra", with(check.fields(), "cam-doan", "1")).to()
	id := to[len("/ho-so-da-nop/"):]
	o.get("anh", "/ho-so-cua-toi/"+id).is(http.StatusOK).has(found...)
	d := o.dossier("anh", id)
	for _, p := range d.Papers { // both came in the same instant: their order is nobody's promise
		found := p.Signatures != nil && p.Signatures.Count == 2 && p.Signatures.Status == "valid" && len(p.Flags) == 1
		if found != (p.Name == "đơn đã ký.pdf") || !found && (p.Signatures != nil || p.Flags != nil) {
			t.Errorf("kept %+v", p)
		}
	}
}
