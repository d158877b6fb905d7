package processweb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/viet"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/simulate"
	"github.com/motcua/motcua/lang"
)

// Names of the fields of a simulation.
const (
	fieldRuns     = "so-ho-so"
	fieldArrivals = "moi-ngay"
	fieldSeed     = "hat-giong"
	fieldLegal    = "thoi-han"
	fieldStaff    = "nguoi-"
)

// Bounds of a simulation asked for on a page.
const (
	mostRuns  = 20_000
	mostStaff = 500
)

// simulationView is the form of a simulation, and what it told.
type simulationView struct {
	head
	desk   *desk
	fields []component.Field
	pools  []component.Field
	errors []component.FieldError
	result *simulate.Result
	svg    templ.Component
	facts  []component.Fact
	steps  component.Grid
	people component.Grid
	note   string
}

// simulation lets thousands of files run through the process. Nothing is kept by it.
func (e editor) simulation(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return web.SeeOther(w, r, d.path(""))
	}
	ctx := r.Context()
	q := r.URL.Query()
	v := simulationView{head: d.head(ctx, tailSimulation), desk: d}
	ask := q.Has(fieldRuns)
	plan := simulate.Plan{Runs: 10_000, Arrivals: 10, Seed: 1, Legal: d.legal(), Staff: map[string]int{}}
	text := func(name, key, value string) string {
		if q.Has(name) {
			value, _ = web.Clean(q.Get(name))
		}
		v.fields = append(v.fields, component.Field{Name: name, Label: lang.T(ctx, "process-edit.sim."+key), Value: value, Mode: "numeric", Width: 10, MaxLength: 20})
		return value
	}
	wrong := func(name, why string, args ...any) {
		why = lang.T(ctx, why, args...)
		v.errors = append(v.errors, component.FieldError{ID: name, Text: why})
		for _, list := range [][]component.Field{v.fields, v.pools} {
			for i := range list {
				if list[i].Name == name {
					list[i].Error = why
				}
			}
		}
	}
	var ok bool
	if plan.Runs, ok = whole(text(fieldRuns, "runs", "10000"), mostRuns); !ok {
		wrong(fieldRuns, "process-edit.sim.number", "max", component.Number(ctx, mostRuns))
	}
	arrivals := strings.ReplaceAll(text(fieldArrivals, "arrivals", "10"), ",", ".")
	if plan.Arrivals, err = strconv.ParseFloat(arrivals, 64); err != nil || !(plan.Arrivals >= 0.1 && plan.Arrivals <= 100_000) {
		wrong(fieldArrivals, "process-edit.sim.arrivals-form")
	}
	seed, ok := whole(text(fieldSeed, "seed", "1"), 1_000_000_000)
	if plan.Seed = uint64(max(seed, 0)); !ok {
		wrong(fieldSeed, "process-edit.sim.number", "max", component.Number(ctx, 1_000_000_000))
	}
	plan.Legal = text(fieldLegal, "legal", plan.Legal)
	v.fields[len(v.fields)-1].Hint = lang.T(ctx, "process-edit.sim.legal-hint")
	v.fields[len(v.fields)-1].Mode = ""
	if plan.Legal != "" {
		if _, err := deadline.ParseLimit(plan.Legal); err != nil {
			wrong(fieldLegal, "process-edit.sim.legal-form")
		}
	}
	for _, p := range d.pools(ctx) {
		name, value := fieldStaff+p.Value, "1"
		if q.Has(name) {
			value, _ = web.Clean(q.Get(name))
		}
		v.pools = append(v.pools, component.Field{Name: name, Label: p.Label, Value: value, Mode: "numeric", Width: 4, MaxLength: 4})
		n, ok := whole(value, mostStaff)
		if !ok {
			wrong(name, "process-edit.sim.number", "max", mostStaff)
		}
		plan.Staff[p.Value] = n
	}
	status := http.StatusOK
	switch {
	case len(v.errors) > 0:
		status = http.StatusUnprocessableEntity
	case ask:
		result, err := simulate.Run(d.process, plan)
		if errors.Is(err, simulate.ErrPlan) {
			v.errors = append(v.errors, component.FieldError{Text: lang.T(ctx, "process-edit.sim.refused")})
			return web.Render(w, r, http.StatusUnprocessableEntity, simulationPage(v))
		}
		if err != nil {
			return err
		}
		v.tell(ctx, d, result)
	}
	return web.Render(w, r, status, simulationPage(v))
}

// whole reads a number from 1 to most.
func whole(text string, most int) (int, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(text, ".", ""))
	return n, err == nil && n >= 1 && n <= most
}

// legal is the first limit that a procedure on this process states.
func (d *desk) legal() string {
	for _, v := range d.uses() {
		for _, c := range v.Channels {
			for _, l := range c.Limits {
				if l.Limit != "" {
					return l.Limit
				}
			}
		}
	}
	return ""
}

// pools are the people who hold steps: a role at a place.
func (d *desk) pools(ctx context.Context) []component.Option {
	var out []component.Option
	d.process.Each(func(address string, s *workflow.Step) {
		if s.Kind != workflow.Task {
			return
		}
		at := s.At
		if part, _ := workflow.Split(address); part != "" && at == workflow.AtCompetent { // the sub-case's own agency
			d.process.Each(func(_ string, sub *workflow.Step) {
				if sub.Kind == workflow.Sub && sub.Part == part {
					at = sub.At
				}
			})
		}
		key := simulate.PoolKey(at, s.Unit, s.Role)
		if !slices.ContainsFunc(out, func(o component.Option) bool { return o.Value == key }) {
			out = append(out, component.Option{Value: key, Label: d.poolName(ctx, key)})
		}
	})
	return out
}

// poolName says a pool in words: the role, and where.
func (d *desk) poolName(ctx context.Context, key string) string {
	parts := strings.Split(key, "/")
	at, role := parts[0], parts[len(parts)-1]
	place, ok := lang.Lookup(lang.From(ctx), "process.at."+at)
	if !ok {
		if place = d.agencyName(at); place == "" {
			place = at
		}
	}
	if name, ok := lang.Lookup(lang.From(ctx), "desk.role."+role); ok {
		role = name
	}
	if role == "" {
		return place
	}
	return role + ", " + place
}

// tell writes the result as tables beside its picture.
func (v *simulationView) tell(ctx context.Context, d *desk, r simulate.Result) {
	if r.Bottleneck != "" {
		r.Bottleneck = d.poolName(ctx, r.Bottleneck)
	}
	v.result = &r
	v.note = r.Summary()
	v.svg = templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, r.SVG())
		return err
	})
	number := func(n int) string { return component.Number(ctx, n) }
	v.facts = []component.Fact{
		{Name: lang.T(ctx, "process-edit.sim.ended"), Value: number(r.Ended) + " / " + number(r.Runs)},
		{Name: lang.T(ctx, "process-edit.sim.mean"), Value: r.Hours(r.Mean)},
		{Name: lang.T(ctx, "process-edit.sim.p50"), Value: r.Hours(r.P50)},
		{Name: lang.T(ctx, "process-edit.sim.p95"), Value: r.Hours(r.P95)},
	}
	if r.Comparable {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "process-edit.sim.late"), Value: number(r.Late) + " (" + simulate.Share(r.Late, r.Runs) + ")"})
	}
	if r.Bottleneck != "" {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "process-edit.sim.bottleneck"), Value: r.Bottleneck})
	}
	head := func(key string, numeric bool) component.Column {
		return component.Column{Title: lang.T(ctx, "process-edit.sim."+key), Numeric: numeric}
	}
	v.steps = component.Grid{Caption: lang.T(ctx, "process-edit.sim.steps"), Stack: true, Columns: []component.Column{
		head("step", false), head("visits", true), head("wait-mean", true), head("wait-p50", true), head("wait-p95", true), head("work", true), head("step-late", true),
	}}
	for _, s := range r.Steps {
		v.steps.Rows = append(v.steps.Rows, component.Row{Cells: []component.Cell{
			{Text: s.Title, Href: d.at(s.Step)}, {Text: number(s.Visits)}, {Text: r.Hours(s.Mean)}, {Text: r.Hours(s.P50)}, {Text: r.Hours(s.P95)}, {Text: r.Hours(s.Service)}, {Text: number(s.Late)},
		}})
	}
	v.people = component.Grid{Caption: lang.T(ctx, "process-edit.sim.people"), Stack: true, Columns: []component.Column{
		head("pool", false), head("staff", true), head("busy", true),
	}}
	pools := slices.Clone(r.Pools)
	slices.SortFunc(pools, func(a, b simulate.Pool) int {
		return strings.Compare(viet.SortKey(d.poolName(ctx, a.Key)), viet.SortKey(d.poolName(ctx, b.Key)))
	})
	for _, p := range pools {
		v.people.Rows = append(v.people.Rows, component.Row{Cells: []component.Cell{
			{Text: d.poolName(ctx, p.Key)}, {Text: number(p.Staff)}, {Text: simulate.Share(int(p.Utilisation*1000+0.5), 1000)},
		}})
	}
}
