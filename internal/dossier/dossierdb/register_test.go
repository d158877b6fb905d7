package dossierdb_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/dossier/paper"
	"github.com/motcua/motcua/internal/dossier/register"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func (o *office) books() *register.Service {
	return register.NewService(o.store.Registers(), o.w.Clock, o.clock.Now)
}

// whole is check with the books.
func (o *office) whole() []string {
	o.t.Helper()
	rep := must(dossierdb.Check(context.Background(), o.db, dossierdb.Against{Ring: o.signer.Keyring(), Others: []dossierdb.OtherCases{dossierdb.Locks}}))(o.t)
	var out []string
	for _, f := range rep.Findings {
		out = append(out, f.String())
	}
	return out
}

func TestTheBooksOfAYearAreLockedAndStayWhatTheyWere(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		o := open(t, db)
		o.at("2025-12-30T09:00:00+07:00")
		first := o.lodge(dossiertest.Permit, "anh")
		first = must(o.svc.Accept(ctx, o.req("cb-mot-cua", first), ""))(t)
		second := o.lodge(dossiertest.Permit, "binh")
		second = must(o.svc.Accept(ctx, o.req("cb-mot-cua", second), ""))(t)
		b, desk := o.books(), o.w.In("cb-mot-cua")

		if _, err := b.Lock(ctx, desk, dossiertest.Desk, 2025); !errors.Is(err, register.ErrTooEarly) {
			t.Errorf("locked within the year: %v", err)
		}
		if _, err := b.Lock(ctx, o.w.In("truong-phong"), dossiertest.Desk, 2025); !errors.Is(err, register.ErrNotFound) {
			t.Errorf("locked by another agency: %v", err)
		}
		// The first dossier goes on in the new year, before and after the lock.
		o.at("2026-01-05T08:00:00+07:00")
		first = o.act("truong-phong", first, dossier.ActCommand{Action: "giao", Post: "chuyen-vien"})
		lock := must(b.Lock(ctx, desk, dossiertest.Desk, 2025))(t)
		if s, ok := lock.Sum(dossier.FormReceipt); !ok || s.Entries != 2 || s.Last != 2 || len(s.Digest) != 64 {
			t.Errorf("the lock says %+v", lock)
		}
		if again := must(b.Lock(ctx, desk, dossiertest.Desk, 2025))(t); again.At != lock.At {
			t.Error("locked twice")
		}
		first = o.act("chuyen-vien", first, dossier.ActCommand{Action: "trinh", Note: "Đủ"})
		first = o.act("giam-doc", first, dossier.ActCommand{Action: "phe-duyet"})
		first = o.act("van-thu", first, dossier.ActCommand{Action: "ban-hanh", Result: dossier.Result{Number: "1/GP", Name: "Giấy phép"}})
		o.act("cb-mot-cua", first, dossier.ActCommand{Action: "trao", To: "Nguyễn Thị Ánh"})

		entries := must(b.Page(ctx, desk, dossiertest.Desk, dossier.FormReceipt, 2025, 0, 10))(t)
		if len(entries) != 2 {
			t.Fatalf("%d entries", len(entries))
		}
		src := paper.Source{Catalogue: o.w.Cat}
		row := must(src.RegisterRow(entries[0]))(t)
		if !row.Returned.IsZero() || row.Notes != "Sau khi khóa sổ: có kết quả 05/01/2026; trả 05/01/2026" || row.Serial != 1 || row.Applicant != "Nguyễn Thị Ánh" || row.Forwarded.IsZero() {
			t.Errorf("the line of the locked book: %+v", row)
		}
		if _, err := src.RegisterPDF(dossiertest.Desk, dossier.FormReceipt, 2025, nil, &lock, o.clock.Now()); err != nil {
			t.Error(err)
		}
		// Personal data that is erased leaves the line, and the lock stays true.
		if err := o.store.Erase(ctx, journal.Actor{System: "motcua"}, first.ID, "Điều 14"); err != nil {
			t.Fatal(err)
		}
		entries = must(b.Page(ctx, desk, dossiertest.Desk, dossier.FormReceipt, 2025, 0, 10))(t)
		if row := must(src.RegisterRow(entries[0]))(t); row.Applicant != paper.Erased || row.Code != first.Code {
			t.Errorf("the line of an erased dossier: %+v", row)
		}
		if found := o.whole(); len(found) > 0 {
			t.Fatalf("check found %v", found)
		}
		// Nothing more is numbered in the locked year, even when the clock runs wrong.
		o.at("2025-12-31T09:00:00+07:00")
		third := o.lodge(dossiertest.Permit, "chi")
		if _, err := o.svc.Accept(ctx, o.req("cb-mot-cua", third), ""); !errors.Is(err, dossier.ErrBookLocked) {
			t.Errorf("a number in a locked book: %v", err)
		}
		_ = second
		for what, stmt := range map[string]string{
			"a line taken out of the locked book": `DELETE FROM dossier_slip WHERE number = 2`,
			"a digest altered":                    `UPDATE register_lock_book SET digest = 'x'`,
			"a lock without its row":              `DELETE FROM register_lock`,
		} {
			err := db.InTx(ctx, func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(ctx, stmt); err != nil {
					return err
				}
				rep, err := dossierdb.CheckIn(ctx, tx, dossierdb.Against{Ring: o.signer.Keyring(), Others: []dossierdb.OtherCases{dossierdb.Locks}})
				if err == nil && len(rep.Findings) == 0 {
					t.Errorf("%s: check finds nothing", what)
				}
				return errors.Join(err, errUndo)
			})
			if !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
		}
	})
}

var errUndo = errors.New("undo")

func TestTheProductLocksWhatPeopleForgot(t *testing.T) {
	ctx := context.Background()
	o := open(t, testkit.SQLite(t))
	o.at("2025-12-30T09:00:00+07:00")
	d := o.lodge(dossiertest.Permit, "anh")
	must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
	for _, c := range []struct {
		now  string
		want int
	}{
		{"2026-01-01T12:00:00+07:00", 0}, {"2026-01-05T12:00:00+07:00", 0}, // the first working day is for people
		{"2026-01-06T03:00:00+07:00", 1}, {"2026-01-07T03:00:00+07:00", 0},
	} {
		o.at(c.now)
		if n := must(o.books().LockDue(ctx))(t); n != c.want {
			t.Errorf("%s: locked %d, want %d", c.now, n, c.want)
		}
	}
	if l := must(o.books().Locked(ctx, o.w.In("cb-mot-cua"), dossiertest.Desk, 2025))(t); l.By.System == "" && l.By.Person != "" {
		t.Errorf("locked by %+v", l.By)
	}
	if _, err := o.books().Books(ctx, access.Actor{Citizen: true}, dossiertest.Desk); !errors.Is(err, register.ErrNotFound) {
		t.Errorf("a citizen opened the books: %v", err)
	}
}

// Many desks accept at once, under the rules of 2018, 2025 and 2026: every code once, no number left out, the prefix
// that the decree names.
func TestCodesAreGivenOnceUnderEveryRuleSet(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		o := open(t, db)
		const each = 12
		for _, c := range []struct{ now, prefix string }{
			{"2018-10-01T09:00:00+07:00", "H99.01-181001-"}, // the desk that received
			{"2025-07-01T09:00:00+07:00", "H99.02-250701-"}, // the agency that resolves
			{"2026-07-01T09:00:00+07:00", "H99.02-260701-"},
		} {
			o.at(c.now)
			var ds []*dossier.Dossier
			for i := range each {
				ds = append(ds, o.lodge(dossiertest.Permit, fmt.Sprintf("nguoi-%d", i)))
			}
			codes, slips := make([]string, each), make([]int, each)
			var g sync.WaitGroup
			for i, d := range ds {
				r := o.req("cb-mot-cua", d)
				g.Go(func() {
					out, err := o.svc.Accept(ctx, r, "")
					if err != nil {
						t.Error(err)
						return
					}
					s, _ := out.LastSlip(dossier.FormReceipt)
					codes[i], slips[i] = out.Code, s.Number
				})
			}
			g.Wait()
			seen, numbers := map[string]bool{}, map[int]bool{}
			for i := range codes {
				seen[codes[i]], numbers[slips[i]] = true, true
			}
			for n := 1; n <= each; n++ {
				if want := fmt.Sprintf("%s%04d", c.prefix, n); !seen[want] {
					t.Errorf("%s was not given: %v", want, codes)
				}
				if !numbers[n] {
					t.Errorf("number %d is missing in the book of %s", n, c.now[:4])
				}
			}
		}
		if found := o.whole(); len(found) > 0 {
			t.Errorf("check found %v", found)
		}
	})
}

func TestALinkedGroupFiledOnlineHasTheCodeOfThePortal(t *testing.T) {
	ctx := context.Background()
	o := open(t, testkit.SQLite(t))
	for _, c := range []struct{ now, want string }{
		{"2018-10-01T09:00:00+07:00", "H99.01-181001-0001"}, {"2026-07-01T09:00:00+07:00", "G22.99-260701-0001"},
	} {
		o.at(c.now)
		d := o.lodge(dossiertest.Group, "anh")
		if d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t); d.Code != c.want {
			t.Errorf("%s, want %s", d.Code, c.want)
		}
		if p, err := dossier.ParseCode(d.Code); err != nil || p.Serial != 1 {
			t.Errorf("%s is read as %+v, %v", d.Code, p, err)
		}
	}
}

func TestARefusedActTakesNoNumber(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		o := open(t, db)
		a, b := o.lodge(dossiertest.Vague, "anh"), o.lodge(dossiertest.Permit, "binh")
		if _, err := o.svc.Accept(ctx, o.req("cb-mot-cua", a), ""); !errors.Is(err, dossier.ErrLimitNeeded) {
			t.Fatalf("accepted without a limit: %v", err)
		}
		o.clock.Add(time.Minute)
		b = must(o.svc.Accept(ctx, o.req("cb-mot-cua", b), ""))(t)
		if s, _ := b.LastSlip(dossier.FormReceipt); s.Number != 1 || b.Code != "H99.02-260302-0001" || calendar.DateOf(s.At).Year() != s.Year {
			t.Errorf("the refused acceptance left a gap: %s, slip %+v", b.Code, s)
		}
		o.clean()
	})
}

// at sets the clock.
func (o *office) at(instant string) {
	o.t.Helper()
	o.clock.Set(must(time.Parse(time.RFC3339, instant))(o.t))
}
