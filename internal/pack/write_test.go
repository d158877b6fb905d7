package pack

import (
	"os"
	"testing"
	"testing/fstest"
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
