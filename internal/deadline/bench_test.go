package deadline_test

import (
	"testing"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
)

// starts spreads instants over 2018 to 2026, in and out of hours.
func starts() []time.Time {
	var out []time.Time
	from := calendar.MustDate("2018-01-02")
	for i := range 1000 {
		out = append(out, from.AddDays(i*3).At(calendar.Minute(7*60+i*37%660)))
	}
	return out
}

var limits = []string{"8wh", "5wd", "15wd", "0.5wd", "30d", "1m", "same-day"}

// One due date must stay under 5 µs, with its sentences under 50 µs.
func BenchmarkDueDate(b *testing.B) {
	at := starts()
	for _, text := range limits {
		l := limit(b, text)
		b.Run("bare/"+text, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := deadline.At(at[i%len(at)], l, deadline.Env{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("derived/"+text, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := deadline.Compute(at[i%len(at)], l, deadline.Env{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("explained/"+text, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				d, err := deadline.Compute(at[i%len(at)], l, deadline.Env{})
				if err != nil || len(d.Explain("vi")) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}
