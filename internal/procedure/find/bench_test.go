package find_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/procedure/find"
)

// tenThousand makes 10,000 procedures out of the real catalogue, or of the sample where there is none:
// codes differ, and names are said of different places so that no two are equal.
func tenThousand(tb testing.TB) []find.Document {
	tb.Helper()
	var base []find.Document
	if dir := dataDir(tb); dir != "" {
		base = realDocuments(tb, dir)
	} else {
		base = sampleDocuments(tb)
	}
	docs := make([]find.Document, 10_000)
	for i := range docs {
		docs[i] = base[i%len(base)]
		if round := i / len(base); round > 0 {
			docs[i].Code = fmt.Sprintf("%d.%06d", 7+round%3, i)
			docs[i].Name = fmt.Sprintf("%s tại khu %s số %d", docs[i].Name, []string{"đông", "tây", "nam", "bắc", "trung tâm"}[round%5], round)
		}
	}
	return docs
}

func BenchmarkNewAtTenThousand(b *testing.B) {
	docs := tenThousand(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := find.New(docs)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		find.New(docs)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-kept")
	runtime.KeepAlive(x)
}

func BenchmarkSearchAtTenThousand(b *testing.B) {
	x := find.New(tenThousand(b))
	questions := ownQuestions(b)
	var times []time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		x.Search(questions[i%len(questions)].Text, find.Options{})
		times = append(times, time.Since(start))
		i++
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkSuggestAtTenThousand(b *testing.B) {
	x := find.New(tenThousand(b))
	typed := []string{"d", "đă", "dang k", "dang ky ket h", "chứng thực b", "1.00", "giấy phép x", "cấp"}
	var times []time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		x.Suggest(typed[i%len(typed)], 8)
		times = append(times, time.Since(start))
		i++
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
}

// The longest questions, made of the words that begin the most everyday rules.
func BenchmarkSearchHostileAtTenThousand(b *testing.B) {
	x := find.New(tenThousand(b))
	for _, words := range []string{"mất ", "con ", "sửa ", "làm lại mất sai ", "giấy phép đăng ký ", "mat sua con bo me ", "xqzw ", "khaisinhkethonkhaitudangkylai "} {
		question := strings.Repeat(words, 200)
		b.Run(strings.TrimSpace(words), func(b *testing.B) {
			for b.Loop() {
				x.Search(question, find.Options{})
			}
		})
	}
}
