package sign

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// file is the bytes of a PDF with what was read of them. Its views share the budgets, so that a file
// costs the same however often it is looked at.
type file struct {
	b        []byte
	nodes    int // budget left
	entries  int // budget left
	inflated int // budget left
	sections map[int]*section
	packed   map[int]*pack
	objects  map[place]any
	gaps     map[place][2]int
}

// section is one cross-reference section: a table or a stream.
type section struct {
	at      int
	table   bool
	entries map[int]entry
	trailer dict
}

// entry tells where an object lies: free, at an offset, or in an object stream.
type entry struct {
	kind   byte // 0 free, 1 offset, 2 in an object stream
	offset int  // offset, or number of the object stream
	index  int  // generation, or index in the object stream
}

// place is where an object truly lies, whichever view asks: offset of it or of its object stream.
type place struct{ offset, index int }

// nowhere is the place of objects that are free or unknown: they read as null.
var nowhere = place{-1, -1}

// pack is an unpacked object stream.
type pack struct {
	b       []byte
	offsets []int
	numbers []int
}

// view is the document as it stood at the end of one revision.
type view struct {
	f        *file
	end      int // one past its last byte
	sections []*section
	root     ref
	trailer  dict
}

func newFile(b []byte) *file {
	return &file{
		b: b, nodes: maxNodes, entries: maxEntries, inflated: maxUnpacked,
		sections: map[int]*section{}, packed: map[int]*pack{}, objects: map[place]any{}, gaps: map[place][2]int{},
	}
}

// view opens the document as its first end bytes tell it.
func (f *file) view(end int) (*view, error) {
	tail := f.b[max(0, end-1024-64):end]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return nil, fmt.Errorf("startxref: %w", errSyntax)
	}
	r := f.reader(end - len(tail) + i + len("startxref"))
	start, ok := r.integer()
	if !ok {
		return nil, fmt.Errorf("startxref: %w", errSyntax)
	}
	v := &view{f: f, end: end}
	seen := map[int]bool{}
	for next := []int{start}; len(next) > 0; {
		off := next[0]
		next = next[1:]
		if seen[off] {
			continue
		}
		seen[off] = true
		if len(v.sections) >= maxSections {
			return nil, errLimit
		}
		s, err := f.section(off)
		if err != nil {
			return nil, fmt.Errorf("cross-reference at %d: %w", off, err)
		}
		if off >= end {
			return nil, fmt.Errorf("cross-reference at %d: %w", off, errSyntax)
		}
		v.sections = append(v.sections, s)
		if v.trailer == nil {
			v.trailer = s.trailer
		}
		// A table's companion stream is looked into before older sections.
		if x, ok := whole(s.trailer["XRefStm"]); ok && s.table {
			next = append(next, x)
		}
		if p, ok := whole(s.trailer["Prev"]); ok {
			next = append(next, p)
		}
	}
	root, ok := v.trailer["Root"].(ref)
	if !ok {
		return nil, fmt.Errorf("trailer: %w", errSyntax)
	}
	v.root = root
	return v, nil
}

func (f *file) reader(at int) *reader { return &reader{b: f.b, at: at, nodes: &f.nodes} }

// whole reads a number that is not negative; fractions of nothing ("12.0") count.
func whole(o any) (int, bool) {
	n, ok := o.(number)
	if !ok {
		return 0, false
	}
	if v, ok := digits(string(n)); ok {
		return v, true
	}
	x, err := strconv.ParseFloat(string(n), 64)
	if err != nil || x < 0 || x > 1e12 || x != float64(int(x)) {
		return 0, false
	}
	return int(x), true
}

// section reads the cross-reference section at an offset, once.
func (f *file) section(off int) (*section, error) {
	if s, ok := f.sections[off]; ok {
		return s, nil
	}
	if off <= 0 || off >= len(f.b) {
		return nil, errSyntax
	}
	r := f.reader(off)
	var s *section
	var err error
	if r.keyword("xref") {
		s, err = f.table(r)
	} else {
		s, err = f.xrefStream(off)
	}
	if err != nil {
		return nil, err
	}
	s.at = off
	f.sections[off] = s
	return s, nil
}

func (f *file) table(r *reader) (*section, error) {
	s := &section{table: true, entries: map[int]entry{}}
	for !r.keyword("trailer") {
		first, ok := r.integer()
		count, ok2 := r.integer()
		if !ok || !ok2 || first+count > maxObject+1 {
			return nil, errSyntax
		}
		if f.entries -= count; f.entries < 0 {
			return nil, errLimit
		}
		for n := first; n < first+count; n++ {
			off, ok := r.integer()
			gen, ok2 := r.integer()
			if !ok || !ok2 {
				return nil, errSyntax
			}
			r.skip()
			var e entry
			switch r.word() {
			case "n":
				e = entry{kind: 1, offset: off, index: gen}
			case "f":
			default:
				return nil, errSyntax
			}
			if _, twice := s.entries[n]; !twice {
				s.entries[n] = e
			}
		}
	}
	o, err := r.object(0)
	if err != nil {
		return nil, err
	}
	d, ok := o.(dict)
	if !ok {
		return nil, errSyntax
	}
	s.trailer = d
	return s, nil
}

func (f *file) xrefStream(off int) (*section, error) {
	_, o, _, err := f.indirect(off, nil)
	if err != nil {
		return nil, err
	}
	st, ok := o.(*stream)
	if !ok || st.dict["Type"] != name("XRef") {
		return nil, errSyntax
	}
	b, err := f.decode(st)
	if err != nil {
		return nil, err
	}
	widths, ok := st.dict["W"].(array)
	if !ok || len(widths) != 3 {
		return nil, errSyntax
	}
	var w [3]int
	for i := range w {
		if w[i], ok = whole(widths[i]); !ok || w[i] > 8 {
			return nil, errSyntax
		}
	}
	row := w[0] + w[1] + w[2]
	if row == 0 {
		return nil, errSyntax
	}
	size, ok := whole(st.dict["Size"])
	if !ok || size > maxObject+1 {
		return nil, errSyntax
	}
	index, ok := st.dict["Index"].(array)
	if !ok {
		index = array{number("0"), number(strconv.Itoa(size))}
	}
	s := &section{entries: map[int]entry{}, trailer: st.dict}
	for i := 0; i+1 < len(index); i += 2 {
		first, ok := whole(index[i])
		count, ok2 := whole(index[i+1])
		if !ok || !ok2 || first+count > maxObject+1 {
			return nil, errSyntax
		}
		if f.entries -= count; f.entries < 0 {
			return nil, errLimit
		}
		for n := first; n < first+count; n++ {
			if len(b) < row {
				return nil, errSyntax
			}
			e := entry{kind: 1, offset: uintOf(b[w[0] : w[0]+w[1]]), index: uintOf(b[w[0]+w[1] : row])}
			if w[0] > 0 {
				k := uintOf(b[:w[0]])
				if k < 0 || k > 2 {
					k = 0
				}
				e.kind = byte(k) // #nosec G115 -- 0, 1 or 2
			}
			b = b[row:]
			if _, twice := s.entries[n]; !twice {
				s.entries[n] = e
			}
		}
	}
	return s, nil
}

// uintOf reads a number of up to eight bytes; what does not fit is no offset: -1.
func uintOf(b []byte) int {
	n := uint64(0)
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	if n > 1<<40 {
		return -1
	}
	return int(n)
}

// entry finds the newest entry of an object. What a table calls free may be in its companion stream.
func (v *view) entry(n int) (entry, bool) {
	for i, s := range v.sections {
		e, ok := s.entries[n]
		if !ok {
			continue
		}
		if e.kind == 0 && s.table && i+1 < len(v.sections) {
			if x, ok := whole(s.trailer["XRefStm"]); ok && v.sections[i+1].at == x {
				if e, ok := v.sections[i+1].entries[n]; ok {
					return e, true
				}
			}
		}
		return e, true
	}
	return entry{}, false
}

// place tells where the object of a number lies in this view.
func (v *view) place(n int) place {
	e, ok := v.entry(n)
	switch {
	case !ok || e.kind == 0 || e.offset <= 0 && e.kind == 1:
		return nowhere
	case e.kind == 1 && e.offset >= v.end:
		return nowhere // beyond this revision: whatever stands there was written later
	case e.kind == 1:
		return place{e.offset, -1}
	}
	c, ok := v.entry(e.offset)
	if !ok || c.kind != 1 || c.offset <= 0 || c.offset >= v.end {
		return nowhere
	}
	return place{c.offset, e.index}
}

// load reads the object with the number as it stands in the view; null when there is none.
func (v *view) load(n int) (any, error) {
	p := v.place(n)
	if p == nowhere {
		return nil, nil //nolint:nilnil // null is an object
	}
	if o, ok := v.f.objects[p]; ok {
		return o, nil
	}
	var o any
	var err error
	if p.index >= 0 {
		o, err = v.f.fromPack(v, p, n)
	} else {
		var num int
		var gap [2]int
		if num, o, gap, err = v.f.indirect(p.offset, v); err == nil && num != n {
			err = errSyntax
		}
		v.f.gaps[p] = gap
	}
	if err != nil {
		return nil, fmt.Errorf("object %d: %w", n, err)
	}
	v.f.objects[p] = o
	return o, nil
}

// resolve follows references to the object they mean.
func (v *view) resolve(o any) (any, error) {
	for range 16 {
		r, ok := o.(ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = v.load(r.n); err != nil {
			return nil, err
		}
	}
	return nil, errLimit
}

// dict resolves to a dictionary; nil when it is something else. A stream gives its dictionary.
func (v *view) dict(o any) (dict, error) {
	o, err := v.resolve(o)
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case dict:
		return o, nil
	case *stream:
		return o.dict, nil
	}
	return nil, nil //nolint:nilnil // no dictionary
}

func (v *view) array(o any) (array, error) {
	o, err := v.resolve(o)
	a, _ := o.(array)
	return a, err
}

// indirect reads "n g obj … endobj" at an offset. A length that is a reference is looked up in v; without v, and
// when it is wrong, the stream ends at its keyword.
func (f *file) indirect(off int, v *view) (n int, o any, gap [2]int, err error) {
	if off < 0 || off >= len(f.b) {
		return 0, nil, gap, errSyntax
	}
	r := f.reader(off)
	n, ok := r.integer()
	_, ok2 := r.integer()
	if !ok || !ok2 || !r.keyword("obj") {
		return 0, nil, gap, errSyntax
	}
	o, err = r.object(0)
	if f.charge(r.at - off); err != nil || f.nodes < 0 {
		return 0, nil, gap, errors.Join(err, f.spent())
	}
	d, isDict := o.(dict)
	if isDict {
		gap = r.gap
	}
	if !isDict || !r.keyword("stream") {
		return n, o, gap, nil
	}
	// CR LF or LF after the keyword.
	if r.at < len(r.b) && r.b[r.at] == '\r' {
		r.at++
	}
	if r.at < len(r.b) && r.b[r.at] == '\n' {
		r.at++
	}
	length := d["Length"]
	if l, isRef := length.(ref); isRef {
		length = nil
		// The length of a stream is no stream, so this ends.
		if v != nil {
			if p := v.place(l.n); p.index < 0 && p != nowhere {
				if lr := f.reader(p.offset); f.plainNumber(lr) {
					length, _ = lr.object(0)
				}
			}
		}
	}
	if size, ok := whole(length); ok && size <= len(f.b)-r.at {
		end := &reader{b: f.b, at: r.at + size, nodes: &f.nodes}
		if end.keyword("endstream") {
			return n, &stream{d, f.b[r.at : r.at+size]}, gap, nil
		}
	}
	size := bytes.Index(f.b[r.at:], []byte("endstream"))
	if f.charge(max(size, 0)); size < 0 {
		f.charge(len(f.b) - r.at)
		return 0, nil, gap, errSyntax
	}
	body := bytes.TrimSuffix(bytes.TrimSuffix(f.b[r.at:r.at+size], []byte("\n")), []byte("\r"))
	return n, &stream{d, body}, gap, nil
}

// plainNumber passes "n g obj" and tells whether a number follows.
func (f *file) plainNumber(r *reader) bool {
	_, ok := r.integer()
	_, ok2 := r.integer()
	if !ok || !ok2 || !r.keyword("obj") {
		return false
	}
	r.skip()
	return r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '9'
}

// fromPack reads an object out of its object stream.
func (f *file) fromPack(v *view, p place, n int) (any, error) {
	k, ok := f.packed[p.offset]
	if !ok {
		_, o, _, err := f.indirect(p.offset, v)
		if err != nil {
			return nil, err
		}
		st, isStream := o.(*stream)
		if !isStream || st.dict["Type"] != name("ObjStm") {
			return nil, errSyntax
		}
		if k, err = f.unpack(st); err != nil {
			return nil, err
		}
		f.packed[p.offset] = k
	}
	if p.index >= len(k.offsets) || k.numbers[p.index] != n || k.offsets[p.index] > len(k.b) {
		return nil, errSyntax
	}
	r := &reader{b: k.b, at: k.offsets[p.index], nodes: &f.nodes}
	o, err := r.object(0)
	f.charge(r.at - k.offsets[p.index])
	return o, err
}

// charge takes bytes that were read from the budget: objects may overlap, and each is read on its own.
func (f *file) charge(n int) { f.nodes -= n / nodeBytes }

func (f *file) spent() error {
	if f.nodes < 0 {
		return errLimit
	}
	return nil
}

func (f *file) unpack(st *stream) (*pack, error) {
	b, err := f.decode(st)
	if err != nil {
		return nil, err
	}
	count, ok := whole(st.dict["N"])
	first, ok2 := whole(st.dict["First"])
	if !ok || !ok2 || first > len(b) {
		return nil, errSyntax
	}
	k := &pack{b: b}
	r := &reader{b: b[:first], nodes: &f.nodes}
	for range count {
		if f.nodes--; f.nodes < 0 {
			return nil, errLimit
		}
		num, ok := r.integer()
		off, ok2 := r.integer()
		if !ok || !ok2 {
			return nil, errSyntax
		}
		k.numbers, k.offsets = append(k.numbers, num), append(k.offsets, min(first+off, len(b)+1))
	}
	return k, nil
}

var errFilter = errors.New("packed in a way that is not read here")

// decode unpacks a stream of structure: plain or Flate, with or without a predictor.
func (f *file) decode(st *stream) ([]byte, error) {
	filter, parms := st.dict["Filter"], st.dict["DecodeParms"]
	if a, ok := filter.(array); ok {
		switch len(a) {
		case 0:
			filter = nil
		case 1:
			filter = a[0]
			if p, ok := parms.(array); ok && len(p) > 0 {
				parms = p[0]
			}
		default:
			return nil, errFilter
		}
	}
	switch filter {
	case nil:
		return st.raw, nil
	case name("FlateDecode"), name("Fl"):
	default:
		return nil, errFilter
	}
	z, err := zlib.NewReader(bytes.NewReader(st.raw))
	if err != nil {
		return nil, errSyntax
	}
	limit := min(maxInflated, f.inflated)
	out, err := io.ReadAll(io.LimitReader(z, int64(limit)+1))
	f.inflated -= len(out)
	if len(out) > limit {
		return nil, errLimit
	}
	if err != nil && len(out) == 0 {
		return nil, errSyntax
	}
	p, _ := parms.(dict)
	kind, ok := whole(p["Predictor"])
	if !ok || kind < 2 {
		return out, nil
	}
	columns, ok := whole(p["Columns"])
	if !ok {
		columns = 1
	}
	colors, bits := 1, 8
	if n, ok := whole(p["Colors"]); ok {
		colors = n
	}
	if n, ok := whole(p["BitsPerComponent"]); ok {
		bits = n
	}
	if kind < 10 || colors != 1 || bits != 8 || columns < 1 || columns > 1<<16 {
		return nil, errFilter
	}
	return unpredict(out, columns)
}

// unpredict undoes PNG prediction of rows of single bytes.
func unpredict(b []byte, columns int) ([]byte, error) {
	out := make([]byte, 0, len(b))
	prior := make([]byte, columns)
	for len(b) > 0 {
		if len(b) < columns+1 {
			break // a cut row holds no entry
		}
		how, row := b[0], bytes.Clone(b[1:columns+1])
		b = b[columns+1:]
		for i := range row {
			var left, up, corner byte
			up = prior[i]
			if i > 0 {
				left, corner = row[i-1], prior[i-1]
			}
			switch how {
			case 0:
			case 1:
				row[i] += left
			case 2:
				row[i] += up
			case 3:
				row[i] += byte((int(left) + int(up)) / 2) // #nosec G115 -- half of two bytes
			case 4:
				row[i] += paeth(left, up, corner)
			default:
				return nil, errSyntax
			}
		}
		out = append(out, row...)
		prior = row
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := distance(p, int(a)), distance(p, int(b)), distance(p, int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func distance(a, b int) int { return max(a-b, b-a) }
