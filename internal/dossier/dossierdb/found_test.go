package dossierdb_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestWhatWasFoundInAFileStaysWithIt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		by := o.w.Citizen("anh")
		draft := must(o.svc.StartDraft(ctx, by, dossiertest.Permit, procedure.Online))(t)
		papers := []dossier.Paper{
			{Component: "don", Name: "don.pdf", Hash: strings.Repeat("a", 64), Signatures: &dossier.Signatures{Count: 2, Status: "valid", Signers: []string{"Nguyễn Văn A", "Sở Tư pháp"}}, Flags: []string{"script"}},
			{Component: "ban-ve", Name: "bv.pdf", Hash: strings.Repeat("b", 64)},
		}
		for _, p := range papers {
			if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
				t.Fatal(err)
			}
		}
		var kept []dossier.Paper
		for _, p := range must(o.svc.Draft(ctx, by, draft.ID))(t).Papers {
			kept = append(kept, p.Paper)
		}
		if d := cmp.Diff(papers, byComponent(kept)); d != "" {
			t.Error("in the draft: ", d)
		}
		d := must(o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh"}, Answers: json.RawMessage(`{"a":1}`)}))(t)
		read, _, err := o.svc.Dossier(ctx, by, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(papers, byComponent(read.Papers)); d != "" {
			t.Error("in the dossier: ", d)
		}
		o.clean()
	})
}

// byComponent puts papers of one instant into the order of these tests.
func byComponent(list []dossier.Paper) []dossier.Paper {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b dossier.Paper) int { return strings.Compare(b.Component, a.Component) })
	return list
}
