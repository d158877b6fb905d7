package web_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/web"
)

func TestABucketEmptiesAndRefills(t *testing.T) {
	t.Parallel()
	l := web.NewLimiter(web.Limits{"a": {PerMinute: 60, Burst: 3}}, 1000)
	take := func(client string, at time.Duration) bool {
		_, ok := l.Take("a", client, day.Add(at))
		return ok
	}
	for i := range 3 {
		if !take("x", 0) {
			t.Fatalf("refused within the burst at %d", i)
		}
	}
	if take("x", 0) {
		t.Fatal("allowed beyond the burst")
	}
	if !take("y", 0) {
		t.Fatal("one client's haste held another back")
	}
	if wait, _ := l.Peek("a", "x", day); wait != time.Second {
		t.Fatalf("wait %v, want one second at sixty a minute", wait)
	}
	if !take("x", time.Second) || take("x", time.Second) {
		t.Fatal("one second is worth one token")
	}
	if take("x", -time.Hour) {
		t.Fatal("a clock that went back gave tokens")
	}
	if _, ok := l.Take("unlimited", "x", day); !ok {
		t.Fatal("a class without rate was limited")
	}
}

func TestPeekingChargesNothing(t *testing.T) {
	t.Parallel()
	l := web.NewLimiter(web.Limits{"a": {PerMinute: 1, Burst: 1}}, 1000)
	for range 5 {
		if _, ok := l.Peek("a", "x", day); !ok {
			t.Fatal("peeking charged")
		}
	}
}

func TestAFloodOfNewClientsDoesNotFreeTheOneHeldBack(t *testing.T) {
	t.Parallel()
	l := web.NewLimiter(web.Limits{"a": {PerMinute: 1, Burst: 2}}, 512)
	_, _ = l.Take("a", "guesser", day)
	_, _ = l.Take("a", "guesser", day)
	for i := range 20_000 {
		_, _ = l.Take("a", strconv.Itoa(i), day)
	}
	if _, ok := l.Take("a", "guesser", day); ok {
		t.Fatal("the flood freed the guesser")
	}
}

func TestNobodyEverGetsMoreThanTheRateAllows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		perMinute := rapid.IntRange(1, 600).Draw(t, "per minute")
		burst := rapid.IntRange(1, 50).Draw(t, "burst")
		l := web.NewLimiter(web.Limits{"a": {PerMinute: float64(perMinute), Burst: float64(burst)}}, 1000)
		var passed time.Duration
		allowed := 0
		for _, ms := range rapid.SliceOfN(rapid.IntRange(0, 2000), 1, 200).Draw(t, "pauses") {
			passed += time.Duration(ms) * time.Millisecond
			if _, ok := l.Take("a", "x", day.Add(passed)); ok {
				allowed++
			}
		}
		if most := float64(burst) + passed.Minutes()*float64(perMinute) + 1e-6; float64(allowed) > most {
			t.Fatalf("%d allowed in %v, most is %v", allowed, passed, most)
		}
	})
}
