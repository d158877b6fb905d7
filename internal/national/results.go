package national

import (
	"regexp"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
)

// furniture begins what the page shows below the results: key words, description, the form to file.
var furniture = regexp.MustCompile(`Từ khóa(?s:(.*?))Mô tả(?s:.*)$`)

// resultCode follows each result. Codes: KQ.G01.000068, 000.00.00.G12-KQ0123, and a few free ones.
var resultCode = regexp.MustCompile(`Mã: ?((?:[A-Za-z]{0,4}[0-9]*[.\-])*[A-Za-z]{0,4}\d{3,}|[A-Za-z0-9]{1,20}$)`)

func readResults(v *procedure.Version, text string) {
	if m := furniture.FindStringSubmatchIndex(text); m != nil {
		if words := oneLine(text[m[2]:m[3]]); words != "" {
			v.Keywords = append(v.Keywords, words)
		}
		text = strings.TrimSpace(text[:m[0]])
	}
	switch {
	case clean(text) == "":
		mark(v, "results", ResultsMissing, text)
		return
	case strings.Contains(text, papersHead) || quantity.MatchString(text):
		mark(v, "results", ResultsMisplaced, text)
		return
	}
	start := 0
	for _, m := range resultCode.FindAllStringSubmatchIndex(text, maxParts) {
		if m[0] < start {
			continue
		}
		name := trimBullet(text[start:m[0]])
		end := m[3]
		if name != "" {
			v.Results = append(v.Results, procedure.Result{Code: text[m[2]:end], Name: name})
		}
		start = end
	}
	if rest := trimBullet(text[start:]); rest != "" {
		v.Results = append(v.Results, procedure.Result{Name: rest})
	}
}

func trimBullet(s string) string { return strings.TrimSpace(strings.TrimLeft(oneLine(s), "-+*•;. ")) }
