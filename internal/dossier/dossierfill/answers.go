package dossierfill

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/fault"
)

// form is an e-form ready to be answered.
type form struct {
	*eform.Compiled
	shape  shape
	shapes map[string]*shape // by path without item numbers
	fields map[string]eform.Field
}

func compile(f *eform.Form) (*form, error) {
	c, err := eform.Compile(*f)
	if err != nil {
		return nil, err
	}
	out := &form{Compiled: c, shapes: map[string]*shape{}, fields: map[string]eform.Field{}}
	if err := json.Unmarshal(f.Schema, &out.shape); err != nil {
		return nil, fmt.Errorf("form %s: %w", f.ID, err)
	}
	for _, s := range f.Layout.Sections {
		for _, field := range s.Fields {
			out.know("", field)
		}
	}
	return out, nil
}

func (f *form) know(group string, field eform.Field) {
	path := group + field.Path
	f.shapes[path] = f.shape.find(path)
	f.fields[path] = field
	for _, in := range field.Fields {
		f.know(path+"[].", in)
	}
}

// pattern is a path without the numbers of items.
func pattern(path string) string {
	if !strings.Contains(path, "[") {
		return path
	}
	var b strings.Builder
	skip := false
	for _, c := range path {
		if c == ']' {
			skip = false
		}
		if !skip {
			b.WriteRune(c)
		}
		if c == '[' {
			skip = true
		}
	}
	return b.String()
}

// home is where somebody lives, by administrative unit.
type home struct{ province, commune string }

// writer answers one form.
type writer struct {
	r       *rand.Rand
	f       *form
	a       eform.Answers
	now     time.Time
	subject string // what is asked for
	home    home
	near    []home
	full    bool // answer what may be left open too
	humans  map[string]human
}

// tries bounds how often a form is answered anew until its rules are met.
const tries = 6

// answer fills the form in: what a person would write, accepted by the rules of the form. known is who
// applies, for the fields that say whose they are; its zero value is somebody invented.
func (f *form) answer(r *rand.Rand, given eform.Given, subject string, at home, near []home, known eform.Person) (eform.Answers, error) {
	var faults []fault.Field
	for try := range tries {
		w := writer{r: r, f: f, a: eform.Answers{}, now: given.Now, subject: subject, home: at, near: near, full: try > 0 && try%2 == 1, humans: map[string]human{}}
		if known.Name != "" {
			w.a = f.Prefill(w.a, known)
		}
		w.fill()
		w.a = f.Clean(w.a)
		if faults = f.Validate("", w.a, given); len(faults) == 0 {
			return w.a, nil
		}
	}
	return nil, fmt.Errorf("form %s: no answers found that it accepts: %s %s %v", f.Form().ID, faults[0].Name, faults[0].Code, faults[0].Args)
}

func (w *writer) fill() {
	for _, s := range w.f.Form().Layout.Sections {
		declined := map[string]bool{} // left open
		for range 6 {
			changed := false
			for _, q := range w.f.Questions(s.ID, w.a) {
				changed = w.ask(q, declined) || changed
			}
			if !changed {
				break
			}
		}
	}
}

// ask answers a question that is open; true when something was written.
func (w *writer) ask(q eform.Question, declined map[string]bool) bool {
	if !q.Shown || declined[q.Path] {
		return false
	}
	if q.Widget == eform.Group {
		return w.group(q, declined)
	}
	if w.a.At(q.Path) != nil {
		return false
	}
	if !q.Required && !w.full && w.r.IntN(100) >= 60 {
		declined[q.Path] = true
		return false
	}
	v := w.value(q)
	if v == nil {
		declined[q.Path] = true
		return false
	}
	put(w.a, q.Path, v)
	return true
}

func (w *writer) group(q eform.Question, declined map[string]bool) bool {
	changed := false
	if w.a.At(q.Path) == nil {
		s := w.f.shapes[pattern(q.Path)]
		n := s.MinItems
		if q.Required || w.full {
			n = max(n, 1)
		}
		if q.CanAdd && w.r.IntN(2) == 0 {
			n++
		}
		if n == 0 {
			declined[q.Path] = true
			return false
		}
		items := make([]any, n)
		for i := range items {
			items[i] = map[string]any{}
		}
		put(w.a, q.Path, items)
		return true
	}
	for _, item := range q.Items {
		for _, in := range item {
			changed = w.ask(in, declined) || changed
		}
	}
	return changed
}

// put writes a value at a path, making objects on the way; lists are there already.
func put(a eform.Answers, path string, v any) {
	m := map[string]any(a)
	keys := strings.Split(path, ".")
	for i, key := range keys {
		name, rest, item := strings.Cut(key, "[")
		if i == len(keys)-1 {
			m[name] = v
			return
		}
		if item {
			n, _ := strconv.Atoi(strings.TrimSuffix(rest, "]"))
			list, _ := m[name].([]any)
			if n >= len(list) {
				return
			}
			m, _ = list[n].(map[string]any)
			continue
		}
		next, ok := m[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[name] = next
		}
		m = next
	}
}

// around is the path of what a field belongs to, and its own last word.
func around(path string) (of, last string) {
	i := strings.LastIndexByte(path, '.')
	return path[:i+1], path[i+1:]
}

// human is the person that the fields beside path speak of.
func (w *writer) human(path string, b *eform.Bounds) human {
	of, _ := around(path)
	if h, ok := w.humans[of]; ok {
		return h
	}
	least, most := 19, 72
	if strings.Contains(of, "child") || strings.Contains(of, "con.") || strings.Contains(of, "tre") {
		least, most = 0, 1
	}
	if b != nil {
		if b.MinAge > 0 {
			least, most = b.MinAge, max(most, b.MinAge+5)
		}
		if b.MaxAge > 0 {
			most = min(most, b.MaxAge)
			least = min(least, most-1)
		}
	}
	sex := ""
	switch s, _ := w.a.At(of + "sex").(string); {
	case s == "nam" || s == "nu":
		sex = s
	case strings.Contains(of, "mother"), strings.Contains(of, "wife"), strings.Contains(of, "vo."):
		sex = "nu"
	case strings.Contains(of, "father"), strings.Contains(of, "husband"), strings.Contains(of, "chong."):
		sex = "nam"
	}
	day := born(w.r, w.now, max(least, 0), max(most, least+1))
	if known, _ := w.a.At(of + "birth").(string); len(known) == len(time.DateOnly) {
		if t, err := time.Parse(time.DateOnly, known); err == nil {
			day = t
		}
	}
	h := invent(w.r, sex, day)
	w.humans[of] = h
	return h
}

func (w *writer) value(q eform.Question) any {
	s := w.f.shapes[pattern(q.Path)]
	of, last := around(q.Path)
	switch q.Widget {
	case eform.NameText:
		return w.human(q.Path, w.boundsBeside(of)).name
	case eform.PersonalNumber:
		path := q.Path
		if m := q.Field.Match; m != nil && m.Birth != "" {
			path = w.beside(of, m.Birth)
		}
		return w.human(path, w.boundsBeside(of)).number
	case eform.Date:
		return w.date(q, of, last)
	case eform.Phone:
		return w.human(q.Path, w.boundsBeside(of)).phone
	case eform.Email:
		return fmt.Sprintf("nguoi-dan-%d@minhgiang.example", w.r.IntN(10_000))
	case eform.TaxCode:
		return taxCode(w.r)
	case eform.Choice, eform.Select:
		if s.Format == "" && last == "sex" {
			h := w.human(q.Path, w.boundsBeside(of))
			if slices.ContainsFunc(q.Choices, func(o eform.Option) bool { return o.Value == h.sex }) {
				return h.sex
			}
		}
		// The first choices are the usual ones.
		n := len(q.Choices)
		if n == 0 {
			return nil
		}
		return q.Choices[min(w.r.IntN(n), w.r.IntN(n))].Value
	case eform.Checks:
		var out []any
		for _, o := range q.Choices {
			if w.r.IntN(3) == 0 {
				out = append(out, o.Value)
			}
		}
		for i := 0; len(out) < max(1, s.MinItems) && i < len(q.Choices); i++ {
			if v := any(q.Choices[i].Value); !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		if s.MaxItems > 0 && len(out) > s.MaxItems {
			out = out[:s.MaxItems]
		}
		return out
	case eform.YesNo:
		return w.r.IntN(2) == 0
	case eform.Number, eform.Money:
		return w.number(s, q.Widget)
	case eform.Place:
		at := w.home
		if len(w.near) > 0 && w.r.IntN(6) == 0 {
			at = one(w.r, w.near)
		}
		out := map[string]any{}
		for _, part := range q.Parts {
			switch part {
			case "province":
				out[part] = at.province
			case "commune":
				out[part] = at.commune
			case "detail":
				out[part] = detail(w.r)
			}
		}
		return out
	}
	if s.Format == "vn-place" {
		return w.home.commune
	}
	if s.Pattern != "" {
		if v, ok := fits(w.r, s.Pattern); ok {
			return v
		}
	}
	return w.text(q, s, last)
}

// beside reads a path that a rule gives: of the same item where there is one.
func (w *writer) beside(of, path string) string {
	if i := strings.LastIndexByte(of, ']'); i >= 0 {
		if in := of[:i+2] + path; w.f.shapes[pattern(in)] != nil {
			return in
		}
	}
	return path
}

// boundsBeside are the bounds of the birth asked beside a field.
func (w *writer) boundsBeside(of string) *eform.Bounds {
	return w.f.fields[pattern(of+"birth")].Bounds
}

func (w *writer) date(q eform.Question, of, last string) any {
	b := q.Field.Bounds
	if last == "birth" || q.Field.Fill == "birth" || q.Partial {
		return w.human(q.Path, b).birth
	}
	low, high := w.now.AddDate(-6, 0, 0), w.now.AddDate(0, 0, -2)
	if b != nil {
		if b.MinAge > 0 || b.MaxAge > 0 {
			most := b.MaxAge
			if most == 0 {
				most = b.MinAge + 40
			}
			return born(w.r, w.now, b.MinAge, most).Format(time.DateOnly)
		}
		if b.Future {
			low, high = w.now.AddDate(0, 0, 2), w.now.AddDate(0, 2, 0)
		}
		if t, err := time.Parse(time.DateOnly, b.From); err == nil && t.After(low) {
			low = t
		}
		if t, err := time.Parse(time.DateOnly, b.Until); err == nil && t.Before(high) {
			high = t
		}
		if b.NotBefore != "" {
			if day, _ := w.a.At(w.beside(of, b.NotBefore)).(string); len(day) >= 4 {
				if t, err := time.Parse(time.DateOnly[:len(day)], day); err == nil && t.AddDate(0, 0, 1).After(low) {
					low = t.AddDate(0, 0, 1)
					if !b.Past && !high.After(low) {
						high = low.AddDate(0, 6, 0)
					}
				}
			}
		}
	}
	days := int(high.Sub(low).Hours() / 24)
	if days < 1 {
		return low.Format(time.DateOnly)
	}
	return low.AddDate(0, 0, w.r.IntN(days+1)).Format(time.DateOnly)
}

func (w *writer) number(s *shape, widget eform.Widget) any {
	low, high := int64(1), int64(40)
	if widget == eform.Money {
		low, high = 1, 900
	}
	scale := int64(1)
	if widget == eform.Money {
		scale = 1_000_000
	}
	read := func(n *json.Number, into *int64, shift int64) {
		if n == nil {
			return
		}
		if f, err := n.Float64(); err == nil {
			*into = int64(f) + shift
			scale = 1
		}
	}
	read(s.Minimum, &low, 0)
	read(s.Above, &low, 1)
	if high < low {
		high = low + 100
	}
	read(s.Maximum, &high, 0)
	read(s.Below, &high, -1)
	if s.Maximum == nil && s.Below == nil {
		high = max(high, low+40)
	} else {
		high = min(high, low+5000)
	}
	return json.Number(strconv.FormatInt((low+w.r.Int64N(max(1, high-low+1)))*scale, 10))
}

// words are what people write where a label speaks of something.
var words = []struct {
	about string
	say   []string
}{
	{"lý do", []string{"Phục vụ nhu cầu của gia đình.", "Bổ sung hồ sơ cá nhân.", "Hoàn thiện thủ tục theo quy định."}},
	{"nơi sinh", []string{"Trung tâm Y tế Bến Nứa", "Bệnh viện Đa khoa tỉnh Minh Giang", "Trạm Y tế xã Sông Chàm"}},
	{"dân tộc", []string{"Kinh", "Kinh", "Kinh", "Tày", "Thái", "Mường", "Mông"}},
	{"quốc tịch", []string{"Việt Nam"}},
	{"chức vụ", []string{"Giám đốc", "Phó Giám đốc", "Chủ hộ", "Người đại diện"}},
	{"nghề", []string{"Nông dân", "Giáo viên", "Buôn bán", "Công nhân", "Kế toán"}},
	{"ngành", []string{"Bán lẻ hàng tạp hóa", "Sửa chữa xe máy", "Dịch vụ ăn uống", "May mặc"}},
	{"doanh nghiệp", nil},
	{"tổ chức", nil},
	{"công ty", nil},
	{"hộ kinh doanh", nil},
	{"cơ quan", []string{"Ủy ban nhân dân phường Bến Nứa", "Sở Tư pháp tỉnh Minh Giang"}},
	{"địa chỉ", []string{"Số 12 đường Bờ Sông, phường Bến Nứa", "Thôn Hạ, xã Sông Chàm", "Tổ 5, phường Cầu Mây"}},
	{"nơi cư trú", []string{"Số 12 đường Bờ Sông, phường Bến Nứa", "Thôn Hạ, xã Sông Chàm"}},
	{"địa điểm", []string{"Thửa đất số 125, tờ bản đồ số 8, phường Bến Nứa", "Thửa đất số 47, tờ bản đồ số 3, xã Sông Chàm"}},
	{"thửa", []string{"125", "47", "208"}},
	{"tờ bản đồ", []string{"8", "3", "15"}},
	{"nội dung", nil},
	{"số ", []string{"125/2024", "48/GCN", "207"}},
	{"ghi chú", []string{"Không có.", "Xin nhận kết quả vào buổi sáng."}},
}

func (w *writer) text(q eform.Question, s *shape, last string) any {
	label := strings.ToLower(q.Field.Label)
	text := ""
	for _, x := range words {
		if !strings.Contains(label, x.about) {
			continue
		}
		switch {
		case x.say != nil:
			text = one(w.r, x.say)
		case x.about == "nội dung":
			text = "Đề nghị giải quyết: " + lowerFirst(w.subject)
		default:
			text = firm(w.r)
		}
		break
	}
	switch {
	case text != "":
	case strings.Contains(last, "address"):
		text = detail(w.r) + ", phường Bến Nứa"
	case q.Widget == eform.TextArea:
		text = "Đề nghị giải quyết: " + lowerFirst(w.subject)
	default:
		text = "Theo giấy tờ kèm theo"
	}
	least, most := s.MinLength, q.MaxLength
	for utf8.RuneCountInString(text) < least {
		text += " Theo giấy tờ kèm theo."
	}
	if rs := []rune(text); most > 0 && len(rs) > most {
		text = strings.TrimSpace(string(rs[:most]))
	}
	return text
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
