package operationweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// deadShown bounds the list of jobs put aside; the counter above it is exact.
const deadShown = 200

// late is how long a job may wait before the page says so.
const late = 10 * time.Minute

type systemView struct {
	program []component.Fact
	log     []component.Fact
	queue   []component.Fact
	dead    component.Grid
	deadN   int
	behind  bool // the database is of another form than the program knows
	late    bool
}

func (d room) system(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	state, err := d.System.State(ctx)
	if err != nil {
		return err
	}
	queue, err := d.Jobs.Queue(ctx)
	if err != nil {
		return err
	}
	dead, err := d.Jobs.Dead(ctx, deadShown)
	if err != nil {
		return err
	}
	v := systemView{
		program: programFacts(ctx, state), log: sealFacts(ctx, state), queue: queueFacts(ctx, queue),
		dead: deadGrid(ctx, dead), deadN: queue.Dead, behind: state.Migration != state.Newest,
		late: !queue.Oldest.IsZero() && d.Now().Sub(queue.Oldest) > late,
	}
	return web.Render(w, r, http.StatusOK, systemPage(v))
}

func programFacts(ctx context.Context, s State) []component.Fact {
	program := cmp.Or(s.Version, lang.T(ctx, "operation.unreleased"))
	if !s.Built.IsZero() {
		program += "\n" + lang.T(ctx, "operation.built-from", "when", when(ctx, s.Built))
	}
	return []component.Fact{
		{Name: lang.T(ctx, "operation.version"), Value: program},
		{Name: lang.T(ctx, "operation.engine"), Value: known(ctx, "operation.engine.", s.Engine)},
		{Name: lang.T(ctx, "operation.migration"), Value: lang.T(ctx, "operation.migration-of", "n", s.Migration, "newest", s.Newest)},
	}
}

func sealFacts(ctx context.Context, s State) []component.Fact {
	if s.Seal.N == 0 {
		return []component.Fact{{Name: lang.T(ctx, "operation.seal"), Value: lang.T(ctx, "operation.never-sealed")}}
	}
	return []component.Fact{
		{Name: lang.T(ctx, "operation.seal"), Value: lang.T(ctx, "operation.seal-number", "n", component.Number(ctx, int(s.Seal.N)))},
		{Name: lang.T(ctx, "operation.seal-at"), Value: when(ctx, s.Seal.At)},
		{Name: lang.T(ctx, "operation.seal-events"), Value: component.Number(ctx, int(s.Seal.Events))},
		{Name: lang.T(ctx, "operation.seal-hash"), Value: string(s.Seal.Hash)},
	}
}

func queueFacts(ctx context.Context, q Queue) []component.Fact {
	number := func(key string, n int) component.Fact {
		return component.Fact{Name: lang.T(ctx, key), Value: component.Number(ctx, n)}
	}
	return []component.Fact{
		number("operation.ready", q.Ready), number("operation.running", q.Running), number("operation.dead", q.Dead),
		{Name: lang.T(ctx, "operation.oldest"), Value: when(ctx, q.Oldest)},
	}
}

func deadGrid(ctx context.Context, dead []Dead) component.Grid {
	g := component.Grid{
		Caption: lang.T(ctx, "operation.dead-list"), Keys: true, Stack: true,
		Columns: []component.Column{
			{Title: lang.T(ctx, "operation.job")},
			{Title: lang.T(ctx, "operation.error"), Width: "wide"},
			{Title: lang.T(ctx, "operation.attempts"), Numeric: true},
			{Title: lang.T(ctx, "operation.put-aside")},
		},
		Empty: nothing(component.IconCheck, lang.T(ctx, "operation.no-dead"), lang.T(ctx, "operation.no-dead-what")),
	}
	for _, j := range dead {
		g.Rows = append(g.Rows, component.Row{ID: j.ID, Cells: []component.Cell{
			{Text: known(ctx, "operation.kind.", j.Kind), Href: pathJobs + j.ID},
			{Text: clip(j.Error, 160)},
			{Text: component.Number(ctx, j.Attempts)},
			{Text: when(ctx, j.At)},
		}})
	}
	return g
}

// clip shortens a text for one line of a list.
func clip(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

type jobView struct {
	title   string
	facts   []component.Fact
	requeue component.Confirm
	discard component.Confirm
}

func (d room) job(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	dead, err := d.Jobs.Dead(ctx, deadShown)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(dead, func(j Dead) bool { return j.ID == id })
	if i < 0 {
		return ErrNoJob
	}
	j := dead[i]
	v := jobView{
		title: known(ctx, "operation.kind.", j.Kind),
		facts: []component.Fact{
			{Name: lang.T(ctx, "operation.job-id"), Value: j.ID},
			{Name: lang.T(ctx, "operation.job-kind"), Value: j.Kind},
			{Name: lang.T(ctx, "operation.created"), Value: when(ctx, j.Created)},
			{Name: lang.T(ctx, "operation.put-aside"), Value: when(ctx, j.At)},
			{Name: lang.T(ctx, "operation.attempts"), Value: component.Number(ctx, j.Attempts)},
			{Name: lang.T(ctx, "operation.error"), Value: j.Error},
		},
		requeue: component.Confirm{
			Title: lang.T(ctx, "operation.requeue"), Consequences: []string{lang.T(ctx, "operation.requeue-what")}, Action: pathJobs + j.ID + "/thu-lai",
			Key: web.NewKey(), Act: component.Act{Text: lang.T(ctx, "operation.requeue"), Icon: component.IconReturn, Keys: "a"},
		},
		discard: component.Confirm{
			Title: lang.T(ctx, "operation.discard"), Consequences: []string{lang.T(ctx, "operation.discard-what"), lang.T(ctx, "operation.discard-for-good")}, Action: pathJobs + j.ID + "/bo",
			Key: web.NewKey(), Danger: true, Act: component.Act{Text: lang.T(ctx, "operation.discard"), Kind: component.DangerAct, Icon: component.IconTrash},
		},
	}
	return web.Render(w, r, http.StatusOK, jobPage(v))
}

func (d room) requeue(w http.ResponseWriter, r *http.Request) error {
	return d.end(w, r, d.Jobs.Requeue, "operation.requeued")
}

func (d room) discard(w http.ResponseWriter, r *http.Request) error {
	return d.end(w, r, d.Jobs.Discard, "operation.discarded")
}

// end does one of the two acts on a dead job. Sent twice, the second finds it gone, which is what was asked.
func (d room) end(w http.ResponseWriter, r *http.Request, act func(context.Context, string) error, flash string) error {
	if _, err := key(r); err != nil {
		return err
	}
	switch err := act(r.Context(), r.PathValue("id")); {
	case err == nil:
		return web.SeeOther(w, r, pathSystem, flash)
	case fault.KindOf(err) == fault.NotFound:
		return web.SeeOther(w, r, pathSystem, "operation.job-gone")
	default:
		return err
	}
}
