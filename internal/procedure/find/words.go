package find

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/viet"
)

// sameSound maps the syllables that schools and the press spell with i or y alike.
func sameSound(fold string) string {
	switch fold {
	case "hy":
		return "hi"
	case "ky":
		return "ki"
	case "ly":
		return "li"
	case "my":
		return "mi"
	case "sy":
		return "si"
	case "ty":
		return "ti"
	case "quy":
		return "qui"
	}
	return fold
}

func termOf(text, folded string) term {
	return term{fold: sameSound(folded), marks: marksOf(text)}
}

// marksOf writes the accents of a word letter by letter, so that two words of the same letters can be
// compared: one byte per letter, shape (none, ^, breve, horn, bar of đ) times 8 plus tone (0 to 5). A word
// without any accent has no marks ("").
func marksOf(word string) string {
	plain := true
	for i := 0; i < len(word); i++ {
		if word[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return ""
	}
	var marks []byte
	some := false
	for _, r := range norm.NFD.String(viet.Retone(strings.ToLower(word))) {
		var m byte
		switch r {
		case '\u0302':
			m = 1 << 3
		case '\u0306':
			m = 2 << 3
		case '\u031b':
			m = 3 << 3
		case '\u0301':
			m = 1
		case '\u0300':
			m = 2
		case '\u0309':
			m = 3
		case '\u0303':
			m = 4
		case '\u0323':
			m = 5
		case 'đ':
			marks = append(marks, 4<<3)
			some = true
			continue
		default:
			marks = append(marks, 0)
			continue
		}
		if len(marks) > 0 {
			marks[len(marks)-1] |= m
			some = true
		}
	}
	if !some {
		return ""
	}
	return string(marks)
}

// How well accents agree, as the share of a match that remains.
const (
	fullAccents  = 1.0
	someAccents  = 0.9 // what was typed is right, but not all was typed: "thưc" for "thực"
	bareAccents  = 0.6 // typed bare in a question that otherwise has accents
	otherAccents = 0.3 // another word: "mật" for "mất"
)

// agree compares the accents asked with those that stand in a text; the letters are known to be equal.
// accented says that the question as a whole was typed with accents.
func agree(asked, stands string, accented bool) float32 {
	switch {
	case asked == stands:
		return fullAccents
	case asked == "":
		if accented {
			return bareAccents
		}
		return fullAccents
	case len(asked) != len(stands):
		return otherAccents
	}
	for i := range len(asked) {
		a, s := asked[i], stands[i]
		if a>>3 != 0 && a>>3 != s>>3 || a&7 != 0 && a&7 != s&7 {
			return otherAccents
		}
	}
	return someAccents
}
