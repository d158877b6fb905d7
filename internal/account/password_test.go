package account

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

var cheap = Params{Memory: 8, Time: 1, Threads: 1}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	own := []string{"Nguyễn Thị Hồng Nhung", "hongnhung", "001190012345", "0912345678"}
	tests := []struct{ name, password, want string }{
		{"four words that nobody says together pass", "cá rô phi bơi ngược", ""},
		{"length is enough, no kinds of characters are asked for", "thuyềnbuồmxuôidòng", ""},
		{"nine characters are too short", "xk4nvq7wz", "account.password-short"},
		{"stacked marks count as one character", "ếộữếộữếộữ", "account.password-short"},
		{"the same password typed decomposed is as short", norm.NFD.String("ếộữếộữếộữ"), "account.password-short"},
		{"129 characters are too long", strings.Repeat("xk4nvq7wz", 15), "account.password-long"},
		{"mật khẩu with a year is the first thing tried", "Mậtkhẩu@2026", "account.password-common"},
		{"common words in a row are common", "password123456", "account.password-common"},
		{"a keyboard row is common", "qwertyuiop", "account.password-common"},
		{"a run of letters is common", "abcdefghijklmn", "account.password-common"},
		{"one sign repeated is common", "zzzzzzzzzzzz", "account.password-common"},
		{"two signs in turn are common", "0909090909", "account.password-common"},
		{"a date and a date are digits", "1203198505061987"[:12], "account.password-common"},
		{"swapped signs do not hide a word", "P@$$word2025", "account.password-common"},
		{"the own name is not a secret", "hong-nhung-xinh", "account.password-own"},
		{"the own number is not a secret", "so001190012345", "account.password-own"},
		{"a syllable of the own name may occur", "thị trấn mù sương", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := CheckPassword(tt.password, own...); got != tt.want {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMadePasswordsPassTheRules(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 2000 {
		p := NewPassword()
		if len(p) != 19 || CheckPassword(p) != "" || seen[p] {
			t.Fatalf("%q: %s", p, CheckPassword(p))
		}
		seen[p] = true
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := NewHasher(cheap)
	hash, err := h.Hash(ctx, "mưa rào tháng sáu")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatalf("not a PHC text: %s", hash)
	}
	other, err := h.Hash(ctx, "mưa rào tháng sáu")
	if err != nil || other == hash {
		t.Fatalf("want another salt each time: %v", err)
	}
	dearer := NewHasher(Params{Memory: 16, Time: 1, Threads: 1})
	tests := []struct {
		name           string
		hasher         *Hasher
		password, hash string
		ok, stale      bool
	}{
		{"the right password", h, "mưa rào tháng sáu", hash, true, false},
		{"the right password typed decomposed", h, norm.NFD.String("mưa rào tháng sáu"), hash, true, false},
		{"another password", h, "mưa rào tháng bảy", hash, false, false},
		{"the costs were raised since", dearer, "mưa rào tháng sáu", hash, true, true},
		{"no hash lets nobody in", h, "", "", false, false},
		{"the hash of nobody lets nobody in", h, "", h.dummy, false, false},
		{"another kind of hash lets nobody in", h, "x", "$2b$12$abcdefghijklmnopqrstuv", false, false},
		{"costs of a terabyte are not paid", h, "x", strings.Replace(hash, "m=8", "m=1073741824", 1), false, false},
		{"no passes are no hash", h, "x", strings.Replace(hash, "t=1", "t=0", 1), false, false},
		{"an empty key matches nothing", h, "x", hash[:strings.LastIndex(hash, "$")+1], false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ok, stale, err := tt.hasher.Verify(ctx, tt.password, tt.hash)
			if err != nil || ok != tt.ok || stale != tt.stale {
				t.Fatalf("got %v %v %v", ok, stale, err)
			}
		})
	}
}

func TestAQueueOfPasswordsIsRefusedNotKeptWaiting(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap)
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := h.Verify(gone, "x", ""); !errors.Is(err, ErrBusy) {
		t.Fatalf("somebody who left still waits: %v", err)
	}
	h.waiting.Store(int64(waitersPerSlot * cap(h.slots)))
	if _, _, err := h.Verify(context.Background(), "x", ""); !errors.Is(err, ErrBusy) {
		t.Fatalf("the queue has no end: %v", err)
	}
}

func FuzzDecodeHash(f *testing.F) {
	f.Add(encodeHash(cheap, random(16), random(32)))
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("$argon2id$v=19$m=-8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, key, ok := decodeHash(s)
		if ok && (p.Memory > 1<<20 || p.Time > 64 || p.Threads > 16 || len(salt) < 8 || len(key) < 16) {
			t.Fatalf("%q gives %+v, %d, %d", s, p, len(salt), len(key))
		}
	})
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("mưa rào tháng sáu", "Nguyễn Văn A")
	f.Add("\xff\xfe", "")
	f.Fuzz(func(t *testing.T, password, own string) {
		got := CheckPassword(password, own)
		if got == "" && CheckPassword(norm.NFD.String(password), own) != "" {
			t.Fatalf("%q passes composed and not decomposed", password)
		}
	})
}
