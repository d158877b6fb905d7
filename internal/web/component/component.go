// Package component is the one set of parts that pages are made of: the two page
// shells, form fields, tables, chips, timelines. A page never writes its own input,
// table, chip or alert, so that every control is reachable by keyboard, tied to its
// label and error, printed and translated alike. All parts are shown in every state
// on /_components in the demo.
//
// A public page:
//
//	templ trackPage(p trackView) {
//		@component.PublicPage(component.Page{Title: lang.T(ctx, "track.title"), Nav: "track", Errors: len(p.Errors)}) {
//			@component.ErrorSummary(p.Errors)
//			@component.Heading(lang.T(ctx, "track.title"), lang.T(ctx, "track.lead"))
//			<form method="post" action="/tra-cuu" novalidate>
//				@component.FormKeys(p.Key, 0)
//				@component.Input(component.Field{Name: "code", Label: lang.T(ctx, "track.code"), Value: p.Code, Error: p.Error("code"), Width: 20})
//				@component.Button(component.Act{Text: lang.T(ctx, "track.find")})
//			</form>
//		}
//	}
//
// A desk page, list and dossier side by side from 1200 px:
//
//	templ inboxPage(p inboxView) {
//		@component.DeskPage(component.Desk{Title: lang.T(ctx, "inbox.title"), Rail: p.Rail}) {
//			@component.DeskHead(lang.T(ctx, "inbox.title"), lang.T(ctx, "inbox.count", "n", p.Count)) {
//				@component.LinkButton(component.Act{Text: lang.T(ctx, "intake.open"), Href: "/tiep-nhan", Keys: "n"})
//			}
//			@component.Tabs(p.Tabs)
//			@component.Table(component.Grid{Caption: lang.T(ctx, "inbox.title"), Columns: p.Columns, Rows: p.Rows, Keys: true})
//			@component.Pages(component.Pager{Next: p.Next})
//		}
//	}
package component

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Page describes a public page.
type Page struct {
	Title       string // unique; the shell adds the name of the service
	Description string // for search engines and shared links
	Nav         string // current entry of the main navigation: "home", "procedures", "track", "guide"
	Crumbs      []Crumb
	Errors      int             // number of refused fields: the title then begins with "Lỗi"
	Query       string          // what was searched, kept in the header's search
	NoSearch    bool            // the page has its own large search
	Wide        bool            // uses the full width instead of one reading column
	Task        bool            // filing: hides search and navigation so that nothing leads away
	NoIndex     bool            // search engines keep away (tracking, personal pages)
	Hero        templ.Component // stands on paper across the page above the rest and holds the h1; home page
}

// Desk describes a desk page.
type Desk struct {
	Title  string
	Rail   []RailGroup
	Errors int
	Query  string
	Crumbs []Crumb
	Stream string // path of the server-sent events that carry live counters as {"name": count}, empty for none
}

// RailGroup is one block of the desk's left rail.
type RailGroup struct {
	Title string // empty for none
	Items []RailItem
}

// RailItem is one list with its counter.
type RailItem struct {
	Text    string
	Href    string
	Icon    Icon
	Count   int  // hidden when negative
	Tone    Tone // Overdue and DueSoon colour the counter
	Current bool
	Key     string // letter after "g" that goes there
	Live    string // name under which live counters update it, empty for none
}

// Crumb is one step of the way to the page; the last one has no Href.
type Crumb struct{ Text, Href string }

// Tone is the meaning of a chip, always said by icon and words too.
type Tone string

// Tones of chips and banners.
const (
	Neutral Tone = "neutral"
	InTime  Tone = "in-time"
	DueSoon Tone = "due-soon"
	Overdue Tone = "overdue"
	Paused  Tone = "paused"
	Done    Tone = "done"
	Fault   Tone = "fault"  // banners: something failed
	Notice  Tone = "notice" // banners: something to know
)

func (t Tone) icon() Icon {
	switch t {
	case InTime:
		return IconClock
	case DueSoon:
		return IconHourglass
	case Overdue, Fault:
		return IconAlert
	case Paused:
		return IconPause
	case Done:
		return IconCheck
	case Notice:
		return IconInfo
	}
	return IconDot
}

// Field is one input with its label, hint and error.
type Field struct {
	Name, Label, Value string
	ID                 string // default: Name
	Hint               string
	Error              string // in the person's language; empty when accepted
	Optional           bool   // says so beside the label; everything else is required
	Type               string // default "text"; "password", "email", "tel", "search", "number" is never used
	Mode               string // inputmode: "numeric", "decimal", "email", "tel"
	Complete           string // autocomplete token (WCAG 1.3.5): "name", "bday", "tel" …
	Width              int    // about this many characters: 4, 10, 20, 30; 0 is the whole column
	MaxLength          int    // most characters
	Rows               int    // Textarea: lines, default 5
	Prefix, Suffix     string // unit shown at the input: "đồng"
	ReadOnly           bool
	HideLabel          bool   // read out, not shown
	BigLabel           bool   // the label is the page's h1
	Suggest            string // path that answers suggestions (see SearchBox)
	Data               templ.Attributes
}

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f Field) describedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{}
	for k, v := range f.Data {
		a[k] = v
	}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Mode != "" {
		a["inputmode"] = f.Mode
	}
	if f.Complete != "" {
		a["autocomplete"] = f.Complete
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if f.ReadOnly {
		a["readonly"] = true
	}
	if f.Type == "password" || f.Mode == "numeric" || f.Type == "email" {
		a["spellcheck"] = "false"
		a["autocapitalize"] = "none"
	}
	return a
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) width() string {
	if f.Width == 0 {
		return ""
	}
	return "w" + strconv.Itoa(f.Width)
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "5"
	}
	return strconv.Itoa(f.Rows)
}

// Option is one choice of a Select, Radios or Checkboxes.
type Option struct {
	Value, Label string
	Hint         string
	Group        string          // Select: heading under which it stands; options of a group follow each other
	Opens        templ.Component // Radios, Checkboxes: further fields shown when it is chosen
	Disabled     bool
}

// Choice is a question with options.
type Choice struct {
	Name, Label string
	ID          string // default: Name
	Hint, Error string
	Values      []string // chosen
	Options     []Option
	Optional    bool
	Inline      bool   // side by side where there is room; for two short options
	BigLabel    bool   // the legend is the page's h1
	Empty       string // Select: text of the empty first option; default "Chọn"
	Width       int
}

func (c Choice) id() string {
	if c.ID != "" {
		return c.ID
	}
	return c.Name
}

func (c Choice) optionID(i int) string {
	if i == 0 { // links of the error summary lead to the first option
		return c.id()
	}
	return c.id() + "-" + strconv.Itoa(i+1)
}

func (c Choice) chosen(v string) bool {
	for _, one := range c.Values {
		if one == v {
			return true
		}
	}
	return false
}

func (c Choice) field() Field {
	return Field{Name: c.Name, ID: c.ID, Label: c.Label, Hint: c.Hint, Error: c.Error, Optional: c.Optional, Width: c.Width, BigLabel: c.BigLabel}
}

func (c Choice) groups() []optionGroup {
	var out []optionGroup
	for _, o := range c.Options {
		if len(out) == 0 || out[len(out)-1].title != o.Group {
			out = append(out, optionGroup{title: o.Group})
		}
		last := &out[len(out)-1]
		last.options = append(last.options, o)
	}
	return out
}

type optionGroup struct {
	title   string
	options []Option
}

// FileField asks for files of one paper.
type FileField struct {
	Field
	Accept   string // ".pdf,.jpg,.png"
	Formats  string // said to the person: "PDF, JPG, PNG"
	Limit    string // said to the person: "50 MB"
	Multiple bool
	Files    []StoredFile // already received
}

// StoredFile is a file received earlier.
type StoredFile struct {
	Name   string
	Size   string   // "1,2 MB"
	Href   string   // to look at it
	Remove string   // path of the page that removes it; empty when it cannot be removed
	Notes  []string // what was found in it: signatures, scripts
}

// FieldError is one line of the error summary.
type FieldError struct {
	ID   string // of the input: Field.ID, default Field.Name
	Text string
}

// Act is a button or a link that looks like one.
type Act struct {
	Text     string
	Kind     ActKind
	Icon     Icon
	Href     string // LinkButton
	Name     string // Button: name and value sent with the form
	Value    string
	Keys     string // keyboard shortcut of the desk, shown beside the text: "a"
	Primary  bool   // LinkButton at the desk: the act that key "a" performs
	FormPath string // Button: sends the form elsewhere (formaction)
	Title    string // said by screen readers instead of Text when several buttons read alike
	Form     string // Button: id of the form it belongs to, when it stands outside
}

// ActKind is how much a button weighs.
type ActKind string

// Kinds of buttons. One page has at most one Primary.
const (
	PrimaryAct   ActKind = "primary"
	SecondaryAct ActKind = "secondary"
	QuietAct     ActKind = "quiet"
	DangerAct    ActKind = "danger"
)

func (a Act) class() string {
	k := a.Kind
	if k == "" {
		k = PrimaryAct
	}
	return "button button-" + string(k)
}

func (a Act) attrs() templ.Attributes {
	at := templ.Attributes{}
	if a.Name != "" {
		at["name"] = a.Name
		at["value"] = a.Value
	}
	if a.Keys != "" {
		at["data-key"] = a.Keys
		at["aria-keyshortcuts"] = a.Keys
	}
	if a.FormPath != "" {
		at["formaction"] = a.FormPath
	}
	if a.Form != "" {
		at["form"] = a.Form
	}
	if a.Title != "" {
		at["aria-label"] = a.Title
	}
	return at
}

// Grid is a table.
type Grid struct {
	Caption     string // always read out; shown when ShowCaption
	ShowCaption bool
	Columns     []Column
	Rows        []Row
	Keys        bool   // desk: j and k move over the rows, Enter opens
	Stack       bool   // on narrow screens each row becomes a block with the column's title before each value
	Select      string // desk: name of the check boxes for bulk acts, empty for none; they belong to form SelectForm
	SelectForm  string
	Empty       templ.Component // shown when there are no rows
}

// Column is a column of a Grid.
type Column struct {
	Title   string
	Numeric bool   // right-aligned, tabular figures
	Sort    string // link that sorts by it, empty when it cannot
	Sorted  string // "ascending" or "descending" when it is the order shown
	Width   string // "narrow", "wide" or empty
	Hidden  bool   // title read out only
}

// Row is a row of a Grid.
type Row struct {
	ID      string
	Cells   []Cell
	Current bool
	Tone    Tone   // a coloured mark at the row's head; its meaning must also stand in a cell
	Label   string // of the check box: "Chọn hồ sơ H61.01-…"
	Title   string // full text of a shortened row, for tools that read it
}

// Cell is a cell. Content wins over Text.
type Cell struct {
	Text    string
	Href    string // makes the text a link; the first link of a row is what Enter opens
	Note    string // a second, quiet line
	Content templ.Component
	Chip    Tone // Text is a status chip of this tone
	Code    bool // dossier codes and the like: never broken
	Clip    bool // one line, full text on focus
}

// Tab is one view of a list.
type Tab struct {
	Text, Href string
	Count      int // hidden when negative
	Current    bool
}

// Pager leads through a list by keys, not by page numbers: the list may grow meanwhile.
type Pager struct {
	Prev, Next string // links; empty where the list ends
	Summary    string // "50 hồ sơ đầu tiên"
}

// Fact is one line of a summary list.
type Fact struct {
	Name    string
	Value   string
	Content templ.Component // wins over Value
	Change  string          // link to change the answer
	Missing bool            // Value says what is missing
}

// Moment is one event of a timeline.
type Moment struct {
	Title string
	When  string // "16:30 thứ Hai, 16/03/2026"
	ISO   string // the same instant for machines (RFC 3339), may be empty
	By    string
	Text  string
	Body  templ.Component
	State StepState
	// Struck says why the event no longer counts ("đã hoàn tác"): its title is struck through. Empty: it counts.
	Struck string
}

// Step is one step of a path.
type Step struct {
	Text  string
	Note  string
	Href  string // to go back to a done step
	State StepState
}

// StepState is where a step stands.
type StepState string

// States of steps.
const (
	StepDone    StepState = "done"
	StepCurrent StepState = "current"
	StepToDo    StepState = "todo"
	StepStopped StepState = "stopped"
)

// Why explains a date: each line is one day or span and what it counted for.
type Why struct {
	Summary string // "Vì sao hẹn ngày này?"
	Intro   string
	Lines   []WhyLine
	Result  string
	Open    bool
	// How the date changed since it was first promised, oldest first, under its own heading.
	Changes      []string
	ChangesTitle string
}

// WhyLine is one line of the derivation.
type WhyLine struct {
	When    string
	What    string
	Counted string // "8 giờ làm việc", empty when the span does not count
	Skipped bool   // drawn as not counted
}

// Confirm asks before an act that cannot be taken back, saying what will happen.
type Confirm struct {
	Title        string
	Consequences []string
	Action       string // path the form is posted to
	Act          Act
	Cancel       string // link back
	Key          string
	Version      int64
	Danger       bool
}

// Tile is a large link: a life event, a field, a way to go on.
type Tile struct {
	Title, Text, Href string
	Icon              Icon
	Count             string
}

// NewsLine is one line of News.
type NewsLine struct{ Date, Text, Href string }

// Found is one result of a search.
type Found struct {
	Title string
	Parts []Part // the title with matched parts; wins over Title
	Href  string
	Code  string
	Facts []string // agency, time limit, level
	Why   string   // why it matched
	Act   templ.Component
}

// Part is a piece of text, marked when it matched a search.
type Part struct {
	Text string
	Hit  bool
}

// Search is a search box.
type Search struct {
	Action, Label, Value string
	Name                 string // default "q"
	ID                   string // default: Name
	Hint                 string
	Button               string // default "Tìm"
	Suggest              string // path answering GET ?q= with HTML made by Suggestions; empty for none
	Big                  bool
	HideLabel            bool
	Examples             []Tab             // searches to try, as links
	Keep                 map[string]string // further parameters that the address keeps
}

// Suggestion is one line of live suggestions.
type Suggestion struct{ Text, Note, Href string }

func titleOf(ctx context.Context, title string, errors int) string {
	if errors > 0 {
		title = lang.T(ctx, "ui.error-prefix") + " " + title
	}
	if name := web.SiteFrom(ctx).System; name != "" && name != title {
		return title + " – " + name
	}
	return title
}

func itoa(n int) string { return strconv.Itoa(n) }

// Number writes a count as the language does: 12.345 in Vietnamese, 12,345 in English.
func Number(ctx context.Context, n int) string {
	digits := strconv.Itoa(n)
	sep := "."
	if lang.From(ctx) == lang.EN {
		sep = ","
	}
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + sep + digits[i:]
	}
	return sign + digits
}

// otherLanguage is the link that switches the language and returns here.
func otherLanguage(ctx context.Context) (href templ.SafeURL, code, name string) {
	code, name = "en", "English"
	if lang.From(ctx) == lang.EN {
		code, name = "vi", "Tiếng Việt"
	}
	return templ.SafeURL("/ngon-ngu?lang=" + code + "&next=" + url.QueryEscape(web.Here(ctx))), code, name
}

func themeLink(ctx context.Context, theme string) templ.SafeURL {
	return templ.SafeURL("/giao-dien?theme=" + theme + "&next=" + url.QueryEscape(web.Here(ctx)))
}

func telHref(phone string) templ.SafeURL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
	return templ.SafeURL("tel:" + digits)
}

// unreadText is the number beside the bell; beyond 99 it is not counted.
func unreadText(n int) string {
	if n > 99 {
		return "99+"
	}
	return itoa(n)
}
