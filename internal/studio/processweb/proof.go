package processweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/rule"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/prove"
	"github.com/motcua/motcua/lang"
)

// proofView is what the proof found, with the shortest run of one finding.
type proofView struct {
	head
	desk   *desk
	report prove.Report
	at     int // number of the finding shown, from 0
	run    []runLine
	svg    templ.Component
	after  int              // how many moves of the run the picture shows
	others []studio.Problem // what the whole check says of this process beside
	facts  []component.Fact
}

// runLine is one move of a run in words.
type runLine struct {
	text, note string
	href       string // the picture after it
	current    bool
}

func (e editor) proof(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return web.SeeOther(w, r, d.path(""))
	}
	ctx := r.Context()
	v := proofView{head: d.head(ctx, tailProof), desk: d, report: prove.Check(d.process, d.world())}
	found, err := e.Studio.Try(ctx, d.by, d.set.ID, d.doc)
	if err != nil {
		return err
	}
	v.others = slices.DeleteFunc(problemsOf(d, found), func(p studio.Problem) bool { // the proof is part of the whole check
		return slices.ContainsFunc(v.report.Findings, func(f prove.Finding) bool { return strings.Contains(p.Reason, f.Text) })
	})
	v.facts = []component.Fact{{Name: lang.T(ctx, "process-edit.states"), Value: component.Number(ctx, v.report.States)}}
	if v.report.Exact {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "process-edit.exact"), Value: lang.T(ctx, "process-edit.exact-what")})
	} else {
		v.facts = append(v.facts, component.Fact{Name: lang.T(ctx, "process-edit.bounded"), Value: v.report.Bounded})
	}
	if len(v.report.Findings) > 0 {
		if n, err := strconv.Atoi(r.URL.Query().Get("loi")); err == nil && n >= 1 && n <= len(v.report.Findings) {
			v.at = n - 1
		}
		if err := v.shown(ctx, d, r.URL.Query().Get("nuoc")); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, proofPage(v))
}

func (v *proofView) href(finding, move int) string {
	return v.desk.path(tailProof) + "?loi=" + strconv.Itoa(finding+1) + "&nuoc=" + strconv.Itoa(move) + "#lan-chay"
}

// shown lays out the run of the finding and the picture after one of its moves, the last unless asked.
func (v *proofView) shown(ctx context.Context, d *desk, asked string) error {
	f := v.report.Findings[v.at]
	v.after = len(f.Run)
	if n, err := strconv.Atoi(asked); err == nil && n >= 1 && n < v.after {
		v.after = n
	}
	for i, m := range f.Run {
		line := runLine{text: d.moved(ctx, m), href: v.href(v.at, i+1), current: i+1 == v.after}
		var notes []string
		for _, g := range m.Holds {
			key := "process-edit.guard-no"
			if g.Holds {
				key = "process-edit.guard-yes"
			}
			notes = append(notes, lang.T(ctx, key, "guard", d.guard(ctx, g.When)))
		}
		line.note = strings.Join(notes, " ")
		v.run = append(v.run, line)
	}
	marks, via := follow(d.process, f.Run[:v.after])
	var run []string
	for _, address := range via {
		run = append(run, d.at(address))
	}
	var current string
	if f.Step != "" {
		current = d.at(f.Step)
	}
	var err error
	v.svg, err = drawn(d.process, d.look(ctx, marks, d.at), current, run)
	return err
}

func (d *desk) guard(ctx context.Context, when string) string {
	if x, _ := rule.Compile(when, d.schema(), rule.YesNo); x != nil {
		return x.Say(lang.From(ctx))
	}
	return when
}

// moved says one move of a run.
func (d *desk) moved(ctx context.Context, m prove.Move) string {
	var to []string
	for _, address := range m.To {
		to = append(to, prove.Name(d.process, address))
	}
	at, where := prove.Name(d.process, m.Step), strings.Join(to, ", ")
	var text string
	switch m.Do {
	case prove.Begins:
		text = lang.T(ctx, "process-edit.move.start")
	case prove.Passes:
		text = lang.T(ctx, "process-edit.move.pass", "at", at)
	case prove.Late:
		text = lang.T(ctx, "process-edit.move.late", "at", at)
	default:
		label := m.Label
		if label == "" {
			label = m.Action
		}
		text = lang.T(ctx, "process-edit.move.act", "at", at, "label", label)
	}
	if where != "" {
		text += " " + lang.T(ctx, "process-edit.move.to", "to", where)
	}
	return text
}

// said answers guards as a move says.
type answers []prove.Guard

// Holds answers a guard; what the move does not say holds not.
func (a answers) Holds(when string) (bool, error) {
	for _, g := range a {
		if g.When == when {
			return g.Holds, nil
		}
	}
	return false, nil
}

// follow carries moves out as far as they go: where the work stands then, and the steps it stood at on the way.
func follow(p *workflow.Process, moves []prove.Move) (draw.Marks, []string) {
	var r workflow.Run
	var all []workflow.Change
	var via []string
	for _, m := range moves {
		var changes []workflow.Change
		var err error
		switch m.Do {
		case prove.Begins:
			changes, err = workflow.Start(p, answers(m.Holds))
		case prove.Acts:
			changes, err = r.Act(p, m.Token, m.Action, answers(m.Holds), m.Agencies...)
		default:
			changes, err = r.Pass(p, m.Token, m.Do == prove.Late, answers(m.Holds))
		}
		r.Apply(changes...) // of a refused move, as far as it came
		all = append(all, changes...)
		for _, c := range changes {
			if c.Step != "" {
				via = append(via, c.Step)
			}
		}
		if err != nil {
			break
		}
	}
	return draw.Follow(p, all), via
}
