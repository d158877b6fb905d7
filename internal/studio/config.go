package studio

import (
	"maps"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
)

// Parse reads the text of one document. What it defines stands in the pack's one list that fits the kind:
// Parse(Key{Process, "cap-xa"}, text) → p.Processes[0].
func Parse(k Key, text string) (*pack.Pack, []Problem) {
	p, found := pack.LoadOver(&pack.Pack{}, pack.Texts{k.Path(): text}, pack.Over{Whole: true})
	return p, problems(found)
}

// textOf writes what a pack says under the key, as the text of its file; ok is false when it says nothing. base is the
// digest of the content.
func textOf(p *pack.Pack, k Key) (text, base string, ok bool) {
	write := func(v any, has bool) (string, string, bool) {
		if !has {
			return "", "", false
		}
		return pack.YAML(v), procedure.SumOf(v), true
	}
	switch k.Kind {
	case Process:
		w, ok := p.Process(k.ID)
		if !ok {
			return "", "", false
		}
		c := *w
		c.Digest = ""
		return write(&c, true)
	case Form:
		f, ok := p.Form(k.ID)
		return write(f, ok)
	case Procedure:
		i := slices.IndexFunc(p.Procedures, func(v *procedure.Version) bool { return v.Code == k.ID })
		if i < 0 {
			return "", "", false
		}
		c := *p.Procedures[i]
		c.Source, c.Digest = "", ""
		return write(&c, true)
	case Template:
		text, ok := p.Templates[k.ID]
		return text, procedure.SumOf(text), ok
	case Agencies:
		return write(p.Agencies, len(p.Agencies) > 0)
	case Posts:
		return write(p.Posts, len(p.Posts) > 0)
	case Hours:
		return write(p.Hours, len(p.Hours) > 0)
	case Rights:
		return write(p.Rights, len(p.Rights) > 0)
	case Routing:
		return write(p.Routing, len(p.Routing) > 0)
	case Synonyms:
		return p.Synonyms, procedure.SumOf(p.Synonyms), p.Synonyms != ""
	case Province:
		text, _, ok := write(pack.Head{ID: p.ID, Title: p.Title, Version: p.Version, Province: p.Home, General: p.General}, p.Home.ID != "")
		// Name and version of the pack are no part of the configuration.
		return text, procedure.SumOf([]any{p.Home, p.General}), ok
	}
	return "", "", false
}

// keysOf lists every document that a pack holds, in the order of screens.
func keysOf(p *pack.Pack) []Key {
	var out []Key
	for _, k := range Kinds {
		switch k {
		case Procedure:
			for _, v := range p.Procedures {
				out = append(out, Key{k, v.Code})
			}
		case Form:
			for _, f := range p.Forms {
				out = append(out, Key{k, f.ID})
			}
		case Process:
			for _, w := range p.Processes {
				out = append(out, Key{k, w.ID})
			}
		case Template:
			for _, path := range slices.Sorted(maps.Keys(p.Templates)) {
				out = append(out, Key{k, path})
			}
		default:
			if _, _, ok := textOf(p, Key{Kind: k}); ok {
				out = append(out, Key{Kind: k})
			}
		}
	}
	return out
}

// titleOf names a document as people do; the id when it has no title.
func titleOf(p *pack.Pack, k Key) string {
	title := ""
	switch k.Kind {
	case Process:
		if w, ok := p.Process(k.ID); ok {
			title = w.Title
		}
	case Form:
		if f, ok := p.Form(k.ID); ok {
			title = f.Title
		}
	case Procedure:
		for _, v := range p.Procedures {
			if v.Code == k.ID {
				title = v.Name
			}
		}
	}
	if title == "" {
		return k.ID
	}
	return title
}

// Problem is one thing wrong with the configuration. Line counts from 1; 0 when the whole document is meant.
type Problem struct {
	Key    Key // zero when the place is no document that the studio knows
	File   string
	Line   int
	Reason string // plain words, in English where there are two languages
	Run    string // the shortest run of a process that shows it, a sentence per line
	vi     string
}

// In says the problem in a language: "vi" or "en".
func (p Problem) In(lang string) string {
	if lang == "en" {
		return p.Reason
	}
	return p.vi
}

func problems(found []pack.Problem) []Problem {
	out := make([]Problem, len(found))
	for i, f := range found {
		k, _ := KeyOf(f.File)
		out[i] = Problem{Key: k, File: f.File, Line: f.Line, Reason: f.Reason, Run: f.Run, vi: f.In("vi")}
	}
	return out
}

// with puts the documents of a set over the configuration in force.
func with(base *pack.Pack, items []Item, texts map[string]string) (*pack.Pack, []pack.Problem) {
	own := pack.Texts{}
	var gone []string
	for _, x := range items {
		if x.Gone {
			gone = append(gone, x.Path())
		} else {
			own[x.Path()] = texts[x.Text]
		}
	}
	return pack.LoadOver(base, own, pack.Over{Whole: true, Without: gone})
}

// fresh leaves out what was wrong before: a set answers for what it brings, wherever it shows.
func fresh(found, before []pack.Problem) []pack.Problem {
	type sign struct{ file, reason string }
	old := map[sign]int{}
	for _, p := range before {
		old[sign{p.File, p.Reason}]++
	}
	return slices.DeleteFunc(found, func(p pack.Problem) bool {
		s := sign{p.File, p.Reason}
		old[s]--
		return old[s] >= 0
	})
}

// changed compares two configurations as the catalogue keeps them: what is to be put in force, and what is no longer there.
func changed(base, next *pack.Pack) (docs []procedure.Document, versions []*procedure.Version, gone []Entry) {
	old, now := map[[2]string]string{}, map[[2]string]bool{}
	for _, d := range base.Documents() {
		old[[2]string{d.Kind, d.ID}] = procedure.SumOf(d.Value)
	}
	for _, d := range next.Documents() {
		k := [2]string{d.Kind, d.ID}
		now[k] = true
		if sum, was := old[k]; !was || sum != procedure.SumOf(d.Value) {
			docs = append(docs, d)
		}
	}
	for k := range old {
		if !now[k] {
			gone = append(gone, Entry{Kind: k[0], ID: k[1]})
		}
	}
	sums, codes := map[string]string{}, map[string]bool{}
	for _, v := range base.Procedures {
		sums[v.Code] = v.Sum()
	}
	for _, v := range next.Procedures {
		codes[v.Code] = true
		if sums[v.Code] != v.Sum() {
			versions = append(versions, v)
		}
	}
	for code := range sums {
		if !codes[code] {
			gone = append(gone, Entry{Kind: string(Procedure), ID: code})
		}
	}
	slices.SortFunc(gone, func(a, b Entry) int { return strings.Compare(a.Kind+"\x00"+a.ID, b.Kind+"\x00"+b.ID) })
	return docs, versions, gone
}
