package eform

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/motcua/motcua/internal/viet"
)

// refusal is why a text does not fit its format: the key of the sentence.
type refusal string

func (r refusal) Error() string { return string(r) }

// formats are the formats a schema may name beside those of JSON Schema. They judge
// stored values; the Read functions below turn what was typed into these.
func formats() []*jsonschema.Format {
	of := func(name string, check func(string) refusal) *jsonschema.Format {
		return &jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, ok := v.(string); ok {
				if r := check(s); r != "" {
					return r
				}
			}
			return nil
		}}
	}
	return []*jsonschema.Format{
		of("vn-name", checkName),
		of("vn-personal-number", checkPersonalNumber),
		of("vn-tax-code", checkTaxCode),
		of("vn-phone", checkPhone),
		of("vn-place", checkPlaceShape),
		of("vn-birth", checkBirth),
		of("email", checkEmail),
		of("date", checkDate),
	}
}

// checkName accepts names in Latin letters with any marks, as identity papers write them:
// "Nguyễn Thị Ánh", "H'Nia Byă", "Y-Bih", "O’Neil", "John M. Smith". Digits never.
func checkName(s string) refusal {
	letters := 0
	for i, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			letters++
		case unicode.Is(unicode.Mn, r) && i > 0: // letters of the Central Highlands have no composed form
		case strings.ContainsRune(" .-'’", r) && i > 0:
		case unicode.IsDigit(r):
			return "name-digits"
		default:
			return "name"
		}
	}
	if letters < 2 {
		return "name"
	}
	return ""
}

// provincePrefixes are the first three digits of personal numbers: the province where the
// birth was registered, by the 63 provinces before July 2025. Numbers given keep them.
// law: TT59-2021 PL.I
const provincePrefixes = " 001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096 "

// checkPersonalNumber judges 12 digits: three of the province of registration, one of
// century and sex, two of the year of birth, six at random.
// law: ND137-2015 13
func checkPersonalNumber(s string) refusal {
	if len(s) != 12 || !digits(s) {
		return "personal-number"
	}
	if !strings.Contains(provincePrefixes, " "+s[:3]+" ") {
		return "personal-number-province"
	}
	return ""
}

// bornAs reads the year of birth and the sex out of a personal number: the fourth digit
// counts centuries from the 20th in pairs, even for men, odd for women.
func bornAs(number string) (year int, sex string) {
	century := int(number[3]-'0') / 2
	sex = "nam"
	if (number[3]-'0')%2 == 1 {
		sex = "nu"
	}
	return 1900 + 100*century + int(number[4]-'0')*10 + int(number[5]-'0'), sex
}

// taxWeights weigh the first nine digits of a tax code; the tenth makes the sum right.
var taxWeights = [9]int{31, 29, 23, 19, 17, 13, 7, 5, 3}

// checkTaxCode judges a code of 10 digits (enterprises), 13 (their dependent units,
// 001 to 999), or 12 (persons and households, whose personal number is their tax code
// since 2025-07-01). law: tt-86-2024-tt-btc, điều 5
func checkTaxCode(s string) refusal {
	if !digits(s) {
		return "tax-code"
	}
	switch len(s) {
	case 12:
		if checkPersonalNumber(s) != "" {
			return "tax-code-person"
		}
		return ""
	case 10:
	case 13:
		if s[10:] == "000" {
			return "tax-code-check"
		}
	default:
		return "tax-code"
	}
	sum := 0
	for i, w := range taxWeights {
		sum += w * int(s[i]-'0')
	}
	if s[2:9] == "0000000" || 10-sum%11 != int(s[9]-'0') {
		return "tax-code-check"
	}
	return ""
}

// Numbering plan in force: mobile prefixes of ten digits since 2018, landlines with the
// area codes since 2017 (eleven digits).
var (
	mobile   = regexp.MustCompile(`^0(?:3\d{8}|5(?:[1689]\d|2[238]|59)\d{6}|7[06-9]\d{7}|8(?:[1-8]\d|9[6-9])\d{6}|9(?:[0-8]\d|9[013-9])\d{6})$`)
	landline = regexp.MustCompile(`^02(?:0[3-9]|1[0-689]|2[0-25-9]|3[2-9]|4[2-8]|5[124-9]|6[0-39]|7[0-7]|8[2-9]|9[0-4679])\d{7}$`)
)

func checkPhone(s string) refusal {
	if mobile.MatchString(s) || landline.MatchString(s) {
		return ""
	}
	return "phone"
}

// checkPlaceShape only keeps nonsense out; whether the unit exists is asked of Places.
func checkPlaceShape(s string) refusal {
	if len(s) < 2 || len(s) > 12 || !digits(s) {
		return "place"
	}
	return ""
}

var mailbox = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$`)

func checkEmail(s string) refusal {
	local, _, _ := strings.Cut(s, "@")
	if len(s) > 254 || !mailbox.MatchString(s) || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "email"
	}
	return ""
}

var (
	isoDay   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	isoMonth = regexp.MustCompile(`^\d{4}-\d{2}$`)
	isoYear  = regexp.MustCompile(`^\d{4}$`)
	typedDay = regexp.MustCompile(`^(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})$`)
	typedRun = regexp.MustCompile(`^(\d{2})(\d{2})(\d{4})$`)
	typedMon = regexp.MustCompile(`^(\d{1,2})\s*[/.\- ]\s*(\d{4})$`)
)

func checkDate(s string) refusal {
	if !isoDay.MatchString(s) {
		if typedDay.MatchString(s) || typedRun.MatchString(s) {
			return "date-impossible"
		}
		return "date"
	}
	if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1800 || t.Year() > 2200 {
		return "date-impossible"
	}
	return ""
}

// checkBirth accepts a day, and also a month or only a year: many older people's papers
// hold no more than that.
func checkBirth(s string) refusal {
	switch {
	case isoYear.MatchString(s):
		s += "-01-01"
	case isoMonth.MatchString(s):
		s += "-01"
	case typedMon.MatchString(s):
		return "date-impossible"
	}
	if r := checkDate(s); r != "date" {
		return r
	}
	return "birth"
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// clean puts typed text into the form in which it is kept: NFC, no characters that
// cannot be seen, single spaces. Lines stay lines when lines is set.
func clean(s string, lines bool) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r':
			if lines {
				return '\n'
			}
			return ' '
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1 // also the marks that turn the direction of text and disguise it
		}
		return r
	}, s)
	s = viet.NFC(s) // after the rest: taking a character away may bring a letter and its mark together
	if !lines {
		return strings.Join(strings.Fields(s), " ")
	}
	rows := strings.Split(s, "\n")
	for i, row := range rows {
		rows[i] = strings.TrimRightFunc(row, unicode.IsSpace)
	}
	return strings.Trim(strings.Join(rows, "\n"), " \n\t")
}

// bare drops what people put between digits.
func bare(s string) string {
	return strings.NewReplacer(" ", "", ".", "", "-", "", "(", "", ")", "").Replace(s)
}

// ReadDate reads a day typed in the Vietnamese manner (5/9/2024, 05.09.2024, 05092024)
// or as stored, and returns it as yyyy-mm-dd. ok is false for what is no such day.
func ReadDate(s string) (day string, ok bool) {
	s = clean(s, false)
	if checkDate(s) == "" {
		return s, true
	}
	m := typedDay.FindStringSubmatch(s)
	if m == nil {
		m = typedRun.FindStringSubmatch(s)
	}
	if m == nil {
		return "", false
	}
	day = m[3] + "-" + two(m[2]) + "-" + two(m[1])
	return day, checkDate(day) == ""
}

// ReadBirth reads a day, a month (3/1950) or a year (1950).
func ReadBirth(s string) (birth string, ok bool) {
	if day, ok := ReadDate(s); ok {
		return day, true
	}
	s = clean(s, false)
	if m := typedMon.FindStringSubmatch(s); m != nil {
		s = m[2] + "-" + two(m[1])
	}
	return s, checkBirth(s) == ""
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// ShowDate writes a stored day, month or year in the Vietnamese manner; other text stays.
func ShowDate(s string) string {
	switch {
	case isoDay.MatchString(s):
		return s[8:] + "/" + s[5:7] + "/" + s[:4]
	case isoMonth.MatchString(s):
		return s[5:] + "/" + s[:4]
	}
	return s
}

// ReadPhone returns a number as 0xxxxxxxxx, whatever dots, spaces or +84 it was typed with.
func ReadPhone(s string) (number string, ok bool) {
	s = bare(clean(s, false))
	for _, prefix := range []string{"+84", "0084", "84"} {
		if rest, found := strings.CutPrefix(s, prefix); found && len(rest) >= 9 {
			s = "0" + strings.TrimPrefix(rest, "0")
			break
		}
	}
	return s, checkPhone(s) == ""
}

// ShowPhone groups the digits of a stored number: "0912 345 678".
func ShowPhone(s string) string {
	switch {
	case !digits(s):
		return s
	case len(s) == 10:
		return s[:4] + " " + s[4:7] + " " + s[7:]
	case len(s) == 11 && (strings.HasPrefix(s, "024") || strings.HasPrefix(s, "028")):
		return s[:3] + " " + s[3:7] + " " + s[7:]
	case len(s) == 11:
		return s[:4] + " " + s[4:7] + " " + s[7:]
	}
	return s
}

// ReadPersonalNumber returns the digits of a number typed with spaces, dots or dashes.
func ReadPersonalNumber(s string) (number string, ok bool) {
	s = bare(clean(s, false))
	return s, checkPersonalNumber(s) == ""
}

// ReadTaxCode returns the digits of a tax code.
func ReadTaxCode(s string) (code string, ok bool) {
	s = bare(clean(s, false))
	return s, checkTaxCode(s) == ""
}

// ShowTaxCode sets off the three digits of a dependent unit, as the tax office writes it.
func ShowTaxCode(s string) string {
	if len(s) == 13 && digits(s) {
		return s[:10] + "-" + s[10:]
	}
	return s
}

var (
	grouped = regexp.MustCompile(`^(-?)([1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?$`)
	plain   = regexp.MustCompile(`^(-?)(\d+)(?:,(\d+))?$`)
	stored  = regexp.MustCompile(`^-?(?:0|[1-9]\d{0,14})(?:\.\d{0,5}[1-9])?$`)
	commas  = regexp.MustCompile(`^[1-9]\d{0,2}(?:,\d{3})+$`)
)

// ReadNumber reads a number written the Vietnamese way: dots between thousands, a comma
// before decimals. "1.5" is refused, not guessed: it may be meant as 1,5 or as 15.
func ReadNumber(s string) (json.Number, bool) {
	s = strings.ReplaceAll(clean(s, false), " ", "")
	m := grouped.FindStringSubmatch(s)
	if m == nil {
		m = plain.FindStringSubmatch(s)
	}
	if m == nil {
		return "", false
	}
	whole := strings.TrimLeft(strings.ReplaceAll(m[2], ".", ""), "0")
	if whole == "" {
		whole = "0"
	}
	n := whole
	if frac := strings.TrimRight(m[3], "0"); frac != "" {
		n += "." + frac
	}
	if n != "0" {
		n = m[1] + n
	}
	return json.Number(n), stored.MatchString(n)
}

// ReadMoney reads a whole amount in đồng: "1.500.000", "1500000", "1.500.000 đ", "1 500 000 đồng".
func ReadMoney(s string) (json.Number, bool) {
	s = strings.ToLower(clean(s, false))
	for _, unit := range []string{"vnđ", "vnd", "đồng", "đ", "₫"} {
		if rest, found := strings.CutSuffix(s, unit); found {
			s = strings.TrimSpace(rest)
			break
		}
	}
	if s = strings.ReplaceAll(s, " ", ""); commas.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "") // an amount has no decimals: these commas part thousands
	}
	n, ok := ReadNumber(s)
	return n, ok && !strings.Contains(n.String(), ".")
}

// ShowNumber writes a stored number the Vietnamese way; other text stays.
func ShowNumber(s string) string {
	if !stored.MatchString(s) {
		return s
	}
	whole, frac, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(strings.TrimPrefix(whole, "-"), 10, 64)
	if err != nil {
		return s
	}
	out := viet.Count(n)
	if strings.HasPrefix(whole, "-") {
		out = "-" + out
	}
	if frac != "" {
		out += "," + frac
	}
	return out
}
