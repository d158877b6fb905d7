package component

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	qrcode "github.com/skip2/go-qrcode"

	"github.com/motcua/motcua/lang"
)

// chipClass names the tones apart instead of joining texts: chips are drawn fifty times a page.
func chipClass(t Tone) string {
	switch t {
	case InTime:
		return "chip chip-in-time"
	case DueSoon:
		return "chip chip-due-soon"
	case Overdue:
		return "chip chip-overdue"
	case Paused:
		return "chip chip-paused"
	case Done:
		return "chip chip-done"
	case Fault:
		return "chip chip-fault"
	case Notice:
		return "chip chip-notice"
	case Neutral:
	}
	return "chip"
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// colorScheme tells the browser how to draw its own parts before the style sheet is there.
func colorScheme(style string) string {
	if style == "desk.css" {
		return "light dark"
	}
	return "light"
}

func dateField(ctx context.Context, f Field) Field {
	if f.Hint == "" {
		f.Hint = lang.T(ctx, "ui.date-hint")
	}
	f.Mode, f.Width, f.MaxLength = "numeric", 10, 20
	data := templ.Attributes{"data-date": true}
	for k, v := range f.Data {
		data[k] = v
	}
	f.Data = data
	return f
}

func checkValue(f Field) string {
	if f.Value == "" {
		return "1"
	}
	return f.Value
}

// field adds the accepted formats and the limit to the hint.
func (f FileField) field(ctx context.Context) Field {
	out := f.Field
	var parts []string
	if out.Hint != "" {
		parts = append(parts, out.Hint)
	}
	if f.Formats != "" && f.Limit != "" {
		parts = append(parts, lang.T(ctx, "ui.file-hint", "formats", f.Formats, "limit", f.Limit))
	}
	out.Hint = strings.Join(parts, " ")
	return out
}

func (s Search) name() string {
	if s.Name == "" {
		return "q"
	}
	return s.Name
}

func (s Search) id() string {
	if s.ID == "" {
		return s.name()
	}
	return s.ID
}

func (c Column) class() string {
	var out []string
	if c.Numeric {
		out = append(out, "num")
	}
	if c.Width != "" {
		out = append(out, "col-"+c.Width)
	}
	return strings.Join(out, " ")
}

// frameAttrs let the keyboard scroll a table that is wider than the screen.
func frameAttrs(g Grid) templ.Attributes {
	if g.Stack {
		return nil
	}
	return templ.Attributes{"role": "region", "aria-label": g.Caption, "tabindex": "0"}
}

func tableAttrs(g Grid) templ.Attributes {
	if g.Keys {
		return templ.Attributes{"data-keys": true}
	}
	return nil
}

// stepNow says where the person is, for narrow screens where only the marks of the steps have room.
func stepNow(ctx context.Context, steps []Step) string {
	for i, s := range steps {
		if s.State == StepCurrent {
			return lang.T(ctx, "ui.step-of", "n", i+1, "of", len(steps), "step", s.Text)
		}
	}
	return ""
}

func (m Moment) state() StepState {
	if m.State == "" {
		return StepDone
	}
	return m.State
}

// qrImage draws the code as one path, so that it is sharp at every size and needs no other request.
func qrImage(text, alt string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			return fmt.Errorf("draw QR code: %w", err)
		}
		code.DisableBorder = true
		bitmap := code.Bitmap()
		var path strings.Builder
		for y, row := range bitmap {
			for x := 0; x < len(row); {
				if !row[x] {
					x++
					continue
				}
				run := x
				for run < len(row) && row[run] {
					run++
				}
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+4, y+4, run-x, run-x)
				x = run
			}
		}
		side := len(bitmap) + 8
		_, err = fmt.Fprintf(w, `<svg class="qr-image" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`+
			`<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`,
			side, side, templ.EscapeString(alt), side, side, path.String())
		return err
	})
}
