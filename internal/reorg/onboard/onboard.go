// Package onboard reads a whole agency from one workbook: its units, posts and people, its desk, its hours and the
// procedures it resolves. Every cell that cannot be right is told with its sheet, row and column; while one such fault
// stands nothing comes of the workbook. It does no I/O beyond reading the bytes it is handed.
package onboard

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/viet"
)

// Bounds of what is read.
const (
	MaxSize   = 5 << 20 // bytes as sent
	MaxRows   = 2000    // of one sheet
	MaxFaults = 500     // told at once
	maxOpen   = 64 << 20
	maxPart   = 16 << 20
	maxCell   = 300 // letters
	maxBlank  = 100 // empty rows in a row, after which nothing is expected any more
)

// Refusals of a workbook as a whole.
var (
	ErrNoBook   = fault.New(fault.Invalid, "onboard.unreadable") // no workbook, damaged, or made to harm
	ErrTooLarge = fault.New(fault.TooLarge, "onboard.too-large") // Args: max (MB)
)

// Fault is one thing that cannot be right. Codes are keys of lang: onboard.fault.<code>.
type Fault struct {
	Sheet  string
	Row    int    // as the workbook counts; 0: of the whole sheet
	Column string // its title; empty: of the whole row
	Cell   string // "C7"; empty without row and column
	Code   string
	Args   map[string]any
}

// column is one column of a sheet.
type column struct {
	title string
	must  bool
}

type layout struct {
	name    string
	columns []column
	must    bool // at least one row
	sample  [][]string
}

// Names of the sheets.
const (
	SheetAgencies   = "Cơ quan"
	SheetUnits      = "Đơn vị"
	SheetPosts      = "Vị trí"
	SheetPeople     = "Người"
	SheetDesks      = "Một cửa"
	SheetHours      = "Giờ làm việc"
	SheetProcedures = "Thủ tục"
)

// Titles of the columns.
const (
	colAgency  = "Mã cơ quan"
	colName    = "Tên cơ quan"
	colShort   = "Tên ngắn"
	colCode    = "Mã định danh điện tử"
	colKind    = "Loại"
	colLevel   = "Cấp"
	colParent  = "Cơ quan cấp trên"
	colPlace   = "Mã địa bàn"
	colAddress = "Địa chỉ"
	colPhone   = "Điện thoại"
	colEmail   = "Thư điện tử"
	colHours   = "Mã giờ làm việc"

	colUnit     = "Mã đơn vị"
	colUnitName = "Tên đơn vị"

	colPost  = "Mã vị trí"
	colTitle = "Chức danh"
	colRoles = "Vai trò"

	colPerson = "Họ và tên"
	colSignIn = "Tên đăng nhập"
	colSeats  = "Vị trí giữ"

	colDesk = "Cơ quan tiếp nhận"

	colHoursName = "Tên giờ làm việc"

	colProcedure = "Mã thủ tục"
)

var weekdays = []struct{ id, title string }{
	{"mon", "Thứ Hai"}, {"tue", "Thứ Ba"}, {"wed", "Thứ Tư"}, {"thu", "Thứ Năm"}, {"fri", "Thứ Sáu"}, {"sat", "Thứ Bảy"}, {"sun", "Chủ nhật"},
}

// layouts are the sheets of the workbook. The sample is an invented agency with invented people.
var layouts = []layout{
	{name: SheetAgencies, must: true, columns: []column{
		{colAgency, true},
		{colName, true},
		{colShort, false},
		{colCode, true},
		{colKind, true},
		{colLevel, true},
		{colParent, false},
		{colPlace, false},
		{colAddress, false},
		{colPhone, false},
		{colEmail, false},
		{colHours, false},
	}, sample: [][]string{{"so-mau", "Sở Mẫu", "Sở Mẫu", "H99.90", "Sở", "Tỉnh", "", "", "Số 1 đường Ví Dụ", "0900000000", "so-mau@tinh.example", "gio-mau"}}},
	{name: SheetUnits, columns: []column{{colAgency, true}, {colUnit, true}, {colUnitName, true}}, sample: [][]string{
		{"so-mau", "van-phong", "Văn phòng"}, {"so-mau", "nghiep-vu", "Phòng Nghiệp vụ"},
	}},
	{name: SheetPosts, columns: []column{{colPost, true}, {colAgency, true}, {colUnit, false}, {colTitle, true}, {colRoles, true}}, sample: [][]string{
		{"so-mau-giam-doc", "so-mau", "", "Giám đốc", "Lãnh đạo cơ quan"},
		{"so-mau-truong-phong", "so-mau", "nghiep-vu", "Trưởng phòng Nghiệp vụ", "Lãnh đạo phòng"},
		{"so-mau-chuyen-vien", "so-mau", "nghiep-vu", "Chuyên viên", "Chuyên viên"},
		{"so-mau-van-thu", "so-mau", "van-phong", "Văn thư", "Văn thư"},
	}},
	{name: SheetPeople, columns: []column{{colPerson, true}, {colSignIn, true}, {colSeats, true}}, sample: [][]string{
		{"Nguyễn Văn Mẫu", "mau.giam-doc", "so-mau-giam-doc"}, {"Trần Thị Ví Dụ", "mau.truong-phong", "so-mau-truong-phong"}, {"Lê Văn Thử", "mau.chuyen-vien", "so-mau-chuyen-vien; so-mau-van-thu"},
	}},
	{name: SheetDesks, columns: []column{{colAgency, true}, {colDesk, true}}},
	{name: SheetHours, columns: append([]column{{colHours, true}, {colHoursName, true}}, week()...), sample: [][]string{
		{"gio-mau", "Giờ của Sở Mẫu", "07:30-11:30,13:00-17:00", "07:30-11:30,13:00-17:00", "07:30-11:30,13:00-17:00", "07:30-11:30,13:00-17:00", "07:30-11:30,13:00-17:00", "", ""},
	}},
	{name: SheetProcedures, columns: []column{{colProcedure, true}, {colAgency, true}}},
}

func week() []column {
	var out []column
	for _, d := range weekdays {
		out = append(out, column{title: d.title})
	}
	return out
}

// Words that cells may use for kinds, levels and roles; the words of the program are taken too.
var (
	kindWords = map[string]agency.Kind{
		"Ủy ban nhân dân": agency.PeopleCommittee, "Văn phòng Ủy ban nhân dân": agency.CommitteeOffice, "Sở": agency.Department, "Chi cục": agency.SubDepartment,
		"Ngành dọc": agency.VerticalAgency, "Trung tâm Phục vụ hành chính công": agency.PublicServiceCentre,
	}
	levelWords = map[string]agency.Level{"Tỉnh": agency.Province, "Xã": agency.Commune}
	// Nobody is made an administrator by a spreadsheet.
	roleWords = map[string]string{
		"Tiếp nhận": access.RoleReceiving, "Chuyên viên": access.RoleOfficer, "Lãnh đạo phòng": access.RoleDivision, "Lãnh đạo cơ quan": access.RoleHead, "Văn thư": access.RoleClerk,
		"Kiểm soát thủ tục": access.RoleControl,
	}
)

func word[T ~string](words map[string]T, s string) (T, bool) {
	for w, v := range words {
		if viet.Fold(w) == viet.Fold(s) || string(v) == s {
			return v, true
		}
	}
	return "", false
}

func allowed[T ~string](words map[string]T) string {
	out := make([]string, 0, len(words))
	for w := range words {
		out = append(out, w)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// row is one filled row of a sheet.
type row struct {
	sheet *layout
	n     int
	cells map[string]string
	at    map[string]string // title → cell name
}

// Book is a workbook as it was read.
type Book struct {
	rows   map[string][]row
	faults []Fault
}

func (b *Book) bad(r row, title, code string, args ...any) {
	f := Fault{Sheet: r.sheet.name, Row: r.n, Column: title, Cell: r.at[title], Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		f.Args[name] = args[i+1]
	}
	b.faults = append(b.faults, f)
}

// Read reads a workbook. Faults of its cells are told by Check; an error says that it is no workbook at all.
func Read(in io.Reader) (b *Book, err error) {
	raw, err := io.ReadAll(io.LimitReader(in, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read workbook: %w", err)
	}
	if len(raw) > MaxSize {
		return nil, ErrTooLarge.With("max", MaxSize>>20)
	}
	defer func() {
		if p := recover(); p != nil { // the reader of the format trusts what it reads
			b, err = nil, ErrNoBook.Because(fmt.Errorf("%v", p))
		}
	}()
	f, err := excelize.OpenReader(strings.NewReader(string(raw)), excelize.Options{UnzipSizeLimit: maxOpen, UnzipXMLSizeLimit: maxPart, RawCellValue: true})
	if err != nil {
		return nil, ErrNoBook.Because(err)
	}
	defer func() { _ = f.Close() }()
	b = &Book{rows: map[string][]row{}}
	names := map[string]string{}
	for _, name := range f.GetSheetList() {
		names[viet.Fold(strings.TrimSpace(name))] = name
	}
	for i := range layouts {
		l := &layouts[i]
		name, ok := names[viet.Fold(l.name)]
		if !ok {
			if l.must {
				b.faults = append(b.faults, Fault{Sheet: l.name, Code: "sheet-missing"})
			}
			continue
		}
		if err := b.sheet(f, l, name); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func clean(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

func head(s string) string { return viet.Fold(strings.TrimSpace(strings.TrimSuffix(clean(s), "*"))) }

func (b *Book) sheet(f *excelize.File, l *layout, name string) error {
	rows, err := f.Rows(name)
	if err != nil {
		return ErrNoBook.Because(err)
	}
	defer func() { _ = rows.Close() }()
	var titles []string // by position; empty: not one of ours
	blank := 0
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return ErrNoBook.Because(err)
		}
		if titles == nil {
			titles = b.titles(l, cells)
			continue
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			if blank++; blank > maxBlank {
				break
			}
			continue
		}
		blank = 0
		if len(b.rows[l.name]) >= MaxRows {
			b.faults = append(b.faults, Fault{Sheet: l.name, Row: n, Code: "too-many-rows", Args: map[string]any{"max": MaxRows}})
			break
		}
		if err := b.row(f, l, name, n, titles, cells); err != nil {
			return err
		}
	}
	if l.must && len(b.rows[l.name]) == 0 {
		b.faults = append(b.faults, Fault{Sheet: l.name, Code: "sheet-empty"})
	}
	return rows.Error()
}

func (b *Book) titles(l *layout, cells []string) []string {
	titles := make([]string, len(cells))
	for i, c := range cells {
		at := slices.IndexFunc(l.columns, func(x column) bool { return head(x.title) == head(c) })
		switch {
		case clean(c) == "":
		case at < 0:
			b.faults = append(b.faults, Fault{Sheet: l.name, Row: 1, Code: "column-unknown", Args: map[string]any{"column": cut(clean(c))}})
		case slices.Contains(titles, l.columns[at].title):
			b.faults = append(b.faults, Fault{Sheet: l.name, Row: 1, Column: l.columns[at].title, Code: "column-twice"})
		default:
			titles[i] = l.columns[at].title
		}
	}
	for _, c := range l.columns {
		if c.must && !slices.Contains(titles, c.title) {
			b.faults = append(b.faults, Fault{Sheet: l.name, Row: 1, Column: c.title, Code: "column-missing"})
		}
	}
	return titles
}

func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func (b *Book) row(f *excelize.File, l *layout, name string, n int, titles, cells []string) error {
	r := row{sheet: l, n: n, cells: map[string]string{}, at: map[string]string{}}
	for i, title := range titles {
		if title == "" {
			continue
		}
		at, err := excelize.CoordinatesToCellName(i+1, n)
		if err != nil {
			return ErrNoBook.Because(err)
		}
		r.at[title] = at
		if i >= len(cells) {
			continue
		}
		if formula, err := f.GetCellFormula(name, at); err != nil {
			return ErrNoBook.Because(err)
		} else if formula != "" {
			b.bad(r, title, "formula")
			continue
		}
		s, ok := text(cells[i])
		switch {
		case !ok:
			b.bad(r, title, "characters")
		case len([]rune(s)) > maxCell:
			b.bad(r, title, "too-long", "max", maxCell)
		default:
			r.cells[title] = s
		}
	}
	for _, c := range l.columns {
		told := slices.ContainsFunc(b.faults, func(x Fault) bool { return x.Sheet == l.name && x.Row == n && x.Column == c.title })
		if c.must && r.cells[c.title] == "" && r.at[c.title] != "" && !told {
			b.bad(r, c.title, "missing")
		}
	}
	b.rows[l.name] = append(b.rows[l.name], r)
	return nil
}

// text is a cell in NFC on one line; false for what nobody can have meant to type.
func text(s string) (string, bool) {
	s = clean(s)
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffd {
			return "", false
		}
	}
	return s, true
}

var (
	slug   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	signIn = regexp.MustCompile(`^[a-z0-9._@-]{3,64}$`)
	person = regexp.MustCompile(`^[\p{L}\p{M}][\p{L}\p{M} .'’-]{1,79}$`)
)

// Facts is what a workbook is judged against.
type Facts struct {
	Day       string // from which it counts
	Tree      *agency.Tree
	HomeCode  string
	Hours     func(id string) bool                       // known office hours
	Procedure func(code string) bool                     // in force on the day
	Place     func(code string) bool                     // a unit in force on the day
	SignIn    func(name string) (who string, taken bool) // the officer or citizen who has a sign-in name
}

// Faults are the faults found so far, in the order of the sheets, at most MaxFaults.
func (b *Book) sorted() []Fault {
	order := func(f Fault) int {
		return slices.IndexFunc(layouts, func(l layout) bool { return l.name == f.Sheet })
	}
	slices.SortStableFunc(b.faults, func(x, y Fault) int {
		if n := order(x) - order(y); n != 0 {
			return n
		}
		return x.Row - y.Row
	})
	return b.faults[:min(len(b.faults), MaxFaults)]
}

// Check returns what the workbook would publish, or every fault of it. It may be asked once.
func (b *Book) Check(f Facts) (reorg.Command, []Fault) {
	c := reorg.Command{Sort: reorg.Onboard}
	known := b.hours(f, &c)
	b.agencies(f, &c, known)
	b.units(&c)
	b.posts(f, &c)
	b.people(f, &c)
	b.desks(f, &c)
	b.procedures(f, &c)
	if len(b.faults) > 0 {
		return reorg.Command{}, b.sorted()
	}
	return c, nil
}

func (b *Book) each(sheet string, do func(row)) {
	for _, r := range b.rows[sheet] {
		do(r)
	}
}

// key checks an id that has to be written as addresses are, and to stand once.
func (b *Book) key(r row, title string, seen map[string]int) (string, bool) {
	id := r.cells[title]
	switch first, twice := seen[id]; {
	case id == "":
		return "", false
	case !slug.MatchString(id) || len(id) > 64:
		b.bad(r, title, "id")
		return "", false
	case twice:
		b.bad(r, title, "twice", "value", id, "row", first)
		return "", false
	}
	seen[id] = r.n
	return id, true
}

func (b *Book) hours(f Facts, c *reorg.Command) map[string]bool {
	seen, known := map[string]int{}, map[string]bool{}
	b.each(SheetHours, func(r row) {
		id, ok := b.key(r, colHours, seen)
		if !ok {
			return
		}
		known[id] = true
		if f.Hours != nil && f.Hours(id) {
			b.bad(r, colHours, "hours-known", "value", id)
			return
		}
		h := agency.Hours{ID: id, Name: r.cells[colHoursName], From: f.Day, Sessions: map[string]string{}}
		for _, d := range weekdays {
			s := strings.ReplaceAll(strings.ReplaceAll(r.cells[d.title], " ", ""), "–", "-")
			if s == "" {
				continue
			}
			if _, err := calendar.ParseHours(s); err != nil {
				b.bad(r, d.title, "hours")
				continue
			}
			h.Sessions[d.id] = s
		}
		if len(h.Sessions) == 0 {
			b.bad(r, "", "no-sessions")
		}
		c.Hours = append(c.Hours, h)
	})
	return known
}

func (b *Book) agencies(f Facts, c *reorg.Command, hours map[string]bool) {
	seen, codes := map[string]int{}, map[string]int{}
	mine := func(id agency.ID) bool {
		return slices.ContainsFunc(b.rows[SheetAgencies], func(r row) bool { return r.cells[colAgency] == string(id) })
	}
	b.each(SheetAgencies, func(r row) {
		id, ok := b.key(r, colAgency, seen)
		if ok {
			if x, ever := f.Tree.Ever(agency.ID(id)); ever {
				b.bad(r, colAgency, "agency-known", "value", x.Name)
			}
		}
		a := agency.Agency{
			ID: agency.ID(id), Name: r.cells[colName], ShortName: r.cells[colShort], Code: strings.ToUpper(r.cells[colCode]), Parent: agency.ID(r.cells[colParent]), Place: r.cells[colPlace],
			Address: r.cells[colAddress], Phone: r.cells[colPhone], Email: r.cells[colEmail], Hours: r.cells[colHours],
		}
		switch first, twice := codes[a.Code]; {
		case a.Code == "":
		case !reorg.ValidCode(a.Code) || f.HomeCode != "" && !strings.HasPrefix(a.Code, f.HomeCode+"."):
			b.bad(r, colCode, "code", "home", f.HomeCode)
		case twice:
			b.bad(r, colCode, "twice", "value", a.Code, "row", first)
		default:
			codes[a.Code] = r.n
			if x, taken := f.Tree.ByCode(a.Code, f.Day); taken {
				b.bad(r, colCode, "code-used", "value", a.Code, "agency", x.Name)
			}
		}
		if w := r.cells[colKind]; w != "" {
			if a.Kind, ok = word(kindWords, w); !ok {
				b.bad(r, colKind, "choice", "allowed", allowed(kindWords))
			}
		}
		if w := r.cells[colLevel]; w != "" {
			if a.Level, ok = word(levelWords, w); !ok {
				b.bad(r, colLevel, "choice", "allowed", allowed(levelWords))
			}
		}
		if _, stands := f.Tree.At(a.Parent, f.Day); a.Parent != "" && !stands && !mine(a.Parent) {
			b.bad(r, colParent, "agency-unknown", "value", string(a.Parent))
		}
		if a.Place != "" && f.Place != nil && !f.Place(a.Place) {
			b.bad(r, colPlace, "place", "value", a.Place)
		}
		if a.Hours != "" && !hours[a.Hours] && (f.Hours == nil || !f.Hours(a.Hours)) {
			b.bad(r, colHours, "hours-unknown", "value", a.Hours)
		}
		if a.Email != "" && (!strings.Contains(a.Email, "@") || strings.Contains(a.Email, " ")) {
			b.bad(r, colEmail, "email")
		}
		c.New = append(c.New, a)
	})
	b.rings(c)
}

// rings finds agencies that stand below themselves.
func (b *Book) rings(c *reorg.Command) {
	parent := map[agency.ID]agency.ID{}
	for _, a := range c.New {
		parent[a.ID] = a.Parent
	}
	b.each(SheetAgencies, func(r row) {
		id := agency.ID(r.cells[colAgency])
		at := id
		for range len(parent) + 1 {
			if at = parent[at]; at == "" {
				return
			}
			if at == id {
				b.bad(r, colParent, "ring")
				return
			}
		}
	})
}

// ofBook finds an agency of the workbook.
func (b *Book) ofBook(c *reorg.Command, r row) *agency.Agency {
	id := agency.ID(r.cells[colAgency])
	if id == "" {
		return nil
	}
	for i := range c.New {
		if c.New[i].ID == id {
			return &c.New[i]
		}
	}
	b.bad(r, colAgency, "agency-not-in-book", "value", string(id))
	return nil
}

func (b *Book) units(c *reorg.Command) {
	seen := map[string]map[string]int{}
	b.each(SheetUnits, func(r row) {
		a := b.ofBook(c, r)
		of := r.cells[colAgency]
		if seen[of] == nil {
			seen[of] = map[string]int{}
		}
		if id, ok := b.key(r, colUnit, seen[of]); ok && a != nil {
			a.Units = append(a.Units, agency.Unit{ID: id, Name: r.cells[colUnitName]})
		}
	})
}

func list(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' }) {
		if p = strings.TrimSpace(p); p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func (b *Book) posts(f Facts, c *reorg.Command) {
	seen := map[string]int{}
	b.each(SheetPosts, func(r row) {
		id, ok := b.key(r, colPost, seen)
		if ok && len(f.Tree.PostVersions(id)) > 0 {
			b.bad(r, colPost, "post-known", "value", id)
		}
		a := b.ofBook(c, r)
		p := agency.Post{ID: id, Agency: agency.ID(r.cells[colAgency]), Unit: r.cells[colUnit], Title: r.cells[colTitle]}
		if a != nil && p.Unit != "" && !slices.ContainsFunc(a.Units, func(u agency.Unit) bool { return u.ID == p.Unit }) {
			b.bad(r, colUnit, "unit-unknown", "value", p.Unit)
		}
		for _, w := range list(r.cells[colRoles]) {
			role, ok := word(roleWords, w)
			if !ok {
				b.bad(r, colRoles, "choice", "allowed", allowed(roleWords))
				continue
			}
			p.Roles = append(p.Roles, role)
		}
		c.Seats = append(c.Seats, p)
	})
}

func (b *Book) people(f Facts, c *reorg.Command) {
	seen := map[string]int{}
	b.each(SheetPeople, func(r row) {
		p := reorg.Person{Name: r.cells[colPerson], SignIn: strings.ToLower(r.cells[colSignIn])}
		if p.Name != "" && !person.MatchString(p.Name) {
			b.bad(r, colPerson, "person")
		}
		switch first, twice := seen[p.SignIn]; {
		case p.SignIn == "":
		case !signIn.MatchString(p.SignIn):
			b.bad(r, colSignIn, "sign-in")
		case twice:
			b.bad(r, colSignIn, "twice", "value", p.SignIn, "row", first)
		default:
			seen[p.SignIn] = r.n
			if f.SignIn != nil {
				if _, taken := f.SignIn(p.SignIn); taken {
					b.bad(r, colSignIn, "sign-in-taken", "value", p.SignIn)
				}
			}
		}
		for _, id := range list(r.cells[colSeats]) {
			if !slices.ContainsFunc(c.Seats, func(q agency.Post) bool { return q.ID == id }) {
				b.bad(r, colSeats, "post-unknown", "value", cut(id))
				continue
			}
			p.Posts = append(p.Posts, id)
		}
		c.People = append(c.People, p)
	})
}

func (b *Book) desks(f Facts, c *reorg.Command) {
	seen := map[agency.ID]bool{}
	b.each(SheetDesks, func(r row) {
		a, desk := b.ofBook(c, r), agency.ID(r.cells[colDesk])
		if a == nil || desk == "" {
			return
		}
		_, stands := f.Tree.At(desk, f.Day)
		switch {
		case seen[a.ID]:
			b.bad(r, colAgency, "desk-twice")
		case !stands && !slices.ContainsFunc(c.New, func(x agency.Agency) bool { return x.ID == desk }):
			b.bad(r, colDesk, "agency-unknown", "value", string(desk))
		case desk != a.ID:
			a.Desk = desk
		}
		seen[a.ID] = true
	})
}

func (b *Book) procedures(f Facts, c *reorg.Command) {
	seen := map[string]int{}
	b.each(SheetProcedures, func(r row) {
		code := r.cells[colProcedure]
		a := b.ofBook(c, r)
		if code == "" || a == nil {
			return
		}
		key := code + " " + string(a.ID)
		switch first, twice := seen[key]; {
		case twice:
			b.bad(r, colProcedure, "twice", "value", code, "row", first)
		case f.Procedure != nil && !f.Procedure(code):
			b.bad(r, colProcedure, "procedure", "value", cut(code))
		default:
			seen[key] = r.n
			c.Resolves = append(c.Resolves, reorg.Resolve{Procedure: code, Agency: a.ID})
		}
	})
}

// Template writes the workbook to fill in, with an invented agency as its example.
func Template(w io.Writer) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	asText, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: leading zeros stay
	if err != nil {
		return err
	}
	errs := []error{f.SetSheetName("Sheet1", layouts[0].name)}
	for i, l := range layouts {
		if i > 0 {
			_, err := f.NewSheet(l.name)
			errs = append(errs, err)
		}
		last, err := excelize.ColumnNumberToName(len(l.columns))
		errs = append(errs, err, f.SetColWidth(l.name, "A", last, 24), f.SetColStyle(l.name, "A:"+last, asText),
			f.SetPanes(l.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
		for j, c := range l.columns {
			at, err := excelize.CoordinatesToCellName(j+1, 1)
			title := c.title
			if c.must {
				title += " *"
			}
			errs = append(errs, err, f.SetCellStr(l.name, at, title))
			for k, line := range l.sample {
				cell, err := excelize.CoordinatesToCellName(j+1, k+2)
				errs = append(errs, err, f.SetCellStr(l.name, cell, line[j]))
			}
			var choices []string
			switch c.title {
			case colKind:
				choices = strings.Split(allowed(kindWords), ", ")
			case colLevel:
				choices = strings.Split(allowed(levelWords), ", ")
			}
			if len(choices) > 0 {
				col, err := excelize.ColumnNumberToName(j + 1)
				dv := excelize.NewDataValidation(true)
				dv.SetSqref(col + "2:" + col + strconv.Itoa(MaxRows))
				errs = append(errs, err, dv.SetDropList(choices), f.AddDataValidation(l.name, dv))
			}
		}
		errs = append(errs, f.SetCellStyle(l.name, "A1", last+"1", bold))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return f.Write(w)
}
