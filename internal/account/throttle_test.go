package account

import (
	"math/rand/v2"
	"testing"
	"time"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestRuleGrowsAndForgets(t *testing.T) {
	t.Parallel()
	r := Rule{Free: 3, Window: 15 * time.Minute, First: 2 * time.Second, Most: 10 * time.Second}
	b, now := Bucket{Key: "x"}, nine
	var waits []time.Duration
	for range 7 {
		b = r.Add(b, now)
		wait := r.Wait(b, now)
		waits = append(waits, wait)
		now = now.Add(wait)
		if r.Wait(b, now) != 0 {
			t.Fatalf("after its wait of %s the next attempt still waits", wait)
		}
	}
	want := []time.Duration{0, 0, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second}
	for i := range want {
		if waits[i] > want[i] || waits[i] < want[i]/2 { // what leaked meanwhile may count for one
			t.Fatalf("waits %v, want about %v", waits, want)
		}
	}
	if later := now.Add(time.Hour); r.level(b, later) != 0 || r.Wait(r.Add(b, later), later) != 0 {
		t.Fatal("a quiet hour does not make it good")
	}
}

func TestNoRuleMakesAnybodyWaitLongerThanItSays(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		r := Rule{
			Free: rnd.IntN(10), Window: time.Duration(1+rnd.IntN(3600)) * time.Second,
			First: time.Duration(1+rnd.IntN(5000)) * time.Millisecond, Most: time.Duration(rnd.IntN(300)) * time.Second,
		}
		b, now := Bucket{}, nine
		for range 100 {
			now = now.Add(time.Duration(rnd.IntN(400)-100) * time.Second) // also backwards
			if wait := r.Wait(b, now); wait < 0 || wait > r.Most {
				t.Fatalf("%+v: %s to wait at %+v", r, wait, b)
			}
			switch rnd.IntN(3) {
			case 0:
				b = r.Refund(b)
			default:
				b = r.Add(b, now)
			}
			if b.Level < 0 {
				t.Fatalf("%+v: below empty: %+v", r, b)
			}
		}
	}
}

func TestARuleWithoutFreeAttemptsLimitsNothing(t *testing.T) {
	t.Parallel()
	var r Rule
	b := Bucket{}
	for range 100 {
		b = r.Add(b, nine)
	}
	if r.Wait(b, nine) != 0 {
		t.Fatal("the zero rule limits")
	}
}

func TestNetworksAreCountedNotAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, address, want string }{
		{"an IPv4 address", "203.0.113.7", "203.0.113.7"},
		{"an IPv4 address in IPv6 clothes", "::ffff:203.0.113.7", "203.0.113.7"},
		{"an IPv6 address stands for its /64", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"a zone is left out", "fe80::1%eth0", "fe80::/64"},
		{"what is no address is one stranger", "unknown", "?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (Origin{Address: tt.address}).network(); got != tt.want {
				t.Fatalf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestANameNobodyHasLeavesAlmostNothing(t *testing.T) {
	t.Parallel()
	got := subject("", "mật khẩu gõ nhầm vào ô tên")
	if len(got) != 6 || got[0] != '?' {
		t.Fatalf("%q keeps more than 20 bits of what was typed", got)
	}
}
