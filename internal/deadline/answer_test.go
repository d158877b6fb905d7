package deadline_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/fault"
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
	in := "\ufeff# asked by the office\nStart,limit\n2026-02-13T15:30,8wh\r\n\n# a remark\n2026-02-10,5 days\n2027-02-10,5wd\nx\n\"2026-02-10\",\"same-day after 15:00 on tue\",more\n" +
		strings.Repeat("9", 20_000) + ",5wd\n2018-02-12,5wd"
	var out strings.Builder
	say := func(f *fault.Error) string { return "say " + f.Code }
	b, err := deadline.AskAll(strings.NewReader(in), &out, deadline.Env{}, false, say)
	if err != nil || b != (deadline.Batch{Answered: 3, Refused: 4}) {
		t.Fatalf("%+v, %v", b, err)
	}
	want := `{"line":3,"start":"2026-02-13T15:30","limit":"8wh","due":"2026-02-23T15:30:00+07:00"}
{"line":6,"start":"2026-02-10","limit":"5 days","error":"deadline.limit","args":{"text":"5 days"},"message":"say deadline.limit"}
{"line":7,"start":"2027-02-10","limit":"5wd","error":"calendar.year-missing","args":{"year":2027},"message":"say calendar.year-missing"}
{"line":8,"start":"","limit":"","error":"deadline.line","args":{"text":"x"},"message":"say deadline.line"}
{"line":9,"start":"2026-02-10","limit":"same-day after 15:00 on tue","due":"2026-02-10T17:00:00+07:00"}
{"line":10,"start":"","limit":"","error":"deadline.line","args":{"text":"9999999999999999999999999999999999999999…"},"message":"say deadline.line"}
{"line":11,"start":"2018-02-12","limit":"5wd","due":"2018-02-26T17:00:00+07:00"}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// What was answered before a file breaks off is not lost.
func TestABatchThatCannotBeReadToItsEndKeepsItsAnswers(t *testing.T) {
	var out strings.Builder
	broken := errors.New("disk")
	in := io.MultiReader(strings.NewReader("2018-02-12,5wd\n"), iotest.ErrReader(broken))
	b, err := deadline.AskAll(in, &out, deadline.Env{}, false, nil)
	if !errors.Is(err, broken) || b.Answered != 1 || !strings.Contains(out.String(), "2018-02-26") {
		t.Errorf("%+v %v %q", b, err, out.String())
	}
}
