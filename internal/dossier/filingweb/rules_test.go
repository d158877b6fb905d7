package filingweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/rule"
)

const byCase = "3.000009" // papers, limit, fee and right to file depend on the answers

func TestWhatTheRulesOfAProcedureSayIsShownAndHeldTo(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.publish(func(c *procedure.Content) {
		c.Versions = append(c.Versions, version(procedure.Version{
			Code: byCase, Name: "Thủ tục theo trường hợp", Competent: []agency.ID{dossiertest.Department},
			Channels: []procedure.Channel{{
				Kind: procedure.Online, Limits: []procedure.TimeLimit{{Limit: "4wd"}, {Limit: "20wd", Case: "Khác"}},
				Fees: []procedure.Fee{{Kind: "phi", Amount: 1000, Known: true}},
			}},
			Components: []procedure.Component{{ID: "giai-trinh", Name: "Bản giải trình", When: `don.what.kind == "khac"`}},
			Eligible:   []procedure.Eligibility{{Rule: `don.what.text != "cấm"`, Reason: "Nội dung này không được cấp phép."}},
			LimitTable: &rule.Table{Inputs: []rule.Input{{Expr: "don.what.kind"}}, Rows: []rule.Row{
				{If: []rule.Cell{"khac"}, Then: map[string]rule.Cell{"limit": "9wd"}}, {Then: map[string]rule.Cell{"limit": "2wd"}},
			}},
			FeeTables: []procedure.FeeTable{{Kind: "phi", Name: "Phí", Table: rule.Table{Rows: []rule.Row{
				{When: `don.what.kind == "khac"`, Then: map[string]rule.Cell{"amount": "75000"}}, {Then: map[string]rule.Cell{"amount": "0"}},
			}}}},
		}))
	})
	start := o.get("anh", "/nop-ho-so/"+byCase).is(http.StatusOK)
	start.has("Bắt buộc khi loại là “Khác”")
	path := o.post("anh", "/nop-ho-so/"+byCase, start.fields()).to()
	o.post("anh", path+"/to-khai/who", o.get("anh", path+"/to-khai/who").fields()).to()
	second := path + "/to-khai/giay-to"
	o.post("anh", second, with(o.get("anh", second).fields(), "what.kind", "khac", "what.text", "cấm")).to()
	o.post("anh", second, with(o.get("anh", second).fields(), "what.other", "việc khác")).to()

	papers := o.get("anh", path+"/giay-to").is(http.StatusOK)
	papers.has("Bắt buộc với hồ sơ này, vì loại là “Khác”")
	check := o.get("anh", path+"/kiem-tra").is(http.StatusOK)
	check.has("Nội dung này không được cấp phép.", "9 ngày làm việc", "75.000 đồng", "Bản giải trình. Bắt buộc với hồ sơ này, vì loại là “Khác”")
	o.post("anh", path+"/kiem-tra", with(check.fields(), "cam-doan", "1")).is(http.StatusUnprocessableEntity).
		has("Nội dung này không được cấp phép.", "Tải lên giấy tờ bắt buộc: Bản giải trình")

	// The other kind asks no paper, costs nothing and takes two days.
	o.post("anh", second, with(o.get("anh", second).fields(), "what.kind", "moi", "what.text", "Xin cấp.")).to()
	check = o.get("anh", path+"/kiem-tra").is(http.StatusOK)
	check.has("2 ngày làm việc")
	if strings.Contains(check.text, "không được cấp phép") || strings.Contains(check.text, "75.000") {
		t.Error("the page still speaks of the other case")
	}
	to := o.post("anh", path+"/kiem-tra", with(check.fields(), "cam-doan", "1")).to()
	d := o.dossier("anh", strings.TrimPrefix(to, "/ho-so-da-nop/"))
	if v := d.Judged(o.Catalogue()); !v.Decided || v.Version.Channels[0].Limits[0].Limit != "2wd" || v.Version.Digest != d.Procedure.Digest {
		t.Errorf("judged %+v", v.Version.Channels)
	}
}
