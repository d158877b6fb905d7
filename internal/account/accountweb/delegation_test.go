package accountweb

import (
	"net/http"
	"strings"
	"testing"

	"github.com/motcua/motcua/internal/web"
)

func TestAPostIsGivenActedInAndTakenBack(t *testing.T) {
	h := build(t, web.Config{}, Options{})
	duyen, tam := h.browser(), h.browser()
	duyen.signIn("duyen")
	duyen.post(pathPost, "post", "truong")
	tam.signIn("tam")
	if a := tam.get("/phan-cong"); a.status != http.StatusNotFound {
		t.Fatalf("before: %d", a.status)
	}
	if a := duyen.post(pathDelegation, "_key", "khoa-1", "post", "truong p-duyen", "to", "p-tam", "from", "2/3/2026", "last", "6/3/2026", "reason", "", "pham-vi", "tat-ca"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Nhập lý do") || !strings.Contains(a.body, "6/3/2026") {
		t.Fatalf("without a reason: %d\n%s", a.status, a.body)
	}
	if a := duyen.post(pathDelegation, "_key", "khoa-2", "post", "truong p-duyen", "to", "p-tam", "from", "2/3/2026", "last", "6/3/2026", "reason", "Đi công tác", "pham-vi", "tat-ca"); a.to != pathDelegation {
		t.Fatalf("%d to %q\n%s", a.status, a.to, a.body)
	}
	if a := duyen.post(pathDelegation, "_key", "khoa-3", "post", "quan-tri p-admin", "to", "p-tam", "from", "2/3/2026", "last", "6/3/2026", "reason", "x", "pham-vi", "tat-ca"); a.status != http.StatusConflict {
		t.Errorf("another's post: %d", a.status)
	}
	if a := tam.get(pathDelegation); !strings.Contains(a.body, "Trưởng phòng Quy hoạch") || !strings.Contains(a.body, "Đang có hiệu lực") {
		t.Errorf("tam is not told\n%s", a.body)
	}
	if a := tam.post(pathPost, "post", "truong"); a.status != http.StatusSeeOther {
		t.Fatalf("change of post: %d", a.status)
	}
	if a := tam.get("/phan-cong"); a.status != http.StatusOK {
		t.Errorf("on behalf: %d", a.status)
	}
	page := tam.get(pathDelegation)
	if !strings.Contains(page.body, "thay mặt") || strings.Contains(page.body, `name="reason"`) {
		t.Error("the header does not say in whose place, or a delegated post can be passed on")
	}
	list, err := h.Delegations(t.Context(), "p-tam")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if a := tam.post(pathDelegation+"/"+list[0].ID+"/thu-hoi", "_key", "khoa-4"); a.status != http.StatusNotFound {
		t.Errorf("revoked by who received it: %d", a.status)
	}
	if a := duyen.post(pathDelegation+"/"+list[0].ID+"/thu-hoi", "_key", "khoa-5"); a.to != pathDelegation {
		t.Fatalf("revoke: %d", a.status)
	}
	if a := tam.get("/phan-cong"); a.status == http.StatusOK {
		t.Error("a revoked delegation still opens a page")
	}
	if a := h.browser().get(pathDelegation); a.status == http.StatusOK {
		t.Error("a stranger sees delegations")
	}
}
