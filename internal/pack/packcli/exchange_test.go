package packcli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/pack"
)

const opencpsSample = "../../workflow/opencps/testdata/mau.ods"

func TestMasterDataOfOpenCPSBecomeFilesOfAPack(t *testing.T) {
	dir := t.TempDir()
	c := cli{t: t}
	code, out, errs := c.run("import-opencps", opencpsSample, dir, "--code", "MAU-1=1.999001", "--code", "MAU-2=1.999002")
	if code != 0 || !strings.Contains(out, "4 files written, 0 problems") || !strings.Contains(errs, "is no step: the law's request for a supplement does that") {
		t.Fatalf("%d\n%s\n%s", code, out, errs)
	}
	// Laid into a pack that works, it works: nothing but what the spreadsheet itself leaves open is found.
	whole := t.TempDir()
	for _, from := range []string{"../../../packs/demo", dir} {
		if err := os.CopyFS(whole, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	p, problems := pack.Load(os.DirFS(whole))
	problems = append(problems, pack.Check(p)...)
	for _, pr := range problems {
		if strings.Contains(pr.File, "999") || strings.Contains(pr.File, "mau-pl1") {
			t.Error(pr)
		}
	}
	if _, ok := p.Process("1-999001"); !ok {
		t.Error("the process is not in the pack")
	}
	if code, _, errs := c.run("import-opencps", opencpsSample, dir, "--code", "MAU-1=1.999001"); code != 1 || !strings.Contains(errs, "is there already") {
		t.Errorf("files were written over: %d %s", code, errs)
	}
	for _, args := range [][]string{{"import-opencps"}, {"import-opencps", opencpsSample}, {"import-opencps", opencpsSample, dir, "--code", "x"}} {
		if code, _, _ := c.run(args...); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
}

func TestAFileThatIsNoSpreadsheetWritesNothing(t *testing.T) {
	dir := t.TempDir()
	if code, _, _ := (cli{t: t}).run("import-opencps", "exchange_test.go", dir); code != 1 {
		t.Errorf("code %d", code)
	}
	n := 0
	if err := filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestAProcessGoesToBPMNAndBack(t *testing.T) {
	dir := t.TempDir()
	c := cli{t: t}
	file, again := filepath.Join(dir, "x.bpmn"), filepath.Join(dir, "y.yaml")
	code, out, errs := c.run("bpmn", "../../../packs/demo/processes/cap-xa.yaml", file)
	if code != 0 || !strings.Contains(out, "x.bpmn") {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	code, out, errs = c.run("bpmn", file)
	if code != 0 || errs != "" || !strings.HasPrefix(out, "id: cap-xa\n") {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	if code, _, errs := c.run("bpmn", file, again); code != 0 || errs != "" {
		t.Fatalf("%d %s", code, errs)
	}
	_, first, _ := c.run("bpmn", "../../../packs/demo/processes/cap-xa.yaml")
	_, second, _ := c.run("bpmn", again)
	if first != second || first == "" {
		t.Error("the process changed on its way")
	}
	roles := filepath.Join(dir, "roles.yaml")
	if err := os.WriteFile(roles, []byte("Phòng A: {role: division_head}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.bpmn")
	if err := os.WriteFile(other, []byte(`<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><laneSet><lane name="Phòng A"><flowNodeRef>t</flowNodeRef></lane></laneSet><task id="t" name="Làm"/><wish id="w"/></process></definitions>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := c.run("bpmn", other, "--roles", roles); code != 1 || out != "" || !strings.Contains(errs, "line 1: wish w") {
		t.Errorf("%d %s %s", code, out, errs)
	}
}
