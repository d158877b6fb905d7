package accountdb_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accountdb"
	"github.com/motcua/motcua/internal/account/accounttest"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

const right = accounttest.Password

// office is one database with a service, and the ways tests look at it.
type office struct {
	*account.Service
	t     *testing.T
	db    *sqldb.DB
	clock *testkit.Clock
	posts accounttest.Posts
}

// each runs body on both engines with an office where duyen holds two posts, tam one, and where
// khach is known by name only.
func each(t *testing.T, cfg account.Config, body func(t *testing.T, o office)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := office{t: t, db: db, clock: testkit.NewClock("2026-03-02 08:00"), posts: accounttest.Office()}
		o.Service = accounttest.New(t, db, o.posts, cfg, o.clock.Now)
		nobody := accounttest.Officer("khach", "thu-ly")
		nobody.Password = ""
		err := o.Seed(t.Context(), []account.Seeded{
			accounttest.Officer("duyen", "thu-ly", "truong"), accounttest.Officer("tam", "mot-cua"), nobody,
		})
		if err != nil {
			t.Fatal(err)
		}
		body(t, o)
	})
}

// elsewhere is another process on the same database.
func (o office) elsewhere() *account.Service {
	return accounttest.New(o.t, o.db, o.posts, account.Config{}, o.clock.Now)
}

var desk = account.Origin{Address: "203.0.113.7", Agent: "Firefox, Windows"}

func (o office) signIn(name string) account.SignedIn {
	o.t.Helper()
	in, err := o.SignIn(o.t.Context(), name, right, desk, "")
	if err != nil {
		o.t.Fatal(err)
	}
	return in
}

func (o office) wantIn(token string) account.Signed {
	o.t.Helper()
	s, err := o.Authenticate(o.t.Context(), token)
	if err != nil {
		o.t.Fatalf("want a session, got %v", err)
	}
	return s
}

func (o office) wantOut(token string) {
	o.t.Helper()
	if s, err := o.Authenticate(o.t.Context(), token); !errors.Is(err, account.ErrNotSignedIn) {
		o.t.Fatalf("want no session, got %v %v", s.Person.SignIn, err)
	}
}

func (o office) history(person string) []account.EventKind {
	o.t.Helper()
	events, err := o.History(o.t.Context(), person, 100)
	if err != nil {
		o.t.Fatal(err)
	}
	var kinds []account.EventKind
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestSigningInGivesTheOnlyPostAndItsRights(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in, err := o.SignIn(t.Context(), " TAM ", right, desk, "")
		if err != nil {
			t.Fatal(err)
		}
		s := o.wantIn(in.Token)
		a := s.Actor
		if a.Person != "p-tam" || a.Post != "mot-cua" || a.Agency != "so-xay-dung" || !a.May(access.DossierAccept) || a.May(access.DossierAssign) || s.Choose {
			t.Fatalf("got %+v", s)
		}
		if len(in.Token) != 43 || in.Device == "" {
			t.Fatalf("want a secret of 256 bits and a device, got %q %q", in.Token, in.Device)
		}
	})
}

func TestNothingInTheDatabaseOpensASession(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in := o.signIn("tam")
		var secret string
		if err := o.db.QueryRow(t.Context(), `SELECT secret FROM session`).Scan(&secret); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(secret, in.Token) || secret == in.Token {
			t.Fatal("the secret is stored as it is")
		}
		o.wantOut(secret)
		o.wantOut("")
		o.wantOut(strings.Repeat("A", 43))
		o.wantOut(in.Token + "A")
	})
}

func TestUnknownWrongBlockedAndWithoutPasswordLookTheSame(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		if err := o.Block(t.Context(), "duyen"); err != nil {
			t.Fatal(err)
		}
		for i, who := range []struct{ name, password string }{
			{"khong-co-ai", right},
			{"tam", "sai rồi sai nữa"},
			{"duyen", right},
			{"khach", ""},
			{"khach", right},
			{"", ""},
		} {
			from := account.Origin{Address: "198.51.100." + string(rune('1'+i))}
			_, err := o.SignIn(t.Context(), who.name, who.password, from, "")
			refusal, ok := errors.AsType[*fault.Error](err)
			if !ok || refusal.Code != account.ErrWrongSignIn.Code || refusal.Kind != fault.Invalid || len(refusal.Args)+len(refusal.Fields) != 0 || err.Error() != account.ErrWrongSignIn.Error() {
				t.Errorf("%q: got %v", who.name, err)
			}
		}
		var names int
		if err := o.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM sign_in_event WHERE kind = 'refused'`).Scan(&names); err != nil || names != 6 {
			t.Fatalf("want every refusal noted, got %d %v", names, err)
		}
	})
}

// The hash is nine tenths of the time of an answer. What it costs is counted in memory, which a busy
// machine does not change as it changes time: every refusal must have paid for one hash.
func TestUnknownNamesCostAsMuchAsWrongPasswords(t *testing.T) {
	const cost = 8 << 20
	each(t, account.Config{Params: account.Params{Memory: cost >> 10, Time: 1, Threads: 1}}, func(t *testing.T, o office) {
		if err := o.Block(t.Context(), "duyen"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"tam", "khong-co-ai", "duyen", "khach", ""} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := o.SignIn(t.Context(), name, "không phải đâu", desk, "")
			runtime.ReadMemStats(&after)
			if !errors.Is(err, account.ErrWrongSignIn) {
				t.Fatal(err)
			}
			if paid := after.TotalAlloc - before.TotalAlloc; paid < cost || paid > cost*3/2 {
				t.Errorf("%q: %d bytes, want one hash of %d", name, paid, cost)
			}
		}
	})
}

func TestASecretPlantedBeforeSigningInIsWorthNothingAfter(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		planted := strings.Repeat("QUFB", 10) + "QUE" // well formed, chosen by somebody else
		in, err := o.SignIn(t.Context(), "tam", right, desk, planted)
		if err != nil || in.Token == planted {
			t.Fatalf("the planted secret was taken over: %v", err)
		}
		o.wantOut(planted)

		// a real session of the attacker's own, planted in the victim's browser
		attacker := o.signIn("duyen")
		o.wantIn(attacker.Token)
		victim, err := o.SignIn(t.Context(), "tam", right, desk, attacker.Token)
		if err != nil {
			t.Fatal(err)
		}
		o.wantOut(attacker.Token)
		if s := o.wantIn(victim.Token); s.Person.ID != "p-tam" {
			t.Fatalf("got %s", s.Person.ID)
		}
	})
}

func TestChoosingAPostRotatesTheSecretAndChangesTheRights(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in := o.signIn("duyen")
		s := o.wantIn(in.Token)
		if !s.Choose || s.Actor.Officer() || s.Actor.May(access.DossierRead) || len(s.Posts) != 2 {
			t.Fatalf("with two posts and none chosen nothing may be done, got %+v", s.Actor)
		}
		token, err := o.SwitchPost(t.Context(), s, "truong", desk)
		if err != nil {
			t.Fatal(err)
		}
		o.wantOut(in.Token)
		s = o.wantIn(token)
		if s.Actor.Post != "truong" || !s.Actor.May(access.DossierAssign) || s.Actor.May(access.DossierHandle) || s.Session.ID != in.Session.ID {
			t.Fatalf("got %+v", s)
		}
		for _, post := range []string{"mot-cua", "da-bai-bo", "", "khong-co"} {
			if _, err := o.SwitchPost(t.Context(), s, post, desk); !errors.Is(err, account.ErrPostNotHeld) {
				t.Errorf("%q: got %v", post, err)
			}
		}
		o.wantIn(token)
		if again := o.signIn("duyen"); again.Actor.Post != "truong" {
			t.Fatalf("want the post of last time, got %q", again.Actor.Post)
		}
	})
}

func TestAHoldingThatEndsTakesItsRightsAtMidnight(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		err := o.Appoint(t.Context(), account.Holding{ID: "p-tam:mot-cua", Person: "p-tam", Post: "mot-cua", Manner: account.StandIn, For: "p-duyen", Until: "2026-03-03"})
		if err != nil {
			t.Fatal(err)
		}
		o.clock.Set(time.Date(2026, 3, 2, 16, 50, 0, 0, time.UTC)) // 23:50 local
		in := o.signIn("tam")
		if !o.wantIn(in.Token).Actor.May(access.DossierAccept) {
			t.Fatal("the last day counts")
		}
		o.clock.Add(11 * time.Minute)
		if s := o.wantIn(in.Token); s.Actor.Officer() || len(s.Actor.Rights) != 0 {
			t.Fatalf("got %+v", s.Actor)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	tests := []struct {
		name string
		who  string
		step time.Duration // a request each
		n    int
		open bool
	}{
		{"an officer who works every 29 minutes stays", "tam", 29 * time.Minute, 20, true},
		{"an officer who is away for 30 minutes is out", "tam", 30 * time.Minute, 1, false},
		{"however busy, an officer's session ends after 12 hours", "tam", 20 * time.Minute, 36, false},
		{"a citizen may be away for an hour and a half", "001190012345", 90 * time.Minute, 3, true},
		{"a citizen who is away for two hours is out", "001190012345", 2 * time.Hour, 1, false},
	}
	each(t, account.Config{}, func(t *testing.T, o office) {
		citizen := account.Seeded{Person: account.Person{ID: "c", Kind: account.Citizen, Name: "Lò Thị Pành", SignIn: "panh", Number: "001190012345"}, Password: right}
		if err := o.Seed(t.Context(), []account.Seeded{citizen}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				o.clock.Set(o.clock.Now().AddDate(0, 0, 2))
				o := o
				o.t = t
				in := o.signIn(tt.who)
				var err error
				for range tt.n {
					o.clock.Add(tt.step)
					_, err = o.Authenticate(t.Context(), in.Token)
				}
				if (err == nil) != tt.open {
					t.Fatalf("got %v", err)
				}
				if _, there := o.elsewhere().Authenticate(t.Context(), in.Token); (there == nil) != tt.open {
					t.Fatalf("another process says %v", there)
				}
			})
		}
	})
}

func TestALastRequestIsWrittenAtMostOnceAMinute(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in := o.signIn("tam")
		began := o.clock.Now()
		seen := func() time.Duration {
			sessions, err := o.Sessions(t.Context(), in.Person)
			if err != nil || len(sessions) != 1 {
				t.Fatalf("got %v %v", sessions, err)
			}
			return sessions[0].Seen.Sub(began)
		}
		for range 59 {
			o.clock.Add(time.Second)
			o.wantIn(in.Token)
		}
		if seen() != 0 {
			t.Fatalf("written after %s", seen())
		}
		o.clock.Add(time.Second)
		o.wantIn(in.Token)
		if seen() != time.Minute {
			t.Fatalf("want it written after a minute, got %s", seen())
		}
	})
}

func TestEndedSessionsAreOutAtOnceHereAndSoonElsewhere(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		first, second, other := o.signIn("tam"), o.signIn("tam"), o.signIn("duyen")
		far := o.elsewhere()
		for _, token := range []string{first.Token, second.Token, other.Token} {
			o.wantIn(token)
			if _, err := far.Authenticate(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.Revoke(t.Context(), "p-duyen", first.Session.ID, desk); !errors.Is(err, account.ErrNoSession) {
			t.Fatalf("somebody else's session: %v", err)
		}
		o.wantIn(first.Token)
		if err := o.Revoke(t.Context(), "p-tam", first.Session.ID, desk); err != nil {
			t.Fatal(err)
		}
		o.wantOut(first.Token)
		o.wantIn(second.Token)
		o.clock.Add(2 * time.Second)
		if _, err := far.Authenticate(t.Context(), first.Token); !errors.Is(err, account.ErrNotSignedIn) {
			t.Fatalf("two seconds later another process still says %v", err)
		}
		if err := o.SignOutEverywhere(t.Context(), "p-tam", desk); err != nil {
			t.Fatal(err)
		}
		o.wantOut(second.Token)
		o.wantIn(other.Token)
		if err := o.SignOut(t.Context(), other.Token, desk); err != nil {
			t.Fatal(err)
		}
		o.wantOut(other.Token)
		if err := o.SignOut(t.Context(), other.Token, desk); err != nil {
			t.Fatalf("signing out twice: %v", err)
		}
		got := o.history("p-tam")
		want := []account.EventKind{account.EventEverywhere, account.EventRevoked, account.EventSignedIn, account.EventSignedIn}
		if len(got) != len(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestARevokedSessionIsNotReadBackIntoTheCache(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		for range 20 {
			in := o.signIn("tam")
			var wg sync.WaitGroup
			stop := make(chan struct{})
			for range 4 {
				wg.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
							_, _ = o.Authenticate(context.Background(), in.Token)
							o.clock.Add(time.Millisecond)
						}
					}
				})
			}
			err := o.Revoke(t.Context(), "p-tam", in.Session.ID, desk)
			_, after := o.Authenticate(t.Context(), in.Token)
			close(stop)
			wg.Wait()
			if err != nil || !errors.Is(after, account.ErrNotSignedIn) {
				t.Fatalf("revoke %v, then %v", err, after)
			}
			o.wantOut(in.Token)
		}
	})
}

func TestChangingThePassword(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in, other := o.signIn("tam"), o.signIn("tam")
		s := o.wantIn(in.Token)
		refused := func(present, next, field, code string) {
			t.Helper()
			_, err := o.ChangePassword(t.Context(), s, present, next, desk)
			refusal, ok := errors.AsType[*fault.Error](err)
			if !ok || len(refusal.Fields) != 1 || refusal.Fields[0].Name != field || refusal.Fields[0].Code != code {
				t.Fatalf("got %v", err)
			}
		}
		refused("sai rồi sai nữa", "gió mùa đông bắc", "password_present", "account.wrong-password")
		refused(right, "ngắn", "password_next", "account.password-short")
		refused(right, right, "password_next", "account.password-same")
		o.wantIn(other.Token)
		token, err := o.ChangePassword(t.Context(), s, right, "gió mùa đông bắc", desk)
		if err != nil {
			t.Fatal(err)
		}
		o.wantOut(in.Token)
		o.wantOut(other.Token)
		o.wantIn(token)
		if _, err := o.SignIn(t.Context(), "tam", right, desk, ""); !errors.Is(err, account.ErrWrongSignIn) {
			t.Fatalf("the old password: %v", err)
		}
		if _, err := o.SignIn(t.Context(), "tam", "gió mùa đông bắc", desk, ""); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRaisedCostsAreTakenAtTheNextSignIn(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		dearer := accounttest.New(t, o.db, o.posts, account.Config{Params: account.Params{Memory: 64, Time: 1, Threads: 1}}, o.clock.Now)
		store := accountdb.New(o.db)
		if _, err := dearer.SignIn(t.Context(), "tam", "sai rồi sai nữa", desk, ""); !errors.Is(err, account.ErrWrongSignIn) {
			t.Fatal(err)
		}
		if c, err := store.Credential(t.Context(), "p-tam"); err != nil || !strings.Contains(c.Hash, "m=8,") {
			t.Fatalf("a wrong password rewrote the hash: %v %v", c.Hash, err)
		}
		if _, err := dearer.SignIn(t.Context(), "tam", right, desk, ""); err != nil {
			t.Fatal(err)
		}
		if c, err := store.Credential(t.Context(), "p-tam"); err != nil || !strings.Contains(c.Hash, "m=64,") {
			t.Fatalf("got %v %v", c.Hash, err)
		}
		o.signIn("tam")
	})
}

// guess tries a wrong password and tells how long to wait; 0 when it was looked at.
func (o office) guess(name string, from account.Origin) time.Duration {
	o.t.Helper()
	_, err := o.SignIn(o.t.Context(), name, "sai rồi sai nữa", from, "")
	if refusal, ok := errors.AsType[*fault.Error](err); ok && refusal.Code == account.ErrTooManyAttempts.Code {
		wait, _ := refusal.Args["retry_after"].(time.Duration)
		if wait <= 0 || refusal.Args["seconds"].(int) < 1 {
			o.t.Fatalf("refused without saying for how long: %v", refusal)
		}
		return wait
	}
	if !errors.Is(err, account.ErrWrongSignIn) {
		o.t.Fatal(err)
	}
	return 0
}

func TestGuessingSlowsDownAndTheOwnerIsLetIn(t *testing.T) {
	for _, name := range []string{"tam", "khong-co-ai"} { // who guesses learns nothing from the limits either
		t.Run(name, func(t *testing.T) {
			each(t, account.Config{}, func(t *testing.T, o office) {
				bad := account.Origin{Address: "198.51.100.66"}
				for range 5 {
					if wait := o.guess(name, bad); wait != 0 {
						t.Fatalf("five attempts are free, got %s", wait)
					}
				}
				last := time.Duration(0)
				for range 6 {
					wait := o.guess(name, bad)
					if wait <= last {
						t.Fatalf("the wait does not grow: %s after %s", wait, last)
					}
					if again := o.guess(name, bad); again != wait {
						t.Fatalf("asking again changed the wait from %s to %s", wait, again)
					}
					o.clock.Add(wait)
					if wait := o.guess(name, bad); wait != 0 {
						t.Fatalf("after the wait: another %s", wait)
					}
					last = wait
				}
				if name == "tam" {
					o.signIn("tam") // from elsewhere, at once
				}
				if wait := o.guess("duyen", bad); wait != 0 {
					t.Fatalf("another name from there: %s", wait)
				}
				o.clock.Add(time.Hour)
				if wait := o.guess(name, bad); wait != 0 {
					t.Fatalf("an hour later: %s", wait)
				}
			})
		})
	}
}

func TestGuessingFromEverywhereLeavesKnownBrowsersAndAddressesAlone(t *testing.T) {
	cfg := account.Config{Throttle: account.DefaultThrottle}
	cfg.Throttle.Name.Free = 8
	each(t, cfg, func(t *testing.T, o office) {
		in := o.signIn("tam")
		for i := range 8 {
			o.guess("tam", account.Origin{Address: "198.51.100." + string(rune('1'+i))})
		}
		fresh := account.Origin{Address: "192.0.2.1"}
		if wait := o.guess("tam", fresh); wait == 0 {
			t.Fatal("the ninth address is let through")
		}
		if _, err := o.SignIn(t.Context(), "tam", right, fresh, ""); !errors.Is(err, account.ErrTooManyAttempts) {
			t.Fatalf("a stranger's browser at a strange address: %v", err)
		}
		o.signIn("tam") // the known address
		fresh.Device = in.Device
		if _, err := o.SignIn(t.Context(), "tam", right, fresh, ""); err != nil {
			t.Fatalf("the known browser at a new address: %v", err)
		}
		// The device is no way around the limit.
		for range 5 {
			o.guess("tam", fresh)
		}
		if wait := o.guess("tam", fresh); wait == 0 {
			t.Fatal("a known browser guesses without limit")
		}
	})
}

func TestOneAddressTryingManyNamesIsSlowedDown(t *testing.T) {
	cfg := account.Config{Throttle: account.DefaultThrottle}
	cfg.Throttle.Address.Free = 10
	each(t, cfg, func(t *testing.T, o office) {
		spray := account.Origin{Address: "2001:db8::1"}
		for i := range 10 {
			o.guess("nguoi-"+string(rune('a'+i)), spray)
		}
		next := account.Origin{Address: "2001:db8::ffff:2"} // the same customer
		if wait := o.guess("tam", next); wait == 0 {
			t.Fatal("the eleventh name is let through")
		}
	})
}

func TestAHundredAttemptsAtOnceAreAHundred(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		var mu sync.Mutex
		looked := 0
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				_, err := o.SignIn(context.Background(), "tam", "sai rồi sai nữa", desk, "")
				mu.Lock()
				defer mu.Unlock()
				switch {
				case errors.Is(err, account.ErrWrongSignIn):
					looked++
				case !errors.Is(err, account.ErrTooManyAttempts):
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if looked != 5 {
			t.Fatalf("%d passwords were looked at, want 5", looked)
		}
	})
}

func TestGuessingThePresentPasswordIsLimitedToo(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		s := o.wantIn(o.signIn("tam").Token)
		var err error
		for range 6 {
			_, err = o.ChangePassword(t.Context(), s, "sai rồi sai nữa", "gió mùa đông bắc", desk)
		}
		if !errors.Is(err, account.ErrTooManyAttempts) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestACitizenRegisters(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		r := account.Registration{Name: "Vừ A Dính", Number: "011 085 000 123", Phone: "0912345678", Password: right, Repeat: right}
		in, err := o.Register(t.Context(), r, desk, "")
		if err != nil {
			t.Fatal(err)
		}
		s := o.wantIn(in.Token)
		if !s.Actor.Citizen || s.Actor.Officer() || !s.Actor.May(access.DossierFile) || s.Person.Identity != account.Unverified {
			t.Fatalf("got %+v", s)
		}
		if _, err := o.SignIn(t.Context(), "011085000123", right, desk, ""); err != nil {
			t.Fatalf("with the number: %v", err)
		}
		if again, err := o.Register(t.Context(), r, desk, in.Token); err != nil || again.Person.ID != in.Person.ID {
			t.Fatalf("the same form sent twice: %v", err)
		}
		r.Password, r.Repeat = "gió mùa đông bắc", "gió mùa đông bắc"
		_, err = o.Register(t.Context(), r, desk, "")
		refusal, ok := errors.AsType[*fault.Error](err)
		if !ok || len(refusal.Fields) != 1 || refusal.Fields[0].Code != "account.number-taken" {
			t.Fatalf("a number in use: %v", err)
		}
		got := o.history(in.Person.ID)
		if got[len(got)-1] != account.EventRegistered {
			t.Fatalf("got %v", got)
		}
	})
}

func TestRegisteringTheSameNumberAtOnceMakesOneAccount(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		r := account.Registration{Name: "Vừ A Dính", Number: "011085000123", Phone: "0912345678", Password: right, Repeat: right}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { _, _ = o.Register(context.Background(), r, desk, "") })
		}
		wg.Wait()
		people, err := o.People(t.Context(), account.Citizen, "", 10)
		if err != nil || len(people) != 1 {
			t.Fatalf("got %d people, %v", len(people), err)
		}
	})
}

func TestRegisteringManyAccountsFromOneAddressIsSlowedDown(t *testing.T) {
	cfg := account.Config{Throttle: account.DefaultThrottle}
	cfg.Throttle.Register.Free = 2
	each(t, cfg, func(t *testing.T, o office) {
		for i, want := range []bool{true, true, false} {
			r := account.Registration{Name: "Vừ A Dính", Number: "01108500012" + string(rune('0'+i)), Phone: "0912345678", Password: right, Repeat: right}
			if _, err := o.Register(t.Context(), r, desk, ""); (err == nil) != want {
				t.Fatalf("%d: got %v", i, err)
			}
		}
	})
}

func TestTheFirstAdministrator(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		made, err := o.CreateAdministrator(t.Context(), "Trần Thị Quản", "quan", "", "")
		if err != nil || made == "" {
			t.Fatalf("got %q %v", made, err)
		}
		in, err := o.SignIn(t.Context(), "quan", made, desk, "")
		if err != nil {
			t.Fatal(err)
		}
		s := o.wantIn(in.Token)
		if !s.MustChange || s.Actor.May(access.AccountAdmin) || s.Actor.Post != account.AdministratorPost {
			t.Fatalf("a handed-out password is good for changing it only, got %+v", s)
		}
		token, err := o.ChangePassword(t.Context(), s, made, "gió mùa đông bắc", desk)
		if err != nil {
			t.Fatal(err)
		}
		if s := o.wantIn(token); s.MustChange || !s.Actor.May(access.AccountAdmin) {
			t.Fatalf("got %+v", s)
		}
		if made, err := o.CreateAdministrator(t.Context(), "Trần Văn Trị", "tri", "cầu phao qua sông", "quan-tri"); err != nil || made != "" {
			t.Fatalf("got %q %v", made, err)
		}
		if s := o.wantIn(must(o.SignIn(t.Context(), "tri", "cầu phao qua sông", desk, "")).Token); s.MustChange || !s.Actor.May(access.AccountAdmin) {
			t.Fatalf("got %+v", s)
		}
		if _, err := o.CreateAdministrator(t.Context(), "Trần Văn Trị", "tri", "cầu phao qua sông", ""); !errors.Is(err, account.ErrSignInTaken) {
			t.Fatalf("a name in use: %v", err)
		}
		if _, err := o.CreateAdministrator(t.Context(), "Trần Văn Trị", "tri2", "cầu phao qua sông", "truong"); !errors.Is(err, account.ErrInvalid) {
			t.Fatalf("a post without the role: %v", err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAResetEndsEverySessionAndLetsABlockedPersonIn(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in := o.signIn("tam")
		if err := o.Block(t.Context(), "tam"); err != nil {
			t.Fatal(err)
		}
		o.wantOut(in.Token)
		made, err := o.Reset(t.Context(), "tam", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.SignIn(t.Context(), "tam", right, desk, ""); !errors.Is(err, account.ErrWrongSignIn) {
			t.Fatalf("the old password: %v", err)
		}
		again, err := o.SignIn(t.Context(), "tam", made, desk, "")
		if err != nil || !again.MustChange {
			t.Fatalf("got %v %v", again.MustChange, err)
		}
		if _, err := o.Reset(t.Context(), "khong-co-ai", ""); !errors.Is(err, account.ErrNoPerson) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestSeedingTwiceUndoesNothing(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in := o.signIn("tam")
		if _, err := o.ChangePassword(t.Context(), o.wantIn(in.Token), right, "gió mùa đông bắc", desk); err != nil {
			t.Fatal(err)
		}
		again := accounttest.Officer("tam", "mot-cua", "thu-ly")
		again.Name = "Phạm Văn Tám"
		if err := o.Seed(t.Context(), []account.Seeded{again}); err != nil {
			t.Fatal(err)
		}
		in, err := o.SignIn(t.Context(), "tam", "gió mùa đông bắc", desk, "")
		if err != nil || in.Person.Name != "Phạm Văn Tám" || len(in.Posts) != 2 {
			t.Fatalf("got %+v %v", in.Signed, err)
		}
	})
}

func TestSweepTakesWhatNothingNeeds(t *testing.T) {
	each(t, account.Config{}, func(t *testing.T, o office) {
		in := o.signIn("tam")
		o.guess("khong-co-ai", desk)
		count := func() (n int) {
			err := o.db.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM sign_in_event) + (SELECT COUNT(*) FROM sign_in_bucket)`).Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if n, err := o.Sweep(t.Context()); err != nil || n != 0 {
			t.Fatalf("swept %d, %v", n, err)
		}
		o.wantIn(in.Token)
		o.clock.Set(o.clock.Now().AddDate(3, 0, 0))
		n, err := o.Sweep(t.Context())
		if err != nil || n != before || count() != 0 {
			t.Fatalf("swept %d of %d, %d left, %v", n, before, count(), err)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	db := testkit.SQLite(b)
	clock := testkit.NewClock("2026-03-02 08:00")
	svc := accounttest.New(b, db, accounttest.Office(), account.Config{}, clock.Now)
	if err := svc.Seed(b.Context(), []account.Seeded{accounttest.Officer("tam", "mot-cua")}); err != nil {
		b.Fatal(err)
	}
	in, err := svc.SignIn(b.Context(), "tam", right, desk, "")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("kept", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := svc.Authenticate(context.Background(), in.Token); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			svc.Forget()
			if _, err := svc.Authenticate(b.Context(), in.Token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
