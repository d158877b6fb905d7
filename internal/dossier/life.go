package dossier

import "github.com/motcua/motcua/internal/journal"

// Life is the journal of a new dossier while it is gathered, to be written with many others: a history that is
// brought in. Its events are linked and folded one by one, by the same rules as those of a single act.
type Life struct {
	ID     string
	Events []journal.Event // linked
	Head   journal.Hash
	// Numbers are the last numbers the life used, by counter: of its code (CodeScope), of its slips (SlipScope).
	Numbers map[string]int

	state Dossier
}

// NewLife begins the journal of a dossier.
func NewLife(id string) *Life {
	return &Life{ID: id, Head: journal.First(id), Numbers: map[string]int{}}
}

// State is what the events gathered so far lead to. Do not change it.
func (l *Life) State() *Dossier { return &l.state }

// Append adds what happened next. It refuses what cannot follow.
func (l *Life) Append(events ...journal.Event) error {
	for _, e := range events {
		linked, err := journal.Link(e, l.ID, l.state.Version+1, l.Head)
		if err != nil {
			return err
		}
		if err := l.state.Apply(linked); err != nil {
			return err
		}
		l.Head = linked.Hash
		l.Events = append(l.Events, linked)
	}
	return nil
}
