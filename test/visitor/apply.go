package visitor

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Answers are what an applicant types, by the name of the field. Fields that are not here
// stay as the page filled them.
type Answers map[string]string

// General answers the general form as a citizen of the demo's province.
func General() Answers {
	return Answers{
		"agency": "ubnd-phuong-ben-nua", "applicant.kind": "ca-nhan", "applicant.home.province": "97", "applicant.home.commune": "97001",
		"request.content": "Đề nghị giải quyết theo giấy tờ kèm theo.",
	}
}

// Fill walks the pages of a filing that was begun, up to the page of answers to check: it
// types the answers, brings paper as the file of every component, and goes on. paper is the
// path of a file.
func (v *Visitor) Fill(a Answers, paper string) error {
	again := 0
	for range 20 {
		page := v.Page.URL.Path
		switch {
		case strings.HasSuffix(page, "/kiem-tra"):
			return nil
		case strings.HasSuffix(page, "/giay-to"):
			if err := v.bring(paper); err != nil {
				return err
			}
		default:
			if err := v.answer(a); err != nil {
				return err
			}
		}
		if v.Page.URL.Path == page && v.Page.Status == http.StatusOK && again < 2 {
			again++ // an answer brought further questions
			continue
		}
		if v.Page.URL.Path == page {
			return fmt.Errorf("the filing stays at %s (%d):\n%s", page, v.Page.Status, v.Page.Main())
		}
		again = 0
	}
	return fmt.Errorf("no end of pages:\n%s", v.Page.Main())
}

const goOn = "Lưu và tiếp tục"

func (v *Visitor) answer(a Answers) error {
	type later struct{ province, commune string }
	var address []later
	_, now, err := v.Fields(goOn)
	if err != nil {
		return err
	}
	fields := map[string][]string{}
	names, err := v.names(goOn)
	if err != nil {
		return err
	}
	for _, name := range names {
		val, ok := a[name]
		if !ok {
			continue
		}
		if strings.HasSuffix(name, ".commune") {
			address = append(address, later{strings.TrimSuffix(name, "commune") + "province", name})
			continue
		}
		fields[name] = []string{val}
	}
	if len(address) > 0 && now.Get(address[0].commune) == "" { // without scripts the list of communes is asked for
		if err := v.Submit("Hiện danh sách", fields); err != nil {
			return err
		}
		fields = map[string][]string{}
	}
	for _, x := range address {
		fields[x.commune] = []string{a[x.commune]}
	}
	return v.Submit(goOn, fields)
}

// bring sends a file for every component that has none, and goes on.
func (v *Visitor) bring(paper string) error {
	names, err := v.names("Tải lên")
	if err != nil {
		return err
	}
	files := map[string][]string{}
	for _, n := range names {
		if id, ok := strings.CutPrefix(n, "paper-"); ok && id != "" {
			files[n] = []string{"@" + paper}
		}
	}
	if len(files) > 0 {
		if err := v.Submit("Tải lên", files); err != nil {
			return err
		}
		if v.Page.Status != http.StatusOK {
			return fmt.Errorf("upload: %d\n%s", v.Page.Status, v.Page.Main())
		}
	}
	return v.Submit(goOn, nil)
}

// names lists the fields of the form with the button.
func (v *Visitor) names(button string) ([]string, error) {
	form, _, err := v.form(button)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range controlsOf(form) {
		if n := attr(c, "name"); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out, nil
}

// Begin starts a new filing from its first page, also where an earlier one waits to be finished.
func (v *Visitor) Begin() error {
	err := v.Submit("Bắt đầu", nil)
	if err != nil {
		err = v.Submit("Tạo hồ sơ mới", nil)
	}
	return err
}

// Apply files an application of a procedure from its first page to the confirmation.
func (v *Visitor) Apply(code string, a Answers, paper string) error {
	if err := v.Get("/nop-ho-so/" + code); err != nil {
		return err
	}
	if err := v.Begin(); err != nil {
		return err
	}
	if err := v.Fill(a, paper); err != nil {
		return err
	}
	if err := v.Submit("Nộp hồ sơ", map[string][]string{"cam-doan": {"1"}}); err != nil {
		return err
	}
	if !strings.HasPrefix(v.Page.URL.Path, "/ho-so-da-nop/") {
		return fmt.Errorf("not filed: %d at %s\n%s", v.Page.Status, v.Page.URL.Path, v.Page.Main())
	}
	return nil
}

// samplePDF is a page that says "Giay to mau".
const samplePDF = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
	"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>\n" +
	"endobj\n4 0 obj\n<< /Length 42 >>\nstream\nBT /F1 18 Tf 40 100 Td (Giay to mau) Tj ET\nendstream\nendobj\n5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\n" +
	"endobj\nxref\n0 6\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n0000000241 00000 n \n" +
	"0000000333 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n403\n%%EOF\n"

// Paper writes a small PDF into a folder and returns its path.
func Paper(dir string) (string, error) {
	path := filepath.Join(dir, "giay-to.pdf")
	return path, os.WriteFile(path, []byte(samplePDF), 0o600)
}
