package component

import (
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"
)

// rowBuffers hold rows while they are drawn.
var rowBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 32<<10); return &b }}

// tableRows draws the body of a Grid. It is written by hand because the desk's lists have fifty rows of eight
// cells: as nested components they took four times as long as everything else on the page.
func tableRows(g Grid) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		held, _ := rowBuffers.Get().(*[]byte)
		b := (*held)[:0]
		defer func() {
			*held = b
			rowBuffers.Put(held)
		}()
		for i := range g.Rows {
			row := &g.Rows[i]
			b = append(b, "<tr"...)
			if row.Tone != "" {
				b = attribute(b, "class", "row-"+string(row.Tone))
			}
			if row.Current {
				b = append(b, ` aria-current="true"`...)
			}
			b = append(b, '>')
			if g.Select != "" {
				b = append(b, `<td class="col-select"><input class="row-check" type="checkbox"`...)
				b = attribute(b, "name", g.Select)
				b = attribute(b, "value", row.ID)
				if g.SelectForm != "" {
					b = attribute(b, "form", g.SelectForm)
				}
				b = attribute(b, "aria-label", row.Label)
				b = append(b, "></td>"...)
			}
			for j := range row.Cells {
				c := &row.Cells[j]
				b = g.openCell(b, j, c)
				if c.Content != nil {
					if _, err := w.Write(b); err != nil {
						return err
					}
					b = b[:0]
					if err := c.Content.Render(ctx, w); err != nil {
						return err
					}
				} else {
					b = c.append(b)
				}
				if c.Note != "" {
					b = append(b, `<span class="cell-note">`...)
					b = escaped(b, c.Note)
					b = append(b, "</span>"...)
				}
				b = append(b, "</td>"...)
			}
			b = append(b, "</tr>"...)
		}
		_, err := w.Write(b)
		return err
	})
}

// openCell begins a cell. Its column's title travels with it where rows become blocks on narrow screens.
func (g Grid) openCell(b []byte, column int, c *Cell) []byte {
	b = append(b, "<td"...)
	numeric := column < len(g.Columns) && g.Columns[column].Numeric
	if numeric || c.Code || c.Clip {
		b = append(b, ` class="`...)
		if numeric {
			b = append(b, "num "...)
		}
		if c.Code {
			b = append(b, "code-text "...)
		}
		if c.Clip {
			b = append(b, "clip "...)
		}
		b = append(b[:len(b)-1], '"')
	}
	if g.Stack && column < len(g.Columns) && !g.Columns[column].Hidden { // a hidden title's control says it itself
		b = attribute(b, "data-title", g.Columns[column].Title)
	}
	return append(b, '>')
}

func (c *Cell) append(b []byte) []byte {
	switch {
	case c.Chip != "":
		b = append(b, `<span class="`...)
		b = append(b, chipClass(c.Chip)...)
		b = append(b, `">`...)
		b = append(b, svgOpen...)
		b = append(b, drawings[c.Chip.icon()]...)
		b = append(b, `</svg><span>`...)
		b = escaped(b, c.Text)
		return append(b, "</span></span>"...)
	case c.Href != "":
		b = append(b, "<a"...)
		b = attribute(b, "href", c.Href)
		if c.Clip {
			b = attribute(b, "title", c.Text)
		}
		b = append(b, '>')
		b = escaped(b, c.Text)
		return append(b, "</a>"...)
	case c.Clip:
		b = append(b, "<span"...)
		b = attribute(b, "title", c.Text)
		b = append(b, '>')
		b = escaped(b, c.Text)
		return append(b, "</span>"...)
	}
	return escaped(b, c.Text)
}

func attribute(b []byte, name, value string) []byte {
	b = append(b, ' ')
	b = append(b, name...)
	b = append(b, `="`...)
	b = escaped(b, value)
	return append(b, '"')
}

// escaped appends text so that it stays text, in an element as in a quoted attribute.
func escaped(b []byte, s string) []byte {
	last := 0
	for i := range len(s) {
		var to string
		switch s[i] {
		case '&':
			to = "&amp;"
		case '<':
			to = "&lt;"
		case '>':
			to = "&gt;"
		case '"':
			to = "&#34;"
		case '\'':
			to = "&#39;"
		default:
			continue
		}
		b = append(b, s[last:i]...)
		b = append(b, to...)
		last = i + 1
	}
	return append(b, s[last:]...)
}
