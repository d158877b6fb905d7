package national

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/procedure"
)

// page is one line of the crawl. The derived fields are not read: they are a best effort of
// others over the same text, and wrong where it is hard.
type page struct {
	Code       string `json:"ma_thu_tuc"`
	URL        string `json:"detail_url"`
	Name       string `json:"ten_thu_tuc"`
	Decision   string `json:"so_quyet_dinh"`
	Level      string `json:"cap_thuc_hien"`
	Kind       string `json:"loai_thu_tuc"`
	Sector     string `json:"linh_vuc"`
	Subjects   string `json:"doi_tuong_thuc_hien"`
	Authority  string `json:"co_quan_co_tham_quyen"`
	Address    string `json:"dia_chi_tiep_nhan"`
	Delegate   string `json:"co_quan_duoc_uy_quyen"`
	Partner    string `json:"co_quan_phoi_hop"`
	Related    string `json:"thu_tuc_lien_quan"`
	Steps      string `json:"trinh_tu_thuc_hien"`
	Channels   string `json:"cach_thuc_thuc_hien"`
	Papers     string `json:"thanh_phan_ho_so"`
	Bases      string `json:"can_cu_phap_ly"`
	Executor   string `json:"co_quan_thuc_hien"`
	Conditions string `json:"yeu_cau_dieu_kien"`
	Results    string `json:"ket_qua_xu_ly"`
	Branch     string `json:"_nganh"`
}

// codeForm is a national code, with the suffix of a province's copy where there is one.
// Codes are text: 1.001190 is not 1.00119.
var codeForm = regexp.MustCompile(`^\d{1,2}\.\d{6}(\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?$`)

// ministries by the short names that the crawl uses for its branches.
var ministries = map[string]string{
	"bo-cong-an":         "Bộ Công an",
	"bo-nong-nghiep-mt":  "Bộ Nông nghiệp và Môi trường",
	"bo-tai-chinh":       "Bộ Tài chính",
	"bo-tu-phap":         "Bộ Tư pháp",
	"bo-xay-dung":        "Bộ Xây dựng",
	"bo-quoc-phong":      "Bộ Quốc phòng",
	"ngan-hang-nha-nuoc": "Ngân hàng Nhà nước Việt Nam",
	"toa-an-nhan-dan":    "Tòa án nhân dân",
}

// lineFault says in plain words why JSON could not be read.
func lineFault(err error) string {
	switch e := err.(type) { //nolint:errorlint // encoding/json returns these two unwrapped
	case *json.UnmarshalTypeError:
		return "field " + e.Field + " must be text, is " + e.Value
	case *json.SyntaxError:
		return "not JSON: " + e.Error()
	}
	return err.Error()
}

func (f *file) crawled(line int, raw []byte) {
	var p page
	if err := json.Unmarshal(raw, &p); err != nil {
		f.bad(line, "%s", lineFault(err))
		return
	}
	v, why := p.version()
	if why != "" {
		f.bad(line, "%s", why)
		return
	}
	f.accept(line, v)
}

// version takes a page apart; why is not empty when it is no procedure at all.
func (p *page) version() (v *procedure.Version, why string) {
	v = &procedure.Version{Code: clean(p.Code), Name: oneLine(p.Name)}
	switch {
	case !codeForm.MatchString(v.Code):
		return nil, "code " + quote(p.Code) + " is not of the form 1.001234"
	case v.Name == "":
		return nil, "procedure " + v.Code + " has no name"
	}
	branch := clean(p.Branch)
	v.Source, v.Ministry = clean(p.URL), ministries[branch]
	if v.Ministry == "" {
		v.Ministry = branch
	}
	v.Decision, v.Kind, v.Sector = oneLine(p.Decision), oneLine(p.Kind), oneLine(p.Sector)
	v.Authority, v.Executor = clean(p.Authority), clean(p.Executor)
	v.Delegate, v.Partner = clean(p.Delegate), clean(p.Partner)
	v.Address, v.Related = clean(p.Address), clean(p.Related)
	v.Steps, v.Conditions = clean(p.Steps), clean(p.Conditions)
	v.Subjects = subjects(p.Subjects)
	levels(v, p.Level)

	channels, bases := clean(p.Channels), clean(p.Bases)
	channels, bases = rejoin(channels, bases)
	readChannels(v, channels)
	readPapers(v, clean(p.Papers))
	readBases(v, bases)
	readResults(v, clean(p.Results))
	return v, ""
}

func quote(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return `"` + s + `"`
}

// mark notes what could not be understood.
func mark(v *procedure.Version, field, reason, verbatim string) {
	v.Marks = append(v.Marks, procedure.Mark{Field: field, Reason: reason, Verbatim: verbatim})
}

var levelNames = map[string]agency.Level{
	"cấp bộ": agency.Ministry, "cấp tỉnh": agency.Province, "cấp huyện": agency.District, "cấp xã": agency.Commune,
}

func levels(v *procedure.Version, text string) {
	v.LevelText = oneLine(text)
	for part := range strings.SplitSeq(v.LevelText, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		if l, ok := levelNames[part]; ok {
			v.Levels = append(v.Levels, l)
		} else if part != "" && part != "cơ quan khác" {
			mark(v, "levels", LevelUnknown, part)
		}
	}
}

// subjects splits at commas outside brackets; "Cán bộ, công chức, viên chức" is one subject.
func subjects(text string) []string {
	const staff, kept = "Cán bộ, công chức, viên chức", "Cán bộ\x00 công chức\x00 viên chức"
	text = strings.ReplaceAll(oneLine(text), staff, kept)
	var out []string
	depth, start := 0, 0
	add := func(s string) {
		if s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", ",")); s != "" {
			out = append(out, s)
		}
	}
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case ',', ';':
			if depth == 0 {
				add(text[start:i])
				start = i + 1
			}
		}
	}
	add(text[start:])
	return out
}
