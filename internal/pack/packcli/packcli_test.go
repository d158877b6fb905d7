package packcli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/pack/packcli"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	smallPack = "../testdata/nho"
	pages     = "../../national/testdata/catalogue.jsonl"
	tables    = "../../national/testdata/tables.jsonl"
	units     = "../../national/testdata/units.json"
	mapping   = "../../national/testdata/mapping.csv"
)

// cli runs commands on one database.
type cli struct {
	t     *testing.T
	store *proceduredb.Store
}

func newCLI(t *testing.T, db *sqldb.DB) cli {
	return cli{t, proceduredb.New(db, testkit.NewClock("2026-03-02").Now)}
}

func (c cli) run(args ...string) (code int, stdout, stderr string) {
	c.t.Helper()
	var out, errs bytes.Buffer
	code = packcli.Run(c.t.Context(), args, &out, &errs, func(context.Context, packcli.Target) (*proceduredb.Store, func() error, error) {
		return c.store, func() error { return nil }, nil
	})
	return code, out.String(), errs.String()
}

func (c cli) report(files ...string) packcli.Report {
	c.t.Helper()
	_, out, errs := c.run(append([]string{"import", "--data", "x", "--report", "json"}, files...)...)
	var r packcli.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		c.t.Fatalf("%v\n%s\n%s", err, out, errs)
	}
	return r
}

func TestImportCountsEverythingAndTwiceChangesNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		c := newCLI(t, db)
		files := []string{smallPack, pages, tables, units, mapping}
		first := c.report(files...)
		if first.Imported != 5 || first.Procedures != 5 || first.Bad != 9 || first.Mappings != 3 || first.DocumentsNew == 0 || len(first.Problems) != 0 {
			t.Fatalf("first: %+v", first)
		}
		again := c.report(files...)
		if again.Imported+again.Changed+again.PlacesWritten+again.DocumentsNew+again.DocumentsChanged != 0 || again.Unchanged != 5 {
			t.Fatalf("again: %+v", again)
		}
		if first.InForce != 5 || first.Drafts != 0 {
			t.Fatalf("not in force at once: %+v", first)
		}
		code, out, errs := c.run("publish", "--data", "x", "--json")
		if code != packcli.OK || !strings.Contains(out, `"documents":0,"from":"2026-03-02","procedures":0`) {
			t.Fatalf("publish: %d %s %s", code, out, errs)
		}
		k, err := c.store.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range k.All("2026-03-02") {
			o := k.OfferOf(v, "2026-03-02")
			if o.Form.Value == nil || o.Process.Value == nil || len(o.Agencies) == 0 {
				t.Errorf("%s cannot be filed and handled: %+v", v.Code, o)
			}
		}
		if kept, err := c.store.Reports(t.Context(), 10); err != nil || len(kept) != 2 {
			t.Errorf("reports kept: %d %v", len(kept), err)
		}
		if again := c.report(files...); again.Imported+again.Changed+again.DocumentsChanged != 0 {
			t.Fatalf("after publication: %+v", again)
		}
	})
}

func TestDraftsWaitForPublication(t *testing.T) {
	c := newCLI(t, testkit.SQLite(t))
	if r := c.report("--draft", smallPack); r.Drafts != 2 || r.InForce != 0 {
		t.Fatalf("%+v", r)
	}
	if code, out, errs := c.run("publish", "--data", "x", "--from", "2026-01-01", "--json"); code != packcli.OK || !strings.Contains(out, `"procedures":2`) {
		t.Fatalf("publish: %d %s %s", code, out, errs)
	}
}

func TestAPackWithProblemsIsNotImported(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(smallPack)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "routing.yaml"), []byte("- {competent: so-khac}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCLI(t, testkit.SQLite(t))
	code, _, errs := c.run("import", "--data", "x", dir)
	if code != packcli.Problems || !strings.Contains(errs, `routing.yaml:1: agency "so-khac" does not exist`) {
		t.Fatalf("%d %s", code, errs)
	}
	if r := c.report(dir); r.DocumentsNew != 0 || r.Imported != 0 || len(r.Problems) == 0 {
		t.Fatalf("%+v", r)
	}
}

func TestExitCodesTell(t *testing.T) {
	c := newCLI(t, testkit.SQLite(t))
	for _, x := range []struct {
		name string
		args string
		code int
		says string
	}{
		{"a clean pack", "check " + smallPack, packcli.OK, "2 procedures"},
		{"a clean pack as JSON", "check --json " + smallPack, packcli.OK, `"problems":[]`},
		{"a folder that is no pack", "check ../../national/testdata", packcli.Problems, "pack.yaml: cannot be read"},
		{"a folder that does not exist", "check nowhere", packcli.Problems, "no such file"},
		{"the same pack twice", "diff " + smallPack + " " + smallPack, packcli.OK, "nothing differs"},
		{"bad lines", "import --data x " + pages, packcli.Problems, "catalogue.jsonl:4: "},
		{"flags after files", "import " + units + " --data x --report json", packcli.Problems, `"provinces":1`},
		{"no such file", "import --data x nowhere.jsonl", packcli.Problems, "no such file"},
		{"no province", "import " + units, packcli.Problems, "--data DIR or --db URL"},
		{"two provinces", "import --data x --db y " + units, packcli.Problems, "--data DIR or --db URL"},
		{"a day of another form", "publish --data x --from 01/01/2026", packcli.Problems, "yyyy-mm-dd"},
		{"nothing to publish", "publish --data x", packcli.OK, "published from 2026-03-02: 0 procedures"},
		{"a word too many", "publish --data x now", packcli.Usage, "Usage"},
		{"an unknown flag", "check --quick " + smallPack, packcli.Usage, "Usage"},
		{"an unknown command", "burn", packcli.Usage, "unknown command"},
		{"nothing", "", packcli.Usage, "Usage"},
		{"help", "import --help", packcli.OK, "Usage"},
	} {
		t.Run(x.name, func(t *testing.T) {
			code, out, errs := c.run(strings.Fields(x.args)...)
			if code != x.code || !strings.Contains(out+errs, x.says) {
				t.Errorf("exit %d, want %d with %q\n%s%s", code, x.code, x.says, out, errs)
			}
		})
	}
}

// TestTheRealCatalogue imports the national catalogue where it is at hand: ../shared/data beside the
// repository, or the folder that MOTCUA_DATA names. It is not ours to ship, so elsewhere the small
// samples above stand for it.
func TestTheRealCatalogue(t *testing.T) {
	root := os.Getenv("MOTCUA_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(root, "tthc", "procedures.jsonl")); err != nil {
		t.Logf("the real catalogue is not here (%s): only the samples were tested; set MOTCUA_DATA to its folder", root)
		return
	}
	lists, err := filepath.Glob(filepath.Join(root, "tthc", "danh_muc_excel", "*.xlsx"))
	if err != nil || len(lists) != 3 {
		t.Fatalf("lists: %v %v", lists, err)
	}
	files := append([]string{
		smallPack, filepath.Join(root, "tthc", "procedures.jsonl"), filepath.Join(root, "tthc", "structured_bqp.jsonl"),
		filepath.Join(root, "admin", "units_2025_full.json"), filepath.Join(root, "admin", "mapping_old_to_new_2025.csv"),
	}, lists...)
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		c := newCLI(t, db)
		start := time.Now()
		first := c.report(files...)
		t.Logf("imported in %v: %d procedures, %d with marks %v; %d list-only, %d confirmed; bad %v",
			time.Since(start).Round(time.Millisecond), first.Procedures, first.Marked, first.Marks, first.ListOnly, first.Confirmed, first.BadLines)
		if first.Imported != 977+2 || first.Bad != 0 || first.Provinces != 34 || first.Communes != 3321 || first.Mappings != 10602 {
			t.Errorf("imported %d, bad %d, provinces %d, communes %d, mappings %d", first.Imported, first.Bad, first.Provinces, first.Communes, first.Mappings)
		}
		start = time.Now()
		again := c.report(files...)
		t.Logf("again in %v", time.Since(start).Round(time.Millisecond))
		if again.Imported+again.Changed+again.PlacesWritten+again.DocumentsNew+again.DocumentsChanged != 0 || again.Unchanged != 979 {
			t.Errorf("the second import wrote: imported %d, changed %d, unchanged %d, places %d", again.Imported, again.Changed, again.Unchanged, again.PlacesWritten)
		}
		start = time.Now()
		k, err := c.store.Catalogue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all := k.All("2026-03-02")
		t.Logf("snapshot in %v: %d offered, %d headings, %d sectors", time.Since(start).Round(time.Millisecond), len(all), len(k.Listed()), len(k.Sectors("2026-03-02")))
		if len(all) != 979 {
			t.Errorf("offered %d", len(all))
		}
		for _, v := range all {
			if o := k.OfferOf(v, "2026-03-02"); o.Form.Value == nil || o.Process.Value == nil || len(o.Agencies) == 0 {
				t.Errorf("%s cannot be filed and handled", v.Code)
			}
		}
		p, err := c.store.Places(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if pr, co := p.Count("2026-03-02"); pr != 34 || co != 3321 {
			t.Errorf("%d provinces, %d communes in force", pr, co)
		}
	})
}

func TestCheckShowsTheShortestRunOfADefect(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(smallPack)); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "processes", "quy-trinh-chung.yaml")
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(raw, []byte("means: result"), []byte("means: forward"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	c := cli{t: t}
	code, _, errs := c.run("check", dir, "--from", "2026-11-20")
	want := "processes/quy-trinh-chung.yaml:25: Ở bước «Trả kết quả» có thể giao kết quả bằng «Giao kết quả» khi kết quả chưa được phát hành.\n" +
		"   1. Tiếp nhận hồ sơ → «Thẩm định».\n" +
		"   2. Bước «Thẩm định»: chọn «Trình lãnh đạo» → «Ký duyệt».\n" +
		"   3. Bước «Ký duyệt»: chọn «Ký» → «Phát hành kết quả».\n" +
		"   4. Bước «Phát hành kết quả»: chọn «Phát hành» → «Trả kết quả».\n" +
		"   5. Bước «Trả kết quả»: chọn «Giao kết quả».\n"
	if code != packcli.Problems || errs != want {
		t.Errorf("%d\n%s", code, errs)
	}
	code, out, _ := c.run("check", dir, "--json")
	if code != packcli.Problems || !strings.Contains(out, `"kind":"unissued"`) || !strings.Contains(out, "Tiếp nhận hồ sơ") {
		t.Errorf("%d\n%s", code, out)
	}
}

func TestSimulateTellsWhereFilesWait(t *testing.T) {
	c := cli{t: t}
	svg := filepath.Join(t.TempDir(), "cho.svg")
	code, out, errs := c.run("simulate", smallPack, "quy-trinh-chung", "--runs", "500", "--arrivals", "6", "--staff", "competent/case_officer=2", "--svg", svg)
	if code != packcli.OK || !strings.Contains(out, "500 hồ sơ, 500 đi đến kết thúc") || !strings.Contains(out, "Ký duyệt") || !strings.Contains(out, "competent/case_officer  2") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
	if raw, err := os.ReadFile(svg); err != nil || !bytes.Contains(raw, []byte("<desc")) {
		t.Errorf("%v %s", err, raw)
	}
	_, one, _ := c.run("simulate", smallPack, "quy-trinh-chung", "--runs", "50", "--json", "--seed", "3")
	_, two, _ := c.run("simulate", smallPack, "quy-trinh-chung", "--runs", "50", "--json", "--seed", "3")
	if one != two || !strings.Contains(one, `"bottleneck"`) {
		t.Errorf("%s\n%s", one, two)
	}
	if code, _, _ := c.run("simulate", smallPack, "khong-co"); code != packcli.Problems {
		t.Error(code)
	}
	if code, _, _ := c.run("simulate", smallPack, "quy-trinh-chung", "--staff", "x"); code != packcli.Usage {
		t.Error(code)
	}
}
