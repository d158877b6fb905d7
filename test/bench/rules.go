package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
)

// questions are asked the way people type.
var questions = []string{
	"lam lai giay khai sinh bi mat", "đăng ký kết hôn", "dang ky khai sinh", "cấp phép xây dựng nhà ở", "chung thuc ban sao", "gia hạn giấy phép", "1.0012",
	"xin giấy xác nhận độc thân", "trích lục hộ tịch", "môi giới bất động sản", "hộ kinh doanh", "tro cap nguoi co cong", "ddawng kys taamj trus", "sang tên sổ đỏ",
}

// finding measures the search of procedures at ten thousand of them.
func (b *bench) finding(ctx context.Context, p *province) error {
	db, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	cat, err := proceduredb.New(db, time.Now).Catalogue(ctx)
	if err != nil {
		return err
	}
	all := cat.All(calendar.DateOf(time.Now()).String())
	docs := make([]find.Document, 10_000)
	for i := range docs {
		v := all[i%len(all)]
		docs[i] = find.Document{
			Code: fmt.Sprintf("%d.%06d", 1+i%3, i), Name: fmt.Sprintf("%s tại khu %s số %d", v.Name, []string{"đông", "tây", "nam", "bắc"}[i%4], i/len(all)),
			Sector: v.Sector, Level: v.LevelText, Subjects: strings.Join(v.Subjects, ", "), Keywords: v.Keywords, Text: v.Purpose + "\n" + v.Conditions + "\n" + v.Steps,
		}
	}
	x := find.New(docs)
	var times []time.Duration
	for i := range 3000 {
		start := time.Now()
		x.Search(questions[i%len(questions)], find.Options{})
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	p95 := float64(times[len(times)*95/100].Microseconds()) / 1000
	b.figure(figure{Name: "search.p95", Value: p95, Unit: "ms", Target: "< 20", Pass: p95 < 20, Note: fmt.Sprintf("10,000 procedures made of %d", len(all))})
	return nil
}

// promising measures the computation of a due date with its derivation.
func (b *bench) promising() error {
	l, err := deadline.ParseLimit("15wd")
	if err != nil {
		return err
	}
	const n = 100_000
	from := calendar.MustDate("2024-01-02")
	began := time.Now()
	for i := range n {
		if _, err := deadline.Compute(from.AddDays(i%900).At(calendar.Minute(8*60+i%400)), l, deadline.Env{}); err != nil {
			return err
		}
	}
	us := float64(time.Since(began).Nanoseconds()) / n / 1000
	b.figure(figure{Name: "due", Value: us, Unit: "µs", Target: "< 5", Pass: us < 5, Note: "15 working days with the derivation"})
	return nil
}
