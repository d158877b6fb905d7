package workflow

import "slices"

// Token is one place where work stands in a run. Ids count up within the run.
type Token struct {
	ID    int    `json:"id"`
	Step  string `json:"step"`            // address
	Frame int    `json:"frame,omitempty"` // the frame it was born in; 0: the run itself
	At    string `json:"at,omitempty"`    // of a question: the agency asked
}

// Frame is what a fork, a question or a sub-case opens and its join or last answer closes.
type Frame struct {
	ID      int    `json:"id"`
	Opener  string `json:"opener"`            // address of the step; Consulted for a question of an officer's own accord
	Parent  int    `json:"parent,omitempty"`  // frame it lies in
	Token   int    `json:"token,omitempty"`   // goes on when the frame closes, at a question or sub-case it waits there; 0: nothing does
	At      string `json:"at,omitempty"`      // of a sub-case: where
	Total   int    `json:"total"`             // branches opened
	Need    int    `json:"need"`              // arrivals that close it
	Arrived int    `json:"arrived,omitempty"` // so far
	Join    string `json:"join,omitempty"`    // where the first branch arrived
}

// Run is where the work of a case stands. The zero Run has not begun.
type Run struct {
	Tokens []Token `json:"tokens,omitempty"` // by id
	Frames []Frame `json:"frames,omitempty"` // by id
	Last   int     `json:"last,omitempty"`   // last id given, to a token or a frame
	Ended  bool    `json:"ended,omitempty"`
}

// Do says what a change does.
type Do string

// Changes of a run.
const (
	Enter  Do = "enter"  // token stands at step now; it is born if there was none
	Leave  Do = "leave"  // token is gone
	Open   Do = "open"   // frame opens at step
	Arrive Do = "arrive" // token has reached the end of its branch in frame, at step
	Close  Do = "close"  // frame is over, with all that still stood in it
	Passed Do = "auto"   // the automatic step was carried out
	End    Do = "end"    // the run is over
)

// Change is one elementary change of a run, as the journal keeps it.
type Change struct {
	Do     Do     `json:"do"`
	Token  int    `json:"token,omitempty"`
	Frame  int    `json:"frame,omitempty"`
	Step   string `json:"step,omitempty"`
	At     string `json:"at,omitempty"`
	Parent int    `json:"parent,omitempty"` // Open: the frame around it
	Total  int    `json:"total,omitempty"`  // Open
	Need   int    `json:"need,omitempty"`   // Open
}

// Clone returns a copy that can be moved on without touching r.
func (r Run) Clone() Run {
	r.Tokens, r.Frames = slices.Clone(r.Tokens), slices.Clone(r.Frames)
	return r
}

// Token returns the token with the id.
func (r *Run) Token(id int) (Token, bool) {
	for _, t := range r.Tokens {
		if t.ID == id {
			return t, true
		}
	}
	return Token{}, false
}

// Frame returns the open frame with the id.
func (r *Run) Frame(id int) (Frame, bool) {
	for _, f := range r.Frames {
		if f.ID == id {
			return f, true
		}
	}
	return Frame{}, false
}

// Within reports whether frame lies in outer or is it.
func (r *Run) Within(frame, outer int) bool {
	for frame != outer {
		f, ok := r.Frame(frame)
		if !ok {
			return outer == 0
		}
		frame = f.Parent
	}
	return true
}

// Apply carries changes out and returns the tokens that are gone by them, cancelled ones included. It
// trusts them: they were decided by the interpreter.
func (r *Run) Apply(changes ...Change) (gone []Token) {
	for _, c := range changes {
		switch c.Do {
		case Enter:
			i := slices.IndexFunc(r.Tokens, func(t Token) bool { return t.ID == c.Token })
			if i < 0 {
				r.Tokens = append(r.Tokens, Token{ID: c.Token})
				i = len(r.Tokens) - 1
				for i > 0 && r.Tokens[i-1].ID > c.Token { // a token comes back when its frame closes
					r.Tokens[i], r.Tokens[i-1] = r.Tokens[i-1], r.Tokens[i]
					i--
				}
			}
			r.Tokens[i].Step, r.Tokens[i].Frame, r.Tokens[i].At = c.Step, c.Frame, c.At
			r.Last = max(r.Last, c.Token)
		case Leave:
			gone = r.remove(gone, func(t Token) bool { return t.ID == c.Token })
		case Open:
			r.Frames = append(r.Frames, Frame{ID: c.Frame, Opener: c.Step, Parent: c.Parent, Token: c.Token, At: c.At, Total: c.Total, Need: c.Need})
			r.Last = max(r.Last, c.Frame)
		case Arrive:
			if i := slices.IndexFunc(r.Frames, func(f Frame) bool { return f.ID == c.Frame }); i >= 0 {
				r.Frames[i].Arrived++
				if r.Frames[i].Join == "" {
					r.Frames[i].Join = c.Step
				}
			}
			gone = r.remove(gone, func(t Token) bool { return t.ID == c.Token })
		case Close:
			gone = r.remove(gone, func(t Token) bool { return t.Frame != 0 && r.Within(t.Frame, c.Frame) })
			inside := make([]int, 0, 4)
			for _, f := range r.Frames {
				if r.Within(f.ID, c.Frame) {
					inside = append(inside, f.ID)
				}
			}
			r.Frames = slices.DeleteFunc(r.Frames, func(f Frame) bool { return slices.Contains(inside, f.ID) })
		case End:
			r.Ended = true
			gone = r.remove(gone, func(Token) bool { return true })
			r.Frames = nil
		case Passed:
		}
	}
	return gone
}

func (r *Run) remove(gone []Token, is func(Token) bool) []Token {
	n := 0
	for _, t := range r.Tokens {
		if is(t) {
			gone = append(gone, t)
			continue
		}
		r.Tokens[n] = t
		n++
	}
	r.Tokens = r.Tokens[:n]
	return gone
}
