package dossierdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// office is a province on one database.
type office struct {
	t      *testing.T
	db     *sqldb.DB
	w      dossiertest.World
	clock  *testkit.Clock
	signer *journal.Signer
	store  *dossierdb.Store
	svc    *dossier.Service
	keys   int
}

func open(t *testing.T, db *sqldb.DB) *office {
	t.Helper()
	signer, err := journal.NewSigner(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, w: dossiertest.New(), clock: testkit.NewClock("2026-03-02T09:00:00+07:00"), signer: signer}
	o.store = dossierdb.New(db, signer, jobs.New(db, o.clock.Now, jobs.Options{}), o.clock.Now)
	o.svc = dossier.NewService(o.store, o.w, o.clock.Now)
	return o
}

func (o *office) key() string { o.keys++; return fmt.Sprintf("key-%d", o.keys) }

func (o *office) req(post string, d *dossier.Dossier) dossier.Request {
	return dossier.Request{By: o.w.In(post), Dossier: d.ID, Version: d.Version, Key: o.key()}
}

// lodge files an application online.
func (o *office) lodge(code, citizen string) *dossier.Dossier {
	o.t.Helper()
	ctx := context.Background()
	by := o.w.Citizen(citizen)
	draft := must(o.svc.StartDraft(ctx, by, code, procedure.Online))(o.t)
	if code == dossiertest.Permit {
		p := dossier.Paper{Component: "don", Name: "don.pdf", Type: "pdf", Size: 10, Hash: strings.Repeat("a", 64), Form: "electronic"}
		if err := o.svc.AddPaper(ctx, by, draft.ID, p); err != nil {
			o.t.Fatal(err)
		}
	}
	return must(o.svc.Submit(ctx, by, o.key(), dossier.SubmitCommand{
		Draft: draft.ID, Owner: dossier.Party{Name: "Nguyễn Thị Ánh", Number: "001190000001", Phone: "0900000001"}, Answers: json.RawMessage(`{"a":1}`),
	}))(o.t)
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (o *office) check() dossierdb.Report {
	o.t.Helper()
	return must(dossierdb.Check(context.Background(), o.db, dossierdb.Against{Ring: o.signer.Keyring()}))(o.t)
}

func (o *office) clean() {
	o.t.Helper()
	if rep := o.check(); len(rep.Findings) > 0 {
		o.t.Fatalf("check found %v", rep.Findings)
	}
}

func (o *office) act(post string, d *dossier.Dossier, c dossier.ActCommand) *dossier.Dossier {
	o.t.Helper()
	return must(o.svc.Act(context.Background(), o.req(post, d), c))(o.t)
}

// live takes a dossier from submission to the return of its result.
func (o *office) live() *dossier.Dossier {
	o.t.Helper()
	d := o.lodge(dossiertest.Permit, "anh")
	d = must(o.svc.Accept(context.Background(), o.req("cb-mot-cua", d), ""))(o.t)
	d = o.act("truong-phong", d, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
	d = o.act("chuyen-vien", d, dossier.ActCommand{Action: "trinh", Note: "Đủ điều kiện"})
	d = o.act("giam-doc", d, dossier.ActCommand{Action: "phe-duyet"})
	d = o.act("van-thu", d, dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "12/GP", Name: "Giấy phép"}})
	return o.act("cb-mot-cua", d, dossier.ActCommand{Action: "trao", To: "Nguyễn Thị Ánh"})
}

func TestADossierLivesFromSubmissionToReturn(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		d := o.live()
		if d.Status != dossier.Returned || d.Code != "H99.02-260302-0001" || d.Version != 7 {
			t.Fatalf("ended as %s, code %q, version %d", d.Status, d.Code, d.Version)
		}
		// Accepted Monday 02/03/2026 09:00, four working days online: Friday 06/03.
		if got := d.FirstDue.In(time.FixedZone("", 7*3600)).Format(time.DateTime); got != "2026-03-06 17:00:00" {
			t.Errorf("due %s", got)
		}
		o.clean()
		by, err := o.store.Counts(context.Background(), dossiertest.Permit, at("2026-01-01T00:00:00+07:00"))
		if want := (dossierdb.ChannelCount{Channel: procedure.Online, Received: 1, Resolved: 1, OnTime: 1}); err != nil || len(by) != 1 || by[0] != want {
			t.Errorf("figures %+v, %v", by, err)
		}
		if n, err := o.svc.Counters(context.Background(), o.w.In("giam-doc")); err != nil || n != (dossier.Counters{}) {
			t.Errorf("work left over: %+v %v", n, err)
		}
	})
}

func TestTheInboxShowsWorkToTheRightPostOnly(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.lodge(dossiertest.Permit, "anh")
		waits := func(post string, want int) {
			t.Helper()
			items, _, err := o.svc.Inbox(ctx, o.w.In(post), dossier.InboxFilter{})
			if err != nil || len(items) != want {
				t.Errorf("%s: %d items, want %d (%v)", post, len(items), want, err)
			}
		}
		waits("cb-mot-cua", 1)
		waits("cb-mot-cua-2", 1)
		waits("truong-phong", 0)
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
		waits("cb-mot-cua", 0)
		waits("truong-phong", 1)
		o.act("truong-phong", d, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		waits("chuyen-vien", 1)
		waits("chuyen-vien-2", 0)
		o.clean()
	})
}

func TestTheSameFormSentTwiceGivesOneDossier(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		by := o.w.Citizen("anh")
		draft := must(o.svc.StartDraft(ctx, by, dossiertest.OnSpot, procedure.Online))(t)
		c := dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Trần Văn Bình"}}
		var wg sync.WaitGroup
		ids := make([]string, 10)
		for i := range ids {
			wg.Go(func() {
				d, err := o.svc.Submit(ctx, by, "the-key", c)
				if err != nil {
					t.Errorf("submit %d: %v", i, err)
					return
				}
				ids[i] = d.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("got dossiers %v", ids)
			}
		}
		if _, err := o.svc.Submit(ctx, by, "the-key", dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Người khác"}}); !errors.Is(err, dossier.ErrKeyReused) {
			t.Errorf("other content under the same key: %v", err)
		}
		if rep := o.check(); rep.Dossiers != 1 || len(rep.Findings) > 0 {
			t.Errorf("check: %+v", rep)
		}
	})
}

func TestOfTwoWhoActAtOnceOneWinsAndTheOtherIsTold(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		for range 5 {
			d := o.lodge(dossiertest.Permit, "anh")
			errs := make([]error, 2)
			rs := []dossier.Request{o.req("cb-mot-cua", d), o.req("cb-mot-cua-2", d)}
			var wg sync.WaitGroup
			wg.Go(func() { _, errs[0] = o.svc.Accept(ctx, rs[0], "") })
			wg.Go(func() { _, errs[1] = o.svc.Refuse(ctx, rs[1], "Thiếu giấy tờ", "") })
			wg.Wait()
			lost := errs[0]
			if lost == nil {
				lost = errs[1]
			}
			if (errs[0] == nil) == (errs[1] == nil) || fault.KindOf(lost) != fault.Stale {
				t.Fatalf("got %v and %v", errs[0], errs[1])
			}
		}
		o.clean()
	})
}

func TestCodesAreAllocatedWithoutGapUnderConcurrency(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		const n = 24
		var rs []dossier.Request
		for i := range n {
			d := o.lodge(dossiertest.Permit, fmt.Sprint("anh", i))
			rs = append(rs, o.req("cb-mot-cua", d))
		}
		codes := make([]string, n)
		var wg sync.WaitGroup
		for i, r := range rs {
			wg.Go(func() {
				d, err := o.svc.Accept(context.Background(), r, "")
				if err != nil {
					t.Error(err)
					return
				}
				codes[i] = d.Code
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for _, c := range codes {
			seen[c] = true
		}
		for i := 1; i <= n; i++ {
			if c := fmt.Sprintf("H99.02-260302-%04d", i); !seen[c] {
				t.Errorf("no dossier has %s", c)
			}
		}
	})
}

func TestASupplementAtAppraisalRestartsTheClock(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.lodge(dossiertest.Permit, "anh")
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), "10wd"))(t)
		d = o.act("truong-phong", d, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		o.clock.Set(at("2026-03-05T10:00:00+07:00"))
		ask := dossier.SupplementRequest{Items: []string{"Bản vẽ mặt bằng"}, Reason: "Thiếu bản vẽ"}
		d = must(o.svc.RequestSupplement(ctx, o.req("chuyen-vien", d), ask))(t)
		if d.Due != nil || d.Pending() == nil || d.Pending().Until != "2026-03-20" {
			t.Fatalf("after the request: due %v, pending %+v", d.Due, d.Pending())
		}
		o.clock.Set(at("2026-03-12T09:00:00+07:00"))
		citizen := o.w.Citizen("anh")
		draft := must(o.svc.StartSupplement(ctx, citizen, d.ID))(t)
		if err := o.svc.AddPaper(ctx, citizen, draft.ID, dossier.Paper{Component: "ban-ve", Name: "bv.pdf", Hash: strings.Repeat("b", 64)}); err != nil {
			t.Fatal(err)
		}
		d = must(o.svc.SubmitSupplement(ctx, citizen, o.key(), draft.ID, json.RawMessage(`{"a":2}`)))(t)
		if got := d.Due.At.Format("2006-01-02 15:04"); got != "2026-03-26 17:00" || len(d.Papers) != 2 {
			t.Errorf("due %s with %d papers", got, len(d.Papers))
		}
		if _, err := o.svc.RequestSupplement(ctx, o.req("chuyen-vien", d), ask); !errors.Is(err, dossier.ErrSecondRequest) {
			t.Errorf("second request without basis: %v", err)
		}
		o.clean()
	})
}

func TestSameVisitEndsAtTheDeskInOneAct(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		clerk := o.w.In("cb-mot-cua")
		draft := must(o.svc.StartDraft(ctx, clerk, dossiertest.OnSpot, procedure.Direct))(t)
		d := must(o.svc.Submit(ctx, clerk, o.key(), dossier.SubmitCommand{Draft: draft.ID, Owner: dossier.Party{Name: "Lê C"}, Accept: true}))(t)
		d = o.act("giam-doc", d, dossier.ActCommand{Action: "ky"})
		d = o.act("cb-mot-cua", d, dossier.ActCommand{Action: "xong"})
		if d.Status != dossier.Returned || d.ResolvedAt.IsZero() {
			t.Errorf("ended as %s", d.Status)
		}
		o.clean()
	})
}

func TestAStrangerSeesTheDegreeWithTheCodeAndMoreWithTheSecret(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.lodge(dossiertest.Permit, "anh")
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
		nobody := access.Actor{}
		for name, c := range map[string]struct {
			by           access.Actor
			code, secret string
			want         dossier.Access
			err          error
		}{
			"code alone":         {nobody, d.Code, "", dossier.Degree, nil},
			"code in small":      {nobody, strings.ToLower(d.Code), "", dossier.Degree, nil},
			"code and secret":    {nobody, d.Code, d.Secret, dossier.Holder, nil},
			"reference, secret":  {nobody, d.Ref, d.Secret, dossier.Holder, nil},
			"reference alone":    {nobody, d.Ref, "", 0, dossier.ErrNotFound},
			"wrong secret":       {nobody, d.Code, "zzzzzzzzzzzz", 0, dossier.ErrNotFound},
			"absent code":        {nobody, "H99.02-260302-9999", "", 0, dossier.ErrNotFound},
			"the owner":          {o.w.Citizen("anh"), d.Code, "", dossier.Holder, nil},
			"another citizen":    {o.w.Citizen("binh"), d.Code, "", dossier.Degree, nil},
			"absent with secret": {nobody, "H99.02-260302-9999", d.Secret, 0, dossier.ErrNotFound},
		} {
			got, err := o.svc.Track(ctx, c.by, c.code, c.secret)
			if !errors.Is(err, c.err) || got.Access != c.want {
				t.Errorf("%s: access %v, %v", name, got.Access, err)
			}
		}
	})
}

func TestTrackingNeverShowsARowOlderThanTheLastAct(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.lodge(dossiertest.Permit, "anh")
		sees := func(code, secret string, want int64) {
			t.Helper()
			for range 2 { // read, then remembered
				got, err := o.svc.Track(ctx, access.Actor{}, code, secret)
				if err != nil || got.Row.Version != want {
					t.Fatalf("version %d, want %d (%v)", got.Row.Version, want, err)
				}
			}
		}
		sees(d.Ref, d.Secret, 1)
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
		sees(d.Ref, d.Secret, 2)
		sees(d.Code, d.Secret, 2)
		if _, err := o.svc.Track(ctx, access.Actor{}, d.Ref, "zzzzzzzzzzzz"); !errors.Is(err, dossier.ErrNotFound) {
			t.Errorf("a remembered row opened without its secret: %v", err)
		}
		d = o.act("truong-phong", d, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		sees(d.Ref, d.Secret, 3)
		sees(d.Code, d.Secret, 3)
		// Another node writes: it is heard of within a second.
		other := dossier.NewService(dossierdb.New(db, o.signer, jobs.New(db, o.clock.Now, jobs.Options{}), o.clock.Now), o.w, o.clock.Now)
		d = must(other.Act(ctx, o.req("chuyen-vien", d), dossier.ActCommand{Action: "trinh", Note: "Đủ"}))(t)
		o.clock.Add(time.Second)
		sees(d.Code, d.Secret, 4)
	})
}

func TestSearchFindsByCodeNamePartAndNumberInTheOwnScope(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.lodge(dossiertest.Permit, "anh")
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
		for _, q := range []string{d.Code, strings.ToLower(d.Code), "nguyen thi", "Thị Ánh", "ánh", "anh", "001190000001", "001 190 000 001", "0900000001", d.Ref, ""} {
			rows, _, err := o.svc.Find(ctx, o.w.In("chuyen-vien"), q, "", "")
			if err != nil || len(rows) != 1 {
				t.Errorf("%q: %d rows, %v", q, len(rows), err)
			}
			if rows, _, _ := o.svc.Find(ctx, access.Actor{Person: "x"}, q, "", ""); len(rows) != 0 {
				t.Errorf("%q: a stranger got rows", q)
			}
		}
		if rows, _, _ := o.svc.Find(ctx, o.w.In("chuyen-vien"), "anh", dossier.Returned, ""); len(rows) != 0 {
			t.Error("the status filter let another status through")
		}
	})
}

func TestPersonalDataIsErasedAndTheChainStaysWhole(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.live()
		if err := o.store.Erase(ctx, journal.Actor{System: "motcua"}, d.ID, "Hết thời hạn lưu trữ"); err != nil {
			t.Fatal(err)
		}
		rep := o.check()
		if len(rep.Findings) > 0 || rep.Erased != 1 {
			t.Fatalf("check: %+v", rep)
		}
		row := must(o.store.Row(ctx, d.ID))(t)
		if row.Owner != "" || row.Code != d.Code {
			t.Errorf("row keeps owner %q, code %q", row.Owner, row.Code)
		}
		if rows, _, _ := o.svc.Find(ctx, o.w.In("chuyen-vien"), "anh", "", ""); len(rows) != 0 {
			t.Error("still found by name")
		}
	})
}

func TestCheckFindsWhatWasChangedByHand(t *testing.T) {
	seal := func(t *testing.T, o *office) journal.Seal {
		s, _, err := casefiledb.Seal(context.Background(), o.db, o.signer, o.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	cases := map[string][]string{
		"a row edited":                   {`UPDATE dossier SET owner = 'Ai đó'`},
		"a due date moved":               {`UPDATE dossier SET due_at = due_at + 86400000000`},
		"a row removed":                  {`DELETE FROM dossier`},
		"work moved to another queue":    {`UPDATE work_item SET queue = 'post:ban-toi'`},
		"work removed":                   {`DELETE FROM work_item`},
		"a scope added":                  {`INSERT INTO case_scope (scope, case_id, status, ord) SELECT 'so-la', id, 'processing', 0 FROM dossier`},
		"a search word removed":          {`DELETE FROM case_term WHERE term = 'anh'`},
		"a search word added":            {`INSERT INTO case_term (scope, term, ord, case_id) SELECT '*', 'vip', 0, id FROM dossier`},
		"an event altered":               {`UPDATE journal_event SET body = replace(body, 'online', 'direct') WHERE seq = 1`},
		"an event's row altered":         {`UPDATE journal_event SET at = at + 1 WHERE seq = 2`},
		"an event removed in the middle": {`DELETE FROM journal_private WHERE seq = 2`, `DELETE FROM journal_event WHERE seq = 2`},
		"the tail cut off":               {`DELETE FROM journal_private WHERE seq = 3`, `DELETE FROM journal_event WHERE seq = 3`},
		"the tail cut off and the head rewound": {
			`DELETE FROM journal_event WHERE seq = 3`, `UPDATE case_head SET seq = 2, hash = (SELECT hash FROM journal_event WHERE seq = 2)`, `UPDATE dossier SET version = 2`,
		},
		"a personal value altered": {`UPDATE journal_private SET value = '{"name":"Ai đó"}' WHERE name = 'owner'`},
		"a personal value removed": {`UPDATE journal_private SET value = NULL WHERE name = 'owner'`},
		"the head forged":          {`UPDATE case_head SET sig = 'x'`},
		"a seal altered":           {`UPDATE journal_seal SET events = events + 1`},
		"the whole dossier removed": {
			`DELETE FROM journal_private`, `DELETE FROM journal_event`, `DELETE FROM case_head`, `DELETE FROM dossier`, `DELETE FROM work_item`,
			`DELETE FROM case_scope`, `DELETE FROM case_term`,
		},
	}
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		o := open(t, db)
		d := o.lodge(dossiertest.Permit, "anh")
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
		o.act("truong-phong", d, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		anchor := seal(t, o)
		o.clean()
		for name, stmts := range cases {
			t.Run(name, func(t *testing.T) {
				undo := errors.New("undo")
				var rep dossierdb.Report
				err := db.InTx(ctx, func(tx *sqldb.Tx) error {
					for _, s := range stmts {
						if _, err := tx.Exec(ctx, s); err != nil {
							return err
						}
					}
					var err error
					if rep, err = dossierdb.CheckIn(ctx, tx, dossierdb.Against{Ring: o.signer.Keyring()}); err != nil {
						return err
					}
					return undo
				})
				if !errors.Is(err, undo) {
					t.Fatal(err)
				}
				if len(rep.Findings) == 0 {
					t.Error("nothing was found")
				}
			})
		}
		t.Run("seals and events cut off behind the published head", func(t *testing.T) {
			undo := errors.New("undo")
			var rep dossierdb.Report
			err := db.InTx(ctx, func(tx *sqldb.Tx) error {
				for _, s := range append(cases["the whole dossier removed"], `DELETE FROM journal_seal`) {
					if _, err := tx.Exec(ctx, s); err != nil {
						return err
					}
				}
				var err error
				if rep, err = dossierdb.CheckIn(ctx, tx, dossierdb.Against{Ring: o.signer.Keyring(), Anchor: anchor}); err != nil {
					return err
				}
				return undo
			})
			if !errors.Is(err, undo) || len(rep.Findings) == 0 {
				t.Errorf("%v, findings %v", err, rep.Findings)
			}
		})
		o.clean()
	})
}

func TestStatementsFitBothEngines(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		testkit.PrepareAll(t, db, dossierdb.Statements)
		testkit.PrepareAll(t, db, casefiledb.Statements)
	})
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}
