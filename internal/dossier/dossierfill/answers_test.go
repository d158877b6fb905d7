package dossierfill

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/packs"
)

// now is an ordinary Friday morning.
var now = time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)

func TestEveryFormOfTheDemoPackIsAnsweredAsItsRulesWant(t *testing.T) {
	fsys := packs.Demo()
	dir, err := filepath.Glob("../../eform/testdata/*.yaml")
	if err != nil || len(dir) == 0 {
		t.Fatal("no sample forms", err)
	}
	texts := map[string][]byte{}
	for _, path := range dir {
		if texts[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range readForms(t, fsys) {
		texts[path] = text
	}
	at := home{province: "97", commune: "97001"}
	known := eform.Person{Name: "Nguyễn Văn An", Number: "001090000101", Birth: "1990-05-14", Sex: "nam", Phone: "0900000101"}
	for path, text := range texts {
		def, err := eform.Load(text)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		f, err := compile(&def)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for i := range 200 {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			who := eform.Person{}
			if i%4 == 0 {
				who = known
			}
			a, err := f.answer(r, eform.Given{Now: now}, "Đăng ký khai sinh", at, []home{at}, who)
			if err != nil {
				t.Fatalf("%s, draw %d: %v", path, i, err)
			}
			s := f.Subject(a)
			if s.Name == "" {
				t.Fatalf("%s, draw %d: nobody applies: %v", path, i, a)
			}
			if i%4 == 0 && s.Number == known.Number && s.Name != known.Name {
				t.Errorf("%s, draw %d: the number of one person beside the name of another", path, i)
			}
		}
	}
}

func TestTextsFitThePatternsOfSchemas(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range []string{`^[A-Z][0-9]{7}$`, `^\d{1,3}(,\d)?$`, `^(xe|may)-[a-z]{2,4}$`, `^[^0-9]{3}$`, `^[0-9]{2}[A-ZĐ][0-9]?-[0-9]{4,5}$`} {
		for range 50 {
			s, ok := fits(r, p)
			if !ok || !regexp.MustCompile(p).MatchString(s) {
				t.Errorf("%q does not fit %s", s, p)
			}
		}
	}
}

func TestInventedPeopleHaveLawfulNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for range 500 {
		h := invent(r, "", born(r, now, 0, 90))
		if _, ok := eform.ReadPersonalNumber(h.number); !ok {
			t.Errorf("number %s of somebody born %s", h.number, h.birth)
		}
		if _, ok := eform.ReadPhone(h.phone); !ok {
			t.Errorf("phone %s", h.phone)
		}
		if code := taxCode(r); code != "" {
			if _, ok := eform.ReadTaxCode(code); !ok {
				t.Errorf("tax code %s", code)
			}
		}
	}
}

func readForms(t *testing.T, fsys fs.FS) map[string][]byte {
	t.Helper()
	paths, err := fs.Glob(fsys, "forms/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("the demo pack has no forms", err)
	}
	out := map[string][]byte{}
	for _, p := range paths {
		if out[p], err = fs.ReadFile(fsys, p); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
