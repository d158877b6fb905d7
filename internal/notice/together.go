package notice

import (
	"slices"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
)

// together tells officers what an act brought them in any branch of the file: work that was given to their post or came
// from another agency, questions and their answers, sub-cases, lateness.
func together(c Change, event string) []Tell {
	var out []Tell
	tell := func(k Kind, h casefile.Holder, say func(f *Facts)) {
		if h.Agency == "" && h.Post == "" || h.Post != "" && h.Post == c.Event.By.Post {
			return // nobody there, or the one who acted
		}
		t := Tell{Kind: k, Reader: ToQueue(h), Holder: h, Seq: c.Event.Seq, Facts: factsOf(c), At: c.Event.At}
		say(&t.Facts)
		if !slices.ContainsFunc(out, func(o Tell) bool { return o.Kind == k && o.Reader == t.Reader }) {
			out = append(out, t)
		}
	}
	switch event {
	case string(Assigned), "moved", "passed", "accepted", string(Consulted):
		for _, s := range entered(c) {
			if k := arrival(c, event, s); k != "" {
				tell(k, s.Holder, func(f *Facts) { f.work(c, s) })
			}
		}
	case string(Escalated):
		m, err := dossier.Timeline([]journal.Event{c.Event})
		if err != nil || len(m) == 0 {
			return nil
		}
		for _, s := range c.After.Work() {
			if b, ok := standing(c.Before, s.Token); s.Told && (!ok || !b.Told) {
				tell(Escalated, casefile.Holder{Agency: m[0].Agency, Role: m[0].Choice}, func(f *Facts) { f.work(c, s) })
			}
		}
	case "noted":
		m, err := dossier.Timeline([]journal.Event{c.Event})
		if err != nil || len(m) == 0 || !m[0].Flag {
			return nil
		}
		said := func(f *Facts) { f.Reason, f.From = m[0].Note, f.name(c, agency.ID(c.Event.By.Agency)) }
		tell(DeskTold, dossier.Reception(c.After.Desk), said)
		tell(DeskTold, casefile.Holder{Agency: c.After.Desk, Role: access.RoleHead}, said)
	}
	if c.Before != nil {
		ended(c, tell)
	}
	return out
}

// ended tells who asked that an answer came, and who was asked that nobody waits any more.
func ended(c Change, tell func(Kind, casefile.Holder, func(*Facts))) {
	for _, o := range c.After.Opinions {
		i := slices.IndexFunc(c.Before.Opinions, func(b dossier.Opinion) bool { return b.Token == o.Token && b.Open() })
		if i < 0 || o.Open() {
			continue
		}
		if !o.Recalled {
			asker := casefile.Holder{Agency: agency.ID(o.By.Agency), Post: o.By.Post}
			if h, ok := parked(c.Before, o.Frame); ok {
				asker = h
			}
			tell(Answered, asker, func(f *Facts) { f.From, f.Reason, f.Step = f.name(c, o.Agency), "", o.Question })
			continue
		}
		// Who has not opened the question finds it gone; who took it up is told.
		if s, ok := standing(c.Before, o.Token); ok && s.Holder.Post != "" && !c.After.Status.Ended() {
			tell(Recalled, s.Holder, func(f *Facts) { f.From, f.Step = f.name(c, agency.ID(o.By.Agency)), o.Question })
		}
	}
	for _, s := range c.After.Subs {
		i := slices.IndexFunc(c.Before.Subs, func(b dossier.Sub) bool { return b.Frame == s.Frame && b.Until.IsZero() })
		if i < 0 || s.Until.IsZero() || s.Cut {
			continue
		}
		if h, ok := parked(c.Before, s.Frame); ok {
			tell(Answered, h, func(f *Facts) { f.From, f.Reason, f.Step = f.name(c, s.Agency), "", s.Title })
		}
	}
}

// entered lists the work that an act gave to other holders than had it before; what waits for others is nobody's task.
func entered(c Change) []dossier.Standing {
	var out []dossier.Standing
	for _, s := range c.After.Work() {
		if b, ok := standing(c.Before, s.Token); !s.Waits && (!ok || b.Holder != s.Holder || b.Waits) {
			out = append(out, s)
		}
	}
	return out
}

// branched reports whether the act opened work beside the principal one.
func branched(c Change) bool {
	return slices.ContainsFunc(entered(c), func(s dossier.Standing) bool {
		return s.Token != c.After.Token && !asked(c.After, s.Token)
	})
}

// arrival says what the work is to who gets it; empty where nobody is told: a queue sees what comes within its agency
// in its list.
func arrival(c Change, event string, s dossier.Standing) Kind {
	elsewhere := c.Event.By.System != "" || c.Event.By.Agency != "" && agency.ID(c.Event.By.Agency) != s.Holder.Agency
	t, _ := c.After.Run.Token(s.Token)
	begins := slices.ContainsFunc(c.After.Subs, func(x dossier.Sub) bool { return x.Frame == t.Frame && x.From.Equal(c.Event.At) && x.Until.IsZero() })
	switch {
	case event == string(Assigned):
		if s.Holder.Post == "" {
			return "" // back to the pool
		}
		return Assigned
	case asked(c.After, s.Token):
		return Consulted
	case begins && elsewhere:
		return SubOpened
	case event == "accepted" && (len(c.After.Work()) == 1 || s.Token == c.After.Token):
		return "" // every acceptance gives the principal work to its agency, which sees it in its list
	case s.Holder.Post != "":
		return Assigned
	case elsewhere:
		return WorkArrived
	}
	return ""
}

func asked(d *dossier.Dossier, token int) bool {
	return slices.ContainsFunc(d.Opinions, func(o dossier.Opinion) bool { return o.Token == token && o.Open() })
}

// parked is who waits for what a frame brings; false where nobody does.
func parked(d *dossier.Dossier, frame int) (casefile.Holder, bool) {
	f, ok := d.Run.Frame(frame)
	if !ok || f.Token == 0 {
		return casefile.Holder{}, false
	}
	s, ok := standing(d, f.Token)
	return s.Holder, ok
}

func standing(d *dossier.Dossier, token int) (dossier.Standing, bool) {
	if d == nil {
		return dossier.Standing{}, false
	}
	for _, s := range d.Work() {
		if s.Token == token {
			return s, true
		}
	}
	return dossier.Standing{}, false
}

// work says which piece of work a notice is about.
func (f *Facts) work(c Change, s dossier.Standing) {
	f.Step, f.Mark = s.Title, instant(s.Due)
	f.From = f.name(c, agency.ID(c.Event.By.Agency))
	for _, o := range c.After.Opinions {
		if o.Token == s.Token && o.Open() {
			f.Reason = o.Question
		}
	}
}

func (f *Facts) name(c Change, id agency.ID) string {
	if c.Agency == nil || id == "" {
		return ""
	}
	return c.Agency(id, c.Event.At)
}

// Stays lists the readers whose work the act left as it was: their notices still stand.
func Stays(before, after *dossier.Dossier) []Reader {
	if before == nil || len(before.Work())+len(after.Work()) < 3 {
		return nil
	}
	var out []Reader
	for _, s := range after.Work() {
		if b, ok := standing(before, s.Token); ok && b.Holder == s.Holder && b.Since.Equal(s.Since) {
			out = append(out, ToQueue(s.Holder))
		}
	}
	return out
}
