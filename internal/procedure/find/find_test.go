package find_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/viet"
)

// sample is the small catalogue of testdata/procedures.tsv.
func sample(tb testing.TB) *find.Index {
	tb.Helper()
	return find.New(sampleDocuments(tb))
}

func sampleDocuments(tb testing.TB) []find.Document {
	tb.Helper()
	var docs []find.Document
	eachLine(tb, filepath.Join("testdata", "procedures.tsv"), func(line []byte) {
		f := strings.Split(string(line), "\t")
		if strings.HasPrefix(f[0], "#") {
			return
		}
		docs = append(docs, find.Document{
			Code: f[0], Name: f[1], Sector: f[2], Agency: f[3], Level: f[4],
			Text: "Tờ khai theo mẫu TK01-" + strings.ReplaceAll(f[0], ".", "") + "; giấy tờ tùy thân. Kết quả: văn bản trả lời.",
		})
	})
	return docs
}

func TestTheFirstAnswer(t *testing.T) {
	x := sample(t)
	for _, c := range []struct{ name, question, code string }{
		{"the legal words", "đăng ký khai sinh", "1.001193"},
		{"without accents", "dang ky khai sinh", "1.001193"},
		{"decomposed letters", norm.NFD.String("đăng ký khai sinh"), "1.001193"},
		{"in capitals", "ĐĂNG KÝ KHAI SINH", "1.001193"},
		{"the tone in the other place", "công nhận hoà giải viên", "1.002211"},
		{"i for y", "đăng kí kết hôn", "1.000894"},
		{"Telex with the input method off", "ddawng kys khai sinh", "1.001193"},
		{"Telex halfway", "dawng ky khai tuwr", "1.000656"},
		{"Telex of everyday words", "giaays khai sinh banr sao", "2.000635"},
		{"VNI with the input method off", "d9a8ng ky1 ke61t ho6n", "1.000894"},
		{"a slip of the finger", "đăng ký khai sihn", "1.001193"},
		{"letters missing accents here and there", "chứng thưc bản sao", "2.000815"},
		{"words run together", "dangkykethon", "1.000894"},
		{"an abbreviation", "gia hạn GPXD", "1.013227"},
		{"an abbreviation in small letters", "mat cccd", "2.001194"},
		{"an abbreviation that names use too", "mất thẻ bảo hiểm y tế", "1.002759"},
		{"everyday words: a death", "ba tôi mất hôm qua, tôi phải đi báo tử ở đâu", "1.000656"},
		{"everyday words: a birth", "con em mới đẻ, đăng ký giấy tờ cho cháu ở đâu", "1.001193"},
		{"everyday words: a wedding", "tôi sắp lấy vợ", "1.000894"},
		{"everyday words: adoption", "vợ chồng em muốn nhận con nuôi", "2.001263"},
		{"everyday words: a lost paper", "làm lại giấy khai sinh bị mất", "2.000635"},
		{"everyday words: land", "làm sổ đỏ lần đầu", "1.013978"},
		{"everyday words: a house", "xin phép xây nhà", "1.013225"},
		{"everyday words: closing a shop", "dẹp quán luôn", "1.001266"},
		{"everyday words: a short break", "tạm nghỉ bán hàng", "1.001570"},
		{"lost is not dead when the accents say so", "chồng tôi làm mất căn cước", "2.001194"},
		{"what it is for is not what is asked", "xin giấy xác nhận độc thân để đăng ký kết hôn", "1.004873"},
		{"the request counts more than the story", "mẹ em mất, muốn đi xóa hộ khẩu của mẹ", "1.003197"},
		{"the plain case before the special", "kết hôn", "1.000894"},
		{"the special case when asked", "kết hôn với người nước ngoài", "2.000806"},
		{"mobile registration when asked", "đăng ký kết hôn lưu động", "1.000593"},
		{"again when asked", "đăng ký lại khai tử", "1.005461"},
		{"the whole code", "1.000894", "1.000894"},
		{"the code within words", "mã 1.000894 là gì", "1.000894"},
		{"the code with the agency's suffix", "1.000894.000.00.00.H53", "1.000894"},
		{"the code without its dot", "1000894", "1.000894"},
		{"the serial number alone", "000894", "1.000894"},
		{"the name of a form in the text", "TK01-1001613", "1.001613"},
		{"the field", "lĩnh vực nuôi con nuôi", "2.001263"},
	} {
		t.Run(c.name, func(t *testing.T) {
			hits := x.Search(c.question, find.Options{})
			if len(hits) == 0 {
				t.Fatalf("%q found nothing", c.question)
			}
			if hits[0].Code != c.code {
				for _, h := range hits[:min(3, len(hits))] {
					t.Logf("%.1f %s %s — %s", h.Score, h.Code, h.Name, h.Why)
				}
				t.Errorf("%q: first is %s, want %s", c.question, hits[0].Code, c.code)
			}
		})
	}
}

func TestAnUnclearQuestionBringsTheFamily(t *testing.T) {
	hits := sample(t).Search("tôi muốn đăng ký lại", find.Options{N: 3})
	got := map[string]bool{}
	for _, h := range hits {
		got[h.Code] = true
	}
	for _, code := range []string{"1.004884", "1.005461", "1.004746"} {
		if !got[code] {
			t.Errorf("%s is not among the first three: %v", code, hits)
		}
	}
}

func TestTheAnswerSaysWhy(t *testing.T) {
	x := sample(t)
	for _, c := range []struct{ question, why string }{
		{"đăng ký khai sinh", "Khớp tên: “đăng ký khai sinh”"},
		{"báo tử", "Hiểu “báo tử” là “đăng ký khai tử”"},
		{"gia hạn GPXD", "Đọc “GPXD” là “giấy phép xây dựng”"},
		{"ddawng kys khai sinh", "Đọc “ddawng” là “đăng”"},
		{"1.000894", "Khớp mã 1.000894"},
		{"nuôi con nuôi", "Thuộc lĩnh vực Nuôi con nuôi"},
	} {
		hits := x.Search(c.question, find.Options{})
		if len(hits) == 0 || !strings.Contains(hits[0].Why, c.why) {
			t.Errorf("%q: %+v, want why to say %q", c.question, hits[:min(1, len(hits))], c.why)
		}
	}
}

func TestHighlightsAreTheWordsOfTheName(t *testing.T) {
	hits := sample(t).Search("dang ky lai khai tu", find.Options{N: 1})
	if len(hits) != 1 || len(hits[0].Highlights) != 1 {
		t.Fatalf("hits %+v", hits)
	}
	r := hits[0].Highlights[0]
	if got := hits[0].Name[r.Start:r.End]; got != "Đăng ký lại khai tử" {
		t.Errorf("highlighted %q", got)
	}
}

func TestOptionsNarrow(t *testing.T) {
	x := sample(t)
	for _, c := range []struct {
		name string
		opt  find.Options
		ok   func(find.Hit) bool
	}{
		{"a field, written without accents", find.Options{Sector: "ho tich"}, func(h find.Hit) bool { return strings.Contains(h.Name, "k") }},
		{"an agency by part of its name", find.Options{Agency: "công an"}, func(h find.Hit) bool { return h.Code == "1.003197" || h.Code == "1.002755" || h.Code == "2.001194" }},
		{"a level", find.Options{Level: "bộ"}, func(h find.Hit) bool { return h.Code == "1.001471" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			hits := x.Search("đăng ký cấp hộ chiếu thường trú", c.opt)
			if len(hits) == 0 {
				t.Fatal("found nothing")
			}
			for _, h := range hits {
				if !c.ok(h) {
					t.Errorf("%s %s does not belong here", h.Code, h.Name)
				}
			}
		})
	}
	if hits := x.Search("đăng ký", find.Options{N: 2}); len(hits) != 2 {
		t.Errorf("asked for two, got %d", len(hits))
	}
}

func TestWhatSaysNothingFindsNothing(t *testing.T) {
	x := sample(t)
	for _, q := range []string{"", " ", "cho em hỏi ạ", "???", "xin chào, cho tôi hỏi với ạ", "blockchain", "\x00\xff", strings.Repeat("ê", 5000)} {
		if hits := x.Search(q, find.Options{}); len(hits) != 0 {
			t.Errorf("%.40q found %s %s — %s", q, hits[0].Code, hits[0].Name, hits[0].Why)
		}
	}
	if hits := find.New(nil).Search("khai sinh", find.Options{}); len(hits) != 0 {
		t.Errorf("an empty catalogue answered %v", hits)
	}
}

func TestSuggestCompletesTheLastWord(t *testing.T) {
	x := sample(t)
	for _, c := range []struct{ typed, code string }{
		{"khai s", "1.001193"},
		{"dang ky ke", "1.000894"},
		{"chứng thực d", "2.001019"},
		{"hòa giải tr", "1.012812"},
		{"gia han", "1.002755"},
		{"báo tử", "1.000656"},
		{"1.0008", "1.000894"},
	} {
		hits := x.Suggest(c.typed, 3)
		if len(hits) == 0 || hits[0].Code != c.code {
			t.Errorf("%q suggests %+v, want %s", c.typed, hits, c.code)
		}
	}
	if hits := x.Suggest("", 5); len(hits) != 0 {
		t.Errorf("nothing typed suggests %v", hits)
	}
}

func TestKeywordsOfAPackAreAsGoodAsTheName(t *testing.T) {
	docs := sampleDocuments(t)
	docs = append(docs, find.Document{Code: "9.999999", Name: "Xác nhận nguồn gốc cây cảnh", Keywords: []string{"bonsai", "giấy đi đường cho cây"}, Level: "Cấp xã"})
	hits := find.New(docs).Search("xin giấy đi đường cho cây bonsai", find.Options{})
	if len(hits) == 0 || hits[0].Code != "9.999999" {
		t.Errorf("got %+v", hits)
	}
}

func TestHitsPrintAsJSON(t *testing.T) {
	b, err := json.Marshal(sample(t).Search("1.000656", find.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"code":"1.000656","name":"Thủ tục đăng ký khai tử","why":"Khớp mã 1.000656"}]`
	if string(b) != want {
		t.Errorf("JSON %s, want %s", b, want)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	x := sample(t)
	want := x.Search("báo tử cho bố", find.Options{})[0].Why
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := x.Search("báo tử cho bố", find.Options{})[0].Why; got != want {
					t.Errorf("answers differ: %q and %q", got, want)
				}
				x.Suggest("khai s", 5)
			}
		})
	}
	wg.Wait()
}

func TestTheLexiconTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a line before any section", "a = b", "x:1: unknown section"},
		{"an unknown group", "[hiểu là]\n<không có> mất => khai tử", `x:2: "<không có> mất ": no group`},
		{"nothing to read it as", "[hiểu là]\nbáo tử =>", "x:2: nothing to read it as"},
		{"no reading at all", "[hiểu là]\nbáo tử", "x:2: want pattern"},
		{"a pattern that begins with a gap", "[hiểu là]\n.. mất => khai tử", "begins with a word"},
		{"an abbreviation twice", "[viết tắt]\nGPXD = giấy phép xây dựng\ngpxd = giấy", "x:3: gpxd stands twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := find.ParseLexicon("x", strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	l, err := find.ParseLexicon("x", strings.NewReader("[hiểu là]\nlên đời => kết hôn"))
	if err != nil {
		t.Fatal(err)
	}
	if hits := find.NewWith(sampleDocuments(t), l).Search("lên đời", find.Options{}); len(hits) == 0 || hits[0].Code != "1.000894" {
		t.Errorf("a lexicon of one's own is not used: %+v", hits)
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"báo tử", "ddawng kys", "1.001193", "..", "<người thân>", "mẹ em mất để lại sổ đỏ", "\xff", "a\u0301", strings.Repeat("mất ", 60), "dangkykhaisinhdangkykhaisinh"} {
		f.Add(s)
	}
	x := sample(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, hits := range [][]find.Hit{x.Search(s, find.Options{N: 5}), x.Suggest(s, 5)} {
			if len(hits) > 5 {
				t.Errorf("%d hits for %q", len(hits), s)
			}
			for _, h := range hits {
				if h.Why == "" || h.Code == "" {
					t.Errorf("%q: %+v", s, h)
				}
				end := 0
				for _, r := range h.Highlights {
					if r.Start < end || r.End <= r.Start || r.End > len(h.Name) {
						t.Fatalf("%q: highlight %+v in %q", s, r, h.Name)
					}
					end = r.End
				}
			}
		}
	})
}

func FuzzParseLexicon(f *testing.F) {
	f.Add("[nhóm]\n@a = b, c\n[hiểu là]\n<a> .. d | e => f ; g")
	f.Add("[viết tắt]\nA = A ; b c")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := find.ParseLexicon("x", strings.NewReader(s))
		if err != nil {
			return
		}
		find.NewWith([]find.Document{{Code: "1.1", Name: "f g d"}}, l).Search(viet.Fold(s), find.Options{})
	})
}
