package national

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
)

// tables is one line of the structured source: texts by Vietnamese key, and three tables.
type tables struct {
	ID       string            `json:"thu_tuc_id"`
	File     string            `json:"source_file"`
	Metadata map[string]string `json:"metadata"`
	Content  map[string]string `json:"content"`
	Tables   struct {
		Channels []struct {
			Kind string `json:"hinh_thuc"`
			Time string `json:"thoi_han_giai_quyet"`
			Fee  string `json:"phi_le_phi"`
			Note string `json:"mo_ta"`
		} `json:"hinh_thuc_nop"`
		Papers []struct {
			Name     string `json:"ten_giay_to"`
			Template string `json:"so_luong"` // the columns are shifted by one: here stands the form file
			Quantity string `json:"ghi_chu"`  // "Bản chính: 1\nBản sao: 0"
		} `json:"thanh_phan_ho_so"`
		Bases []struct {
			Number string `json:"so_ky_hieu"`
			Name   string `json:"trich_yeu"`
			Date   string `json:"ngay_ban_hanh"`
			Issuer string `json:"co_quan_ban_hanh"`
		} `json:"can_cu_phap_ly"`
	} `json:"tables"`
}

func (f *file) structured(line int, raw []byte) {
	var t tables
	if err := json.Unmarshal(raw, &t); err != nil {
		f.bad(line, "%s", lineFault(err))
		return
	}
	v, why := t.version()
	if why != "" {
		f.bad(line, "%s", why)
		return
	}
	f.accept(line, v)
}

var (
	paperCount = regexp.MustCompile(`^Bản chính:\s*(\d{1,3})\s+Bản sao:\s*(\d{1,3})$`)
	dayForm    = regexp.MustCompile(`^(\d{2})-(\d{2})-(\d{4})$`)
	feeLine    = regexp.MustCompile(`(?:^|\n)\s*(Phí|Lệ phí)\s*:\s*`)
	feeParts   = regexp.MustCompile(`^(Không Đồng|[\d.,]+ (?:Đồng|USD|EUR))\s*(.*)$`)
)

// version turns the tables into a version. The ministry is that of the decision's symbol.
func (t *tables) version() (v *procedure.Version, why string) {
	meta, content := t.Metadata, t.Content
	v = &procedure.Version{Code: clean(meta["mã_thủ_tục"]), Name: oneLine(meta["tên_thủ_tục"]), Source: clean(t.File)}
	if v.Code == "" {
		v.Code = clean(t.ID)
	}
	switch {
	case !codeForm.MatchString(v.Code):
		return nil, "code " + quote(v.Code) + " is not of the form 1.001234"
	case v.Name == "":
		return nil, "procedure " + v.Code + " has no name"
	}
	v.Decision, v.Kind, v.Sector = oneLine(meta["số_quyết_định"]), oneLine(meta["loại_thủ_tục"]), oneLine(meta["lĩnh_vực"])
	if strings.HasSuffix(v.Decision, "-BQP") {
		v.Ministry = ministries["bo-quoc-phong"]
	}
	v.Authority, v.Executor = clean(content["cơ_quan_có_thẩm_quyền"]), clean(content["cơ_quan_thực_hiện"])
	v.Delegate, v.Partner = clean(content["cơ_quan_được_ủy_quyền"]), clean(content["cơ_quan_phối_hợp"])
	v.Address, v.Steps = clean(content["địa_chỉ_tiếp_nhận_hs"]), clean(content["trình_tự_thực_hiện"])
	v.Conditions = clean(content["yêu_cầu_điều_kiện_thực_hiện"])
	v.Subjects = subjects(content["đối_tượng_thực_hiện"])
	if k := oneLine(content["từ_khóa"]); k != "" {
		v.Keywords = []string{k}
	}
	levels(v, meta["cấp_thực_hiện"])
	t.channels(v)
	t.papers(v)
	t.bases(v)
	if r := trimBullet(content["kết_quả_thực_hiện"]); r != "" {
		v.Results = []procedure.Result{{Name: r}}
	} else {
		mark(v, "results", ResultsMissing, "")
	}
	return v, ""
}

func (t *tables) channels(v *procedure.Version) {
	var rows []row
	for _, c := range t.Tables.Channels {
		kind, ok := channelKinds[oneLine(c.Kind)]
		if !ok {
			mark(v, "channels", ChannelUnknown, c.Kind)
			continue
		}
		time := clean(c.Time)
		if time == "" {
			time = noInformation
		}
		rows = append(rows, row{kind: kind, time: time, fees: feesOf(clean(c.Fee)), note: clean(c.Note), all: time})
	}
	addRows(v, rows)
}

// feesOf splits "Phí : 50.000 Đồng (…)\nLệ phí : 0 Đồng" into its lines.
func feesOf(text string) []fee {
	if text == "" {
		return nil
	}
	starts := feeLine.FindAllStringSubmatchIndex(text, -1)
	if len(starts) == 0 {
		return []fee{{amount: text}}
	}
	var out []fee
	for i, m := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		f := fee{kind: "phi", amount: strings.TrimSpace(text[m[1]:end])}
		if text[m[2]:m[3]] == "Lệ phí" {
			f.kind = "le_phi"
		}
		if parts := feeParts.FindStringSubmatch(strings.Join(strings.Fields(f.amount), " ")); parts != nil {
			f.amount, f.detail = parts[1], strings.TrimSpace(parts[2])
			if inner, ok := strings.CutPrefix(f.detail, "("); ok {
				f.detail = strings.TrimSpace(strings.TrimSuffix(inner, ")"))
			}
		}
		out = append(out, f)
	}
	return out
}

func (t *tables) papers(v *procedure.Version) {
	for _, p := range t.Tables.Papers {
		out := paper{name: p.Name, verbatim: p.Name + " | " + p.Quantity, quantityWords: " | " + p.Quantity, templatesInOwnColumn: true}
		if file := oneLine(p.Template); file != "" {
			out.templates = []string{file}
		}
		if m := paperCount.FindStringSubmatch(strings.TrimSpace(p.Quantity)); m != nil {
			out.counted = true
			out.originals, _ = strconv.Atoi(m[1])
			out.copies, _ = strconv.Atoi(m[2])
		} else {
			out.unclear = true
		}
		if oneLine(p.Name) == "" && len(out.templates) == 0 {
			continue
		}
		addPaper(v, "", out)
	}
	if len(v.Components) == 0 {
		mark(v, "components", ComponentsMissing, "")
	}
	v.Sets = setsOf(v)
}

func (t *tables) bases(v *procedure.Version) {
	for _, b := range t.Tables.Bases {
		basis := procedure.LegalBasis{Number: oneLine(b.Number), Name: oneLine(b.Name), Issuer: oneLine(b.Issuer)}
		if m := dayForm.FindStringSubmatch(strings.TrimSpace(b.Date)); m != nil {
			basis.Date = m[3] + "-" + m[2] + "-" + m[1]
		}
		if basis.Name == "" {
			basis.Name = basis.Number
		}
		if basis.Name == "" {
			continue
		}
		if basis.Number == "" {
			mark(v, "bases", BasisNoNumber, basis.Name)
		}
		v.Bases = append(v.Bases, basis)
	}
}
