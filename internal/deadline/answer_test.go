package deadline_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/deadline"
)

func TestAnAnswerForPrograms(t *testing.T) {
	for _, start := range []string{"2026-02-13T15:30", "2026-02-13T15:30:00", "2026-02-13T15:30:59", "2026-02-13T15:30:00+07:00", "2026-02-13T08:30:00Z", "2026-02-13T15:30+07:00", "2026-02-13 15:30"} {
		a, err := deadline.Ask(start, "8wh", deadline.Env{}, true)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Due     string
			Explain []map[string]any
		}
		if err := json.Unmarshal(b, &got); err != nil || got.Due != "2026-02-23T15:30:00+07:00" || len(got.Explain) == 0 {
			t.Fatalf("%s: %s (%v)", start, b, err)
		}
		for _, e := range got.Explain {
			if e["k"] == "" || e["vi"] == "" || e["en"] == "" {
				t.Errorf("step %v", e)
			}
		}
	}
	a, err := deadline.Ask("2018-02-12", "5wd", deadline.Env{}, false)
	if b, _ := json.Marshal(a); err != nil || string(b) != `{"due":"2018-02-26T17:00:00+07:00"}` {
		t.Errorf("a day alone, not explained: %s (%v)", b, err)
	}
	for _, s := range []string{"", "today", "2026-02-30T10:00", "2026-02-13T25:00", "13/02/2026", "99999-01-01", strings.Repeat("2", 500)} {
		if _, err := deadline.Ask(s, "5wd", deadline.Env{}, false); !errors.Is(err, deadline.ErrStart) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestABatchAnswersLineByLine(t *testing.T) {
	in := "\ufeffstart,limit\n2026-02-13T15:30,8wh\n\n# a remark\n2026-02-10,5 days\n2027-02-10,5wd\nx\n\"2026-02-10\",\"same-day after 15:00 on tue\",more\n"
	var out strings.Builder
	answered, refused, err := deadline.AskAll(strings.NewReader(in), &out, deadline.Env{}, false)
	if err != nil || answered != 2 || refused != 3 {
		t.Fatalf("%d answered, %d refused, %v", answered, refused, err)
	}
	want := `{"line":2,"start":"2026-02-13T15:30","limit":"8wh","due":"2026-02-23T15:30:00+07:00"}
{"line":5,"start":"2026-02-10","limit":"5 days","error":"deadline.limit","args":{"text":"5 days"}}
{"line":6,"start":"2027-02-10","limit":"5wd","error":"calendar.year-missing","args":{"year":2027}}
{"line":7,"start":"x","limit":"","error":"deadline.start","args":{"text":"x"}}
{"line":8,"start":"2026-02-10","limit":"same-day after 15:00 on tue","due":"2026-02-10T17:00:00+07:00"}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
