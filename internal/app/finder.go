package app

import (
	"strings"
	"sync"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/find"
)

// finder keeps the search index of the catalogue in force. It is rebuilt when the catalogue has a new
// revision or the day turns; searches go on in the old one meanwhile.
type finder struct {
	p *province

	mu    sync.Mutex
	cat   *procedure.Catalogue
	day   string
	index *find.Index
}

// Search finds procedures as people ask for them, best first.
func (f *finder) Search(q string, o find.Options) []find.Hit { return f.current().Search(q, o) }

// Suggest completes what is being typed.
func (f *finder) Suggest(prefix string, n int) []find.Hit { return f.current().Suggest(prefix, n) }

func (f *finder) current() *find.Index {
	cat, day := f.p.Catalogue(), f.p.today()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.index == nil || f.day != day || f.cat.Revision() != cat.Revision() {
		f.index, f.cat, f.day = index(cat, day, f.p), cat, day
	}
	return f.index
}

func index(cat *procedure.Catalogue, day string, p *province) *find.Index {
	all := cat.All(day)
	docs := make([]find.Document, 0, len(all))
	for _, v := range all {
		var text strings.Builder
		for _, r := range v.Results {
			text.WriteString(r.Name + "\n")
		}
		for _, c := range v.Components {
			text.WriteString(c.Name + "\n")
		}
		text.WriteString(v.Purpose + "\n" + v.Conditions + "\n" + v.Steps)
		agencies := []string{v.Authority, v.Executor}
		for _, id := range v.Competent {
			if a, ok := cat.Tree().At(id, day); ok {
				agencies = append(agencies, a.Name)
			}
		}
		docs = append(docs, find.Document{
			Code: v.Code, Name: v.Name, Sector: v.Sector, Agency: strings.Join(agencies, " "), Level: v.LevelText, Subjects: strings.Join(v.Subjects, ", "),
			Keywords: v.Keywords, Text: text.String(),
		})
	}
	if words := cat.Synonyms(day); words != "" {
		lex, err := find.Extended("synonyms.txt", words)
		if err == nil {
			return find.NewWith(docs, lex)
		}
		p.log.Warn("the province's search words cannot be read, the built-in ones serve", "err", err)
	}
	return find.New(docs)
}

// Find answers "motcua search": hits of the catalogue in force.
func (a *App) Find(q string, n int) []find.Hit { return a.finder.Search(q, find.Options{N: n}) }
