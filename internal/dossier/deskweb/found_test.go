package deskweb

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
)

func TestOfficersSeeWhatWasFoundInTheFiles(t *testing.T) {
	o := open(t)
	ctx := context.Background()
	by := o.w.Citizen("cong-dan")
	draft, err := o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range []*dossier.Signatures{{Count: 1, Status: "changed", Signers: []string{"<b>Nguyễn Văn A</b>"}}, nil} {
		p := dossier.Paper{Component: "don", Name: "đơn.pdf", Type: "pdf", Size: 12, Hash: strings.Repeat("ab"[i:i+1], 64), Form: "electronic", Signatures: s}
		if s == nil {
			p.Flags = []string{"attachment"}
		}
		if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	d, err := o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Answers: json.RawMessage(`{"purpose":"Thử"}`)})
	if err != nil {
		t.Fatal(err)
	}
	o.get("cb-mot-cua", "/ho-so/"+d.ID).want(http.StatusOK).has(
		"Có 1 chữ ký số, nhưng văn bản đã bị sửa sau khi ký. Người ký: <b>Nguyễn Văn A</b>.", "Tệp PDF có tệp đính kèm bên trong")
}
