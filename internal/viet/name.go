package viet

import (
	"encoding/hex"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collators are reused because building one costs far more than a key; one serves one goroutine at a time.
var collators = sync.Pool{New: func() any { return collate.New(language.Vietnamese) }}

// SortKey returns text whose plain byte order is Vietnamese alphabetical order (a ă â b c d đ …, tones
// last: ngang, huyền, hỏi, ngã, sắc, nặng). It is hexadecimal, so that it sorts alike in every database,
// whatever the collation of the column.
func SortKey(s string) string {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, NFC(s)))
}

// TitleName writes a person's name with a capital at each word, single spaces, in NFC: "NGUYỄN  văn an" →
// "Nguyễn Văn An". Words that already mix capitals and small letters stay ("McLeod"). Letters after a
// hyphen or an apostrophe are capital too ("H'Nia", "Y-Bih").
func TitleName(name string) string {
	words := strings.Fields(NFC(name))
	for i, w := range words {
		words[i] = titleWord(w)
	}
	return strings.Join(words, " ")
}

func titleWord(w string) string {
	lower, upper := strings.ToLower(w), strings.ToUpper(w)
	if w != lower && w != upper {
		return w
	}
	var b strings.Builder
	b.Grow(len(w))
	first := true
	for _, r := range lower {
		if first {
			r = unicode.ToTitle(r)
		}
		b.WriteRune(r)
		first = r == '-' || r == '\'' || r == '’'
	}
	return b.String()
}

// NameSuffixes returns the folded tails of a name, one from each word on, longest first: "nguyen van an",
// "van an", "an". Stored beside a name, they let an index find a person by any last part of it.
func NameSuffixes(name string) []string {
	words := Tokens(name)
	if len(words) == 0 {
		return nil
	}
	full := strings.Join(words, " ")
	out := make([]string, len(words))
	at := 0
	for i, w := range words {
		out[i] = full[at:]
		at += len(w) + utf8.RuneLen(' ')
	}
	return out
}
