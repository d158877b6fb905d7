package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"
)

// growth measures lists and look-ups in a small and in a large province, a request to the one and then to the
// other, so that what disturbs the machine disturbs both.
func (b *bench) growth(ctx context.Context, small, large *province) error {
	var servers [2]*server
	var people [2]site
	var samples [2][]found
	for i, p := range []*province{small, large} {
		s, err := b.serve(p)
		if err != nil {
			return err
		}
		defer s.stop()
		servers[i] = s
		officer := p.accounts["mot-cua"]
		if people[i], err = s.signIn(officer.Name, officer.Password); err != nil {
			return err
		}
		if samples[i], err = p.some(ctx, centre, 400); err != nil {
			return err
		}
	}
	b.figure(figure{Name: "ready", Value: servers[1].ready.Seconds(), Unit: "s", Target: "< 1", Pass: servers[1].ready < time.Second, Note: "start on the large province to the first answer of /readyz"})

	tail := func(name string) string { // the last two words
		w := strings.Fields(name)
		return strings.Join(w[max(0, len(w)-2):], " ")
	}
	for _, k := range []struct {
		name string
		path func(f found) string
	}{
		{"inbox", func(found) string { return "/lam-viec" }},
		{"find.code", func(f found) string { return "/tra-cuu-ho-so?q=" + url.QueryEscape(f.code) }},
		{"find.name", func(f found) string { return "/tra-cuu-ho-so?q=" + url.QueryEscape(f.name) }},
		{"find.part", func(f found) string { return "/tra-cuu-ho-so?q=" + url.QueryEscape(tail(f.name)) }},
		{"track", func(f found) string { return "/tra-cuu?ma=" + url.QueryEscape(f.code) + "&k=" + f.secret }},
	} {
		n := 3000
		if b.quick {
			n = 1500
		}
		var times [2][]time.Duration
		var lines [2]*line
		for i, s := range servers {
			l, err := dial(s.addr)
			if err != nil {
				return err
			}
			lines[i] = l
		}
		for r := range n {
			for i := range servers {
				f := samples[i][r%len(samples[i])]
				request := people[i].get(k.path(f))
				start := time.Now()
				status, err := lines[i].ask(request)
				took := time.Since(start)
				if err != nil || status != http.StatusOK && status != http.StatusSeeOther { // a whole code leads to its dossier
					return errors.Join(fmt.Errorf("%s: status %d", k.name, status), err)
				}
				if r >= n/10 {
					times[i] = append(times[i], took)
				}
			}
		}
		for i := range lines {
			_ = lines[i].c.Close()
			slices.Sort(times[i])
		}
		at := func(i int, per float64) time.Duration { return times[i][int(float64(len(times[i]))*per/100)] }
		ratio := float64(at(1, 99)) / float64(at(0, 99))
		b.figure(figure{
			Name: "growth." + k.name, Value: ratio, Unit: fmt.Sprintf("p99 at %d / p99 at %d", b.size, smallSize), Target: "<= 1.5", Pass: ratio <= 1.5,
			Note: fmt.Sprintf("p50 %s and %s, p99 %s and %s", at(0, 50).Round(time.Microsecond), at(1, 50).Round(time.Microsecond), at(0, 99).Round(time.Microsecond), at(1, 99).Round(time.Microsecond)),
		})
	}
	return b.rates(servers[1], people[1], samples[1])
}

// connections of a load on pages.
const connections = 8

// rates measures pages per second on the large province.
func (b *bench) rates(s *server, officer site, samples []found) error {
	d := 5 * time.Second
	if b.quick {
		d = 2 * time.Second
	}
	b.figure(figure{Name: "memory.idle", Value: s.memory(), Unit: "MB", Target: "< 100", Pass: s.memory() < 100, Note: "after the look-ups above, before the load below"})
	l, err := dial(s.addr)
	if err != nil {
		return err
	}
	if _, err := l.ask(officer.get("/lam-viec")); err != nil {
		return err
	}
	rows := bytes.Count(l.body.Bytes(), []byte("<tr")) - 1
	_ = l.c.Close()
	busy := s.processor()
	inbox, err := loadFor(s.addr, connections, d, http.StatusOK, func(int) []byte { return officer.get("/lam-viec") })
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	b.figure(figure{Name: "inbox", Value: inbox.perSecond(), Unit: "pages/s", Target: ">= 1500", Pass: inbox.perSecond() >= 1500, Note: fmt.Sprintf("%d rows, %d bytes of HTML, client included; %s of processor each", rows, inbox.size, s.each(busy, inbox))})

	empty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer empty.Close()
	e := site{addr: strings.TrimPrefix(empty.URL, "http://")}
	// The empty handler shares its processors with the client as the product does.
	nothing, err := loadFor(e.addr, connections, d, http.StatusOK, func(int) []byte { return e.get("/") })
	if err != nil {
		return err
	}
	b.figure(figure{Name: "empty", Value: nothing.perSecond(), Unit: "requests/s", Note: "an empty net/http handler, same client"})
	stranger := site{addr: s.addr}
	for _, k := range []struct {
		name string
		path func(i int) string
	}{
		{"track", func(i int) string {
			f := samples[i%len(samples)]
			return "/tra-cuu?ma=" + url.QueryEscape(f.code) + "&k=" + f.secret
		}},
		{"track.code", func(i int) string { return "/tra-cuu?ma=" + url.QueryEscape(samples[i%len(samples)].code) }},
		{"procedure", func(int) string { return "/thu-tuc/1.012906" }},
	} {
		// The first look draws a page, later ones find it drawn until something changes: both are told.
		first, err := load(s.addr, connections, len(samples), http.StatusOK, func(i int) []byte { return stranger.get(k.path(i)) })
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		busy := s.processor()
		got, err := loadFor(s.addr, connections, d, http.StatusOK, func(i int) []byte { return stranger.get(k.path(i)) })
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		ratio := got.perSecond() / nothing.perSecond()
		b.figure(figure{Name: "page." + k.name, Value: got.perSecond(), Unit: "pages/s", Note: fmt.Sprintf("%d bytes, %s of processor each; the first time %.0f/s", got.size, s.each(busy, got), first.perSecond())})
		b.figure(figure{Name: "page." + k.name + ".ratio", Value: ratio, Unit: "of empty", Target: ">= 0.333", Pass: ratio >= 1.0/3})
	}
	m := s.memory()
	b.figure(figure{Name: "memory.loaded", Value: m, Unit: "MB", Target: "< 250", Pass: m < 250})
	return nil
}

// each is the server's processor time per request since before.
func (s *server) each(before time.Duration, r run) time.Duration {
	return ((s.processor() - before) / time.Duration(len(r.times)+40*connections)).Round(time.Microsecond)
}
