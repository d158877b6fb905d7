package dossier

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/law"
)

// CodeNotation tells how a dossier code is written.
type CodeNotation string

// Notations of dossier codes in use since 2018.
const (
	CodeTT01     CodeNotation = "tt01-2018" // 000.00.01.H24-180923-0001: agency code of 13 characters, level 1 last
	CodeQD20     CodeNotation = "qd20-2020" // H15.50.05.13-261008-0975: agency code from level 1 down
	CodeMinistry CodeNotation = "ministry"  // G09.20-20260609-0092637: as QĐ 20/2020, year of four digits
)

// CodeParts is a dossier code read apart. Text is the code as it was given and stays
// its identity; the parts serve counting and routing.
type CodeParts struct {
	Text     string
	Agency   string // agency code, upper case
	Date     calendar.Date
	Serial   int
	Notation CodeNotation
}

var (
	agencyTT01 = regexp.MustCompile(`^[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Y][0-9]{2}$`)
	// law: QD20-2020 4, 5, 6
	agencyQD20       = regexp.MustCompile(`^[A-Y][0-9]{2}(\.[0-9A-Z]+)*$`)
	agencyOther      = regexp.MustCompile(`^Z[0-9A-Z.]{2,34}$`)
	agencyEnterprise = regexp.MustCompile(`^[0-9]{10}([0-9]{3})?(\.[0-9A-Z]+)*$`)
)

const maxAgencyCode = 35

// ErrCode matches (errors.Is) the refusal of a text that is no dossier code. Args: text.
var ErrCode = fault.New(fault.Invalid, "dossier.code")

// agencyNotation recognises an agency code.
func agencyNotation(s string) (CodeNotation, bool) {
	switch {
	case len(s) > maxAgencyCode || strings.HasSuffix(s, ".") || strings.Contains(s, ".."):
		return "", false
	case agencyTT01.MatchString(s):
		return CodeTT01, true
	case agencyQD20.MatchString(s), agencyOther.MatchString(s), agencyEnterprise.MatchString(s):
		return CodeQD20, true
	}
	return "", false
}

// ParseCode reads a dossier code in every notation; lower case and surrounding spaces
// are forgiven. A code of another system that it refuses is still a code: keep its text.
// law: TT01-2018 19
func ParseCode(s string) (CodeParts, error) {
	text := strings.TrimSpace(s)
	shown := text
	if len(shown) > 60 {
		shown = strings.ToValidUTF8(shown[:60], "") + "…"
	}
	bad := ErrCode.With("text", shown)
	parts := strings.Split(text, "-")
	if len(text) > 60 || len(parts) != 3 {
		return CodeParts{}, bad
	}
	agency, day, number := upperASCII(parts[0]), parts[1], parts[2]
	notation, ok := agencyNotation(agency)
	if !ok || !digits(day) || !digits(number) || len(number) < 4 || len(number) > 7 {
		return CodeParts{}, bad
	}
	switch len(day) {
	case 6:
		day = "20" + day
	case 8:
		if notation == CodeQD20 {
			notation = CodeMinistry
		}
	default:
		return CodeParts{}, bad
	}
	date, err := calendar.ParseDate(day[:4] + "-" + day[4:6] + "-" + day[6:])
	if err != nil || date.Year() < 2000 || date.Year() > 2099 {
		return CodeParts{}, bad
	}
	serial, err := strconv.Atoi(number)
	if err != nil || serial == 0 {
		return CodeParts{}, bad
	}
	return CodeParts{Text: text, Agency: agency, Date: date, Serial: serial, Notation: notation}, nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// upperASCII raises letters without letting other scripts fold into the alphabet.
func upperASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// CodeStyle is how a body writes its codes.
type CodeStyle struct {
	LongYear     bool // yyyymmdd instead of yymmdd
	SerialDigits int  // 4 to 7
}

// Styles in use.
var (
	ProvincialCode = CodeStyle{SerialDigits: 4}
	MinistryCode   = CodeStyle{LongYear: true, SerialDigits: 7}
)

// Format writes a code. serial counts from 1 within CodeScope; one that outgrows the
// digits of the style is written longer rather than refused, up to seven digits.
func (s CodeStyle) Format(agency string, day calendar.Date, serial int) (string, error) {
	if _, ok := agencyNotation(agency); !ok {
		return "", fault.New(fault.Invalid, "dossier.code-agency").With("agency", agency)
	}
	if serial < 1 || serial > 9_999_999 || day.Year() < 2000 || day.Year() > 2099 || s.SerialDigits < 4 || s.SerialDigits > 7 {
		return "", fault.New(fault.Invalid, "dossier.code-serial").With("serial", serial).With("date", day.String())
	}
	form := "060102"
	if s.LongYear {
		form = "20060102"
	}
	y, m, d := day.Civil()
	return fmt.Sprintf("%s-%s-%0*d", agency, time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(form), s.SerialDigits, serial), nil
}

// FormatCode writes the code of a provincial dossier: H15.50.05.13-261008-0975.
func FormatCode(agency string, day calendar.Date, serial int) (string, error) {
	return ProvincialCode.Format(agency, day, serial)
}

// CodeScope is the key of the counter that numbers codes: one for each agency and day.
// law: ND118-2025 28
func CodeScope(agency string, day calendar.Date) string { return agency + "/" + day.String() }

// CodeParties are the agency codes a dossier's code may start with.
type CodeParties struct {
	Receiving string // of the desk that received
	Resolving string // of the agency competent to resolve
	Portal    string // of the National Portal
	Group     bool   // the dossier belongs to a linked group of procedures
	Online    bool   // it was filed online
}

// CodeAgency returns the agency code the rule set puts before the dossier's number.
// law: ND61-2018 26; ND118-2025 28
func CodeAgency(rules law.RuleSet, p CodeParties) string {
	party := rules.Code.Prefix
	switch {
	case p.Group && p.Online:
		party = rules.Code.GroupOnline
	case p.Group:
		party = rules.Code.GroupDirect
	}
	switch party {
	case law.Resolving:
		return p.Resolving
	case law.Portal:
		return p.Portal
	case law.Receiving:
	}
	return p.Receiving
}
