package dossier

import (
	"slices"

	"github.com/motcua/motcua/internal/casefile"
)

// Receivers lists who got the file from a leg when it ended: the holders of the work that the same act opened.
// A branch that reached its join gives it to the resolving agency, which waits for the others. Empty while the
// leg lasts, where the file came to its end, and where the leg was cut off by the act of somebody else.
func (d *Dossier) Receivers(l Leg) []casefile.Holder {
	if l.Closed == 0 {
		return nil
	}
	var out []casefile.Holder
	passed := false // the same piece of work went on, with whoever has it now
	for _, n := range d.Legs {
		if n.Opened != l.Closed {
			continue
		}
		if n.Token == l.Token {
			passed = true
			out = append([]casefile.Holder{n.Holder}, out...)
			continue
		}
		if !slices.Contains(out, n.Holder) {
			out = append(out, n.Holder)
		}
	}
	if l.Action == "" { // the act was another one's, or only gave the work to another holder
		if !passed {
			return nil
		}
		return out[:1]
	}
	// Who put a question keeps the file in sight; the others got it.
	if len(out) > 1 && out[0] == l.Holder {
		out = out[1:]
	}
	if len(out) == 0 && slices.ContainsFunc(d.Legs, func(x Leg) bool { return x.Opened < l.Closed && (x.Closed == 0 || x.Closed > l.Closed) }) {
		return []casefile.Holder{{Agency: d.Competent}} // others are still at work
	}
	return out
}

// AskedBy returns the leg of who was asked, where the question ended no work: an officer's of their own accord.
func (d *Dossier) AskedBy(o Opinion) (Leg, bool) {
	for _, l := range d.Legs {
		if l.Token != o.Token || l.Opened == 0 || !l.From.Equal(o.At) {
			continue
		}
		own := !slices.ContainsFunc(d.Legs, func(x Leg) bool { return x.Closed == l.Opened })
		return l, own
	}
	return Leg{}, false
}
