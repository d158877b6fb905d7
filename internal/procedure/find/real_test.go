package find_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/viet"
)

// dataDir is the folder of real data beside the repository, or MOTCUA_DATA; empty when there is none. The
// data is not ours to commit, so on a machine without it these tests only say that they measured nothing.
func dataDir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("MOTCUA_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "tthc", "procedures.jsonl")); err != nil {
		tb.Logf("NOT MEASURED: no real catalogue at %s; set MOTCUA_DATA to its folder", dir)
		return ""
	}
	return dir
}

// realDocuments reads the fields that matter here from the catalogue as crawled. The product's own import
// is richer; this one only measures the search.
func realDocuments(tb testing.TB, dir string) []find.Document {
	tb.Helper()
	var docs []find.Document
	eachLine(tb, filepath.Join(dir, "tthc", "procedures.jsonl"), func(line []byte) {
		var p struct {
			Code       string `json:"ma_thu_tuc"`
			Name       string `json:"ten_thu_tuc"`
			Level      string `json:"cap_thuc_hien"`
			Sector     string `json:"linh_vuc"`
			Subjects   string `json:"doi_tuong_thuc_hien"`
			Agency     string `json:"co_quan_thuc_hien"`
			Steps      string `json:"trinh_tu_thuc_hien"`
			Conditions string `json:"yeu_cau_dieu_kien"`
			Result     string `json:"ket_qua_xu_ly"`
			Derived    struct {
				Papers []struct {
					Name string `json:"ten"`
				} `json:"giay_to"`
			} `json:"_derived"`
		}
		if err := json.Unmarshal(line, &p); err != nil {
			tb.Fatal(err)
		}
		result, _, _ := strings.Cut(p.Result, "Từ khóa") // page furniture follows
		text := []string{result}
		for _, paper := range p.Derived.Papers {
			text = append(text, paper.Name)
		}
		docs = append(docs, find.Document{
			Code: p.Code, Name: p.Name, Sector: p.Sector, Agency: p.Agency, Level: p.Level, Subjects: p.Subjects,
			Text: strings.Join(append(text, p.Conditions, p.Steps), "\n"),
		})
	})
	eachLine(tb, filepath.Join(dir, "tthc", "structured_bqp.jsonl"), func(line []byte) {
		var p struct {
			Code     string            `json:"thu_tuc_id"`
			Metadata map[string]string `json:"metadata"`
			Content  map[string]string `json:"content"`
		}
		if err := json.Unmarshal(line, &p); err != nil {
			tb.Fatal(err)
		}
		docs = append(docs, find.Document{
			Code: p.Code, Name: p.Metadata["tên_thủ_tục"], Sector: p.Metadata["lĩnh_vực"], Level: p.Metadata["cấp_thực_hiện"],
			Agency: p.Content["cơ_quan_thực_hiện"], Subjects: p.Content["đối_tượng_thực_hiện"],
			Text: p.Content["kết_quả_thực_hiện"] + "\n" + p.Content["yêu_cầu_điều_kiện_thực_hiện"] + "\n" + p.Content["trình_tự_thực_hiện"],
		})
	})
	return docs
}

func eachLine(tb testing.TB, path string, do func([]byte)) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		do(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
}

type question struct {
	Text  string
	Codes []string
}

// ownQuestions are written for this project: how people ask, and any right code.
func ownQuestions(tb testing.TB) []question {
	tb.Helper()
	var out []question
	eachLine(tb, filepath.Join("testdata", "questions.tsv"), func(line []byte) {
		codes, text, ok := strings.Cut(string(line), "\t")
		if strings.HasPrefix(codes, "#") || !ok {
			return
		}
		out = append(out, question{text, strings.Split(codes, " ")})
	})
	return out
}

// measure asks every question and reports how often a right code came first and among the first five.
func measure(t *testing.T, x *find.Index, questions []question) (first, five float64) {
	t.Helper()
	for _, q := range questions {
		hits := x.Search(q.Text, find.Options{N: 10})
		rank := slices.IndexFunc(hits, func(h find.Hit) bool { return slices.Contains(q.Codes, h.Code) }) + 1
		switch {
		case rank == 1:
			first++
			five++
			continue
		case rank > 0 && rank <= 5:
			five++
		}
		t.Logf("rank %d: %q wants %v", rank, q.Text, q.Codes)
		for i, h := range hits[:min(3, len(hits))] {
			t.Logf("    %d. %.1f %s %.90s — %s", i+1, h.Score, h.Code, h.Name, h.Why)
		}
	}
	n := float64(len(questions))
	return 100 * first / n, 100 * five / n
}

func TestQuestionsAboutTheRealCatalogue(t *testing.T) {
	dir := dataDir(t)
	if dir == "" {
		return
	}
	x := find.New(realDocuments(t, dir))

	var dev []question
	eachLine(t, filepath.Join(dir, "search", "questions_dev.jsonl"), func(line []byte) {
		var q struct {
			Text  string   `json:"q"`
			Codes []string `json:"expect_in_this_catalogue"`
		}
		if err := json.Unmarshal(line, &q); err != nil {
			t.Fatal(err)
		}
		if len(q.Codes) > 0 {
			dev = append(dev, question{q.Text, q.Codes})
		}
	})
	first, five := measure(t, x, dev)
	t.Logf("MEASURED on %d questions of the data folder: right code first %.1f %%, in the first five %.1f %%", len(dev), first, five)
	if first < 65 || five < 85 {
		t.Errorf("want first at least 65 %% and five at least 85 %%, have %.1f and %.1f", first, five)
	}

	own := ownQuestions(t)
	first, five = measure(t, x, own)
	t.Logf("MEASURED on %d questions of our own: right code first %.1f %%, in the first five %.1f %%", len(own), first, five)
	if first < 65 || five < 85 {
		t.Errorf("want first at least 65 %% and five at least 85 %%, have %.1f and %.1f", first, five)
	}
}

func TestEveryOfficialNameFindsItself(t *testing.T) {
	dir := dataDir(t)
	if dir == "" {
		return
	}
	docs := realDocuments(t, dir)
	x := find.New(docs)
	for _, how := range []struct {
		name  string
		write func(string) string
	}{
		{"as written", func(s string) string { return s }},
		{"without accents", viet.Fold},
	} {
		first, five := 0, 0
		for _, d := range docs {
			for i, h := range x.Search(how.write(d.Name), find.Options{N: 5}) {
				if h.Code != d.Code && h.Name != d.Name {
					continue
				}
				five++
				if i == 0 {
					first++
				}
				break
			}
		}
		n := float64(len(docs))
		t.Logf("MEASURED on %d official names %s: itself first %.1f %%, in the first five %.1f %%", len(docs), how.name, 100*float64(first)/n, 100*float64(five)/n)
		if float64(first) < 0.95*n || float64(five) < 0.99*n {
			t.Errorf("official names %s do not find themselves: %d first and %d in five of %d", how.name, first, five, len(docs))
		}
	}
}
