package dossier

import (
	"errors"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/workflow"
)

// ErrNoUndo refuses to undo what cannot be, or what somebody else did, or what something followed.
var ErrNoUndo = fault.New(fault.Conflict, "dossier.no-undo")

// Undoing is one act that was undone. The act stays in the journal.
type Undoing struct {
	Event int64 // the act that no longer counts
	Kind  string
	At    time.Time
	By    journal.Actor
}

type lastEvent struct {
	kind string
	by   journal.Actor
	at   time.Time
}

type undone struct {
	Event int64  `json:"event"`
	Kind  string `json:"kind"`
}

// undoable reports whether the act can be undone while nothing followed: steps inside the offices, not what a person
// was told, not a decision.
func undoable(e journal.Event) bool {
	switch e.Kind {
	case EventAssigned, EventPaused:
		return true
	case EventMoved:
		v, err := unmarshal[moved](e.Data)
		return err == nil && workflow.Natures[v.Means].Undo
	}
	return false
}

func (d *Dossier) mayUndo(_ Facts, by access.Actor) error {
	if d.before == nil || by.System || d.last.by.Person != by.Person || d.last.by.Post != by.Post || by.Person == "" {
		return ErrNoUndo
	}
	return nil
}

// Undo takes back the last act of the dossier, by who did it, while nothing followed it. Both stay on record.
func (d *Dossier) Undo(f Facts, by access.Actor) (journal.Event, error) {
	if err := d.mayUndo(f, by); err != nil {
		return journal.Event{}, err
	}
	return journal.New(EventUndone, f.Now, actor(by), d.Law, undone{Event: d.Version, Kind: d.last.kind}, nil)
}

func (d *Dossier) applyUndone(e journal.Event) error {
	v, err := unmarshal[undone](e.Data)
	if err != nil {
		return err
	}
	if d.before == nil || v.Event != d.Version || d.last.by.Person != e.By.Person {
		return errors.New("nothing that can be undone")
	}
	u := Undoing{Event: v.Event, Kind: v.Kind, At: e.At, By: e.By}
	seq := d.Version
	*d = *d.before
	d.Version = seq // Apply goes on from the act that was undone
	d.Undone = append(d.Undone, u)
	return nil
}
