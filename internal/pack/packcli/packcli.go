// Package packcli is the library side of "motcua pack": it checks, imports, compares and
// publishes, and says what it did, in words or as JSON. The command hands in where to
// write and how to open the store.
package packcli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/national"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/workflow/simulate"
)

// Exit codes.
const (
	OK       = 0
	Problems = 1 // bad lines, problems in a pack, or a store that refused; all of them are printed
	Usage    = 2
)

// Target says which province a command touches: exactly one of the two is set.
type Target struct {
	Data string // folder with an embedded database
	DB   string // URL of a PostgreSQL database
}

// Open opens the store of a province, migrated; close ends it.
type Open func(ctx context.Context, t Target) (store *proceduredb.Store, close func() error, err error)

const usage = `Usage:
  motcua pack check DIR [--from YYYY-MM-DD] [--json]
      Read a pack and list everything wrong with it: file, line, reason, and for a process the shortest run that
      shows it. Who holds what is checked from a day on, today when none is named.
  motcua pack simulate DIR PROCESS [--runs N] [--arrivals PER-DAY] [--staff PLACE/ROLE=N,…] [--limit 5wd] [--seed N] [--svg FILE] [--json]
      Let files run through a process and say where they wait, how many come late and who has most to do.
  motcua pack import --data DIR|--db URL FILE… [--report json] [--draft]
      Import packs (folders), the national catalogue (.jsonl), its lists (.xlsx) and administrative
      units (.json, .csv), days off of a year (.csv with date,kind,name). Files are recognised by content. What is new is in force from today; what
      would change something in force waits as a draft for publish. With --draft everything waits.
  motcua pack export --data DIR|--db URL [--from YYYY-MM-DD] FOLDER
      Write what is in force on a day, today when none is named, as a pack: a new or empty folder of text.
      Importing it again changes nothing.
  motcua pack diff A B [--lang vi|en] [--json]
      Say what changed from pack A to pack B; with --lang as people say it, field by field.
  motcua pack publish --data DIR|--db URL [--from YYYY-MM-DD] [--json]
      Put all drafts in force from a day, today when none is named.
  motcua pack import-opencps FILE.ods DIR [--roles FILE.yaml] [--code THEIRS=1.001234]… [--json]
      Write the process, the procedures and form stubs that master data of OpenCPS describe into a folder,
      and list what was not taken over. --roles maps their names of holders: "Lãnh đạo FSA": {role: agency_head}.
  motcua pack bpmn PROCESS.yaml|FILE.bpmn [OUT] [--roles FILE.yaml]
      Write a process as BPMN 2.0 with its drawing, or read one; --roles maps the names of lanes.

Exit codes: 0 clean, 1 bad lines or problems (listed), 2 wrong usage.
`

// Run runs one command; args begin with its name. It returns the exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer, open Open) int {
	c := &command{stdout: stdout, stderr: stderr, open: open}
	if len(args) == 0 {
		return c.usage("")
	}
	if slices.ContainsFunc(args, func(a string) bool { return a == "--help" || a == "-h" || a == "-help" }) || args[0] == "help" {
		fmt.Fprint(stdout, usage)
		return OK
	}
	switch args[0] {
	case "check":
		return c.check(args[1:])
	case "simulate":
		return c.simulate(args[1:])
	case "import":
		return c.importFiles(ctx, args[1:])
	case "export":
		return c.export(ctx, args[1:])
	case "diff":
		return c.diff(args[1:])
	case "publish":
		return c.publish(ctx, args[1:])
	case "import-opencps":
		return c.importOpenCPS(args[1:])
	case "bpmn":
		return c.bpmn(args[1:])
	}
	return c.usage("unknown command " + args[0])
}

type command struct {
	stdout, stderr io.Writer
	open           Open

	target Target
	json   bool
	draft  bool
	report string
	from   string
	lang   string
	roles  string            // file of a roleword.Table
	codes  map[string]string // national codes by those of another system

	plan       simulate.Plan
	staff, svg string
}

func (c *command) usage(why string) int {
	if why != "" {
		fmt.Fprintln(c.stderr, "motcua pack: "+why)
	}
	fmt.Fprint(c.stderr, usage)
	return Usage
}

// parse reads flags anywhere among the arguments and returns the others.
func (c *command) parse(name string, args []string, flags ...string) ([]string, error) {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, f := range flags {
		switch f {
		case "data":
			set.StringVar(&c.target.Data, f, "", "")
		case "db":
			set.StringVar(&c.target.DB, f, "", "")
		case "json":
			set.BoolVar(&c.json, f, false, "")
		case "draft":
			set.BoolVar(&c.draft, f, false, "")
		case "report":
			set.StringVar(&c.report, f, "", "")
		case "lang":
			set.StringVar(&c.lang, f, "", "")
		case "from":
			set.StringVar(&c.from, f, "", "")
		case "roles":
			set.StringVar(&c.roles, f, "", "")
		case "code":
			set.Func(f, "", func(pair string) error {
				theirs, ours, ok := strings.Cut(pair, "=")
				if !ok || theirs == "" || ours == "" {
					return errors.New("want THEIRS=OURS")
				}
				if c.codes == nil {
					c.codes = map[string]string{}
				}
				c.codes[theirs] = ours
				return nil
			})
		case "runs":
			set.IntVar(&c.plan.Runs, f, 0, "")
		case "arrivals":
			set.Float64Var(&c.plan.Arrivals, f, 0, "")
		case "seed":
			set.Uint64Var(&c.plan.Seed, f, 1, "")
		case "limit":
			set.StringVar(&c.plan.Legal, f, "", "")
		case "staff":
			set.StringVar(&c.staff, f, "", "")
		case "svg":
			set.StringVar(&c.svg, f, "", "")
		}
	}
	var rest []string
	for {
		if err := set.Parse(args); err != nil {
			return nil, err
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, set.Arg(0)), set.Args()[1:]
	}
}

func (c *command) write(v any) int {
	enc := json.NewEncoder(c.stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		fmt.Fprintln(c.stderr, "motcua pack: "+err.Error())
		return Problems
	}
	return OK
}

// fail prints an error that ends the command.
func (c *command) fail(err error) int {
	fmt.Fprintln(c.stderr, "motcua pack: "+sentence(err))
	return Problems
}

// sentence says a refusal in words; other errors say themselves.
func sentence(err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err.Error()
	}
	switch {
	case errors.Is(err, proceduredb.ErrDay):
		return fmt.Sprintf("%q is not a day of the form yyyy-mm-dd", f.Args["day"])
	case errors.Is(err, proceduredb.ErrRewrites):
		return fmt.Sprintf("%v is in force since %v already: a later version cannot begin before it", f.Args["code"], f.Args["from"])
	}
	return err.Error()
}

func (c *command) check(args []string) int {
	dirs, err := c.parse("check", args, "json", "from")
	if err != nil || len(dirs) != 1 {
		return c.usage("check wants one folder")
	}
	if c.from == "" {
		c.from = calendar.DateOf(time.Now()).String() //nolint:forbidigo // the day on which the command is given
	}
	if _, err := calendar.ParseDate(c.from); err != nil {
		return c.usage("--from wants a day of the form yyyy-mm-dd")
	}
	p, problems, err := load(dirs[0], c.from)
	if err != nil {
		return c.fail(err)
	}
	if c.json {
		if problems == nil {
			problems = []pack.Problem{}
		}
		if code := c.write(map[string]any{
			"id": p.ID, "version": p.Version, "digest": p.Digest(), "agencies": len(p.Agencies), "posts": len(p.Posts),
			"procedures": len(p.Procedures), "forms": len(p.Forms), "processes": len(p.Processes), "problems": problems,
		}); code != OK {
			return code
		}
	} else {
		c.list(problems)
		fmt.Fprintf(c.stdout, "%s %s: %d agencies, %d posts, %d procedures, %d forms, %d processes; %d problems\n",
			p.ID, p.Version, len(p.Agencies), len(p.Posts), len(p.Procedures), len(p.Forms), len(p.Processes), len(problems))
	}
	if len(problems) > 0 {
		return Problems
	}
	return OK
}

func (c *command) list(problems []pack.Problem) {
	for _, pr := range problems {
		fmt.Fprintln(c.stderr, pr)
		for i, move := range strings.Split(pr.Run, "\n") {
			if move != "" {
				fmt.Fprintf(c.stderr, "  %2d. %s\n", i+1, move)
			}
		}
	}
}

// load reads and checks the pack in a folder. Problems of reading hide those of checking, which would
// mostly follow from them.
func load(dir, day string) (*pack.Pack, []pack.Problem, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, nil, err
	} else if !info.IsDir() {
		return nil, nil, fmt.Errorf("%s is not a folder", dir)
	}
	p, problems, err := loadFrom(dir)
	if err == nil && len(problems) == 0 {
		problems = pack.CheckFrom(p, day)
	}
	return p, problems, err
}

// loadFrom reads the pack in a folder, over the one it names as its base.
func loadFrom(dir string) (*pack.Pack, []pack.Problem, error) {
	return pack.LoadFrom(func(dir string) (fs.FS, error) {
		dir = filepath.FromSlash(dir)
		if info, err := os.Stat(dir); err != nil {
			return nil, err
		} else if !info.IsDir() {
			return nil, fmt.Errorf("%s is not a folder", dir)
		}
		return os.DirFS(dir), nil
	}, filepath.ToSlash(dir))
}

// LoadChecked reads and checks a pack. One with problems must not be imported.
func LoadChecked(fsys fs.FS) (*pack.Pack, []pack.Problem) {
	p, problems := pack.Load(fsys)
	if len(problems) == 0 {
		problems = pack.Check(p)
	}
	return p, problems
}

func (c *command) diff(args []string) int {
	dirs, err := c.parse("diff", args, "json", "lang")
	if err != nil || len(dirs) != 2 || c.lang != "" && c.lang != "vi" && c.lang != "en" {
		return c.usage("diff wants two folders, and --lang vi or en")
	}
	var packs [2]*pack.Pack
	for i, dir := range dirs {
		p, problems, err := loadFrom(dir)
		if err != nil {
			return c.fail(err)
		}
		if len(problems) > 0 {
			c.list(problems)
			return Problems
		}
		packs[i] = p
	}
	if c.lang != "" && !c.json {
		return c.inWords(studio.DiffPacks(packs[0], packs[1], c.lang))
	}
	changes := pack.Diff(packs[0], packs[1])
	if c.json {
		if changes == nil {
			changes = []pack.Change{}
		}
		return c.write(changes)
	}
	for _, ch := range changes {
		fmt.Fprintln(c.stdout, ch)
	}
	if len(changes) == 0 {
		fmt.Fprintln(c.stdout, "nothing differs")
	}
	return OK
}

// inWords prints differences as people say them.
func (c *command) inWords(list []studio.Difference) int {
	nothing, what := "không khác gì", map[studio.What]string{studio.Added: "thêm", studio.Removed: "bỏ", studio.Changed: "đổi"}
	if c.lang == "en" {
		nothing, what = "nothing differs", map[studio.What]string{studio.Added: "added", studio.Removed: "removed", studio.Changed: "changed"}
	}
	for _, d := range list {
		fmt.Fprintf(c.stdout, "%s: %s\n", d.Key.Path(), what[d.What])
		for _, w := range d.Lines {
			if w.Mark != 0 {
				fmt.Fprintf(c.stdout, "  %c %s\n", w.Mark, w.Text)
				continue
			}
			fmt.Fprintln(c.stdout, "  "+w.String())
		}
	}
	if len(list) == 0 {
		fmt.Fprintln(c.stdout, nothing)
	}
	return OK
}

// export writes what is in force as the folder of a pack.
func (c *command) export(ctx context.Context, args []string) (code int) {
	dirs, err := c.parse("export", args, "data", "db", "from")
	if err != nil || len(dirs) != 1 {
		return c.usage("export wants a province and a folder")
	}
	if left, err := os.ReadDir(dirs[0]); err == nil && len(left) > 0 {
		return c.fail(fmt.Errorf("%s is not empty", dirs[0]))
	}
	store, closeStore, err := c.openTarget(ctx)
	if err != nil {
		return c.fail(err)
	}
	defer func() { code = c.closed(closeStore, code) }()
	day := cmp.Or(c.from, store.Today())
	if _, err := calendar.ParseDate(day); err != nil {
		return c.usage(fmt.Sprintf("%q is not a day of the form yyyy-mm-dd", day))
	}
	conf, err := store.Configured(ctx, day)
	if err != nil {
		return c.fail(err)
	}
	p, err := pack.Of(conf, day)
	if err != nil {
		return c.fail(err)
	}
	files := p.Files()
	for _, name := range sortedKeys(files) {
		to := filepath.Join(dirs[0], filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // a pack is for everybody to read
			return c.fail(err)
		}
		if err := os.WriteFile(to, []byte(files[name]), 0o644); err != nil { //nolint:gosec // likewise
			return c.fail(err)
		}
	}
	fmt.Fprintf(c.stdout, "%s: %d files, as in force on %s\n", dirs[0], len(files), day)
	return OK
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// openTarget opens the store named by the flags.
func (c *command) openTarget(ctx context.Context) (*proceduredb.Store, func() error, error) {
	if (c.target.Data == "") == (c.target.DB == "") {
		return nil, nil, errors.New("give either --data DIR or --db URL")
	}
	return c.open(ctx, c.target)
}

func (c *command) publish(ctx context.Context, args []string) (code int) {
	rest, err := c.parse("publish", args, "data", "db", "from", "json")
	if err != nil || len(rest) > 0 {
		return c.usage("publish wants a province, and --from YYYY-MM-DD")
	}
	store, closeStore, err := c.openTarget(ctx)
	if err != nil {
		return c.fail(err)
	}
	defer func() { code = c.closed(closeStore, code) }()
	c.from = cmp.Or(c.from, store.Today())
	out, err := store.Publish(ctx, c.from)
	if err != nil {
		return c.fail(err)
	}
	if c.json {
		return c.write(map[string]any{"from": c.from, "procedures": out.Procedures, "documents": out.Documents, "revision": out.Revision})
	}
	fmt.Fprintf(c.stdout, "published from %s: %d procedures, %d documents (revision %d)\n", c.from, out.Procedures, out.Documents, out.Revision)
	return OK
}

func (c *command) closed(closeStore func() error, code int) int {
	if err := closeStore(); err != nil && code == OK {
		return c.fail(err)
	}
	return code
}

func (c *command) importFiles(ctx context.Context, args []string) (code int) {
	files, err := c.parse("import", args, "data", "db", "report", "draft")
	if err != nil || len(files) == 0 || (c.report != "" && c.report != "json" && c.report != "text") {
		return c.usage("import wants a province, files, and --report json or text")
	}
	store, closeStore, err := c.openTarget(ctx)
	if err != nil {
		return c.fail(err)
	}
	defer func() { code = c.closed(closeStore, code) }()
	day := store.Today()
	if c.draft {
		day = ""
	}
	report, err := ImportFiles(ctx, store, files, day)
	if err != nil {
		return c.fail(err)
	}
	if c.report == "json" {
		if code := c.write(report); code != OK {
			return code
		}
	} else {
		c.summary(report)
	}
	if report.Bad > 0 || len(report.Problems) > 0 {
		return Problems
	}
	return OK
}

func (c *command) summary(r Report) {
	for _, b := range r.BadLines {
		fmt.Fprintln(c.stderr, b)
	}
	if more := r.Bad - len(r.BadLines); more > 0 {
		fmt.Fprintf(c.stderr, "and %d bad lines more\n", more)
	}
	c.list(r.Problems)
	for _, s := range r.Sources {
		fmt.Fprintf(c.stdout, "%-50s %-20s read %d, understood %d, bad %d\n", s.File, s.Kind, s.Read, s.Accepted, s.Bad)
	}
	fmt.Fprintf(c.stdout, "procedures: %d (new %d, changed %d, unchanged %d), %d with marks; known by heading only: %d\n",
		r.Procedures, r.Imported, r.Changed, r.Unchanged, r.Marked, r.ListOnly)
	if r.Drafts > 0 {
		fmt.Fprintf(c.stdout, "in force at once: %d; waiting as drafts for \"motcua pack publish\": %d\n", r.InForce, r.Drafts)
	}
	reasons := make([]string, 0, len(r.Marks))
	for reason := range r.Marks {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		fmt.Fprintf(c.stdout, "  %-30s %d\n", reason, r.Marks[reason])
	}
	if r.Provinces+r.Communes+r.Mappings > 0 {
		fmt.Fprintf(c.stdout, "places: %d provinces, %d communes in force, %d changes (written %d)\n", r.Provinces, r.Communes, r.Mappings, r.PlacesWritten)
	}
	if n := r.DocumentsNew + r.DocumentsChanged + r.DocumentsUnchanged; n > 0 {
		fmt.Fprintf(c.stdout, "documents of packs: %d (new %d, changed %d, unchanged %d)\n", n, r.DocumentsNew, r.DocumentsChanged, r.DocumentsUnchanged)
	}
}

// Report is everything one import did.
type Report struct {
	national.Report
	InForce            int            `json:"in_force"` // versions that began at once
	Drafts             int            `json:"drafts"`   // versions that wait for publish
	Packs              []string       `json:"packs"`
	Problems           []pack.Problem `json:"problems"` // of packs; a pack with problems is not imported
	DocumentsNew       int            `json:"documents_new"`
	DocumentsChanged   int            `json:"documents_changed"`
	DocumentsUnchanged int            `json:"documents_unchanged"`
}

// ImportFiles imports files and pack folders and keeps the report in the store. What is wrong inside them is in
// the report; the error is for a file that cannot be opened and a store that refuses. Files are read before
// anything is written. What was never in force begins on publishNew, unless that is empty.
func ImportFiles(ctx context.Context, store *proceduredb.Store, files []string, publishNew string) (Report, error) {
	reader := national.NewReader()
	var report Report
	var batches []proceduredb.Batch
	report.Packs, report.Problems = []string{}, []pack.Problem{}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			return report, err
		}
		if info.IsDir() {
			p, problems, err := load(name, store.Today())
			if err != nil {
				return report, err
			}
			for i := range problems {
				problems[i].File = filepath.ToSlash(filepath.Join(name, problems[i].File))
			}
			report.Problems = append(report.Problems, problems...)
			if len(problems) == 0 {
				report.Packs = append(report.Packs, p.ID)
				batches = append(batches, Batch(p))
			}
			continue
		}
		days, ok, err := readCalendar(name)
		switch {
		case err != nil && days == nil:
			return report, err
		case ok:
			batches = append(batches, *days)
		default:
			if err := readFile(reader, name); err != nil {
				return report, err
			}
		}
	}
	imp := reader.Result()
	report.Report = imp.Report
	if len(imp.Versions)+len(imp.Listed)+len(imp.Places)+len(imp.Changes) > 0 {
		batches = append(batches, National(imp))
	}
	for _, b := range batches {
		b.PublishNew = publishNew
		out, err := store.Import(ctx, b)
		if err != nil {
			return report, err
		}
		report.Imported += out.New
		report.InForce += out.InForce
		report.Drafts += out.Drafts
		report.Changed += out.Changed
		report.Unchanged += out.Unchanged
		report.PlacesWritten += out.Places
		report.DocumentsNew += out.DocumentsNew
		report.DocumentsChanged += out.DocumentsChanged
		report.DocumentsUnchanged += out.DocumentsUnchanged
		if strings.HasPrefix(b.Origin, "pack:") {
			report.Procedures += len(b.Versions)
		}
	}
	return report, store.KeepReport(ctx, report)
}

// readCalendar reads a file of days off and made-up days: one document for each year it covers. ok is false for
// files of other kinds.
func readCalendar(name string) (b *proceduredb.Batch, ok bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	if !calendarHead.Match(head) {
		return &proceduredb.Batch{}, false, nil
	}
	cal, err := calendar.ParseCSV(filepath.ToSlash(name), in)
	if err != nil {
		return nil, false, err
	}
	b = &proceduredb.Batch{Origin: "calendar"}
	for _, year := range cal.Years() {
		rows := []calendar.Exception{}
		for _, e := range cal.Exceptions() {
			if e.Date.Year() == year {
				rows = append(rows, e)
			}
		}
		b.Documents = append(b.Documents, proceduredb.Document{Kind: proceduredb.KindCalendar, ID: strconv.Itoa(year), Value: rows})
	}
	return b, true, nil
}

// calendarHead is the head line of a file of days, after comments.
var calendarHead = regexp.MustCompile(`^(?:\x{FEFF})?(?:#[^\n]*\n)*date,kind`)

func readFile(reader *national.Reader, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return reader.Read(filepath.ToSlash(name), f)
}

// National returns what an import of national files writes.
func National(imp *national.Import) proceduredb.Batch {
	return proceduredb.Batch{
		Origin: "national", Versions: imp.Versions, Listed: imp.Listed, Places: imp.Places, Changes: imp.Changes,
	}
}

// Batch returns what an import of a pack writes.
func Batch(p *pack.Pack) proceduredb.Batch {
	return proceduredb.Batch{Origin: p.Origin(), Versions: p.Procedures, Documents: p.Documents()}
}
