package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/fault"
)

// Registration is what a citizen types to make an account.
type Registration struct {
	Name     string
	Number   string
	Phone    string
	Email    string // may be empty
	Password string
	Repeat   string
}

// Clean brings typed values into the form they are kept in; passwords stay as typed.
func (r Registration) Clean() Registration {
	r.Name = strings.Join(strings.Fields(norm.NFC.String(r.Name)), " ")
	r.Number = digits(r.Number)
	r.Phone = cleanPhone(r.Phone)
	r.Email = strings.ToLower(strings.TrimSpace(norm.NFC.String(r.Email)))
	return r
}

// Check lists what cannot be accepted, in the order of the page. r is clean.
func (r Registration) Check() []fault.Field {
	var out []fault.Field
	add := func(name, code string) { out = append(out, fault.Field{Name: name, Code: code}) }
	switch {
	case r.Name == "":
		add("name", "account.name-missing")
	case !goodName(r.Name):
		add("name", "account.name-wrong")
	}
	if !goodNumber(r.Number) {
		add("number", "account.number-wrong")
	}
	if !goodPhone(r.Phone) {
		add("phone", "account.phone-wrong")
	}
	if r.Email != "" && !goodEmail(r.Email) {
		add("email", "account.email-wrong")
	}
	if code := CheckPassword(r.Password, r.Name, r.Number, r.Phone, r.Email); code != "" {
		out = append(out, passwordField("password", code))
	} else if norm.NFC.String(r.Password) != norm.NFC.String(r.Repeat) {
		add("password_repeat", "account.password-differs")
	}
	return out
}

// Register makes a citizen's account at level Unverified and signs it in. The number is
// the sign-in name. A number already in use is refused with a text that sends its owner to
// the desk: without electronic identification nobody here can tell who the owner is.
func (s *Service) Register(ctx context.Context, r Registration, from Origin, before string) (SignedIn, error) {
	r = r.Clean()
	if bad := r.Check(); len(bad) > 0 {
		return SignedIn{}, fields(bad...)
	}
	now := s.now()
	limits := []limit{{key: "register:" + from.network(), rule: s.cfg.Throttle.Register}}
	if err := s.count(ctx, limits, now); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.hasher.Hash(ctx, r.Password)
	if err != nil {
		return SignedIn{}, err
	}
	p := Person{
		ID: s.newID(now), Kind: Citizen, Name: r.Name, SignIn: r.Number, Number: r.Number,
		Phone: r.Phone, Email: r.Email, Identity: Unverified, Created: now,
	}
	err = s.store.InTx(ctx, func(tx Tx) error {
		if err := tx.AddPerson(ctx, p); err != nil {
			return err
		}
		if err := tx.SetCredential(ctx, Credential{Person: p.ID, Hash: hash, Set: now}); err != nil {
			return err
		}
		return tx.AddEvent(ctx, s.event(EventRegistered, p.ID, from))
	})
	if errors.Is(err, ErrSignInTaken) {
		// A form sent twice arrives here the second time: who knows the password is the owner.
		in, err := s.SignIn(ctx, r.Number, r.Password, from, before)
		if !errors.Is(err, ErrWrongSignIn) {
			return in, err
		}
		return SignedIn{}, fields(fault.Field{Name: "number", Code: "account.number-taken"})
	}
	if err != nil {
		return SignedIn{}, fmt.Errorf("register: %w", err)
	}
	return s.open(ctx, p, Credential{}, nil, from, before, EventSignedIn)
}

// own lists the words that must not make up the person's password.
func (p Person) own() []string {
	return []string{p.Name, p.SignIn, p.Number, p.Phone, strings.SplitN(p.Email, "@", 2)[0]}
}

// normaliseSignIn brings a typed sign-in name into its kept form: a personal number may be
// typed in groups, a name in capitals.
func normaliseSignIn(s string) string {
	if utf8.RuneCountInString(s) > 200 {
		return "" // nobody's
	}
	s = strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(s)), ""))
	if d := digits(s); goodNumber(d) && strings.Trim(s, "0123456789.-") == "" {
		return d
	}
	return s
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '.', r == '-':
			return -1
		}
		return r
	}, s)
}

func cleanPhone(s string) string {
	s = strings.NewReplacer("(", "", ")", "").Replace(digits(s))
	if rest, ok := strings.CutPrefix(s, "+84"); ok {
		return "0" + strings.TrimPrefix(rest, "0")
	}
	return s
}

func onlyDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

func goodNumber(s string) bool { return len(s) == 12 && onlyDigits(s) }

// goodPhone takes mobile numbers (10 digits) and fixed lines (11 with the area code).
func goodPhone(s string) bool {
	return (len(s) == 10 || len(s) == 11) && onlyDigits(s) && s[0] == '0' && s[1] != '0'
}

func goodName(s string) bool {
	if utf8.RuneCountInString(s) > 80 || !utf8.ValidString(s) {
		return false
	}
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.Is(unicode.M, r), r == ' ', r == '\'', r == '-', r == '.', r == '’':
		default:
			return false
		}
	}
	return letters >= 2
}

func goodEmail(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	if !ok || user == "" || len(s) > 120 || !strings.Contains(host, ".") || strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>()[],;:\"`, r)
	}) &&
		strings.Count(s, "@") == 1
}

func goodDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
