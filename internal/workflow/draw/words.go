package draw

import (
	"cmp"
	"strings"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/lang"
)

// words says what the picture, the outline and the table say.
type words struct{ look Look }

func (w words) say(key string, args ...any) string {
	return lang.Text(lang.Parse(string(w.look.Lang)), key, args...)
}

func call[T any](fn func(T) string, id T) string {
	if fn == nil {
		return ""
	}
	return fn(id)
}

func (w words) agency(id string) string { return cmp.Or(call(w.look.Names.Agency, id), id) }

func (w words) role(id string) string {
	if id == "" {
		return ""
	}
	if name := call(w.look.Names.Role, id); name != "" {
		return name
	}
	if name, ok := lang.Lookup(lang.Parse(string(w.look.Lang)), "desk.role."+id); ok {
		return name
	}
	return id
}

// place says where a step is held.
func (w words) place(at string) string {
	switch at {
	case "":
		return ""
	case workflow.AtDesk, workflow.AtCompetent, workflow.AtCommune, workflow.AtSuperior, workflow.AtLead:
		if name := call(w.look.Names.Agency, at); name != "" {
			return name
		}
		return w.say("process.at." + at)
	}
	return w.agency(at)
}

// who says the role or post that holds a step.
func (w words) who(s *workflow.Step) string {
	if s.Post != "" {
		return cmp.Or(call(w.look.Names.Post, s.Post), s.Post)
	}
	return w.role(s.Role)
}

// where says the agency and unit of a step; of a question the agencies asked.
func (w words) where(s *workflow.Step) string {
	if s.Kind == workflow.Ask {
		if len(s.Of) == 0 {
			return w.say("process.asked-chosen")
		}
		names := make([]string, len(s.Of))
		for i, id := range s.Of {
			names[i] = w.place(id)
		}
		return strings.Join(names, ", ")
	}
	place := w.place(s.At)
	if s.Unit == "" {
		return place
	}
	unit := s.Unit
	if w.look.Names.Unit != nil {
		unit = cmp.Or(w.look.Names.Unit(s.At, s.Unit), s.Unit)
	}
	if place == "" {
		return unit
	}
	return unit + ", " + place
}

// held reports whether a step of the kind has a holder worth naming.
func held(s *workflow.Step) bool {
	switch s.Kind {
	case workflow.Task, workflow.Ask, workflow.Sub:
		return true
	case workflow.Wait:
		return s.Role != "" || s.Post != ""
	}
	return false
}

// limit says a step's own limit; empty when it has none.
func (w words) limit(s *workflow.Step) string {
	if s.Limit == "" {
		return ""
	}
	if share, ok := strings.CutSuffix(s.Limit, "%"); ok {
		return w.say("process.share", "n", strings.TrimSpace(share))
	}
	l, err := deadline.ParseLimit(s.Limit)
	if err != nil {
		return s.Limit
	}
	return l.Text(string(w.look.Lang))
}

// kind says what a step is, when it is more than a task.
func (w words) kind(s *workflow.Step) string {
	switch s.Kind {
	case workflow.Task:
		return ""
	case workflow.Wait:
		switch s.For {
		case workflow.ForTime, workflow.ForPaper, workflow.ForPayment, workflow.ForAnswer:
			return w.say("process.wait." + s.For)
		}
	case workflow.Join:
		return w.say("process.kind.join") + ": " + w.need(s)
	case workflow.Ask:
		if s.Need != "" && s.Need != workflow.NeedAll {
			return w.say("process.kind.ask") + ": " + w.need(s)
		}
	}
	return w.say("process.kind." + string(s.Kind))
}

func (w words) need(s *workflow.Step) string {
	switch s.Need {
	case "", workflow.NeedAll:
		return w.say("process.need.all")
	case workflow.NeedAny:
		return w.say("process.need.any")
	}
	return w.say("process.need.number", "n", s.Need)
}

func (w words) guard(when string) string {
	if when == "" {
		return ""
	}
	return cmp.Or(call(w.look.Names.Guard, when), when)
}

// flow says what stands on a flow.
func (w words) flow(s *workflow.Step, f workflow.Flow) string {
	switch {
	case f.Title != "":
		return f.Title
	case f.When != "":
		return w.guard(f.When)
	case s.Kind == workflow.Choice:
		return w.say("process.else")
	}
	return ""
}

func (w words) action(a workflow.Action) string {
	label := cmp.Or(a.Label, a.ID)
	if a.When != "" {
		label += " (" + w.guard(a.When) + ")"
	}
	return label
}

func (w words) state(s State) string {
	switch s {
	case Done, Now, Late, Next:
		return w.say("process.state." + string(s))
	}
	return ""
}

// title is a step's title, or what it is.
func (w words) title(s *workflow.Step) string {
	return cmp.Or(s.Title, w.kind(s), s.ID)
}

// standing says in one sentence where the work stands.
func (w words) standing(p *workflow.Process) string {
	var now, late []string
	p.Each(func(address string, s *workflow.Step) {
		m := w.look.Marks[address]
		text := w.title(s)
		if len(m.Who) > 0 {
			text += " (" + strings.Join(m.Who, ", ") + ")"
		}
		switch m.State {
		case Now:
			now = append(now, text)
		case Late:
			late = append(late, text)
		}
	})
	n := 0
	p.Each(func(_ string, s *workflow.Step) {
		if s.Rests() || s.Kind == workflow.Sub {
			n++
		}
	})
	out := w.say("process.size", "n", n)
	if len(now) > 0 {
		out += " " + w.say("process.stands", "where", strings.Join(now, "; "))
	}
	if len(late) > 0 {
		out += " " + w.say("process.stands-late", "where", strings.Join(late, "; "))
	}
	return out
}
