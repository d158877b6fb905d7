package processweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/prove"
	"github.com/motcua/motcua/lang"
)

// mostMoves bounds a run played by hand; the address holds it.
const mostMoves = 120

// playView is a run carried out step by step on the interpreter that dossiers run on.
type playView struct {
	head
	desk   *desk
	svg    templ.Component
	moves  []string // done so far, in words
	back   string   // the run without its last move; empty at the beginning
	stands []playToken
	asks   *playGuard // a condition that nobody has answered yet
	ended  bool
	wrong  string          // why the last move could not be made
	chosen []component.Tab // the answers given to conditions, each a link that turns it
}

// playToken is one place where work stands, with what may happen there.
type playToken struct {
	title, holder string
	acts          []playAct
	agencies      []component.Option // to choose from, for an act that leads to a question naming nobody
	keep          url.Values
	name          string
}

// playAct is one move that may be made.
type playAct struct {
	text, note, href, move string
	primary, asks          bool
}

// playGuard asks whether a condition holds.
type playGuard struct{ text, yes, no string }

// errAsk stops a run at a condition that was not answered.
var errAsk = errors.New("processweb: a condition is to be answered")

// told answers conditions as the person said: one letter for each condition of the process, 1 holds, 0 does not.
type told struct {
	guards []string
	given  string
	asked  *string
}

// Holds answers a guard, or asks.
func (t told) Holds(when string) (bool, error) {
	i := slices.Index(t.guards, when)
	if i >= 0 && i < len(t.given) && t.given[i] != '-' {
		return t.given[i] == '1', nil
	}
	*t.asked = when
	return false, errAsk
}

// with is the answers with one more.
func (t told) with(when string, holds bool) string {
	given := []byte(t.given + strings.Repeat("-", max(0, len(t.guards)-len(t.given))))
	if i := slices.Index(t.guards, when); i >= 0 {
		given[i] = '0'
		if holds {
			given[i] = '1'
		}
	}
	return string(given)
}

// allGuards lists the conditions of a process, each once.
func allGuards(p *workflow.Process) []string {
	var out []string
	p.Each(func(_ string, s *workflow.Step) {
		for _, when := range guardsOf(*s) {
			if !slices.Contains(out, when) {
				out = append(out, when)
			}
		}
	})
	return out
}

func (e editor) play(w http.ResponseWriter, r *http.Request) error {
	d, err := e.open(r)
	if err != nil {
		return err
	}
	if d.process == nil {
		return web.SeeOther(w, r, d.path(""))
	}
	ctx := r.Context()
	q := r.URL.Query()
	v := playView{head: d.head(ctx, tailPlay), desk: d}
	asked := ""
	world := told{guards: allGuards(d.process), given: q.Get("dk"), asked: &asked}
	if len(world.given) > len(world.guards) {
		world.given = ""
	}
	address := func(moves []string, given string) string {
		u := url.Values{}
		if len(moves) > 0 {
			u.Set("di", strings.Join(moves, "~"))
		}
		if given != "" {
			u.Set("dk", given)
		}
		if len(u) == 0 {
			return d.path(tailPlay)
		}
		return d.path(tailPlay) + "?" + u.Encode()
	}
	var given []string
	if s := q.Get("di"); s != "" {
		given = strings.Split(s, "~")
	}
	if m, who := q.Get("them"), q["co-quan"]; m != "" { // the form of a question that names nobody
		if len(who) > 0 {
			m += "@" + strings.Join(who, "+")
		}
		given = append(given, m)
	}
	if len(given) > mostMoves {
		given = given[:mostMoves]
	}
	run, changes, done, err := carry(ctx, d, given, world, &v)
	moves := given[:done]
	switch {
	case errors.Is(err, errAsk):
		v.asks = &playGuard{text: d.guard(ctx, asked), yes: address(given, world.with(asked, true)), no: address(given, world.with(asked, false))}
	case err != nil:
		v.wrong = playError(ctx, err)
	}
	if len(given) > 0 {
		v.back = address(given[:len(given)-1], world.given)
	}
	v.ended = run.Ended
	if v.asks == nil {
		v.stands = standing(ctx, d, run, moves, func(m string) string { return address(append(slices.Clone(moves), m), world.given) }, world)
	}
	for i, when := range world.guards {
		if i < len(world.given) && world.given[i] != '-' {
			holds := world.given[i] == '1'
			key := "process-edit.guard-no"
			if holds {
				key = "process-edit.guard-yes"
			}
			v.chosen = append(v.chosen, component.Tab{Text: lang.T(ctx, key, "guard", d.guard(ctx, when)), Href: address(given, world.with(when, !holds))})
		}
	}
	if v.svg, err = drawn(d.process, d.look(ctx, draw.Follow(d.process, changes), d.at), "", nil); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, playPage(v))
}

// carry carries the moves of an address out: how many could be, and the refusal of the next.
func carry(ctx context.Context, d *desk, moves []string, world told, v *playView) (run workflow.Run, all []workflow.Change, done int, err error) {
	step := func(changes []workflow.Change, err error, m prove.Move) error {
		if err != nil {
			return err
		}
		before := run.Clone()
		run.Apply(changes...)
		all = append(all, changes...)
		for _, t := range run.Tokens {
			if old, was := before.Token(t.ID); !was || old.Step != t.Step {
				m.To = append(m.To, t.Step)
			}
		}
		slices.Sort(m.To)
		m.To = slices.Compact(m.To)
		v.moves = append(v.moves, d.moved(ctx, m))
		return nil
	}
	changes, err := workflow.Start(d.process, world)
	if err = step(changes, err, prove.Move{Do: prove.Begins}); err != nil {
		return run, all, 0, err
	}
	for i, text := range moves {
		m, ok := readMove(text)
		if !ok {
			return run, all, i, workflow.ErrAction
		}
		if t, ok := run.Token(m.Token); ok {
			m.Step = t.Step
			if s, ok := d.process.Find(t.Step); ok {
				for _, a := range s.Acts(t) {
					if a.ID == m.Action {
						m.Label = a.Label
					}
				}
			}
		}
		if m.Do == prove.Acts {
			changes, err = run.Act(d.process, m.Token, m.Action, world, m.Agencies...)
		} else {
			changes, err = run.Pass(d.process, m.Token, m.Do == prove.Late, world)
		}
		if err = step(changes, err, m); err != nil {
			return run, all, i, err
		}
	}
	return run, all, len(moves), nil
}

// readMove reads a move of an address: "3.trinh", "3.trinh@so-xay-dung+so-tu-phap", "3!" what was waited for is there, "3!!" its limit passes.
func readMove(text string) (prove.Move, bool) {
	text, who, _ := strings.Cut(text, "@")
	m := prove.Move{Do: prove.Acts}
	if who != "" {
		m.Agencies = strings.Split(who, "+")
	}
	var token string
	if at, act, ok := strings.Cut(text, "."); ok {
		token, m.Action = at, act
	} else if at, ok := strings.CutSuffix(text, "!!"); ok {
		token, m.Do = at, prove.Late
	} else if at, ok := strings.CutSuffix(text, "!"); ok {
		token, m.Do = at, prove.Passes
	}
	n, err := strconv.Atoi(token)
	m.Token = n
	return m, err == nil
}

// standing lists where work stands and what may happen there.
func standing(ctx context.Context, d *desk, run workflow.Run, moves []string, href func(string) string, world told) []playToken {
	holders := map[string]string{}
	var walk func([]draw.Line)
	walk = func(all []draw.Line) {
		for _, l := range all {
			holders[l.Address] = l.Holder
			walk(l.Inside)
		}
	}
	walk(draw.Outline(d.process, d.look(ctx, nil, nil)))
	var out []playToken
	for _, t := range run.Tokens {
		s, ok := d.process.Find(t.Step)
		if !ok {
			continue
		}
		p := playToken{title: prove.Name(d.process, t.Step), holder: holders[t.Step], name: "co-quan", keep: url.Values{}}
		if t.At != "" {
			p.holder = d.agencyName(t.At)
			if p.holder == "" {
				p.holder = t.At
			}
		}
		if s.Waits(t) {
			p.holder = lang.T(ctx, "process-edit.play.waits")
		}
		token := strconv.Itoa(t.ID)
		for _, a := range s.Acts(t) {
			act := playAct{text: a.Label, move: token + "." + a.ID, primary: a.Primary}
			act.href = href(act.move)
			if a.When != "" {
				act.note = d.guard(ctx, a.When)
			}
			if part, _ := workflow.Split(t.Step); a.To != "" {
				act.asks = asksNobody(d.process, workflow.Address(part, a.To))
			}
			p.acts = append(p.acts, act)
		}
		if s.Kind == workflow.Wait && len(s.Acts(t)) == 0 {
			p.acts = append(p.acts, playAct{text: lang.T(ctx, "process-edit.play.arrives"), move: token + "!", href: href(token + "!"), primary: true})
		}
		if s.Late != nil && s.Late.To != "" && (s.Kind != workflow.Ask || s.Waits(t)) {
			p.acts = append(p.acts, playAct{text: lang.T(ctx, "process-edit.play.late"), move: token + "!!", href: href(token + "!!")})
		}
		if slices.ContainsFunc(p.acts, func(a playAct) bool { return a.asks }) {
			for _, a := range d.tree.All(d.day) {
				p.agencies = append(p.agencies, component.Option{Value: string(a.ID), Label: a.Name})
			}
			p.keep.Set("di", strings.Join(moves, "~"))
			p.keep.Set("dk", world.given)
		}
		out = append(out, p)
	}
	return out
}

// asksNobody reports whether work that comes to a step comes to a question that names nobody, passing what passes by itself.
func asksNobody(p *workflow.Process, address string) bool {
	seen := map[string]bool{}
	next := []string{address}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		s, ok := p.Find(at)
		if !ok || seen[at] {
			continue
		}
		seen[at] = true
		if s.Kind == workflow.Ask && len(s.Of) == 0 {
			return true
		}
		if s.Rests() {
			continue
		}
		part, _ := workflow.Split(at)
		for _, f := range s.To {
			next = append(next, workflow.Address(part, f.To))
		}
	}
	return false
}

// playError says why a move cannot be made.
func playError(ctx context.Context, err error) string {
	for _, x := range []struct {
		err error
		key string
	}{
		{workflow.ErrGuard, "guard"},
		{workflow.ErrAgencies, "agencies"},
		{workflow.ErrNoStep, "no-step"},
		{workflow.ErrNoWay, "no-way"},
		{workflow.ErrNoJoin, "no-join"},
		{workflow.ErrTwoJoins, "two-joins"},
		{workflow.ErrNowhere, "nowhere"},
		{workflow.ErrEndless, "endless"},
		{workflow.ErrLeft, "left"},
	} {
		if errors.Is(err, x.err) {
			return lang.T(ctx, "process-edit.play.error."+x.key)
		}
	}
	return lang.T(ctx, "process-edit.play.error.move")
}
