package catalogueweb_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/print"
	"github.com/motcua/motcua/internal/procedure"
)

func init() {
	people["quan-tri"] = access.Actor{Person: "p4", Name: "Lê Quản Trị", Post: "admin", PostTitle: "Quản trị", Rights: access.Rights{access.CatalogueRead: true, access.CatalogueEdit: true}}
}

var (
	area   = regexp.MustCompile(`(?s)<textarea[^>]*>(.*?)</textarea>`)
	before = regexp.MustCompile(`name="ban-truoc" value="([0-9a-f]*)"`)
)

const receiptRoom = "/danh-muc/mau-phieu/tt-03-2025/receipt"

// wording opens the page of a form and returns the text shown and the version it was read from.
func (o room) wording(who, path string) (text, base string) {
	o.t.Helper()
	p := o.get(who, path)
	if p.status != http.StatusOK {
		o.t.Fatalf("%s: %d", path, p.status)
	}
	return strings.TrimPrefix(html.UnescapeString(area.FindStringSubmatch(p.body)[1]), "\n"), before.FindStringSubmatch(p.body)[1]
}

func (o room) send(who, path, text, base, key string) answer {
	o.t.Helper()
	return o.do(who, http.MethodPost, path, url.Values{"_key": {key}, "noi-dung": {text}, "ban-truoc": {base}, "mau": {"usual"}}, "")
}

func TestAnAdministratorChangesAFormTriesItAndSomebodyElsePublishesIt(t *testing.T) {
	o := build(t)
	o.load("2026-01-01", version("1.000001", "Khai sinh", "5wd"))
	if p := o.get("doc", "/danh-muc/mau-phieu"); p.status != http.StatusOK || !strings.Contains(p.body, "TT01-2018") || !strings.Contains(p.body, receiptRoom) {
		t.Fatalf("the list: %d", p.status)
	}
	text, base := o.wording("quan-tri", receiptRoom)
	if !strings.HasPrefix(text, "receipt:") || strings.Contains(text, "supplement_request:") || base != "" {
		t.Fatalf("the part begins %.60q from %q", text, base)
	}
	text = strings.Replace(text, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "GIẤY HẸN CỦA TỈNH", 1)

	pdf := o.send("quan-tri", receiptRoom+"/xem-thu", text, base, "k1")
	if pdf.status != http.StatusOK || !strings.HasPrefix(pdf.body, "%PDF") {
		t.Fatalf("preview: %d", pdf.status)
	}
	if list, _ := o.store.TemplateVersions(t.Context(), "tt-03-2025.yaml"); len(list) != 0 {
		t.Fatal("a preview was kept")
	}
	wrong := o.send("quan-tri", receiptRoom, strings.Replace(text, "{submitter}", "{nguoi_nop}", 1), base, "k2")
	line := strings.Count(text[:strings.Index(text, "{submitter}")], "\n") + 1
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(wrong.body), "không có trường {nguoi_nop}") ||
		!strings.Contains(wrong.body, "Dòng "+strconv.Itoa(line)) || !strings.Contains(wrong.body, "nguoi_nop") {
		t.Fatalf("an unknown field: %d", wrong.status)
	}
	if p := o.send("quan-tri", receiptRoom, text, base, "k3"); p.status != http.StatusSeeOther {
		t.Fatalf("propose: %d %s", p.status, p.body)
	}
	if p := o.send("doc", receiptRoom, text, base, "k4"); p.status != http.StatusNotFound {
		t.Errorf("somebody who may only read proposed: %d", p.status)
	}
	// Who saw the version before is told that it changed, and keeps what was typed.
	if p := o.send("kiem-soat", receiptRoom, strings.Replace(text, "CỦA TỈNH", "KHÁC", 1), "", "k5"); p.status != http.StatusConflict || !strings.Contains(p.body, "KHÁC") {
		t.Errorf("an edit of an old version: %d", p.status)
	}
	// Another form of the same set goes on from the draft.
	apology, base := o.wording("kiem-soat", "/danh-muc/mau-phieu/tt-03-2025/apology_letter")
	if base == "" {
		t.Error("the draft is not what the next change starts from")
	}
	_ = apology

	waits, err := o.store.Waiting(t.Context())
	if err != nil || len(waits.Documents) != 1 {
		t.Fatalf("waits %+v, %v", waits, err)
	}
	publish := func(person, key string) error {
		_, err := o.store.PublishSeen(t.Context(), procedure.Publication{Key: key, From: "2026-03-05", Seen: waits.Sum(), Person: person})
		return err
	}
	if err := publish("p4", "own"); err == nil || !strings.Contains(err.Error(), "second-person") {
		t.Errorf("who wrote it published it: %v", err)
	}
	if err := publish("p1", "other"); err != nil {
		t.Fatal(err)
	}
	cat, err := o.store.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := cat.Template("tt-03-2025.yaml", "2026-03-04"); ok {
		t.Error("it counts before its day")
	}
	w, ok := cat.Template("tt-03-2025.yaml", "2026-03-05")
	if _, err := print.Parse([]byte(w.Value)); !ok || err != nil || !strings.Contains(w.Value, "GIẤY HẸN CỦA TỈNH") {
		t.Errorf("published %v, %v", ok, err)
	}
	if p, ok := cat.PinnedTemplate(w.Digest); !ok || p.Number != 1 {
		t.Error("the version cannot be pinned")
	}
	if p := o.get("doc", receiptRoom+"/ban/1"); p.status != http.StatusOK || !strings.HasPrefix(p.body, "%PDF") {
		t.Errorf("sample of a version: %d", p.status)
	}
	if p := o.get("mot-cua", receiptRoom); p.status != http.StatusNotFound {
		t.Errorf("a desk officer in the room: %d", p.status)
	}
}

func TestADraftOfAFormCanBeTakenBack(t *testing.T) {
	o := build(t)
	path := "/danh-muc/mau-phieu/tt-01-2018/chung"
	text, base := o.wording("quan-tri", path)
	if !strings.Contains(text, "set: tt-01-2018") || strings.Contains(text, "receipt:") {
		t.Fatalf("the common part is %.80q", text)
	}
	if p := o.send("quan-tri", path, text, base, "k0"); p.status != http.StatusSeeOther {
		t.Fatalf("the first own version may be the program's: %d", p.status)
	}
	_, base = o.wording("quan-tri", path)
	if p := o.send("quan-tri", path, strings.Replace(text, "Trang", "Tờ", 1), base, "k1"); p.status != http.StatusSeeOther {
		t.Fatalf("propose: %d", p.status)
	}
	_, base = o.wording("quan-tri", path)
	drop := url.Values{"_key": {"k2"}, "so": {"1"}, "ban-truoc": {base}}
	if p := o.do("quan-tri", http.MethodPost, path+"/bo", drop, ""); p.status != http.StatusSeeOther {
		t.Fatalf("drop: %d", p.status)
	}
	if list, err := o.store.TemplateVersions(t.Context(), "tt-01-2018.yaml"); err != nil || len(list) != 0 {
		t.Errorf("left %v, %v", list, err)
	}
	drop.Set("_key", "k3")
	if p := o.do("quan-tri", http.MethodPost, path+"/bo", drop, ""); p.status != http.StatusConflict {
		t.Errorf("dropped twice: %d", p.status)
	}
}
