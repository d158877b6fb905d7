package remodel

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

func chain() *workflow.Process { return New("thu", "Quy trình thử") }

// ways writes a process as "a>b c", one step after another, parts behind.
func ways(p *workflow.Process) string {
	var out []string
	p.Each(func(address string, s *workflow.Step) {
		var to []string
		for _, t := range exits(s) {
			to = append(to, *t)
		}
		out = append(out, address+">"+strings.Join(to, " "))
	})
	return strings.Join(out, "; ")
}

func must(t *testing.T) func(*workflow.Process, string, error) *workflow.Process {
	t.Helper()
	return func(p *workflow.Process, _ string, err error) *workflow.Process {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func TestWhatIsPutInStaysSound(t *testing.T) {
	ok := must(t)
	for _, c := range []struct {
		name, after string
		kind        workflow.Kind
		want        string // part of the ways
	}{
		{"a task takes over the usual way", "tham-dinh", workflow.Task, "tham-dinh>buoc-moi; buoc-moi>ky; ky>van-thu van-thu tham-dinh"},
		{"every way to the same next step leads through the new one", "ky", workflow.Task, "ky>buoc-moi buoc-moi tham-dinh; buoc-moi>van-thu"},
		{"the end moves to a task behind the last", "tra", workflow.Task, "tra>buoc-moi; buoc-moi>"},
		{"a branch brings its join", "tham-dinh", workflow.Fork, "tham-dinh>lam-cung-luc; lam-cung-luc>viec-thu-nhat viec-thu-hai; viec-thu-nhat>gop-nhanh; viec-thu-hai>gop-nhanh; gop-nhanh>ky"},
		{"a branch behind the last step stands before it", "tra", workflow.Fork, "van-thu>lam-cung-luc; lam-cung-luc>viec-thu-nhat viec-thu-hai; viec-thu-nhat>gop-nhanh; viec-thu-hai>gop-nhanh; gop-nhanh>tra; tra>"},
		{"a wait", "tham-dinh", workflow.Wait, "tham-dinh>cho-bo-sung; cho-bo-sung>ky"},
		{"a wait behind the last step stands before it", "tra", workflow.Wait, "van-thu>cho-bo-sung; cho-bo-sung>tra; tra>"},
		{"a sub-case brings its part", "tham-dinh", workflow.Sub, "tham-dinh>ho-so-con; ho-so-con>ky"},
		{"an automatic step", "phan-cong", workflow.Auto, "phan-cong>ghi-nhan-tu-dong; ghi-nhan-tu-dong>tham-dinh"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ok(After(chain(), c.after, c.kind, ""))
			if got := ways(p); !strings.Contains(got, c.want) {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			for _, f := range prove.Check(p, prove.World{}).Findings {
				t.Errorf("%s: %s", f.Kind, f.Text)
			}
		})
	}
}

func TestAQuestionAsksAgencies(t *testing.T) {
	p := must(t)(After(chain(), "tham-dinh", workflow.Ask, "Hỏi Sở Xây dựng"))
	s, ok := p.Find("hoi-so-xay-dung")
	if !ok || s.Need != workflow.NeedAll || len(s.To) != 1 || s.To[0].To != "ky" {
		t.Fatalf("%+v", s)
	}
}

func TestAChoiceComesWithOneCaseAndTheRest(t *testing.T) {
	p := must(t)(After(chain(), "tham-dinh", workflow.Choice, ""))
	if want := "re-nhanh>truong-hop-rieng ky; truong-hop-rieng>ky"; !strings.Contains(ways(p), want) {
		t.Errorf("%s\nwant %s", ways(p), want)
	}
}

func TestTakingAwayUndoesPuttingIn(t *testing.T) {
	for _, kind := range workflow.Kinds {
		if kind == workflow.Join || kind == workflow.Choice {
			continue
		}
		for _, after := range []string{"phan-cong", "tham-dinh", "ky", "van-thu"} {
			t.Run(string(kind)+" after "+after, func(t *testing.T) {
				p, at, err := After(chain(), after, kind, "")
				if err != nil {
					t.Fatal(err)
				}
				p = must(t)(Delete(p, at))
				if got, want := ways(p), ways(chain()); got != want {
					t.Errorf("%s\nwant %s", got, want)
				}
				if len(p.Parts) != 0 {
					t.Errorf("parts left: %v", p.Parts)
				}
			})
		}
	}
}

func TestTakingAStepAwayJoinsItsWays(t *testing.T) {
	for _, c := range []struct{ name, gone, want string }{
		{"the first step", "phan-cong", "tham-dinh>ky; ky>van-thu van-thu tham-dinh; van-thu>tra; tra>"},
		{"what was sent back there goes one further back", "tham-dinh", "phan-cong>ky; ky>van-thu van-thu phan-cong; van-thu>tra; tra>"},
		{"a step of two acts", "ky", "phan-cong>tham-dinh; tham-dinh>van-thu; van-thu>tra; tra>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := must(t)(Delete(chain(), c.gone))
			if got := ways(p); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			if _, ok := p.Find(p.Start); !ok {
				t.Errorf("starts at %q", p.Start)
			}
		})
	}
	p := &workflow.Process{ID: "mot", Start: "a", Steps: []workflow.Step{{ID: "a"}}}
	if _, _, err := Delete(p, "a"); !errors.Is(err, ErrLast) {
		t.Errorf("the last step: %v", err)
	}
}

func TestStepsChangePlaces(t *testing.T) {
	ok := must(t)
	p := ok(After(chain(), "tham-dinh", workflow.Task, "Kiểm tra thực địa"))
	down := ok(Move(p, "tham-dinh", false))
	if want := "phan-cong>kiem-tra-thuc-dia; kiem-tra-thuc-dia>tham-dinh; tham-dinh>ky"; !strings.Contains(ways(down), want) {
		t.Errorf("%s\nwant %s", ways(down), want)
	}
	if up := ok(Move(down, "tham-dinh", true)); ways(up) != ways(p) {
		t.Errorf("%s\nwant %s", ways(up), ways(p))
	}
	for _, at := range []string{"tra", "van-thu"} { // the end stays the end
		if _, _, err := Move(p, at, false); !errors.Is(err, ErrPlace) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestWaysAreConnectedAndTurned(t *testing.T) {
	ok := must(t)
	p := ok(Connect(chain(), "van-thu", "ky"))
	s, _ := p.Find("van-thu")
	if a := s.Actions[1]; a.Means != workflow.SendBack || a.To != "ky" || !a.Note {
		t.Errorf("a way back sends back: %+v", a)
	}
	p = ok(Connect(p, "phan-cong", "ky"))
	s, _ = p.Find("phan-cong")
	if a := s.Actions[1]; a.Means != workflow.Forward || a.To != "ky" || a.Primary {
		t.Errorf("a way on hands over: %+v", a)
	}
	p = ok(Retarget(p, "phan-cong", 1, "van-thu"))
	if s, _ = p.Find("phan-cong"); s.Actions[1].To != "van-thu" {
		t.Errorf("%+v", s.Actions)
	}
	p = ok(After(p, "tham-dinh", workflow.Choice, ""))
	p = ok(Connect(p, "re-nhanh", "van-thu"))
	if s, _ = p.Find("re-nhanh"); s.To[len(s.To)-1].Title != "Còn lại" {
		t.Errorf("what remains stands last: %+v", s.To)
	}
	if _, _, err := Retarget(p, "phan-cong", 9, "ky"); !errors.Is(err, ErrWay) {
		t.Error(err)
	}
}

func TestANewIdIsCarriedToEveryWay(t *testing.T) {
	p := chain()
	s, _ := p.Find("tham-dinh")
	s.ID = "tham-tra"
	p = must(t)(Put(p, "tham-dinh", s))
	if want := "phan-cong>tham-tra; tham-tra>ky; ky>van-thu van-thu tham-tra"; !strings.Contains(ways(p), want) {
		t.Errorf("%s\nwant %s", ways(p), want)
	}
	s.ID = "ky"
	if _, _, err := Put(p, "tham-tra", s); !errors.Is(err, ErrID) {
		t.Error(err)
	}
}

func TestTwoPeoplesChangesComeTogether(t *testing.T) {
	ok := must(t)
	base := chain()
	mine := ok(After(base, "tham-dinh", workflow.Task, "Việc của tôi"))
	theirs := Clone(base)
	theirs.Steps[1].Limit = "3wd"
	theirs = ok(After(theirs, "van-thu", workflow.Task, "Việc của họ"))
	got, clashes, err := Merge(base, mine, theirs)
	if err != nil || len(clashes) > 0 {
		t.Fatal(err, clashes)
	}
	want := "phan-cong>tham-dinh; tham-dinh>viec-cua-toi; viec-cua-toi>ky; ky>van-thu van-thu tham-dinh; van-thu>viec-cua-ho; viec-cua-ho>tra; tra>"
	if ways(got) != want {
		t.Errorf("%s\nwant %s", ways(got), want)
	}
	if s, _ := got.Find("tham-dinh"); s.Limit != "3wd" {
		t.Errorf("their limit is lost: %q", s.Limit)
	}
	mine.Steps[1].Limit = "5wd"
	got, clashes, err = Merge(base, mine, theirs)
	if s, _ := got.Find("tham-dinh"); err != nil || len(clashes) != 1 || s.Limit != "5wd" {
		t.Errorf("both changed the limit: %v %v %q", err, clashes, s.Limit)
	}
}

// However somebody clicks, every way leads to a step that is there, and the process he began with is as it was.
func TestNoClickLeavesAWayIntoNothing(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := chain()
		var did []string
		for range 25 {
			var all []string
			p.Each(func(address string, _ *workflow.Step) { all = append(all, address) })
			at := all[r.IntN(len(all))]
			was := ways(p)
			var next *workflow.Process
			var focus string
			var err error
			what := r.IntN(7)
			switch what {
			case 0, 1:
				next, focus, err = After(p, at, workflow.Kinds[r.IntN(len(workflow.Kinds))], "")
			case 2:
				next, focus, err = Delete(p, at)
			case 3:
				next, focus, err = Move(p, at, r.IntN(2) == 0)
			case 4:
				next, focus, err = Duplicate(p, at)
			case 5:
				next, focus, err = Connect(p, at, all[r.IntN(len(all))])
			case 6:
				next, focus, err = Become(p, at, workflow.Kinds[r.IntN(len(workflow.Kinds))])
			}
			if ways(p) != was {
				t.Fatalf("seed %d: the given process was changed", seed)
			}
			if err != nil {
				continue
			}
			did = append(did, strconv.Itoa(what)+" "+at)
			p = next
			if _, ok := p.Find(focus); !ok {
				t.Fatalf("seed %d %v: looks at %q\n%s", seed, did, focus, ways(p))
			}
			p.Each(func(address string, s *workflow.Step) {
				part, _ := workflow.Split(address)
				for _, to := range exits(s) {
					if _, ok := p.Find(workflow.Address(part, *to)); *to != "" && !ok {
						t.Fatalf("seed %d %v: %s leads to %q\n%s", seed, did, address, *to, ways(p))
					}
				}
			})
			if _, ok := p.Find(p.Start); !ok {
				t.Fatalf("seed %d %v: starts at %q", seed, did, p.Start)
			}
			ids := []string{}
			p.Each(func(address string, _ *workflow.Step) { ids = append(ids, address) })
			if slices.Sort(ids); len(slices.Compact(slices.Clone(ids))) != len(ids) {
				t.Fatalf("seed %d %v: two steps of one id\n%s", seed, did, ways(p))
			}
		}
	}
}
