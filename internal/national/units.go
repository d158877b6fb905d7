package national

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/agency"
)

// Reform is the first day of the provinces and communes of 2025 (Nghị quyết 202/2025/QH15).
const Reform = "2025-07-01"

type units struct {
	places  map[string]agency.Place       // by code and first day
	changes map[string]agency.PlaceChange // by old and new code
	rows    int
}

func (u *units) put(p agency.Place) {
	key := p.Code + "|" + p.From
	if old, ok := u.places[key]; ok && old.District != "" && p.District == "" {
		return
	}
	u.places[key] = p
}

// result sorts by code and day. A province that the reform left alone has two rows as well, one before
// and one after, so that files read one by one give the same as together.
func (u *units) result() ([]agency.Place, []agency.PlaceChange) {
	out := make([]agency.Place, 0, len(u.places))
	for _, p := range u.places {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b agency.Place) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(a.From, b.From))
	})
	var changes []agency.PlaceChange
	for _, c := range u.changes {
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b agency.PlaceChange) int {
		return cmp.Or(strings.Compare(a.Old, b.Old), strings.Compare(a.New, b.New))
	})
	return out, changes
}

var (
	provinceForm = regexp.MustCompile(`^\d{2}$`)
	communeForm  = regexp.MustCompile(`^\d{5}$`)
	islandForm   = regexp.MustCompile(`^\d{3}$`) // a district without communes
)

// kindOfName reads "Phường" from "Phường Ba Đình".
func kindOfName(name string) string {
	for _, k := range []string{"Thành phố", "Tỉnh", "Phường", "Xã", "Thị trấn", "Đặc khu", "Huyện"} {
		if strings.HasPrefix(name, k+" ") {
			return k
		}
	}
	return ""
}

// units reads the provinces and communes in force: one array, decoded element by element.
func (f *file) units(in *bufio.Reader) {
	dec := json.NewDecoder(io.LimitReader(in, 64<<20))
	if _, err := dec.Token(); err != nil {
		f.bad(1, "%s", lineFault(err))
		return
	}
	for n := 1; dec.More(); n++ {
		var p struct {
			Code     string `json:"Code"`
			FullName string `json:"FullName"`
			Short    string `json:"AdministrativeUnitShortName"`
			Wards    []struct {
				Code     string `json:"Code"`
				FullName string `json:"FullName"`
				Short    string `json:"AdministrativeUnitShortName"`
				Province string `json:"ProvinceCode"`
			} `json:"Wards"`
		}
		if err := dec.Decode(&p); err != nil {
			f.bad(0, "province %d: %s", n, lineFault(err))
			if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				continue // this one has a wrong shape; the decoder stands behind it
			}
			return // no longer JSON: nothing behind it can be trusted
		}
		f.src.Read++
		if !provinceForm.MatchString(p.Code) {
			f.bad(0, "province %d: code %s has not two digits", n, quote(p.Code))
			continue
		}
		f.src.Accepted++
		f.r.units.put(agency.Place{Code: p.Code, Name: oneLine(p.FullName), Kind: oneLine(p.Short), From: Reform})
		for _, w := range p.Wards {
			f.src.Read++
			if !communeForm.MatchString(w.Code) || w.Province != p.Code {
				f.bad(0, "province %s: commune %s of province %s is not understood", p.Code, quote(w.Code), quote(w.Province))
				continue
			}
			f.src.Accepted++
			f.r.units.put(agency.Place{Code: w.Code, Name: oneLine(w.FullName), Parent: p.Code, Kind: oneLine(w.Short), From: Reform})
		}
	}
}

// records hands each record of a CSV file, by heading, to one.
func (f *file) records(in *bufio.Reader, one func(line int, cell func(string) string)) error {
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3) // just peeked: cannot fail
	}
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	head, err := r.Read()
	if err != nil {
		return f.csvFault(err)
	}
	at := map[string]int{}
	for i, h := range head {
		at[oneLine(h)] = i
	}
	width := len(head)
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if pe, ok := errors.AsType[*csv.ParseError](err); ok {
			f.src.Read++
			f.bad(pe.Line, "%s", pe.Err)
			continue
		}
		if err != nil {
			return err
		}
		f.src.Read++
		line, _ := r.FieldPos(0)
		if len(rec) != width {
			f.bad(line, "has %d columns, the header has %d", len(rec), width)
			continue
		}
		one(line, func(name string) string {
			if i, ok := at[name]; ok {
				return oneLine(rec[i])
			}
			return ""
		})
	}
}

func (f *file) csvFault(err error) error {
	if pe, ok := errors.AsType[*csv.ParseError](err); ok {
		f.bad(pe.Line, "%s", pe.Err)
		return nil
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// mapping reads what old communes became on the day of the reform.
func (f *file) mapping(in *bufio.Reader) error {
	return f.records(in, func(line int, cell func(string) string) {
		old, now, name := cell("wardCode"), cell("newWardCode"), cell("ward")
		if old == "" && islandForm.MatchString(cell("districtCode")) {
			old, name = cell("districtCode"), cell("district") // island districts had no communes
		}
		if (!communeForm.MatchString(old) && !islandForm.MatchString(old)) || !communeForm.MatchString(now) {
			f.bad(line, "codes %s and %s are not of five digits", quote(old), quote(now))
			return
		}
		province := cell("provinceCode")
		if !provinceForm.MatchString(province) {
			f.bad(line, "province code %s has not two digits", quote(province))
			return
		}
		f.src.Accepted++
		f.r.units.rows++
		f.r.units.changes[old+"|"+now] = agency.PlaceChange{Old: old, New: now, Day: Reform, Divided: cell("isDividedWard") == "True"}
		f.r.units.old(old, name, cell("district"), province, cell("province"))
	})
}

// oldUnits reads the communes before the reform.
func (f *file) oldUnits(in *bufio.Reader) error {
	return f.records(in, func(line int, cell func(string) string) {
		code, province := cell("Mã"), cell("Mã TP")
		if !communeForm.MatchString(code) || !provinceForm.MatchString(province) {
			f.bad(line, "codes %s and %s are not of five and two digits", quote(code), quote(province))
			return
		}
		f.src.Accepted++
		f.r.units.old(code, cell("Tên"), cell("Quận Huyện"), province, cell("Tỉnh / Thành Phố"))
	})
}

func (u *units) old(code, name, district, province, provinceName string) {
	u.put(agency.Place{Code: code, Name: name, Parent: province, District: district, Kind: kindOfName(name), Until: Reform})
	u.put(agency.Place{Code: province, Name: provinceName, Kind: kindOfName(provinceName), Until: Reform})
}
