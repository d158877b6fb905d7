package deadline

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
)

// Answer is a due date as programs read it.
type Answer struct {
	Due     time.Time `json:"due"`
	Explain []Told    `json:"explain,omitempty"`
}

// Told is one step of a derivation with its sentences.
type Told struct {
	Step
	Vi string `json:"vi"`
	En string `json:"en"`
}

// ErrStart matches (errors.Is) the refusal of a start that is no instant. Args: text.
var ErrStart = fault.New(fault.Invalid, "deadline.start")

// startForms are the ways to write a start; without an offset it is Vietnam's time.
var startForms = [...]string{
	"2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04Z07:00",
	"2006-01-02 15:04", "2006-01-02 15:04:05", time.DateOnly,
}

// ParseStart reads 2026-02-13T15:30, with or without seconds and offset, or a day alone.
func ParseStart(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, form := range startForms {
		if t, err := time.ParseInLocation(form, s, calendar.Zone); err == nil && t.Year() > 0 && t.Year() < 9000 {
			return t.In(calendar.Zone), nil
		}
	}
	return time.Time{}, ErrStart.With("text", clip(s))
}

// Ask computes one due date from text. Errors: ErrStart, ErrLimit and those of Compute.
func Ask(start, limit string, env Env, explain bool) (Answer, error) {
	at, err := ParseStart(start)
	if err != nil {
		return Answer{}, err
	}
	l, err := ParseLimit(limit)
	if err != nil {
		return Answer{}, err
	}
	if !explain {
		due, err := At(at, l, env)
		return Answer{Due: due}, err
	}
	d, err := Compute(at, l, env)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Due: d.At, Explain: d.Told()}, nil
}

// Told returns the derivation as data with its sentences in both languages.
func (d Due) Told() []Told {
	told := make([]Told, len(d.Steps))
	for i, s := range d.Steps {
		told[i] = Told{Step: s, Vi: s.Sentence("vi"), En: s.Sentence("en")}
	}
	return told
}

// batchLine is one line of the answer to a batch: a due date or a refusal.
type batchLine struct {
	Line  int    `json:"line"`
	Start string `json:"start"`
	Limit string `json:"limit"`
	*Answer
	Error   string         `json:"error,omitempty"` // key of the refusal
	Args    map[string]any `json:"args,omitempty"`
	Message string         `json:"message,omitempty"`
}

// ErrLine matches (errors.Is) the refusal of a batch line that is not start,limit. Args: text.
var ErrLine = fault.New(fault.Invalid, "deadline.line")

// maxLine bounds a line of a batch in bytes; what is longer is refused and passed over.
const maxLine = 4096

// Batch says how many lines of a batch were answered and refused.
type Batch struct{ Answered, Refused int }

// AskAll reads start,limit lines and writes one JSON object a line: the answer, or
// "error" with the key of the refusal, "args" and, where say is not nil, its "message". Every object
// carries the number of its line. Empty lines, comment lines (#) and a head line are passed over; columns
// after the second are the asker's own. A bad line stops nothing.
func AskAll(r io.Reader, w io.Writer, env Env, explain bool, say func(*fault.Error) string) (b Batch, err error) {
	in := bufio.NewReaderSize(r, maxLine)
	out := bufio.NewWriter(w)
	defer func() { err = errors.Join(err, out.Flush()) }() // what was answered is not lost to a fault behind it
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		raw, long, err := in.ReadLine()
		switch {
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return b, fmt.Errorf("read batch, line %d: %w", n, err)
		}
		text := strings.TrimSpace(strings.TrimPrefix(string(raw), "\ufeff"))
		for rest := long; rest; {
			if _, rest, err = in.ReadLine(); err != nil && !errors.Is(err, io.EOF) {
				return b, fmt.Errorf("read batch, line %d: %w", n, err)
			}
		}
		if text == "" || text[0] == '#' || b == (Batch{}) && isHead(text) {
			continue
		}
		line := batchLine{Line: n}
		a, err := line.ask(text, long, env, explain)
		if err == nil {
			line.Answer = &a
			b.Answered++
		} else {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				return b, fmt.Errorf("line %d: %w", n, err)
			}
			line.Error, line.Args = f.Code, f.Args
			if say != nil {
				line.Message = say(f)
			}
			b.Refused++
		}
		if err := enc.Encode(line); err != nil {
			return b, fmt.Errorf("write line %d: %w", n, err)
		}
	}
}

// isHead tells a head line: its first column is called start.
func isHead(text string) bool {
	first, _, _ := strings.Cut(text, ",")
	return strings.EqualFold(cell(first), "start")
}

func (l *batchLine) ask(text string, long bool, env Env, explain bool) (Answer, error) {
	start, limit, two := strings.Cut(text, ",")
	limit, _, _ = strings.Cut(limit, ",")
	if long || !two {
		return Answer{}, ErrLine.With("text", clip(text))
	}
	l.Start, l.Limit = cell(start), cell(limit)
	return Ask(l.Start, l.Limit, env, explain)
}

func cell(s string) string { return strings.Trim(strings.TrimSpace(s), `"`) }

// clip keeps what strangers wrote short enough to be shown back to them.
func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
