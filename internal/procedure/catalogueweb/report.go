package catalogueweb

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// report is what importers write down, as far as it is shown; see package national and the pack commands.
type report struct {
	Publication *procedure.Publication `json:"publication"`

	Sources []struct {
		File     string `json:"file"`
		Kind     string `json:"kind"`
		Read     int    `json:"read"`
		Accepted int    `json:"accepted"`
		Bad      int    `json:"bad"`
	} `json:"sources"`
	Packs      []string       `json:"packs"`
	Procedures int            `json:"procedures"`
	Marked     int            `json:"marked"`
	Marks      map[string]int `json:"marks"`
	ListOnly   int            `json:"list_only"`
	Imported   int            `json:"imported"`
	Changed    int            `json:"changed"`
	Unchanged  int            `json:"unchanged"`
	InForce    int            `json:"in_force"`
	Drafts     int            `json:"drafts"`

	PlacesWritten      int `json:"places_written"`
	DocumentsNew       int `json:"documents_new"`
	DocumentsChanged   int `json:"documents_changed"`
	DocumentsUnchanged int `json:"documents_unchanged"`

	Bad      int `json:"bad"`
	BadLines []struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Reason string `json:"reason"`
	} `json:"bad_lines"`
	Problems []struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Reason string `json:"reason"`
	} `json:"problems"`
}

// readReport reads a kept report; one of a newer form shows what is known of it.
func readReport(text string) report {
	var r report
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return report{}
	}
	return r
}

// what names what was imported: files without their folders, packs.
func (r report) what(ctx context.Context) string {
	if p := r.Publication; p != nil {
		return lang.T(ctx, "catalogue.published-from", "day", day(ctx, p.From))
	}
	var names []string
	for _, s := range r.Sources {
		names = append(names, path.Base(s.File))
	}
	for _, p := range r.Packs {
		names = append(names, lang.T(ctx, "catalogue.pack", "id", p))
	}
	return cmp.Or(clip(strings.Join(names, ", "), 120), lang.T(ctx, "catalogue.import"))
}

func reportGrid(ctx context.Context, reports []procedure.ImportReport) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "catalogue.reports"), Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "catalogue.when"), Width: "narrow"},
			{Title: lang.T(ctx, "catalogue.what-done"), Width: "wide"},
			{Title: lang.T(ctx, "catalogue.count-new"), Numeric: true},
			{Title: lang.T(ctx, "catalogue.count-changed"), Numeric: true},
			{Title: lang.T(ctx, "catalogue.count-same"), Numeric: true},
			{Title: lang.T(ctx, "catalogue.count-marked"), Numeric: true},
			{Title: lang.T(ctx, "catalogue.count-bad"), Numeric: true},
		},
		Empty: nothing(component.IconDownload, lang.T(ctx, "catalogue.no-reports"), lang.T(ctx, "catalogue.no-reports-what")),
	}
	for _, one := range reports {
		r := readReport(one.JSON)
		cells := []component.Cell{{Text: when(ctx, one.At), Href: pathReport + one.ID, Code: true}, {Text: r.what(ctx)}}
		if p := r.Publication; p != nil {
			cells[1].Note = p.Name + ", " + p.Post
			cells = append(cells, component.Cell{Text: "–"}, component.Cell{Text: count(ctx, p.Procedures+p.Documents)}, component.Cell{Text: "–"}, component.Cell{Text: "–"}, component.Cell{Text: "–"})
		} else {
			for _, n := range []int{r.Imported + r.DocumentsNew, r.Changed + r.DocumentsChanged, r.Unchanged + r.DocumentsUnchanged, r.Marked, r.Bad + len(r.Problems)} {
				cells = append(cells, component.Cell{Text: count(ctx, n)})
			}
		}
		g.Rows = append(g.Rows, component.Row{ID: one.ID, Cells: cells})
	}
	return g
}

// reportReach is among how many of the newest reports one is looked for; badShown bounds the list of bad lines.
const (
	reportReach = 200
	badShown    = 200
)

type reportView struct {
	title, note string
	facts       []component.Fact
	sources     component.Grid
	marks       component.Grid
	bad         component.Grid
	badNote     string
}

func (d room) report(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	reports, err := d.Store.Reports(ctx, reportReach)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(reports, func(p procedure.ImportReport) bool { return p.ID == r.PathValue("id") })
	if i < 0 {
		return ErrNoReport
	}
	return web.Render(w, r, http.StatusOK, reportPage(reportOf(ctx, reports[i])))
}

func reportOf(ctx context.Context, kept procedure.ImportReport) reportView {
	r := readReport(kept.JSON)
	v := reportView{title: r.what(ctx), note: when(ctx, kept.At)}
	if len(r.Sources) > 0 {
		v.title = lang.T(ctx, "catalogue.import") // the files are listed below
	}
	fact := func(key string, n int) {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, key), Value: count(ctx, n)})
	}
	if p := r.Publication; p != nil {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "catalogue.by"), Value: p.Name + ", " + p.Post})
		fact("catalogue.procedures", p.Procedures)
		fact("catalogue.documents", p.Documents)
		fact("catalogue.revision", int(p.Revision))
		return v
	}
	fact("catalogue.count-procedures", r.Procedures)
	fact("catalogue.count-new", r.Imported)
	fact("catalogue.count-changed", r.Changed)
	fact("catalogue.count-same", r.Unchanged)
	fact("catalogue.count-in-force", r.InForce)
	fact("catalogue.count-drafts", r.Drafts)
	fact("catalogue.count-marked", r.Marked)
	fact("catalogue.count-heads", r.ListOnly)
	fact("catalogue.count-documents", r.DocumentsNew+r.DocumentsChanged)
	fact("catalogue.count-places", r.PlacesWritten)
	fact("catalogue.count-bad", r.Bad+len(r.Problems))

	v.sources = component.Grid{Caption: lang.T(ctx, "catalogue.files"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "catalogue.file"), Width: "wide"},
		{Title: lang.T(ctx, "catalogue.kind-of-file")},
		{Title: lang.T(ctx, "catalogue.lines"), Numeric: true},
		{Title: lang.T(ctx, "catalogue.understood"), Numeric: true},
		{Title: lang.T(ctx, "catalogue.count-bad"), Numeric: true},
	}}
	for _, s := range r.Sources {
		v.sources.Rows = append(v.sources.Rows, component.Row{Cells: []component.Cell{
			{Text: path.Base(s.File)}, {Text: known(ctx, "catalogue.source.", s.Kind)}, {Text: count(ctx, s.Read)}, {Text: count(ctx, s.Accepted)}, {Text: count(ctx, s.Bad)},
		}})
	}
	marks := make([]procedure.Count, 0, len(r.Marks))
	for why, n := range r.Marks {
		marks = append(marks, procedure.Count{ID: why, Count: n})
	}
	slices.SortFunc(marks, func(a, b procedure.Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.ID, b.ID))
	})
	v.marks = component.Grid{
		Caption: lang.T(ctx, "catalogue.unclear"), Rows: reasonRows(ctx, marks),
		Columns: []component.Column{{Title: lang.T(ctx, "catalogue.problem")}, {Title: lang.T(ctx, "catalogue.marks"), Numeric: true}},
	}
	v.bad = component.Grid{Caption: lang.T(ctx, "catalogue.bad-lines"), Stack: true, Columns: []component.Column{
		{Title: lang.T(ctx, "catalogue.file")}, {Title: lang.T(ctx, "catalogue.line"), Numeric: true}, {Title: lang.T(ctx, "catalogue.why-bad"), Width: "wide"},
	}}
	bad := func(file string, line int, why string) {
		at := "–"
		if line > 0 {
			at = count(ctx, line)
		}
		v.bad.Rows = append(v.bad.Rows, component.Row{Cells: []component.Cell{{Text: path.Base(file)}, {Text: at}, {Text: clip(why, 400)}}})
	}
	for _, p := range r.Problems {
		bad(p.File, p.Line, p.Reason)
	}
	for _, b := range r.BadLines {
		bad(b.File, b.Line, b.Reason)
	}
	if all := r.Bad + len(r.Problems); len(v.bad.Rows) > badShown || all > len(v.bad.Rows) {
		v.bad.Rows = v.bad.Rows[:min(badShown, len(v.bad.Rows))]
		v.badNote = spanOf(ctx, 1, len(v.bad.Rows), all)
	}
	return v
}
