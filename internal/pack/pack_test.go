package pack

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// small reads the smallest pack that works, with files replaced or added.
func small(t *testing.T, change map[string]string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	base := os.DirFS("testdata/nho")
	for _, name := range []string{
		"pack.yaml", "agencies.yaml", "posts.yaml", "people.yaml", "hours.yaml", "rights.yaml", "routing.yaml", "procedures/9.000001.yaml",
		"procedures/9.000002.yaml", "forms/to-khai-chung.yaml", "processes/quy-trinh-chung.yaml",
	} {
		f, err := base.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		raw := make([]byte, 1<<16)
		n, _ := f.Read(raw)
		_ = f.Close()
		out[name] = &fstest.MapFile{Data: raw[:n]}
	}
	for name, edit := range change {
		old, now, replace := strings.Cut(edit, " ⇒ ")
		if f, ok := out[name]; ok && replace {
			if !strings.Contains(string(f.Data), old) {
				t.Fatalf("%s does not contain %q", name, old)
			}
			edit = strings.Replace(string(f.Data), old, now, 1)
		}
		out[name] = &fstest.MapFile{Data: []byte(edit)}
	}
	return out
}

func problemsOf(t *testing.T, change map[string]string) []Problem {
	t.Helper()
	p, problems := Load(small(t, change))
	if len(problems) == 0 {
		problems = Check(p)
	}
	return problems
}

func TestTheSmallestPackHasNoProblems(t *testing.T) {
	for _, pr := range problemsOf(t, nil) {
		t.Error(pr)
	}
}

func TestEachMistakeIsFoundAtItsLine(t *testing.T) {
	for _, c := range []struct {
		name, file, edit string
		line             int
		reason           string
	}{
		{"a key nobody knows", "agencies.yaml", "  kind: department ⇒   sort: department", 11, "unknown field"},
		{"a key twice", "agencies.yaml", "  kind: department ⇒   kind: department\n  kind: department", 12, "already defined"},
		{"broken YAML", "posts.yaml", "roles: [receiving_officer] ⇒ roles: [receiving_officer", 1, ""},
		{"an alias", "hours.yaml", "id: hanh-chinh ⇒ id: &a hanh-chinh", 1, "anchors"},
		{"not a list", "posts.yaml", "id: x", 1, "must be a list"},
		{"brackets without end", "posts.yaml", strings.Repeat("[", 5000), 1, "nested deeper"},
		{"a line without end", "posts.yaml", strings.Repeat("- ", 50000), 1, "line longer"},
		{"a file under another name", "procedures/9.000002.yaml", `code: "9.000002" ⇒ code: "9.000003"`, 1, "is named"},
		{"a file of no kind", "agancies.yaml", "x", 0, "is not part of a pack"},
		{"no text", "posts.yaml", "\xff\xfe", 0, "UTF-8"},
		{"an agency twice", "agencies.yaml", "id: so-thu ⇒ id: trung-tam", 8, "declared twice"},
		{"an agency's code twice", "agencies.yaml", "code: H98.02 ⇒ code: H98.01", 10, "belongs to"},
		{"a code of another form", "agencies.yaml", "code: H98.02 ⇒ code: 98.02", 10, "must look like"},
		{"a parent that does not exist", "agencies.yaml", "parent: ubnd-tinh\n  desk ⇒ parent: ubnd-huyen\n  desk", 13, "does not exist"},
		{"an end before the beginning", "agencies.yaml", "  desk: trung-tam ⇒   desk: trung-tam\n  from: \"2026-01-01\"\n  until: \"2025-01-01\"", 16, "before it begins"},
		{"a day that is none", "agencies.yaml", "  desk: trung-tam ⇒   desk: trung-tam\n  from: 2026-02-30", 15, "not a day"},
		{"a post in an unknown unit", "posts.yaml", "unit: nghiep-vu ⇒ unit: ke-toan", 2, "has no unit"},
		{"a role nobody knows", "posts.yaml", "roles: [agency_head] ⇒ roles: [king]", 3, "is unknown"},
		{"a role without rights", "posts.yaml", "roles: [agency_head] ⇒ roles: [agency_head, clerk]", 3, "has no rights"},
		{"a permission nobody knows", "rights.yaml", "dossier.decide ⇒ dossier.burn", 3, `permission "dossier.burn"`},
		{"a notice of no kind", "templates/notices.yaml", "quiet: {from: \"21:00\", until: \"07:00\"}\ntemplates:\n  tiep-nhan:\n    vi: {subject: A, text: B}\n    en: {subject: A, text: B}", 4, "no kind of notice"},
		{"a placeholder nobody fills", "templates/notices.yaml", "templates:\n  accepted:\n    vi: {subject: \"A {cod}\", text: B}\n    en: {subject: A, text: B}", 3, "is no placeholder"},
		{"a field that no form has", "templates/tt-03-2025.yaml", "set: tt-03-2025\nplace: \"{plaze}\"\n", 2, "unknown field {plaze}"},
		{"a key that no form has", "templates/tt-01-2018.yaml", "set: tt-01-2018\nmoto: x\n", 2, "moto"},
		{"a field of notices nobody knows", "templates/notices.yaml", "quite: {from: \"21:00\"}", 1, "unknown field"},
		{"a person in no post", "people.yaml", "posts: [tiep-nhan] ⇒ posts: [bao-ve]", 1, "does not exist"},
		{"a personal number that is none", "people.yaml", `number: "001090000001" ⇒ number: "1090000001"`, 5, "12 digits"},
		{"hours that run backwards", "hours.yaml", `mon: "07:30-11:30 ⇒ mon: "11:30-07:30`, 4, "cannot be read"},
		{"a due time nobody knows", "hours.yaml", "  sessions: ⇒   due_time: noon\n  sessions:", 3, "session_end or same_clock"},
		{"a cutoff that is no time", "hours.yaml", "  sessions: ⇒   after: 3pm\n  sessions:", 1, "hh:mm"},
		{"a season without a rest of the year", "hours.yaml", "  sessions: ⇒   season: {from: 04-15, to: 10-15}\n  sessions:", 3, "rest of the year"},
		{"a season of no days", "hours.yaml", "  sessions: ⇒   season: {from: 15/04, to: 10-15}\n  sessions:", 5, "cannot be read"},
		{"routing without a last rule", "routing.yaml", "- {competent: so-thu} ⇒ - {sector: a, competent: so-thu}", 2, "only the last rule"},
		{"routing to nobody", "routing.yaml", "competent: so-thu} ⇒ competent: so-khac}", 1, "does not exist"},
		{"a code that lost its zeros", "procedures/9.000001.yaml", `code: "9.000001" ⇒ code: 9.1`, 1, "declares"},
		{"a form that does not exist", "procedures/9.000001.yaml", "sector: ⇒ form: khac\nsector:", 3, "does not exist in forms/"},
		{"a limit nobody understands", "procedures/9.000001.yaml", "limit: 3wd ⇒ limit: 3 ngày", 8, "is not understood"},
		{"a limit shorter than its steps", "procedures/9.000001.yaml", "limit: 3wd ⇒ limit: 8wh", 8, "dài hơn thời hạn"},
		{"a resolving agency that does not exist", "procedures/9.000002.yaml", "[so-thu] ⇒ [so-khac]", 4, "does not exist"},
		{"a path the schema does not know", "forms/to-khai-chung.yaml", "path: reason ⇒ path: reasons", 16, "reasons"},
		{"a schema that does not compile", "forms/to-khai-chung.yaml", "type: object ⇒ type: objekt", 4, "schema"},
		{"an action to nowhere", "processes/quy-trinh-chung.yaml", "to: ky ⇒ to: khong-co", 11, "không tồn tại"},
		{"a step never reached", "processes/quy-trinh-chung.yaml", "start: tham-dinh ⇒ start: tra", 5, "Không lượt chạy nào"},
		{"a run without end", "processes/quy-trinh-chung.yaml", "{id: dong-y, label: Ký, means: approve, to: phat-hanh ⇒ {id: dong-y, label: Ký, means: approve, to: tham-dinh", 5, "không bao giờ kết thúc"},
		{"a step nobody holds", "processes/quy-trinh-chung.yaml", "role: agency_head ⇒ role: division_head", 15, "không ai giữ"},
		{"a step's place that does not exist", "processes/quy-trinh-chung.yaml", "at: desk ⇒ at: quay", 22, "không phải cơ quan nào"},
		{"a result nobody issued", "processes/quy-trinh-chung.yaml", "means: result ⇒ means: forward", 25, "chưa được phát hành"},
		{"a fee without an account", "procedures/9.000001.yaml", "kind: direct ⇒ kind: online", 9, "no account"},
		{"a paper by a field nobody asks", "procedures/9.000001.yaml", "counted: true, required: true} ⇒ counted: true, when: don.reson == \"a\"}", 11, "Did you mean “don.reason”?"},
		{"a condition that is never so", "procedures/9.000001.yaml", "results: ⇒ eligible:\n  - {rule: 'don.reason == \"a\" and don.reason == \"b\"', reason: A}\nresults:", 13, "never holds"},
		{"a row of a table that nothing reaches", "procedures/9.000001.yaml", "results: ⇒ limit_table:\n  rows:\n    - {then: {limit: 3wd}}\n    - {when: co(don.reason), then: {limit: 4wd}}\nresults:", 15, "never used"},
		{"a limit of a table shorter than the steps", "procedures/9.000001.yaml", "results: ⇒ limit_table:\n  rows:\n    - {then: {limit: 8wh}}\nresults:", 14, "dài hơn thời hạn"},
		{"a fee of words", "procedures/9.000001.yaml", "results: ⇒ fee_tables:\n  - kind: phi\n    name: Phí\n    table:\n      rows:\n        - {then: {amount: don.reason}}\nresults:", 17, "needs a sum of money"},
		{"routing by a field nobody asks", "routing.yaml", "{ministry: bo-thu, competent ⇒ {ministry: bo-thu, when: don.area > 5, competent", 1, "no field"},
		{"a general form that does not exist", "pack.yaml", "form: to-khai-chung ⇒ form: khong-co", 10, "does not exist in forms/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := problemsOf(t, map[string]string{c.file: c.edit})
			for _, pr := range problems {
				if pr.Line == c.line && strings.Contains(pr.Reason, c.reason) {
					return
				}
			}
			t.Errorf("no problem at line %d with %q; found:", c.line, c.reason)
			for _, pr := range problems {
				t.Log(pr)
			}
		})
	}
}

func TestFieldsThatNoAnswersBringToTheScreenAreFound(t *testing.T) {
	is := func(path, value string) *eform.Condition { return &eform.Condition{Path: path, Equals: value} }
	f := &eform.Form{ID: "f", Layout: eform.Layout{Sections: []eform.Section{
		{ID: "a", Fields: []eform.Field{{Path: "kind"}, {Path: "size", When: is("kind", "house")}}},
		{ID: "b", When: is("kind", "land"), Fields: []eform.Field{{Path: "plot"}, {Path: "floors", When: is("size", "large")}}},
		{ID: "c", When: is("floors", "2"), Fields: []eform.Field{{Path: "lift"}}},
	}}}
	c := newChecker(&Pack{}, openEnd)
	c.reached(place{}, f)
	if len(c.problems) != 2 || !strings.Contains(c.problems[0].Reason, "field floors") || !strings.Contains(c.problems[1].Reason, "section c") {
		t.Error(c.problems)
	}
}

func TestAStepNobodyHoldsForAMonthIsFound(t *testing.T) {
	fsys := small(t, map[string]string{"posts.yaml": "roles: [agency_head] ⇒ roles: [agency_head], until: \"2027-03-01\""})
	raw := fsys["posts.yaml"]
	raw.Data = append(raw.Data, "- {id: giam-doc-moi, agency: so-thu, title: Giám đốc, roles: [agency_head], from: \"2027-04-01\"}\n"...)
	p, problems := Load(fsys)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if problems := Check(p); len(problems) > 0 {
		t.Errorf("for good it is held: %v", problems)
	}
	problems = CheckFrom(p, "2026-11-20")
	if len(problems) != 1 || problems[0].Kind != string(prove.Vacant) || !strings.HasPrefix(problems[0].Reason, "Từ ngày 01/03/2027") {
		t.Errorf("%+v", problems)
	}
}

func TestAHugeProcessIsAnsweredAndEveryFaultHasItsPlace(t *testing.T) {
	var b strings.Builder
	b.WriteString("id: quy-trinh-chung\ntitle: Quy trình chung\nstart: b0\nsteps:\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "  - {id: b%d, title: B, at: competent, role: king, actions: [{id: a, label: A, means: forward, to: b%d}]}\n", i, (i+1)%5000)
	}
	problems := problemsOf(t, map[string]string{"processes/quy-trinh-chung.yaml": b.String()})
	lines := map[int]bool{}
	for _, pr := range problems {
		if pr.Kind == string(prove.Unknown) {
			lines[pr.Line] = true
		}
	}
	if len(lines) != 5000 || problems[0].Line == 0 {
		t.Errorf("%d lines of 5000 named", len(lines))
	}
	if !slices.ContainsFunc(problems, func(pr Problem) bool { return pr.Kind == string(prove.TooLarge) && pr.Line == 1005 }) {
		t.Error("nothing says that it is too large")
	}
}

func TestOneBadElementLeavesTheOthers(t *testing.T) {
	p, problems := Load(small(t, map[string]string{"agencies.yaml": "  kind: department ⇒   sort: department"}))
	if len(problems) != 1 || len(p.Agencies) != 2 || len(p.Procedures) != 2 {
		t.Fatalf("%d agencies, %d procedures, problems %v", len(p.Agencies), len(p.Procedures), problems)
	}
}

func TestDiffSaysWhatChanged(t *testing.T) {
	before, _ := Load(small(t, nil))
	after, _ := Load(small(t, map[string]string{
		"procedures/9.000001.yaml": "limit: 3wd ⇒ limit: 2wd",
		"posts.yaml":               "title: Giám đốc ⇒ title: Quyền Giám đốc",
	}))
	var got []string
	for _, c := range Diff(before, after) {
		got = append(got, c.String())
	}
	want := "post giam-doc: title was Giám đốc, is Quyền Giám đốc\n" +
		"procedure 9.000001: channels[direct].limits[0].limit was 3wd, is 2wd"
	if s := strings.Join(got, "\n"); s != want {
		t.Fatalf("got\n%s\nwant\n%s", s, want)
	}
	if len(Diff(before, before)) != 0 || before.Digest() == after.Digest() {
		t.Fatal("a pack differs from itself, or two packs have one digest")
	}
}

func TestThePackAnswersAsACatalogue(t *testing.T) {
	p, _ := Load(small(t, nil))
	o, err := p.Catalogue().Offer("9.000001", "2026-03-02")
	if err != nil || len(o.Agencies) != 1 || o.Agencies[0] != "so-thu" || o.Form.ID != "to-khai-chung" || o.Process.ID != "quy-trinh-chung" {
		t.Fatalf("%+v %v", o, err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"agencies.yaml", "hours.yaml", "forms/to-khai-chung.yaml", "processes/quy-trinh-chung.yaml", "procedures/9.000001.yaml"} {
		raw, err := os.ReadFile("testdata/nho/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, raw)
	}
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		fsys := small(t, nil)
		if _, known := fsys[name]; !known {
			name = "agencies.yaml"
		}
		fsys[name] = &fstest.MapFile{Data: raw}
		p, problems := Load(fsys) // no panic, no hang
		if len(problems) == 0 {
			Check(p)
			p.Digest()
		}
	})
}
