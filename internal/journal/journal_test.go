package journal_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/journal"
)

func TestCanonicalSpellsEveryValueOneWay(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"keys are sorted at every depth", `{"b":{"y":1,"x":2},"a":[{"d":1,"c":2}]}`, `{"a":[{"c":2,"d":1}],"b":{"x":2,"y":1}}`},
		{"white space goes", "{ \"a\" :\n 1 }", `{"a":1}`},
		{"HTML stays as typed", `{"a":"<b>&"}`, `{"a":"<b>&"}`},
		{"an area keeps its decimals", `{"a":120.5}`, `{"a":120.5}`},
		{"an exponent is refused", `{"a":1e3}`, ``},
		{"Vietnamese stays Vietnamese", `{"a":"Nguyễn Thị Ánh"}`, `{"a":"Nguyễn Thị Ánh"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := journal.Canonical(json.RawMessage(c.in))
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

// link makes a chain of n events with a personal value each.
func link(t *testing.T, n int) []journal.Event {
	t.Helper()
	var out []journal.Event
	prev := journal.First("case")
	for i := 1; i <= n; i++ {
		e, err := journal.New("test.happened", time.Unix(int64(i), 0), journal.Actor{Person: "p"}, "law", map[string]int{"n": i}, map[string]any{"who": "Ánh"})
		if err != nil {
			t.Fatal(err)
		}
		if e, err = journal.Link(e, "case", int64(i), prev); err != nil {
			t.Fatal(err)
		}
		prev = e.Hash
		out = append(out, e)
	}
	return out
}

func TestAChainVerifiesAndEveryChangeShows(t *testing.T) {
	es := link(t, 3)
	verify := func(i int, e journal.Event) error {
		prev := journal.First("case")
		if i > 0 {
			prev = es[i-1].Hash
		}
		return journal.Verify(e, "case", int64(i+1), prev)
	}
	for i, e := range es {
		if err := verify(i, e); err != nil {
			t.Fatalf("event %d: %v", i+1, err)
		}
		read, err := journal.Parse(e.Body)
		if err != nil || read.Seq != e.Seq || !read.At.Equal(e.At) || string(read.Data) != string(e.Data) {
			t.Fatalf("read back %+v, %v", read, err)
		}
	}
	altered := es[1]
	altered.Body = altered.Body[:len(altered.Body)-2] + "2}"
	if err := verify(1, altered); !errors.Is(err, journal.ErrHash) {
		t.Errorf("altered bytes: %v", err)
	}
	if err := verify(1, es[2]); !errors.Is(err, journal.ErrChain) {
		t.Errorf("removed event: %v", err)
	}
	value := es[1].Private["who"]
	value.Value = json.RawMessage(`"Bình"`)
	es[1].Private["who"] = value
	if err := verify(1, es[1]); !errors.Is(err, journal.ErrPrivate) {
		t.Errorf("altered personal value: %v", err)
	}
	value.Salt, value.Value = "", nil
	es[1].Private["who"] = value
	if err := verify(1, es[1]); err != nil {
		t.Errorf("erased personal value: %v", err)
	}
}

func TestHeadsAndSealsAreBoundToTheirKey(t *testing.T) {
	signer, err := journal.NewSigner(journal.NewSeed())
	if err != nil {
		t.Fatal(err)
	}
	other, err := journal.NewSigner(journal.NewSeed())
	if err != nil {
		t.Fatal(err)
	}
	h := signer.SignHead("case", 3, "aa")
	if err := signer.Keyring().VerifyHead(h); err != nil {
		t.Error(err)
	}
	if err := other.Keyring().VerifyHead(h); !errors.Is(err, journal.ErrKey) {
		t.Errorf("another ring: %v", err)
	}
	h.Seq = 2
	if err := signer.Keyring().VerifyHead(h); !errors.Is(err, journal.ErrSignature) {
		t.Errorf("rewound head: %v", err)
	}

	batch := func(hash journal.Hash) *journal.Batch {
		b := journal.NewBatch()
		b.Add(1, "case", 1, hash)
		return b
	}
	s1 := signer.Seal(journal.Seal{}, batch("aa"), time.Unix(1, 0))
	s2 := signer.Seal(s1, batch("bb"), time.Unix(2, 0))
	ring := signer.Keyring()
	if err := errors.Join(ring.VerifySeal(journal.Seal{}, s1, batch("aa")), ring.VerifySeal(s1, s2, batch("bb"))); err != nil {
		t.Error(err)
	}
	if err := ring.VerifySeal(s1, s2, batch("cc")); !errors.Is(err, journal.ErrSeal) {
		t.Errorf("other events: %v", err)
	}
	if err := ring.VerifySeal(journal.Seal{}, s2, batch("bb")); !errors.Is(err, journal.ErrSeal) {
		t.Errorf("a seal was removed: %v", err)
	}
	s2.Events = 2
	if err := ring.VerifySeal(s1, s2, batch("bb")); !errors.Is(err, journal.ErrSeal) {
		t.Errorf("altered seal: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"at":"2026-01-01T00:00:00.000000Z","by":{},"case":"c","data":{},"kind":"k","seq":1,"v":1}`)
	f.Add(`{"v":2}`)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := journal.Parse(s)
		if err == nil && e.Body != s {
			t.Error("the bytes were not kept")
		}
	})
}
