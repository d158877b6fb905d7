package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Over says how a folder stands over a pack.
type Over struct {
	// Whole: a list file (agencies.yaml, posts.yaml …) takes the place of the list. Else its elements take the place
	// of those with the same id and beginning, and the others are added.
	Whole bool
	// Without names files of the pack that are left out: processes/cu.yaml.
	Without []string
}

// LoadOver reads a folder whose files replace or extend what base says, thing by thing and by id; base stays as it
// is. Problems are those of reading; what Check finds names the files of both.
func LoadOver(base *Pack, fsys fs.FS, o Over) (*Pack, []Problem) {
	l := newLoader(fsys)
	l.all(false)
	out := together(base, l.pack, o.Whole)
	return out, append(l.problems, leave(out, slices.Concat(o.Without, l.without))...)
}

// maxBases bounds how deep packs stand over one another.
const maxBases = 8

// LoadFrom reads the pack in a folder, and the pack it stands over, if its pack.yaml names one:
//
//	base: ../demo                       # a folder, seen from this one
//	without: [procedures/1.000656.yaml] # what is not taken over
//
// open opens a folder by its path.
func LoadFrom(open func(dir string) (fs.FS, error), dir string) (*Pack, []Problem, error) {
	return loadFrom(open, dir, nil)
}

func loadFrom(open func(string) (fs.FS, error), dir string, above []string) (*Pack, []Problem, error) {
	fsys, err := open(dir)
	if err != nil {
		return nil, nil, err
	}
	l := newLoader(fsys)
	l.head(true)
	if l.base == "" {
		p, problems := Load(fsys)
		return p, problems, nil
	}
	beneath := path.Join(dir, l.base)
	if slices.Contains(above, beneath) || beneath == dir || len(above) >= maxBases {
		return nil, nil, fmt.Errorf("pack %s: the packs beneath it go round in a circle, or are more than %d", dir, maxBases)
	}
	base, problems, err := loadFrom(open, beneath, append(above, dir))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return l.pack, []Problem{said("pack.yaml", l.pack.line(l.pack.where["pack.yaml#0"], ".base"), "base %q is no folder", l.base)}, nil
		}
		return nil, nil, err
	}
	for i := range problems {
		problems[i].File = path.Join(l.base, problems[i].File)
	}
	p, own := LoadOver(base, fsys, Over{})
	return p, append(problems, own...), nil
}

// together puts what over says in the place of what base says.
func together(base, over *Pack, whole bool) *Pack {
	out := &Pack{
		ID: base.ID, Title: base.Title, Version: base.Version, Home: base.Home, General: base.General, Synonyms: base.Synonyms,
		Rights: maps.Clone(base.Rights), Templates: maps.Clone(base.Templates),
		files: maps.Clone(base.files), where: map[string]place{},
	}
	if out.files == nil {
		out.files = map[string]*source{}
	}
	if out.Rights == nil {
		out.Rights = map[string][]string{}
	}
	if out.Templates == nil {
		out.Templates = map[string]string{}
	}
	maps.Copy(out.files, over.files)
	for _, one := range []string{"pack.yaml", "rights.yaml"} {
		if at, ok := over.where[one+"#0"]; ok {
			out.where[one+"#0"] = at
		} else if at, ok := base.where[one+"#0"]; ok {
			out.where[one+"#0"] = at
		}
	}
	if over.ID != "" {
		out.ID, out.Title, out.Version = over.ID, over.Title, over.Version
	}
	if over.Home.ID != "" || over.Home.Name != "" || over.Home.Code != "" {
		out.Home = over.Home
	}
	if over.General != (procedure.General{}) {
		out.General = over.General
	}
	if over.Synonyms != "" {
		out.Synonyms = over.Synonyms
	}
	if _, own := over.where["rights.yaml#0"]; own && whole {
		out.Rights = over.Rights
	} else {
		maps.Copy(out.Rights, over.Rights)
	}
	maps.Copy(out.Templates, over.Templates)

	lay(out, base, over, "agencies.yaml", whole, func(p *Pack) *[]agency.Agency { return &p.Agencies }, func(a agency.Agency) string { return dated(string(a.ID), a.From) })
	lay(out, base, over, "posts.yaml", whole, func(p *Pack) *[]agency.Post { return &p.Posts }, func(x agency.Post) string { return dated(x.ID, x.From) })
	lay(out, base, over, "people.yaml", whole, func(p *Pack) *[]Person { return &p.People }, func(x Person) string { return x.ID })
	lay(out, base, over, "hours.yaml", whole, func(p *Pack) *[]agency.Hours { return &p.Hours }, func(h agency.Hours) string { return dated(seasonal(h), h.From) })
	// Rules are read in order and have no names: a pack that states rules states all of them.
	lay(out, base, over, "routing.yaml", true, func(p *Pack) *[]procedure.Route { return &p.Routing }, func(procedure.Route) string { return "" })
	lay(out, base, over, "procedures", false, func(p *Pack) *[]*procedure.Version { return &p.Procedures }, func(v *procedure.Version) string { return v.Code })
	lay(out, base, over, "forms", false, func(p *Pack) *[]*eform.Form { return &p.Forms }, func(f *eform.Form) string { return f.ID })
	lay(out, base, over, "processes", false, func(p *Pack) *[]*workflow.Process { return &p.Processes }, func(w *workflow.Process) string { return w.ID })
	return out
}

// lay merges one file or folder. Each thing keeps the place where it was declared.
func lay[T any](out, base, over *Pack, of string, whole bool, pick func(*Pack) *[]T, id func(T) string) {
	type thing struct {
		value T
		at    place
	}
	var all []thing
	add := func(p *Pack) {
		for i, v := range *pick(p) {
			t, n := thing{v, p.where[of+"#"+strconv.Itoa(i)]}, -1
			if p == over && !whole {
				n = slices.IndexFunc(all, func(o thing) bool { return id(o.value) == id(v) })
			}
			if n < 0 {
				all = append(all, t)
			} else {
				all[n] = t
			}
		}
	}
	_, own := over.files[of]
	if !own || !whole {
		add(base)
	}
	add(over)
	if !strings.Contains(of, ".") { // a folder is read by name
		slices.SortStableFunc(all, func(a, b thing) int { return strings.Compare(id(a.value), id(b.value)) })
	}
	for i, t := range all {
		*pick(out) = append(*pick(out), t.value)
		out.where[of+"#"+strconv.Itoa(i)] = t.at
	}
}

// leave takes files out of the pack.
func leave(p *Pack, without []string) []Problem {
	var out []Problem
	for _, name := range without {
		dir, rest, _ := strings.Cut(name, "/")
		id := strings.TrimSuffix(rest, ".yaml")
		left := false
		switch dir {
		case "procedures":
			left = drop(p, dir, &p.Procedures, func(v *procedure.Version) bool { return v.Code == id })
		case "forms":
			left = drop(p, dir, &p.Forms, func(f *eform.Form) bool { return f.ID == id })
		case "processes":
			left = drop(p, dir, &p.Processes, func(w *workflow.Process) bool { return w.ID == id })
		case "templates":
			_, left = p.Templates[rest]
			delete(p.Templates, rest)
		case "synonyms.txt":
			left, p.Synonyms = p.Synonyms != "", ""
		}
		if !left {
			out = append(out, said("pack.yaml", 0, "%q, left out, does not stand in the base", name))
		}
	}
	return out
}

func drop[T any](p *Pack, of string, list *[]T, gone func(T) bool) bool {
	i := slices.IndexFunc(*list, gone)
	if i < 0 {
		return false
	}
	n := len(*list)
	*list = slices.Delete(*list, i, i+1)
	for j := i; j < n-1; j++ {
		p.where[of+"#"+strconv.Itoa(j)] = p.where[of+"#"+strconv.Itoa(j+1)]
	}
	delete(p.where, of+"#"+strconv.Itoa(n-1))
	return true
}
