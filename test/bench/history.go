package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// histories are the lengths compared: a dossier opens in one page however much happened to it.
var histories = [2]int{5, 30}

// history measures the page of a dossier with few events and of one with many, a request to the one and then to the
// other.
func (b *bench) history(ctx context.Context, p *province) error {
	list, err := p.lodge(ctx, len(histories))
	if err != nil {
		return err
	}
	s, err := b.serve(p)
	if err != nil {
		return err
	}
	defer s.stop()
	officer := p.accounts["mot-cua"]
	in, err := s.signIn(officer.Name, officer.Password)
	if err != nil {
		return err
	}
	l, err := dial(s.addr)
	if err != nil {
		return err
	}
	defer l.c.Close()
	ask := func(want int, request []byte) (time.Duration, error) {
		start := time.Now()
		status, err := l.ask(request)
		took := time.Since(start)
		if err != nil || status != want {
			return took, errors.Join(fmt.Errorf("history: status %d, want %d", status, want), err)
		}
		return took, nil
	}
	for i, d := range list {
		path := "/ho-so/" + d.id
		if _, err := ask(http.StatusSeeOther, in.post(path+"/tiep-nhan", url.Values{"_key": {"history-" + d.id}, "_version": {"1"}})); err != nil {
			return err
		}
		for v := 2; v < histories[i]; v++ {
			form := url.Values{"_key": {fmt.Sprint("history-", d.id, v)}, "_version": {strconv.Itoa(v)}, "y-kien": {"Đã trao đổi với người nộp qua điện thoại"}}
			if _, err := ask(http.StatusSeeOther, in.post(path+"/ghi-chu", form)); err != nil {
				return err
			}
		}
	}
	n := 2000
	if b.quick {
		n = 600
	}
	var times [2][]time.Duration
	for r := range n {
		for i, d := range list {
			took, err := ask(http.StatusOK, in.get("/ho-so/"+d.id))
			if err != nil {
				return err
			}
			if r >= n/10 {
				times[i] = append(times[i], took)
			}
		}
	}
	var half [2]time.Duration
	for i := range times {
		slices.Sort(times[i])
		half[i] = times[i][len(times[i])/2]
	}
	ratio := float64(half[1]) / float64(half[0])
	b.figure(figure{
		Name: "history", Value: ratio, Unit: fmt.Sprintf("page of %d events / of %d", histories[1], histories[0]), Target: "< 1.5", Pass: ratio < 1.5,
		Note: fmt.Sprintf("p50 %s and %s", half[0].Round(time.Microsecond), half[1].Round(time.Microsecond)),
	})
	return nil
}
