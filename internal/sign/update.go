package sign

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
)

// update is an incremental update: objects written behind a document that stays as it is, byte by byte.
type update struct {
	v       *view
	next    int // next free object number
	objects map[int]any
}

func newUpdate(v *view) (*update, error) {
	size, ok := whole(v.trailer["Size"])
	if !ok || size < 1 {
		return nil, errSyntax
	}
	for _, s := range v.sections {
		for n := range s.entries {
			size = max(size, n+1) // some writers give it too small
		}
	}
	if size > maxObject-1000 {
		return nil, errLimit
	}
	return &update{v: v, next: size, objects: map[int]any{}}, nil
}

// add gives the object a new number.
func (u *update) add(o any) ref {
	r := ref{u.next, 0}
	u.next++
	u.objects[r.n] = o
	return r
}

// edit replaces what a reference means and returns true; an object that is no reference is the caller's to put back.
func (u *update) edit(at, o any) bool {
	r, ok := at.(ref)
	if ok {
		u.objects[r.n] = o
	}
	return ok
}

// bytes is the whole new file. The section is of the kind the document ends with: a file whose readers understand
// streams gets a stream, so that no reader meets a mixture. offsets tells where each object stands.
func (u *update) bytes() (out []byte, offsets map[int]int, err error) {
	doc := u.v.f.b[:u.v.end]
	out = make([]byte, 0, len(doc)+64<<10)
	out = append(out, doc...)
	if c := out[len(out)-1]; c != '\n' && c != '\r' {
		out = append(out, '\n')
	}
	numbers := make([]int, 0, len(u.objects)+1)
	for n := range u.objects {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	offsets = map[int]int{}
	for _, n := range numbers {
		offsets[n] = len(out)
		out = strconv.AppendInt(out, int64(n), 10)
		gen := 0
		if e, ok := u.v.entry(n); ok && e.kind == 1 {
			gen = e.index
		}
		out = append(out, ' ')
		out = strconv.AppendInt(out, int64(gen), 10)
		out = append(out, " obj\n"...)
		out = write(out, u.objects[n])
		out = append(out, "\nendobj\n"...)
	}
	last := u.v.sections[0]
	trailer := dict{"Root": u.v.root, "Prev": number(strconv.Itoa(last.at))}
	if info, ok := u.v.trailer["Info"]; ok {
		trailer["Info"] = info
	}
	if id, err := u.v.array(u.v.trailer["ID"]); err == nil && len(id) == 2 {
		// The second half names this version of the document.
		sum := sha256.Sum256(out)
		trailer["ID"] = array{id[0], text(sum[:16])}
	}
	start := len(out)
	if last.table {
		trailer["Size"] = u.next
		out = append(out, "xref\n"...)
		for _, run := range runs(numbers) {
			out = fmt.Appendf(out, "%d %d\n", run[0], len(run))
			for _, n := range run {
				gen := 0
				if e, ok := u.v.entry(n); ok && e.kind == 1 {
					gen = e.index
				}
				out = fmt.Appendf(out, "%010d %05d n\r\n", offsets[n], gen)
			}
		}
		out = append(out, "trailer\n"...)
		out = write(out, trailer)
	} else {
		self := u.next
		numbers = append(numbers, self)
		offsets[self] = start
		trailer["Size"] = self + 1
		var index array
		var rows []byte
		for _, run := range runs(numbers) {
			index = append(index, run[0], len(run))
			for _, n := range run {
				rows = append(rows, 1)
				rows = binary.BigEndian.AppendUint32(rows, uint32(offsets[n])) // #nosec G115 -- files are far smaller than 4 GB
				rows = append(rows, 0, 0)
			}
		}
		trailer["Type"], trailer["W"], trailer["Index"] = name("XRef"), array{1, 4, 2}, index
		st, err := flate(trailer, rows)
		if err != nil {
			return nil, nil, err
		}
		out = fmt.Appendf(out, "%d 0 obj\n", self)
		out = write(out, st)
		out = append(out, "\nendobj"...)
	}
	return fmt.Appendf(out, "\nstartxref\n%d\n%%%%EOF\n", start), offsets, nil
}

// flate packs b into a stream with the dictionary.
func flate(d dict, b []byte) (*stream, error) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	d["Filter"], d["Length"] = name("FlateDecode"), z.Len()
	return &stream{d, z.Bytes()}, nil
}

// runs groups sorted numbers into those that follow each other.
func runs(numbers []int) [][]int {
	var out [][]int
	for i, n := range numbers {
		if i == 0 || n != numbers[i-1]+1 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], n)
	}
	return out
}

// bring copies an object of another document, with everything it refers to, and returns what stands for it here.
func (u *update) bring(from *view, o any, known map[int]ref) (any, error) {
	switch o := o.(type) {
	case ref:
		if r, ok := known[o.n]; ok {
			return r, nil
		}
		r := u.add(nil)
		known[o.n] = r
		got, err := from.load(o.n)
		if err != nil {
			return nil, err
		}
		copied, err := u.bring(from, got, known)
		if err != nil {
			return nil, err
		}
		u.objects[r.n] = copied
		return r, nil
	case array:
		out := make(array, len(o))
		for i, x := range o {
			c, err := u.bring(from, x, known)
			if err != nil {
				return nil, err
			}
			out[i] = c
		}
		return out, nil
	case dict:
		out := make(dict, len(o))
		for k, x := range o {
			c, err := u.bring(from, x, known)
			if err != nil {
				return nil, err
			}
			out[k] = c
		}
		return out, nil
	case *stream:
		d, err := u.bring(from, o.dict, known)
		if err != nil {
			return nil, err
		}
		copied, _ := d.(dict)
		copied["Length"] = len(o.raw)
		return &stream{copied, o.raw}, nil
	}
	return o, nil
}
