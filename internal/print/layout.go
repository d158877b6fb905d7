package print

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// page is a size of paper with its margins, in mm.
type page struct{ w, h, left, right, top, bottom float64 }

func (p page) inner() float64 { return p.w - p.left - p.right }

// pages are the sizes a form may ask for.
// law: TT01-2018 9 — forms 01 to 05 are A5, the register A4.
var pages = map[string]page{
	"":             {148, 210, 13, 10, 9, 8},
	"A5":           {148, 210, 13, 10, 9, 8},
	"A4":           {210, 297, 25, 15, 15, 14},
	"A4-landscape": {297, 210, 12, 12, 14, 12},
}

const (
	leading, tightLeading  = 1.2, 1.13 // line height over type size; Tinos needs 1.11 for stacked marks (ế, ộ)
	ascent                 = 0.86      // baseline below the top of the line, over type size
	largest, smallest      = 11.0, 8.0
	headShare, headGap     = 0.4, 3.0 // of the width, for the issuing body; mm between both sides
	qrSide, qrSmall        = 22.0, 18.0
	signSpace, denseBelow  = 13.0, 9.0 // mm; below this type size the paper is packed closer
	thin                   = 0.2
	smallPrint, finePrint  = 8.0, 7.0
	pageNumberSpace        = 4.5
	cellPad, tableSize     = 1.0, 1.0  // mm; points below the body
	stretch, spaceAfter    = 2.0, 0.25 // widest space of a justified line, in spaces; paragraph space over type size
	stepDown, leastOnPages = 0.5, 9.5
)

// op is one thing to draw, in mm from the top left of its page. Golden tests compare ops.
type op struct {
	Page  int     `json:"page"`
	Kind  string  `json:"kind"` // text, line, qr
	X     float64 `json:"x"`
	Y     float64 `json:"y"` // of the baseline for text
	W     float64 `json:"w,omitempty"`
	H     float64 `json:"h,omitempty"`
	Style style   `json:"style,omitempty"`
	Size  float64 `json:"size,omitempty"`
	Text  string  `json:"text,omitempty"`
}

// limits shorten a paper that must fit one page. The zero value shortens nothing.
type limits struct {
	para int // lines of a paragraph
	cell int // lines of a table cell
	cut  int // rows left out at the end of each table
}

// sheet is a layout in the making.
type sheet struct {
	limits
	pg   page
	ops  []op
	page int     // from 1
	y    float64 // top of what comes next
	base float64 // type size of the body, pt

	onePage bool // keeps no room for a page number
}

// lay puts p on pages: as few as it can, in the largest type that keeps them few.
func (p paper) lay() []op {
	if p.form.OnePage {
		return p.layOne().ops
	}
	if p.form.Size > 0 {
		return p.numbered(p.try(p.form.Size, limits{}))
	}
	var best *sheet
	for base := largest; base >= leastOnPages; base -= stepDown {
		if s := p.try(base, limits{}); best == nil || s.page < best.page {
			best = s
		}
	}
	// A little smaller is better than a second sheet that could be lost; more than that is not.
	for base := leastOnPages - stepDown; best.page > 1 && best.page <= 3 && base >= smallest; base -= stepDown {
		if s := p.try(base, limits{}); s.page < best.page {
			best = s
		}
	}
	return p.numbered(best)
}

// layOne keeps p on one page whatever it holds: smaller type first, then fewer lines for what is
// long, then fewer rows. Lines that are short on every dossier (dates, limit, code) are never cut.
func (p paper) layOne() *sheet {
	for base := largest; base >= smallest; base -= stepDown {
		if s := p.try(base, limits{}); s.page == 1 {
			return s
		}
	}
	for _, l := range []limits{{para: 4, cell: 3}, {para: 3, cell: 2}, {para: 3, cell: 1}, {para: 2, cell: 1}} {
		if s := p.try(smallest, l); s.page == 1 {
			return s
		}
	}
	rows := 0
	for _, l := range p.lists {
		rows = max(rows, len(l))
	}
	var s *sheet
	for _, l := range []limits{{para: 3, cell: 2}, {para: 3, cell: 1}, {para: 2, cell: 1}, {para: 1, cell: 1}} {
		shown := sort.Search(rows, func(n int) bool { // most rows that fit
			return p.try(smallest, limits{l.para, l.cell, rows - n - 1}).page > 1
		})
		s = p.try(smallest, limits{l.para, l.cell, rows - shown})
		if s.page == 1 && shown >= min(rows, fewRows) {
			break
		}
	}
	return s
}

// fewRows is how many papers a receipt should name before its longer lines are shortened further.
const fewRows = 12

// leastName is how many lines the name of a body or a signatory may always take.
const leastName = 3

// page is the paper the form is drawn on.
func (p paper) page() page { return pages[p.form.Paper] }

// try lays p out once.
func (p paper) try(base float64, l limits) *sheet {
	pg := p.page()
	s := &sheet{pg: pg, limits: l, page: 1, y: pg.top, base: base, onePage: p.form.OnePage}
	s.head(p, p.values)
	for _, b := range p.form.Body {
		if s.lost() {
			return s
		}
		if b.If.holds(p.values) {
			s.block(p, b, p.values)
		}
	}
	s.foot(p, p.values)
	return s
}

// lost tells that the paper should have fitted one page and does not: the rest need not be laid out.
func (s *sheet) lost() bool { return s.onePage && s.page > 1 }

// numbered adds page numbers when there is more than one page.
func (p paper) numbered(s *sheet) []op {
	if s.page == 1 {
		return s.ops
	}
	for n := 1; n <= s.page; n++ {
		v := values{"page": strconv.Itoa(n), "pages": strconv.Itoa(s.page)}
		t := p.set.Page.plain(v)
		w := faces[""].width(t, smallPrint)
		s.ops = append(s.ops, op{Page: n, Kind: "text", X: round2(s.pg.w - s.pg.right - w), Y: round2(s.pg.h - s.pg.bottom + 2), Size: smallPrint, Text: t})
	}
	return s.ops
}

func (s *sheet) dense() bool { return s.base < denseBelow }

func (s *sheet) lineHeight(size float64) float64 {
	if s.dense() {
		return size * tightLeading * mmPerPt
	}
	return size * leading * mmPerPt
}

func (s *sheet) bottom() float64 {
	if s.onePage {
		return s.pg.h - s.pg.bottom
	}
	return s.pg.h - s.pg.bottom - pageNumberSpace
}

// need starts a new page when h mm do not fit on this one.
func (s *sheet) need(h float64) bool {
	if s.y+h <= s.bottom() || s.y <= s.pg.top {
		return false
	}
	s.page++
	s.y = s.pg.top
	return true
}

func (s *sheet) text(x, y float64, st style, size float64, t string) {
	s.ops = append(s.ops, op{Page: s.page, Kind: "text", X: round2(x), Y: round2(y), Style: st, Size: size, Text: t})
}

// line draws a rule; w and h are its extent, one of them zero.
func (s *sheet) line(x, y, w, h float64) {
	s.ops = append(s.ops, op{Page: s.page, Kind: "line", X: round2(x), Y: round2(y), W: round2(w), H: round2(h)})
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }

// word is what cannot be broken: pieces that touch each other.
type word struct {
	pieces []span
	width  float64
	brk    bool // a line ends after it
}

// words splits spans at spaces; a word wider than w is broken.
func words(spans []span, size, w float64) []word {
	var out []word
	var cur word
	end := func(brk bool) {
		if len(cur.pieces) > 0 || brk {
			cur.brk = brk
			out = append(out, cur)
		}
		cur = word{}
	}
	for _, sp := range spans {
		f := faces[styleOf(sp.bold, sp.italic)]
		rest := f.drawable(sp.text)
		for rest != "" {
			i := strings.IndexAny(rest, " \n")
			part, sep := rest, byte(0)
			if i >= 0 {
				part, sep, rest = rest[:i], rest[i], rest[i+1:]
			} else {
				rest = ""
			}
			for part != "" {
				fit := part
				if !f.fits(part, size, w-cur.width) {
					fit = f.fitting(part, size, w-cur.width)
					if fit == "" && len(cur.pieces) > 0 {
						end(false)
						continue
					}
					if fit == "" { // a column narrower than a letter: one letter a line
						_, n := utf8.DecodeRuneInString(part)
						fit = part[:n]
					}
				}
				cur.pieces = append(cur.pieces, span{fit, sp.bold, sp.italic})
				cur.width += f.width(fit, size)
				part = part[len(fit):]
				if part != "" {
					end(false)
				}
			}
			switch sep {
			case ' ':
				end(false)
			case '\n':
				end(true)
			}
		}
	}
	end(false)
	return out
}

// fits tells whether s is at most w wide, without measuring more of it than that.
func (f *face) fits(s string, size, w float64) bool {
	n, most := 0, int(w*1000/(size*mmPerPt))
	for _, r := range s {
		if n += max(f.advance(r), 0); n > most {
			return false
		}
	}
	return true
}

// fitting returns the longest start of s that fits in w, broken after a mark where there is one late enough.
func (f *face) fitting(s string, size, w float64) string {
	last, mark := 0, 0
	x := 0.0
	for i, r := range s {
		x += f.width(string(r), size)
		if x > w {
			break
		}
		last = i + utf8.RuneLen(r)
		if strings.ContainsRune("/-_.@;,", r) {
			mark = last
		}
	}
	if mark > last/2 {
		return s[:mark]
	}
	return s[:last]
}

// lines breaks words into lines of width w, the first indented by indent.
func lines(ws []word, size, w, indent float64) [][]word {
	space := faces[""].width(" ", size)
	var out [][]word
	var cur []word
	x := indent
	for _, wd := range ws {
		if len(cur) > 0 && x+space+wd.width > w+0.01 {
			out = append(out, cur)
			cur, x = nil, 0
		}
		if len(cur) > 0 {
			x += space
		}
		cur = append(cur, wd)
		x += wd.width
		if wd.brk {
			out = append(out, cur)
			cur, x = nil, indent
		}
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}

// shorten keeps the first n lines (all when n is 0) and ends the last with "…".
func shorten(ls [][]word, n int, size, w float64) [][]word {
	if n == 0 || len(ls) <= n {
		return ls
	}
	last := slices.Clone(ls[n-1])
	if !last[len(last)-1].brk {
		last = append(last, ls[n][0]) // what of it fits still shows
	}
	ls = slices.Clone(ls[:n])
	space, dots := faces[""].width(" ", size), faces[""].width("…", size)
	over := func() float64 { // by how much the line is too long
		x := -space + dots - w
		for _, wd := range last {
			x += wd.width + space
		}
		return x
	}
	for len(last) > 1 && over() > 0 {
		if wd := last[len(last)-1].width; wd >= w/3 && over() < wd {
			break
		}
		last = last[:len(last)-1]
	}
	end := last[len(last)-1]
	end.pieces = slices.Clone(end.pieces)
	if n := len(end.pieces) - 1; n >= 0 && over() > 0 { // a long word gives up letters, not its place
		pc := &end.pieces[n]
		f := faces[styleOf(pc.bold, pc.italic)]
		was := f.width(pc.text, size)
		room := was - over()
		for pc.text != "" && f.width(pc.text, size) > room {
			_, cut := utf8.DecodeLastRuneInString(pc.text)
			pc.text = pc.text[:len(pc.text)-cut]
		}
		end.width -= was - f.width(pc.text, size)
	}
	end.pieces = append(end.pieces, span{text: "…"})
	end.width += dots
	end.brk = false
	last[len(last)-1] = end
	ls[n-1] = last
	return ls
}

// balanced breaks centred text into lines of about the same width, as titles are set by hand.
func balanced(ws []word, size, w float64) [][]word {
	best := lines(ws, size, w, 0)
	if len(best) < 2 || len(best) > 4 {
		return best
	}
	lo, hi := w/2, w
	for hi-lo > 0.5 {
		mid := (lo + hi) / 2
		if ls := lines(ws, size, mid, 0); len(ls) <= len(best) {
			best, hi = ls, mid
		} else {
			lo = mid
		}
	}
	return best
}

type align int

const (
	left align = iota
	center
	right
	justify
)

func alignOf(s string) align {
	switch s {
	case "center":
		return center
	case "right":
		return right
	case "justify":
		return justify
	}
	return left
}

// put draws one line of words at x, with the top of the line at y.
func (s *sheet) put(ws []word, x, y, w, size float64, a align, last bool) {
	space := faces[""].width(" ", size)
	total := -space
	for _, wd := range ws {
		total += wd.width + space
	}
	gap := space
	switch a {
	case center:
		x += (w - total) / 2
	case right:
		x += w - total
	case justify:
		if n := len(ws) - 1; !last && n > 0 && !ws[n].brk {
			if g := space + (w-total)/float64(n); g <= stretch*space {
				gap = g
			}
		}
	}
	y += (s.lineHeight(size)-size*mmPerPt)/2 + size*ascent*mmPerPt
	// Words of one style are drawn in one go, with their spaces, so that text copies as it reads.
	// A stretched line goes word by word, each with its space.
	var run strings.Builder
	var runStyle style
	runX := x
	flush := func() {
		if run.Len() > 0 {
			s.text(runX, y, runStyle, size, run.String())
			run.Reset()
		}
	}
	for i, wd := range ws {
		for j, pc := range wd.pieces {
			st := styleOf(pc.bold, pc.italic)
			if st != runStyle || (gap != space && j == 0) {
				flush()
				runX, runStyle = x, st
			}
			if run.Len() == 0 {
				runX = x
			}
			run.WriteString(pc.text)
			x += faces[st].width(pc.text, size)
		}
		if i < len(ws)-1 {
			if run.Len() > 0 {
				run.WriteByte(' ') // a space is as wide in every style of the family
			}
			x += gap
		}
	}
	flush()
}

// paragraph draws spans in the column (x, w) and moves down; lines go to the next page when they must.
func (s *sheet) paragraph(spans []span, x, w, size float64, a align, indent float64) {
	ls := lines(words(spans, size, w-indent), size, w, indent)
	if a == center {
		ls = balanced(words(spans, size, w), size, w)
	}
	most := s.para
	if most > 0 && a == center { // names of bodies and signatories
		most = max(most, leastName)
	}
	ls = shorten(ls, most, size, w)
	for i, l := range ls {
		if i == 0 && len(ls) > 1 {
			s.need(2 * s.lineHeight(size)) // no single first line at the foot of a page
		}
		s.need(s.lineHeight(size))
		in := 0.0
		if i == 0 || ls[i-1][len(ls[i-1])-1].brk {
			in = indent
		}
		s.put(l, x+in, s.y, w-in, size, a, i == len(ls)-1)
		s.y += s.lineHeight(size)
	}
}

func (s *sheet) plain(t, st string, x, w, size float64, a align) {
	s.paragraph([]span{{t, strings.Contains(st, "B"), strings.Contains(st, "I")}}, x, w, size, a, 0)
}

// head draws the issuing body, the country, the number, the date and the title.
func (s *sheet) head(p paper, v values) {
	if m := p.form.Mark.plain(v); m != "" {
		s.plain(m, "B", s.pg.left, s.pg.inner(), smallPrint, right)
		s.y += 0.6
	}
	top := s.y
	headLeft := s.pg.inner() * headShare
	rx, rw := s.pg.left+headLeft+headGap, s.pg.inner()-headLeft-headGap
	size := max(smallest, s.base-2)
	s.plain(strings.ToUpper(v["parent"]), "", s.pg.left, headLeft, size, center)
	s.plain(strings.ToUpper(v["agency"]), "B", s.pg.left, headLeft, size, center)
	s.line(s.pg.left+headLeft/3, s.y+0.5, headLeft/3, 0)
	s.y += 1.4
	if n := choose(p.form.Number, v); n != "" {
		s.plain(n, "", s.pg.left, headLeft, size, center)
	}
	leftEnd := s.y

	s.y = top
	country := p.set.Country.plain(v)
	csize := size
	for faces["B"].width(country, csize) > rw && csize > 6 {
		csize -= 0.25
	}
	s.plain(country, "B", rx, rw, csize, center)
	motto := p.set.Motto.plain(v)
	msize := max(smallest, s.base-1.5)
	s.plain(motto, "B", rx, rw, msize, center)
	mw := faces["B"].width(motto, msize)
	s.line(rx+(rw-mw)/2, s.y+0.5, mw, 0)
	s.y += 1.4
	if d := p.set.placeAndDay(p.head); d != "" {
		s.plain(d, "I", rx, rw, max(smallest, s.base-1.5), center)
	}
	s.y = max(s.y, leftEnd) + s.base*0.35*mmPerPt*2

	if t := choose(p.form.Titles, v); t != "" {
		s.plain(t, "B", s.pg.left, s.pg.inner(), s.base+1.5, center)
	}
	for _, t := range p.form.Under {
		if sp := t.fill(v); len(sp) > 0 {
			s.paragraph(sp, s.pg.left, s.pg.inner(), s.base, center, 0)
		}
	}
	s.gap(0.5)
}

// gap moves down by n lines of type, never at the top of a page.
func (s *sheet) gap(n float64) {
	if s.dense() {
		n *= 0.4
	}
	if s.y > s.pg.top {
		s.y += n * s.base * mmPerPt
	}
}

func (s *sheet) block(p paper, b block, v values) {
	switch {
	case len(b.Sign) > 0:
		s.sign(b, v)
	case b.Table != "":
		s.table(b, p.lists[b.Table])
	case b.List != "":
		for _, row := range p.lists[b.List] {
			s.paragraph(b.Item.fill(row), s.pg.left, s.pg.inner(), s.base, justify, 0)
			s.gap(spaceAfter)
		}
	case len(b.Row) > 0:
		s.row(b, v)
	default:
		if sp := b.Para.fill(v); len(sp) > 0 {
			s.paragraph(sp, s.pg.left, s.pg.inner(), s.base, alignOf(b.Align), b.Indent*s.base*mmPerPt)
			s.gap(spaceAfter)
		}
	}
}

// row draws short fields side by side when they fit, else below each other.
func (s *sheet) row(b block, v values) {
	var cells [][]span
	widest := 0.0
	for _, t := range b.Row {
		if sp := t.fill(v); len(sp) > 0 {
			cells = append(cells, sp)
			w := 0.0
			for _, x := range sp {
				w += faces[styleOf(x.bold, x.italic)].width(x.text, s.base)
			}
			widest = max(widest, w)
		}
	}
	if len(cells) == 0 {
		return
	}
	col := s.pg.inner() / float64(len(cells))
	if widest > col-2 {
		for _, c := range cells {
			s.paragraph(c, s.pg.left, s.pg.inner(), s.base, left, 0)
			s.gap(spaceAfter)
		}
		return
	}
	s.need(s.lineHeight(s.base))
	y := s.y
	for i, c := range cells {
		s.y = y
		s.paragraph(c, s.pg.left+float64(i)*col, col, s.base, left, 0)
	}
	s.gap(spaceAfter)
}

// table draws rows with rules around every cell; the head is repeated on each page.
func (s *sheet) table(b block, rows []values) {
	if len(rows) == 0 {
		return
	}
	cut := min(s.cut, len(rows))
	shown := rows[:len(rows)-cut]
	size := max(smallest, s.base-tableSize)
	var cols []column
	flex, fixed := 0, 0.0
	for _, c := range b.Columns {
		if c.Drop {
			used := false
			for _, r := range rows {
				used = used || len(c.Value.fill(r)) > 0
			}
			if !used {
				continue
			}
		}
		if c.Width == 0 {
			flex++
		}
		fixed += c.Width
		cols = append(cols, c)
	}
	width := func(c column) float64 {
		if c.Width == 0 {
			return (s.pg.inner() - fixed) / float64(max(flex, 1))
		}
		return c.Width
	}
	head := func() {
		s.cells(cols, width, size, func(c column) ([]span, align) {
			sp := c.Head.fill(values{})
			for i := range sp {
				sp[i].bold = true
			}
			return sp, center
		}, nil)
	}
	s.need(4 * s.lineHeight(size))
	head()
	for _, r := range shown {
		if s.lost() {
			return
		}
		s.cells(cols, width, size, func(c column) ([]span, align) { return c.Value.fill(r), alignOf(c.Align) }, head)
	}
	if cut > 0 {
		if sp := b.More.fill(values{"n": strconv.Itoa(cut)}); len(sp) > 0 {
			s.y += 0.4
			s.paragraph(sp, s.pg.left, s.pg.inner(), size, left, 0)
		}
	}
	s.gap(spaceAfter * 2)
}

// cells draws one row of a table; again repeats the head after a page break and is nil for the head itself.
func (s *sheet) cells(cols []column, width func(column) float64, size float64, cell func(column) ([]span, align), again func()) {
	lh := s.lineHeight(size)
	most := int((s.bottom()-s.pg.top)/lh) - 6 // a cell longer than a page is cut
	tall := 1
	text := make([][][]word, len(cols))
	as := make([]align, len(cols))
	for i, c := range cols {
		sp, a := cell(c)
		w := width(c) - 2*cellPad
		ls := lines(words(sp, size, w), size, w, 0)
		if again != nil { // a head is never cut
			ls = shorten(ls, s.cell, size, w)
		}
		ls = shorten(ls, most, size, w)
		text[i], as[i] = ls, a
		tall = max(tall, len(ls))
	}
	air := 0.6
	if s.dense() {
		air = 0.3
	}
	h := float64(tall)*lh + air
	if s.need(h) && again != nil {
		again()
	}
	x := s.pg.left
	for i, c := range cols {
		w := width(c)
		y := s.y + air/2
		if as[i] == center {
			y += float64(tall-len(text[i])) * lh / 2
		}
		for j, l := range text[i] {
			s.put(l, x+cellPad, y+float64(j)*lh, w-2*cellPad, size, as[i], true)
		}
		x += w
	}
	s.line(s.pg.left, s.y, x-s.pg.left, 0)
	s.line(s.pg.left, s.y+h, x-s.pg.left, 0)
	at := s.pg.left
	for _, c := range cols {
		s.line(at, s.y, 0, h)
		at += width(c)
	}
	s.line(at, s.y, 0, h)
	s.y += h
}

// sign draws the block of signatures, kept together.
func (s *sheet) sign(b block, v values) {
	var who []sign
	for _, g := range b.Sign {
		if g.If.holds(v) {
			who = append(who, g)
		}
	}
	if len(who) == 0 {
		return
	}
	s.gap(0.4)
	size := max(smallest, s.base-0.5)
	space := signSpace * s.base / largest
	if s.dense() {
		space = signSpace * 0.62
	}
	s.need(6*s.lineHeight(size) + space)
	top, end := s.y, s.y
	w := s.pg.inner() / float64(max(len(who), 2))
	for i, g := range who {
		x := s.pg.left + float64(i)*w
		if len(who) == 1 { // a single signature stands on the right
			x = s.pg.left + w
		}
		s.y = top
		page := s.page
		if t := g.Title.plain(v); t != "" {
			s.plain(t, "B", x, w, size, center)
		}
		if t := g.Note.plain(v); t != "" {
			s.plain(t, "I", x, w, size, center)
		}
		s.y += space
		if t := g.Name.plain(v); t != "" {
			s.plain(t, "B", x, w, size, center)
		}
		if s.page == page {
			end = max(end, s.y)
		} else {
			end, top = s.y, s.y
		}
	}
	s.y = end
	s.gap(0.3)
}

// foot draws the notes and the tracking block at the foot of the last page.
func (s *sheet) foot(p paper, v values) {
	x, w := s.pg.left, s.pg.inner()
	qr := qrSide
	if s.dense() {
		qr = qrSmall
	}
	if p.trace.Address != "" {
		x += qr + 2
		w -= qr + 2
	}
	type entry struct {
		ls   [][]word
		size float64
	}
	var es []entry
	h := 0.0
	add := func(sp []span, size float64) {
		if len(sp) > 0 {
			e := entry{shorten(lines(words(sp, size, w), size, w, 0), s.para, size, w), size}
			es = append(es, e)
			h += float64(len(e.ls)) * s.lineHeight(size)
		}
	}
	if p.trace != (Trace{}) {
		for i, t := range p.set.Foot {
			size := smallPrint
			if i == len(p.set.Foot)-1 { // the journal head, read by machines and lawyers
				size = finePrint
			}
			add(t.fill(v), size)
		}
	}
	for _, t := range p.form.Notes {
		add(t.fill(v), smallPrint)
	}
	if len(es) == 0 && p.trace.Address == "" {
		return
	}
	if p.trace.Address != "" {
		h = max(h, qr)
	}
	s.need(h + 1.5)
	floor := s.bottom()
	if s.page == 1 {
		floor = s.pg.h - s.pg.bottom // no page number below
	}
	y := floor - h
	s.line(s.pg.left, y-1.2, s.pg.inner(), 0)
	if p.trace.Address != "" {
		s.ops = append(s.ops, op{Page: s.page, Kind: "qr", X: s.pg.left, Y: round2(y), W: qr, H: qr, Text: p.trace.Address})
	}
	for _, e := range es {
		for i, l := range e.ls {
			s.put(l, x, y, w, e.size, left, i == len(e.ls)-1)
			y += s.lineHeight(e.size)
		}
	}
	s.y = floor
}
