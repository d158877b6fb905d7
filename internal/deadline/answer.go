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
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return time.Time{}, ErrStart.With("text", s)
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
	Error string         `json:"error,omitempty"` // key of the refusal
	Args  map[string]any `json:"args,omitempty"`
}

// AskAll reads start,limit lines and writes one JSON object a line: the answer, or
// "error" with the key of the refusal and "args". Empty lines, comment lines (#) and a
// head line are passed over. It returns how many lines were answered and refused.
func AskAll(r io.Reader, w io.Writer, env Env, explain bool) (answered, refused int, err error) {
	in := bufio.NewScanner(r)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; in.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(in.Text(), "\ufeff"))
		if text == "" || text[0] == '#' || n == 1 && strings.HasPrefix(text, "start") {
			continue
		}
		start, limit, _ := strings.Cut(text, ",")
		limit, _, _ = strings.Cut(limit, ",") // further columns are the asker's own
		line := batchLine{Line: n, Start: strings.Trim(strings.TrimSpace(start), `"`), Limit: strings.Trim(strings.TrimSpace(limit), `"`)}
		if a, err := Ask(line.Start, line.Limit, env, explain); err == nil {
			line.Answer = &a
			answered++
		} else {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				return answered, refused, fmt.Errorf("line %d: %w", n, err)
			}
			line.Error, line.Args = f.Code, f.Args
			refused++
		}
		if err := enc.Encode(line); err != nil {
			return answered, refused, fmt.Errorf("write line %d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return answered, refused, fmt.Errorf("read batch: %w", err)
	}
	return answered, refused, out.Flush()
}
