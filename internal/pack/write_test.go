package pack

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/motcua/motcua/internal/procedure"
)

func mapped(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestAPackWrittenAndLoadedAgainSaysTheSame(t *testing.T) {
	for _, dir := range []string{"../../packs/demo"} {
		p, problems := Load(os.DirFS(dir))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		again, problems := Load(mapped(p.Files()))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if d := Diff(p, again); len(d) > 0 {
			t.Errorf("%d differences, the first: %s", len(d), d[0])
		}
		sums := map[string]string{}
		for _, d := range p.Documents() {
			sums[d.Kind+" "+d.ID] = procedure.SumOf(d.Value)
		}
		for _, d := range again.Documents() {
			if sums[d.Kind+" "+d.ID] != procedure.SumOf(d.Value) {
				t.Errorf("%s %s is another to the catalogue", d.Kind, d.ID)
			}
		}
		if p.Digest() != again.Digest() {
			t.Error("another digest")
		}
		second := again.Files()
		for name, text := range p.Files() {
			if second[name] != text {
				t.Errorf("%s is written differently the second time", name)
			}
		}
	}
}
