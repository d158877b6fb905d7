package assets

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, http.NoBody)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestAssetsAreCachedForAYearUnderTheirHash(t *testing.T) {
	t.Parallel()
	for name := range all().names {
		w := get(URL(name))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "max-age=31536000") {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	if w := get(Prefix + "public.css"); w.Code != http.StatusNotFound {
		t.Errorf("a name without hash: %d", w.Code)
	}
	if w := get(URL("public.css"), "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "gzip" {
		t.Error("the style sheet is not compressed")
	}
}

func TestAFirstViewIsLight(t *testing.T) {
	t.Parallel()
	fonts := Size("latin-400.woff2") + Size("vietnamese-400.woff2") + Size("latin-600.woff2") + Size("vietnamese-600.woff2")
	for _, mood := range []struct {
		name   string
		script int
	}{{"public", 15 << 10}, {"desk", 60 << 10}} {
		css, js := Size(mood.name+".css"), Size(mood.name+".js")
		if js > mood.script {
			t.Errorf("%s: %d bytes of script, most is %d", mood.name, js, mood.script)
		}
		if total := fonts + css + js + Size("mark.svg"); total > 85<<10 { // leaves 15 KB for the page
			t.Errorf("%s: %d bytes before the page itself", mood.name, total)
		}
	}
}
