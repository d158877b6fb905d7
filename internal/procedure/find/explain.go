package find

import (
	"strings"

	"github.com/motcua/motcua/internal/viet"
)

// ReasonKind says in which way a procedure fits a question.
type ReasonKind string

const (
	ByCode   ReasonKind = "code"    // Words is the code
	ByName   ReasonKind = "name"    // Words stand in the name
	ByRead   ReasonKind = "read"    // Said was taken for Words: abbreviations, Telex, slips
	ByMeant  ReasonKind = "meant"   // Said was understood as Words
	BySector ReasonKind = "sector"  // Words is the field
	ByAgency ReasonKind = "agency"  // Words is the agency
	ByText   ReasonKind = "content" // something of the question stands in the procedure's content
)

// Reason is one part of the explanation of a hit.
type Reason struct {
	Kind  ReasonKind
	Said  string
	Words string
}

// String says the reason in Vietnamese.
func (r Reason) String() string {
	switch r.Kind {
	case ByCode:
		return "Khớp mã " + r.Words
	case ByName:
		return "Khớp tên: “" + r.Words + "”"
	case ByRead:
		return "Đọc “" + r.Said + "” là “" + r.Words + "”"
	case ByMeant:
		return "Hiểu “" + r.Said + "” là “" + r.Words + "”"
	case BySector:
		return "Thuộc lĩnh vực " + r.Words
	case ByAgency:
		return "Do " + r.Words + " thực hiện"
	case ByText:
		return "Có nhắc đến trong nội dung thủ tục"
	}
	return ""
}

// explain makes the answer for one ranked document.
func (x *Index) explain(q *question, r ranked) Hit {
	d := &x.docs[r.doc]
	h := Hit{Code: d.code, Name: d.name, Score: float64(r.score)}
	if r.code != "" {
		h.Reasons = append(h.Reasons, Reason{Kind: ByCode, Words: r.code})
	}
	for i, u := range q.units {
		if i >= len(r.alts) || r.alts[i] < 0 || u.said == "" {
			continue
		}
		a := u.alts[r.alts[i]]
		if a.readAs != "" && len(h.Reasons) < 3 && x.shows(d, r.words, a, q) && !strings.Contains(viet.Fold(u.said), viet.Fold(a.readAs)) {
			h.Reasons = append(h.Reasons, Reason{Kind: ByMeant, Said: u.said, Words: a.readAs})
		}
	}
	runs, longest := x.runs(d, r.words)
	h.Highlights = runs
	if longest != "" {
		h.Reasons = append(h.Reasons, Reason{Kind: ByName, Words: longest})
	}
	if r.code == "" {
		for _, read := range q.read {
			if len(h.Reasons) < 5 {
				h.Reasons = append(h.Reasons, Reason{Kind: ByRead, Said: read[0], Words: read[1]})
			}
		}
		h.Reasons = append(h.Reasons, x.otherFields(d, r.words, longest != "")...)
	}
	if len(h.Reasons) == 0 {
		h.Reasons = append(h.Reasons, Reason{Kind: ByText})
	}
	var b strings.Builder
	for i, reason := range h.Reasons {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(reason.String())
	}
	h.Why = b.String()
	return h
}

// shows tells whether a good part of a reading stands in the document, so that it is worth telling.
func (x *Index) shows(d *doc, matched []bool, a alt, q *question) bool {
	var all, found float32
	for _, n := range a.slots {
		s := q.slots[n]
		all += s.weight
		for i, t := range d.tokens {
			if t.term == s.term && i < len(matched) && matched[i] {
				found += s.weight
				break
			}
		}
	}
	return found >= 0.6*all
}

// runs joins matched neighbours of the name into ranges, and gives the one that tells most.
func (x *Index) runs(d *doc, matched []bool) (runs []Range, longest string) {
	open := false
	var weight, best float32
	for i, t := range d.tokens {
		if t.zone > zoneIntro || i >= len(matched) {
			break
		}
		if !matched[i] {
			open = false
			continue
		}
		if open {
			runs[len(runs)-1].End = int(t.end)
		} else {
			runs = append(runs, Range{int(t.start), int(t.end)})
			weight = 0
		}
		open = true
		weight += x.weight[t.term]
		if weight > best {
			best = weight
			last := runs[len(runs)-1]
			longest = d.name[last.Start:last.End]
		}
	}
	return runs, longest
}

// otherFields explains matches outside the name, when the name alone does not.
func (x *Index) otherFields(d *doc, matched []bool, named bool) []Reason {
	var sector, sectorAll, agency float32
	for i, t := range d.tokens {
		if i >= len(matched) {
			break
		}
		w := x.weight[t.term]
		if t.zone == zoneSector {
			sectorAll += w
		}
		if !matched[i] {
			continue
		}
		switch t.zone {
		case zoneSector:
			sector += w
		case zoneAgency:
			agency += w
		default: // names and keywords are told by their words
		}
	}
	switch {
	case sector > 0 && sector >= 0.6*sectorAll:
		return []Reason{{Kind: BySector, Words: d.sector}}
	case agency > 0 && !named:
		return []Reason{{Kind: ByAgency, Words: d.agency}}
	}
	return nil
}
