package packs_test

import (
	"io/fs"
	"testing"

	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/packs"
)

func TestTheDemoPackHasNoProblems(t *testing.T) {
	demo := packs.Demo()
	if _, err := fs.Stat(demo, "agencies.yaml"); err != nil {
		t.Log("the demo pack has only its heading so far: nothing to check")
		return
	}
	p, problems := pack.Load(demo)
	if len(problems) == 0 {
		problems = pack.Check(p)
	}
	for _, pr := range problems {
		t.Error(pr)
	}
	t.Logf("%d agencies, %d posts, %d procedures, %d forms, %d processes", len(p.Agencies), len(p.Posts), len(p.Procedures), len(p.Forms), len(p.Processes))
}
