package filingweb_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/casefile"
)

func TestEarlierPapersAreOfferedAndTakenWithConsent(t *testing.T) {
	o := open(t)
	first := o.accepted("anh")
	begun := o.begin("anh", plain)
	again := strings.TrimPrefix(begun, "/soan/")
	path := begun + "/giay-to"
	page := o.get("anh", path).is(200)
	page.has("Dùng lại giấy tờ đã có", first.Shown())
	o.get("binh", path).is(404)
	hash := first.Papers[0].Hash
	chosen := url.Values{"_key": {"k1"}, "dung-lai": {"don|" + first.ID + "|" + hash}}
	o.upload("anh", path, chosen).is(422).has("Đánh dấu đồng ý")
	// Somebody else's paper is not taken, whatever the form says.
	mine := o.begin("binh", plain)
	o.upload("binh", mine+"/giay-to", with(chosen, "dong-y", "1", "_add", "1")).is(422)
	o.upload("anh", path, with(chosen, "dong-y", "1", "_add", "1")).is(303)
	draft, err := o.svc.Draft(t.Context(), o.w.Citizen("anh"), again)
	if err != nil || len(draft.Papers) != 1 || draft.Papers[0].Hash != hash || draft.Papers[0].From == nil || draft.Papers[0].From.Dossier != first.ID || draft.Papers[0].From.Consent.By.Person != "anh" {
		t.Fatalf("%v %+v", err, draft.Papers)
	}
	o.get("anh", path).is(200).lacks("Dùng lại giấy tờ đã có")
}

func TestTheOwnerSeesWhoLookedAndTakesTheDataAway(t *testing.T) {
	o := open(t)
	d := o.accepted("anh")
	path := "/ho-so-cua-toi/" + d.ID
	o.get("anh", path).is(200).has("Ai đã xem giấy tờ của tôi", "Tải dữ liệu của tôi")
	o.get("anh", path+"/luot-xem").is(200).has("Chưa có cán bộ nào mở hồ sơ")
	for _, v := range []casefile.View{
		{Case: d.ID, Person: "p-cv", Post: "chuyen-vien", Agency: "so-thu", What: casefile.ViewCase},
		{Case: d.ID, Person: "p-cv", Post: "chuyen-vien", Agency: "so-thu", What: casefile.ViewPaper, Thing: casefile.ThingOf(d.Papers[0].Hash)},
	} {
		if err := o.views.Log(v); err != nil {
			t.Fatal(err)
		}
	}
	page := o.get("anh", path+"/luot-xem").is(200)
	page.has("Sở Thử nghiệm", "chuyen-vien", "Mở giấy tờ “"+d.Papers[0].Name+"”")
	page.lacks("Trần Văn Tiếp", "p-cv")
	for _, who := range []string{"binh", "post:chuyen-vien", ""} {
		for _, p := range []string{"/luot-xem", "/du-lieu.zip"} {
			if code := o.get(who, path+p).code; code == 200 {
				t.Errorf("%s: %s is open to %q", p, d.ID, who)
			}
		}
	}

	got := o.get("anh", path+"/du-lieu.zip").is(200)
	if got.head.Get("Content-Type") != "application/zip" || !strings.Contains(got.head.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v", got.head)
	}
	z, err := zip.NewReader(strings.NewReader(got.text), int64(len(got.text)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	var data struct {
		Code   string
		Owner  struct{ Name, Number string }
		Papers []struct{ Name, File, SHA256 string }
		Looked []struct{ Agency, Post, What string } `json:"looked_at_by"`
		Moment []struct{ Event string }              `json:"history"`
	}
	if err := json.Unmarshal([]byte(files["ho-so.json"]), &data); err != nil {
		t.Fatal(err)
	}
	if data.Code != d.Code || data.Owner.Name == "" || len(data.Papers) != len(d.Papers) || len(data.Looked) != 2 || len(data.Moment) < 2 {
		t.Errorf("%+v", data)
	}
	if p := data.Papers[0]; files[p.File] != string(pdf) || p.SHA256 != d.Papers[0].Hash {
		t.Errorf("the file is not the one that was lodged: %+v of %d", p, len(z.File))
	}
}
