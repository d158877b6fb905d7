package dossierdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestHandOversWaitInTheirListAndReuseAsksForConsent(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o, ctx := open(t, db), context.Background()
		desk := o.w.In("cb-mot-cua")
		begin := func() string {
			t.Helper()
			draft, err := o.svc.StartDraft(ctx, desk, dossiertest.Permit, procedure.Direct)
			if err != nil {
				t.Fatal(err)
			}
			return draft.ID
		}
		first := begin()
		for _, p := range []dossier.Paper{
			{Component: "don", Name: "Đơn đề nghị", Form: dossier.FormOriginal, Count: 1},
			{Component: "ban-ve", Name: "ban-ve.pdf", Type: "pdf", Size: 3, Hash: "abcdef0123456789", Form: dossier.FormElectronic, Origin: dossier.OriginScanned},
		} {
			if err := o.svc.AddPaper(ctx, desk, first, p); err != nil {
				t.Fatal(err)
			}
		}
		d, err := o.svc.Submit(ctx, desk, o.key(), dossier.SubmitCommand{Draft: first, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001"}, Answers: json.RawMessage(`{}`), Accept: true})
		if err != nil {
			t.Fatal(err)
		}
		to := dossier.Keeper{Kind: dossier.KeeperAgency, Agency: dossiertest.Department}
		if _, err := o.svc.HandOver(ctx, o.req("cb-mot-cua", d), dossier.HandOverCommand{Items: []string{"1.1"}, To: dossier.Keeper{Kind: dossier.KeeperAgency, Agency: dossiertest.Department, Post: "khong-co"}}); !errors.Is(err, dossier.ErrPostNeeded) {
			t.Errorf("handed to a post that does not exist: %v", err)
		}
		if d, err = o.svc.HandOver(ctx, o.req("cb-mot-cua", d), dossier.HandOverCommand{Items: []string{"1.1"}, To: to}); err != nil {
			t.Fatal(err)
		}
		in, out, err := o.svc.Handovers(ctx, o.w.In("chuyen-vien"))
		if err != nil || len(in) != 1 || len(out) != 0 || in[0].Row.Code != d.Code || in[0].Items != 1 || in[0].Due.IsZero() {
			t.Fatalf("%v %+v %+v", err, in, out)
		}
		if in, out, err := o.svc.Handovers(ctx, desk); err != nil || len(in) != 0 || len(out) != 1 {
			t.Errorf("at the desk: %v %+v %+v", err, in, out)
		}
		o.clean()
		number := d.PendingHandovers()[0].Event
		if d, err = o.svc.ConfirmHandover(ctx, o.req("chuyen-vien", d), number, ""); err != nil {
			t.Fatal(err)
		}
		if in, _, err := o.svc.Handovers(ctx, o.w.In("chuyen-vien")); err != nil || len(in) != 0 {
			t.Errorf("confirmed, and still listed: %v %+v", err, in)
		}
		o.clean()

		second := begin()
		w := dossier.Whose{By: desk, Number: "001190000001"}
		list, err := o.svc.Reusables(ctx, w, second)
		if err != nil || len(list) != 1 || list[0].Component != "ban-ve" || list[0].Dossier != d.ID {
			t.Fatalf("%v %+v", err, list)
		}
		for _, who := range []dossier.Whose{{By: desk, Number: "001190000009"}, {By: desk}} {
			if none, err := o.svc.Reusables(ctx, who, second); err != nil || len(none) != 0 {
				t.Errorf("%q: papers of somebody else: %v %+v", who.Number, err, none)
			}
		}
		if _, err := o.svc.Reuse(ctx, w, second, list[0], false); !errors.Is(err, dossier.ErrConsentNeeded) {
			t.Errorf("without consent: %v", err)
		}
		if _, err := o.svc.Reuse(ctx, w, second, list[0], true); err != nil {
			t.Fatal(err)
		}
		if err := o.svc.AddPaper(ctx, desk, second, dossier.Paper{Component: "don", Name: "Đơn", Form: dossier.FormOriginal, Count: 1}); err != nil {
			t.Fatal(err)
		}
		again, err := o.svc.Submit(ctx, desk, o.key(), dossier.SubmitCommand{Draft: second, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001"}, Answers: json.RawMessage(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		var reused *dossier.Paper
		for i, p := range again.Papers {
			if p.Origin == dossier.OriginReused {
				reused = &again.Papers[i]
			}
		}
		if reused == nil || reused.Hash != "abcdef0123456789" || reused.From.Code != d.Code || reused.From.Consent.By.Post != "cb-mot-cua" || reused.From.Consent.At.IsZero() {
			t.Errorf("the consent is not in the journal: %+v", again.Papers)
		}
		// Removing a person's data needs the right and an end.
		if err := o.svc.Erase(ctx, o.req("cb-mot-cua", again), "Hết hạn"); !errors.Is(err, dossier.ErrNotFound) {
			t.Errorf("erased without the right: %v", err)
		}
		control := access.Actor{Person: "p-ks", Post: "kiem-soat", Rights: access.Rights{access.DossierReadAll: true, access.DossierErase: true}}
		req := dossier.Request{By: control, Dossier: again.ID, Version: again.Version, Key: o.key()}
		if err := o.svc.Erase(ctx, req, "Hết hạn"); !errors.Is(err, dossier.ErrState) {
			t.Errorf("erased while it lives: %v", err)
		}
		if again, err = o.svc.Refuse(ctx, o.req("cb-mot-cua", again), "Không thuộc thẩm quyền", ""); err != nil {
			t.Fatal(err)
		}
		req.Version = again.Version
		if err := o.svc.Erase(ctx, req, " "); !errors.Is(err, dossier.ErrReasonNeeded) {
			t.Errorf("erased without a basis: %v", err)
		}
		for range 2 { // the same form twice
			if err := o.svc.Erase(ctx, req, "Yêu cầu của chủ thể dữ liệu"); err != nil {
				t.Fatal(err)
			}
		}
		o.clean()
	})
}
