package sign

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
)

// Objects of a PDF as they are read and written here: nil (null), bool, number, text, name, array, dict, ref, *stream.
type (
	name   string
	number string // as written: nothing is computed with what is only copied
	text   []byte // decoded bytes of a string
	array  []any
	dict   map[name]any
	ref    struct{ n, g int }
	stream struct {
		dict dict
		raw  []byte // as stored, before its filters
	}
)

// Bounds on reading. Files that need more are not judged: a person would not meet one.
const (
	maxDepth    = 64        // arrays and dictionaries within each other
	maxNodes    = 1_000_000 // objects read from one file, each array element counted, and every nodeBytes bytes read
	nodeBytes   = 64
	maxSections = 200       // cross-reference sections
	maxEntries  = 1_000_000 // cross-reference entries of all sections
	maxInflated = 16 << 20  // bytes out of one compressed stream
	maxUnpacked = 64 << 20  // bytes out of all of them
	maxString   = 1 << 20   // bytes of a string
	maxHex      = 4 * maxCMS
	maxObject   = 8_388_607 // largest object number, from annex C of ISO 32000-1
)

var (
	errSyntax = errors.New("not the syntax of a PDF")
	errLimit  = errors.New("needs more than the bounds of reading")
)

// reader reads objects out of bytes.
type reader struct {
	b     []byte
	at    int
	nodes *int // left of the budget, shared by all readers of a file
	// gap is where the value of /Contents stood in the dictionary read last: offset of its first byte and one past its last.
	gap [2]int
}

func blank(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// skip passes blanks and comments.
func (r *reader) skip() {
	for r.at < len(r.b) {
		switch c := r.b[r.at]; {
		case blank(c):
			r.at++
		case c == '%':
			for r.at < len(r.b) && r.b[r.at] != '\n' && r.b[r.at] != '\r' {
				r.at++
			}
		default:
			return
		}
	}
}

// word reads regular characters: a number, a keyword.
func (r *reader) word() string {
	start := r.at
	for r.at < len(r.b) && !blank(r.b[r.at]) && !delimiter(r.b[r.at]) {
		r.at++
	}
	return string(r.b[start:r.at])
}

// keyword passes the word w, or leaves the reader where it was.
func (r *reader) keyword(w string) bool {
	was := r.at
	r.skip()
	if r.word() == w {
		return true
	}
	r.at = was
	return false
}

// integer reads a whole number that is not negative, of at most 15 digits.
func (r *reader) integer() (int, bool) {
	was := r.at
	r.skip()
	w := r.word()
	if n, ok := digits(w); ok {
		return n, true
	}
	r.at = was
	return 0, false
}

func digits(w string) (int, bool) {
	if len(w) == 0 || len(w) > 15 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(w) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// object reads the next object. A stream is a dictionary here: only indirect reads its body.
func (r *reader) object(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errLimit
	}
	if *r.nodes--; *r.nodes < 0 {
		return nil, errLimit
	}
	r.skip()
	if r.at >= len(r.b) {
		return nil, errSyntax
	}
	switch c := r.b[r.at]; {
	case c == '/':
		return r.name(), nil
	case c == '(':
		return r.literal()
	case c == '<' && r.at+1 < len(r.b) && r.b[r.at+1] == '<':
		return r.dict(depth)
	case c == '<':
		return r.hex()
	case c == '[':
		return r.array(depth)
	case c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.':
		return r.numberOrRef()
	}
	switch r.word() {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	return nil, errSyntax
}

func (r *reader) name() name {
	r.at++
	w := []byte(r.word())
	if bytes.IndexByte(w, '#') < 0 {
		return name(w)
	}
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if hi, lo := hexDigit(w[i+1]), hexDigit(w[i+2]); hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo)) // #nosec G115 -- two digits
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return name(out)
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (r *reader) literal() (text, error) {
	r.at++
	out := text{}
	for open := 1; r.at < len(r.b); {
		if len(out) > maxString {
			return nil, errLimit
		}
		c := r.b[r.at]
		r.at++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return out, nil
			}
		case '\\':
			if r.at >= len(r.b) {
				return nil, errSyntax
			}
			out = r.escape(out)
			continue
		}
		out = append(out, c)
	}
	return nil, errSyntax
}

func (r *reader) escape(out text) text {
	c := r.b[r.at]
	r.at++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		if r.at < len(r.b) && r.b[r.at] == '\n' {
			r.at++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for range 2 {
		if r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '7' {
			v = v*8 + int(r.b[r.at]-'0')
			r.at++
		}
	}
	return append(out, byte(v)) // #nosec G115 -- an overflow is to be ignored, says the format
}

func (r *reader) hex() (text, error) {
	r.at++
	end := bytes.IndexByte(r.b[r.at:min(len(r.b), r.at+maxHex)], '>')
	if end < 0 {
		return nil, errSyntax
	}
	out := make(text, 0, end/2)
	half, has := 0, false
	for _, c := range r.b[r.at : r.at+end] {
		d := hexDigit(c)
		switch {
		case blank(c):
		case d < 0:
			return nil, errSyntax
		case has:
			out, has = append(out, byte(half<<4|d)), false // #nosec G115 -- two digits
		default:
			half, has = d, true
		}
	}
	if has {
		out = append(out, byte(half<<4)) // #nosec G115 -- one digit
	}
	r.at += end + 1
	return out, nil
}

func (r *reader) array(depth int) (array, error) {
	r.at++
	out := array{}
	for {
		r.skip()
		if r.at < len(r.b) && r.b[r.at] == ']' {
			r.at++
			return out, nil
		}
		o, err := r.object(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
}

func (r *reader) dict(depth int) (dict, error) {
	r.at += 2
	out := dict{}
	var gap [2]int
	for {
		r.skip()
		if r.at+1 < len(r.b) && r.b[r.at] == '>' && r.b[r.at+1] == '>' {
			r.at += 2
			r.gap = gap
			return out, nil
		}
		if r.at >= len(r.b) || r.b[r.at] != '/' {
			return nil, errSyntax
		}
		k := r.name()
		r.skip()
		from := r.at
		v, err := r.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if before, twice := out[k]; twice && !same(before, v) {
			return nil, errSyntax // two programs would read two documents
		}
		if k == "Contents" {
			gap = [2]int{from, r.at}
		}
		out[k] = v
	}
}

func (r *reader) numberOrRef() (any, error) {
	w := r.word()
	if n, ok := digits(w); ok && n <= maxObject {
		was := r.at
		if g, ok := r.integer(); ok && g <= 65535 && r.keyword("R") {
			return ref{n, g}, nil
		}
		r.at = was
	}
	if _, err := strconv.ParseFloat(w, 64); err != nil {
		return nil, errSyntax
	}
	return number(w), nil
}

// write appends the object as it stands in a file; keys of dictionaries are sorted, so that equal values give equal bytes.
func write(out []byte, o any) []byte {
	switch o := o.(type) {
	case bool:
		return strconv.AppendBool(out, o)
	case number:
		return append(out, o...)
	case int:
		return strconv.AppendInt(out, int64(o), 10)
	case float64:
		return strconv.AppendFloat(out, o, 'f', 3, 64)
	case text:
		return writeText(out, o)
	case name:
		return writeName(out, o)
	case raw:
		return append(out, o...)
	case ref:
		out = strconv.AppendInt(out, int64(o.n), 10)
		out = append(out, ' ')
		out = strconv.AppendInt(out, int64(o.g), 10)
		return append(out, " R"...)
	case array:
		out = append(out, '[')
		for i, x := range o {
			if i > 0 {
				out = append(out, ' ')
			}
			out = write(out, x)
		}
		return append(out, ']')
	case dict:
		out = append(out, "<<"...)
		for _, k := range o.keys() {
			out = writeName(out, k)
			out = append(out, ' ')
			out = write(out, o[k])
			out = append(out, '\n')
		}
		return append(out, ">>"...)
	case *stream:
		out = write(out, o.dict)
		out = append(out, "\nstream\n"...)
		out = append(out, o.raw...)
		return append(out, "\nendstream"...)
	}
	return append(out, "null"...)
}

// raw is written as it is: places to be filled once the rest is known.
type raw string

func (d dict) keys() []name {
	keys := make([]name, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// writeText writes plain ASCII so that people can read it, everything else in hexadecimal.
func writeText(out []byte, t text) []byte {
	const digit = "0123456789abcdef"
	if !slices.ContainsFunc(t, func(c byte) bool { return c < ' ' || c > '~' }) {
		out = append(out, '(')
		for _, c := range t {
			if c == '(' || c == ')' || c == '\\' {
				out = append(out, '\\')
			}
			out = append(out, c)
		}
		return append(out, ')')
	}
	out = append(out, '<')
	for _, c := range t {
		out = append(out, digit[c>>4], digit[c&15])
	}
	return append(out, '>')
}

func writeName(out []byte, n name) []byte {
	const digit = "0123456789abcdef"
	out = append(out, '/')
	for _, c := range []byte(n) {
		if c <= ' ' || c > '~' || c == '#' || delimiter(c) {
			out = append(out, '#', digit[c>>4], digit[c&15])
			continue
		}
		out = append(out, c)
	}
	return out
}

// same tells whether two objects are written alike.
func same(a, b any) bool {
	return bytes.Equal(write(nil, a), write(nil, b))
}
