package packs_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/motcua/motcua/internal/pack/packcli"
	"github.com/motcua/motcua/packs"
)

// BenchmarkLoad353 is what a start does with the 353 procedures offered online and all that they name: read, check,
// be ready to publish. The other side, in the same run and on the same machine, is the plain decoding of the same
// bytes into maps by one processor: absolute figures of a busy machine mean little.
func BenchmarkLoad353(b *testing.B) {
	var texts [][]byte
	size := 0
	demo := packs.Demo()
	err := fs.WalkDir(demo, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		text, err := fs.ReadFile(demo, name)
		texts, size = append(texts, text), size+len(text)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	var loading, plain time.Duration
	for b.Loop() {
		start := time.Now()
		if _, problems := packcli.LoadChecked(demo); len(problems) > 0 {
			b.Fatal(problems[0])
		}
		loading += time.Since(start)
		start = time.Now()
		for _, text := range texts {
			var v any
			if err := yaml.Unmarshal(text, &v); err != nil {
				b.Fatal(err)
			}
		}
		plain += time.Since(start)
	}
	b.ReportMetric(float64(loading.Milliseconds())/float64(b.N), "load-ms")
	b.ReportMetric(float64(plain.Milliseconds())/float64(b.N), "plain-ms")
	b.ReportMetric(float64(loading)/float64(plain), "load/plain")
	b.ReportMetric(float64(size)/1e6, "MB")
}
