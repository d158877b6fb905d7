package notice

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/motcua/motcua/internal/calendar"
)

//go:embed builtin.yaml
var builtin string

// TemplatePath is where a pack writes its own wording, below templates/.
const TemplatePath = "notices.yaml"

// Wording is one notice in one language. Placeholders stand in braces: {code}. A line with a placeholder that has
// no value is left out.
type Wording struct {
	Subject string `yaml:"subject"`
	Text    string `yaml:"text"` // one or two short sentences, for lists
	Body    string `yaml:"body"` // of a letter; empty: Text
}

// Frame is what stands around every letter's body.
type Frame struct {
	Greeting string `yaml:"greeting"`
	Officer  string `yaml:"officer"` // greeting of a letter to an officer
	Link     string `yaml:"link"`
	Closing  string `yaml:"closing"`
	Footer   string `yaml:"footer"`
}

// Settings are what a province decides about notices besides their words.
type Settings struct {
	Quiet Quiet
	// AlertMinutes and AnswerMinutes are how long before their end the two hours of the alert and the answer to
	// a submission are reminded of, in clock minutes.
	AlertMinutes   int
	AnswerMinutes  int
	SupplementDays []int // days before the end on which the applicant is reminded
	MailHours      int   // an event older than that is not written about any more
}

// AlertBefore is AlertMinutes as a duration.
func (s Settings) AlertBefore() time.Duration { return time.Duration(s.AlertMinutes) * time.Minute }

// AnswerBefore is AnswerMinutes as a duration.
func (s Settings) AnswerBefore() time.Duration { return time.Duration(s.AnswerMinutes) * time.Minute }

// MailWithin is MailHours as a duration.
func (s Settings) MailWithin() time.Duration { return time.Duration(s.MailHours) * time.Hour }

// Book is the wording and the settings in force. It is immutable.
type Book struct {
	Settings
	frames map[Language]Frame
	words  map[Kind]map[Language]Wording
}

// file is the shape of notices.yaml.
type file struct {
	Quiet *struct {
		From     string `yaml:"from"`
		Until    string `yaml:"until"`
		RestDays bool   `yaml:"rest_days"`
	} `yaml:"quiet"`
	Reminders *struct {
		AlertMinutes   *int  `yaml:"alert_minutes"`
		AnswerMinutes  *int  `yaml:"answer_minutes"`
		SupplementDays []int `yaml:"supplement_days"`
		MailHours      *int  `yaml:"mail_hours"`
	} `yaml:"reminders"`
	Letter    map[Language]Frame            `yaml:"letter"`
	Templates map[Kind]map[Language]Wording `yaml:"templates"`
}

// Builtin is the wording that comes with the program.
var Builtin = func() *Book {
	b := &Book{frames: map[Language]Frame{}, words: map[Kind]map[Language]Wording{}}
	if p := b.lay(builtin); len(p) > 0 {
		panic("notice: builtin.yaml: " + p[0].String())
	}
	return b
}()

// Problem is one thing wrong with the text of a book. Line counts from 1; 0: the whole text.
type Problem struct {
	Line   int
	Reason string
}

func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Reason) }

// Read lays the text of a province's notices.yaml over the built-in wording. It names everything that is wrong;
// a book with problems must not be used.
func Read(text string) (*Book, []Problem) {
	b := &Book{Settings: Builtin.Settings, frames: maps.Clone(Builtin.frames), words: maps.Clone(Builtin.words)}
	problems := b.lay(text)
	return b, problems
}

func (b *Book) lay(text string) (problems []Problem) {
	doc, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return []Problem{problemOf(err)}
	}
	bad := func(path, format string, args ...any) {
		p := Problem{Reason: fmt.Sprintf(format, args...)}
		if at, err := yaml.PathString(path); err == nil {
			if n, err := at.FilterFile(doc); err == nil && n != nil {
				p.Line = n.GetToken().Position.Line
			}
		}
		problems = append(problems, p)
	}
	var f file
	if err := yaml.UnmarshalWithOptions([]byte(text), &f, yaml.Strict()); err != nil {
		return []Problem{problemOf(err)}
	}
	b.laySettings(f, bad)
	for _, l := range slices.Sorted(maps.Keys(f.Letter)) {
		path := "$.letter." + string(l)
		if l != Vietnamese && l != English {
			bad(path, "%q is no language of letters (vi, en)", l)
			continue
		}
		fr := f.Letter[l]
		for name, t := range map[string]string{"greeting": fr.Greeting, "link": fr.Link, "closing": fr.Closing, "footer": fr.Footer, "officer": fr.Officer} {
			if t == "" {
				bad(path, "the letter has no %s", name)
			}
			checkPlaceholders(path+"."+name, t, append([]string{"choices"}, names...), bad)
		}
		b.frames[l] = fr
	}
	for _, k := range slices.Sorted(maps.Keys(f.Templates)) {
		path := "$.templates." + string(k)
		if !k.Known() {
			bad(path, "%q is no kind of notice", k)
			continue
		}
		b.words[k] = f.Templates[k]
		for _, l := range []Language{Vietnamese, English} {
			w, ok := f.Templates[k][l]
			switch {
			case !ok:
				bad(path, "%s has no wording in %q", k, l)
			case w.Subject == "" || w.Text == "":
				bad(path+"."+string(l), "%s needs a subject and a text", k)
			case strings.ContainsAny(w.Subject, "\r\n"):
				bad(path+"."+string(l)+".subject", "the subject of %s has more than one line", k)
			}
			for name, t := range map[string]string{"subject": w.Subject, "text": w.Text, "body": w.Body} {
				checkPlaceholders(path+"."+string(l)+"."+name, t, names, bad)
			}
		}
		for l := range f.Templates[k] {
			if l != Vietnamese && l != English {
				bad(path, "%q is no language of letters (vi, en)", l)
			}
		}
	}
	slices.SortStableFunc(problems, func(x, y Problem) int { return x.Line - y.Line })
	return problems
}

func (b *Book) laySettings(f file, bad func(path, format string, args ...any)) {
	if q := f.Quiet; q != nil {
		from, err := calendar.ParseMinute(q.From)
		if err != nil {
			bad("$.quiet.from", "%q is no time of day (21:00)", q.From)
		}
		until, err := calendar.ParseMinute(q.Until)
		if err != nil {
			bad("$.quiet.until", "%q is no time of day (07:00)", q.Until)
		}
		b.Quiet = Quiet{From: from, Until: until, RestDays: q.RestDays}
	}
	r := f.Reminders
	if r == nil {
		return
	}
	number := func(name string, v *int, into *int, least, most int) {
		switch {
		case v == nil:
		case *v < least || *v > most:
			bad("$.reminders."+name, "%s must be from %d to %d, is %d", name, least, most, *v)
		default:
			*into = *v
		}
	}
	number("alert_minutes", r.AlertMinutes, &b.AlertMinutes, 0, 24*60)
	number("answer_minutes", r.AnswerMinutes, &b.AnswerMinutes, 0, 48*60)
	number("mail_hours", r.MailHours, &b.MailHours, 1, 24*31)
	if r.SupplementDays != nil {
		b.SupplementDays = r.SupplementDays
		for _, n := range r.SupplementDays {
			if n < 1 || n > 60 {
				bad("$.reminders.supplement_days", "%d is no number of days before the end (1 to 60)", n)
			}
		}
	}
}

func problemOf(err error) Problem {
	p := Problem{Reason: err.Error()}
	var ye yaml.Error
	if e, ok := err.(yaml.Error); ok { //nolint:errorlint // the package returns it unwrapped
		ye = e
		p.Reason = ye.GetMessage()
		if t := ye.GetToken(); t != nil && t.Position != nil {
			p.Line = t.Position.Line
		}
	}
	return p
}

func checkPlaceholders(path, text string, known []string, bad func(path, format string, args ...any)) {
	for rest := text; ; {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			return
		}
		end := strings.IndexByte(rest[i:], '}')
		if end < 0 {
			bad(path, "a brace is not closed")
			return
		}
		name := rest[i+1 : i+end]
		if !slices.Contains(known, name) {
			bad(path, "{%s} is no placeholder (known: %s)", name, strings.Join(known, ", "))
		}
		rest = rest[i+end+1:]
	}
}

// fillIn replaces placeholders line by line; a line with one that has no value is left out.
func fillIn(text string, v map[string]string) string {
	var out []string
line:
	for line := range strings.SplitSeq(text, "\n") {
		var b strings.Builder
		for {
			i := strings.IndexByte(line, '{')
			end := strings.IndexByte(line, '}')
			if i < 0 || end < i {
				break
			}
			value := v[line[i+1:end]]
			if value == "" {
				continue line
			}
			b.WriteString(line[:i] + value)
			line = line[end+1:]
		}
		out = append(out, b.String()+line)
	}
	return strings.Join(out, "\n")
}

// Said is a notice in words.
type Said struct {
	Subject string
	Text    string // one line
}

// Say writes a notice for a list. The subject is empty for a notice about which nothing is known any more.
func (b *Book) Say(k Kind, f Facts, l Language) Said {
	w := b.words[k][l]
	if f.Empty() {
		return Said{}
	}
	v := f.values(l)
	return Said{Subject: fillIn(w.Subject, v), Text: strings.ReplaceAll(fillIn(w.Text, v), "\n", " ")}
}
