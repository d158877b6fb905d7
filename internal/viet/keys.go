package viet

import (
	"strings"
	"unicode"
)

// Retype reads words that were typed for Telex or VNI while the input method was off, or half off:
// "ddawng kys khai sinh", "d9ang ky1", "giaays". A word that can be read as Vietnamese as it stands is
// left alone, and so is one that does not become a Vietnamese syllable. Spaces and signs stay.
func Retype(s string) string {
	var b strings.Builder
	changed := false
	at := 0
	for _, w := range Words(s) {
		word := s[w.Start:w.End]
		read, ok := RetypeWord(word)
		if !ok {
			continue
		}
		b.WriteString(s[at:w.Start])
		b.WriteString(read)
		at, changed = w.End, true
	}
	if !changed {
		return s
	}
	b.WriteString(s[at:])
	return b.String()
}

// RetypeWord reads one word as Retype does; ok says that it was typed with leftover keys.
func RetypeWord(word string) (read string, ok bool) {
	if len(word) < 2 || len(word) > 24 || IsSyllable(word) {
		return word, false
	}
	if read, ok = telex(word); ok {
		return read, true
	}
	return vni(word)
}

// typed is a syllable being keyed: its letters so far, with their shapes, and its tone.
type typed struct {
	letters []rune
	tone    rune
	upper   []bool
	keys    int // how many keys were not letters
}

func (t *typed) add(r rune) {
	t.upper = append(t.upper, unicode.IsUpper(r))
	t.letters = append(t.letters, unicode.ToLower(r))
}

func (t *typed) hasVowel() bool {
	for _, r := range t.letters {
		if isVowel(r) {
			return true
		}
	}
	return false
}

// reshape turns the last letter found in from into its partner in to ("a" into "â").
func (t *typed) reshape(from, to string) bool {
	f, g := []rune(from), []rune(to)
	for i := len(t.letters) - 1; i >= 0; i-- {
		for k, r := range f {
			if t.letters[i] == r {
				t.letters[i] = g[k]
				t.keys++
				return true
			}
		}
	}
	return false
}

// horn gives u, o and a their hook or breve; uo becomes ươ as a pair.
func (t *typed) horn(breve bool) bool {
	for i := len(t.letters) - 1; i > 0; i-- {
		if t.letters[i] == 'o' && t.letters[i-1] == 'u' && (i < 2 || t.letters[i-2] != 'q') {
			t.letters[i], t.letters[i-1] = 'ơ', 'ư'
			t.keys++
			return true
		}
	}
	if breve {
		// "ua" is ưa ("cuwar" is cửa), but "oa" is oă.
		for i := len(t.letters) - 1; i > 0; i-- {
			if t.letters[i] == 'a' && t.letters[i-1] == 'u' && (i < 2 || t.letters[i-2] != 'q') {
				t.letters[i-1] = 'ư'
				t.keys++
				return true
			}
		}
		return t.reshape("aou", "ăơư")
	}
	return t.reshape("ou", "ơư")
}

// word finishes the syllable; ok when keys were used and the result can be Vietnamese.
func (t *typed) word() (string, bool) {
	if t.keys == 0 {
		return "", false
	}
	for i, r := range t.letters {
		if t.upper[i] {
			t.letters[i] = unicode.ToUpper(r)
		}
	}
	w := placeTone(t.letters, t.tone)
	return w, IsSyllable(w)
}

var telexTone = map[rune]rune{'s': acute, 'f': grave, 'r': hook, 'x': tilde, 'j': dot}

func telex(word string) (string, bool) {
	letters, tone := splitTone(word)
	t := typed{tone: tone}
	for i, up := range letters {
		r := unicode.ToLower(up)
		vowel := t.hasVowel()
		switch {
		case r == 'd' && i > 0 && t.letters[0] == 'd' && (vowel || i == 1):
			t.letters[0] = 'đ'
			t.keys++
		case vowel && telexTone[r] != 0:
			t.tone = telexTone[r]
			t.keys++
		case vowel && r == 'z':
			t.tone = 0
			t.keys++
		case r == 'w' && vowel && t.horn(true):
		case r == 'w':
			t.add('ư')
			t.upper[len(t.upper)-1] = unicode.IsUpper(up)
			t.keys++
		case vowel && r == 'a' && contains(t.letters, 'a') && t.reshape("a", "â"):
		case vowel && r == 'e' && contains(t.letters, 'e') && t.reshape("e", "ê"):
		case vowel && r == 'o' && contains(t.letters, 'o') && t.reshape("o", "ô"):
		case unicode.IsLetter(r):
			t.add(up)
		default:
			return word, false
		}
	}
	if w, ok := t.word(); ok {
		return w, true
	}
	return word, false
}

var vniTone = [...]rune{'1': acute, '2': grave, '3': hook, '4': tilde, '5': dot}

func vni(word string) (string, bool) {
	letters, tone := splitTone(word)
	t := typed{tone: tone}
	for i, up := range letters {
		r := unicode.ToLower(up)
		switch {
		case i == 0 && !unicode.IsLetter(r):
			return word, false
		case '1' <= r && r <= '5' && t.hasVowel():
			t.tone = vniTone[r]
			t.keys++
		case r == '6' && t.reshape("aeo", "âêô"):
		case r == '7' && t.horn(false):
		case r == '8' && t.reshape("a", "ă"):
		case r == '9' && t.letters[0] == 'd':
			t.letters[0] = 'đ'
			t.keys++
		case unicode.IsLetter(r):
			t.add(up)
		default:
			return word, false
		}
	}
	// One letter and one digit is a size or a class (A4, B2), not a syllable.
	if len(t.letters) < 2 {
		return word, false
	}
	if w, ok := t.word(); ok {
		return w, true
	}
	return word, false
}

func contains(letters []rune, r rune) bool {
	for _, l := range letters {
		if l == r {
			return true
		}
	}
	return false
}
