package viet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The five written tones as combining marks, in the order of the VNI keys 1 to 5.
const (
	acute = '\u0301' // sắc
	grave = '\u0300' // huyền
	hook  = '\u0309' // hỏi
	tilde = '\u0303' // ngã
	dot   = '\u0323' // nặng
)

// IsSyllable reports whether s, with or without tones, can be one Vietnamese syllable: a known
// beginning followed by a known rhyme. It knows sounds, not words: "khưng" is a syllable.
func IsSyllable(s string) bool {
	s = Fold(s)
	if s == "" || len(s) > 7 {
		return false
	}
	for n := min(3, len(s)-1); n >= 0; n-- {
		if onsets[s[:n]] && rhymes[s[n:]] {
			return true
		}
	}
	return s == "gi"
}

var onsets = set(" b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x")

var rhymes = set(`a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu
i ia ich iec iem ien ieng iep iet ieu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet oi om on ong ooc oong op ot
u ua uan uang uat uay uac uao uc ue uech uen uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu
uy uya uych uyen uyet uyn uynh uyp uyt uyu y yem yen yeng yet yeu`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Split(strings.ReplaceAll(words, "\n", " "), " ") {
		m[w] = true
	}
	return m
}

// Retone writes every syllable of s with its tone in the older, schoolbook place: hoà → hòa,
// thuý → thúy, loè → lòe. What is not a Vietnamese syllable stays as it is. The result is in NFC.
func Retone(s string) string {
	s = NFC(s)
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	word := -1
	flush := func(end int) {
		if word >= 0 {
			b.WriteString(retoneWord(s[word:end]))
			word = -1
		}
	}
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) {
			if word < 0 {
				word = i
			}
			continue
		}
		flush(i)
		b.WriteString(s[i : i+runeLen(s[i:])])
	}
	flush(len(s))
	return b.String()
}

func runeLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// retoneWord moves the tone of one word.
func retoneWord(w string) string {
	if isASCII(w) || len(w) > 24 || !IsSyllable(w) {
		return w
	}
	letters, tone := splitTone(w)
	if tone == 0 {
		return w
	}
	return placeTone(letters, tone)
}

// splitTone separates the letters of a word, still with ă â ê ô ơ ư đ, from its tone. A word with two
// tones keeps the last one.
func splitTone(w string) (letters []rune, tone rune) {
	var bare strings.Builder
	for _, r := range norm.NFD.String(w) {
		switch r {
		case acute, grave, hook, tilde, dot:
			tone = r
		default:
			bare.WriteRune(r)
		}
	}
	return []rune(norm.NFC.String(bare.String())), tone
}

// placeTone puts a tone on the letters of a syllable.
func placeTone(letters []rune, tone rune) string {
	at := toneSeat(letters)
	if tone == 0 || at < 0 {
		return string(letters)
	}
	var b strings.Builder
	for i, r := range letters {
		b.WriteRune(r)
		if i == at {
			b.WriteRune(tone)
		}
	}
	return norm.NFC.String(b.String())
}

// toneSeat finds the letter that carries the tone: the last of ă â ê ô ơ ư if there is one, else by the
// number of vowels and whether a consonant follows. -1 without a vowel.
func toneSeat(letters []rune) int {
	first, last := -1, -1
	for i, r := range letters {
		if isVowel(r) {
			if first < 0 {
				first = i
			}
			if i == last+1 || last < 0 {
				last = i
			}
		}
	}
	if first < 0 {
		return -1
	}
	for i := last; i >= first; i-- {
		if strings.ContainsRune("ăâêôơưĂÂÊÔƠƯ", letters[i]) {
			return i
		}
	}
	// The u of "qu" and the i of "gi" belong to the beginning when another vowel follows.
	if last > first && first == 1 {
		switch lead, v := unicode.ToLower(letters[0]), unicode.ToLower(letters[1]); {
		case lead == 'q' && v == 'u', lead == 'g' && v == 'i':
			first++
		}
	}
	switch n := last - first + 1; {
	case n == 1:
		return first
	case n == 2 && last == len(letters)-1:
		return first
	default:
		return first + 1
	}
}

func isVowel(r rune) bool {
	return strings.ContainsRune("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY", r)
}
