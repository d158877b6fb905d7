package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/app"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/pack/packcli"
	"github.com/motcua/motcua/internal/procedure/find"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/reorg/reorgweb"
	"github.com/motcua/motcua/lang"
)

func runMigrate(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "migrate", "Usage: motcua migrate up|down --to N --data DIR | --db URL\n\nup without --to goes to the newest form; down wants --to (0 empties the database).")
	var t target
	t.flags(f)
	to := f.Int64("to", -1, "number of the last migration to stand")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if err := t.check(); err != nil {
		return f.wrong(err.Error())
	}
	if len(rest) != 1 || (rest[0] != "up" && rest[0] != "down") || (rest[0] == "down" && *to < 0) {
		return f.wrong("say up, or down --to N")
	}
	if t.db == "" {
		if err := os.MkdirAll(t.data, 0o750); err != nil {
			return s.fail(err)
		}
	}
	db, err := app.OpenDB(ctx, t.data, t.db, quiet(s))
	if err != nil {
		return s.fail(err)
	}
	var applied []string
	now, err := db.Version(ctx)
	switch {
	case err != nil:
	case rest[0] == "up" && *to < 0:
		if applied, err = db.MigrateUp(ctx); err == nil {
			_, err = dossierdb.Reproject(ctx, db)
		}
	case (rest[0] == "up") != (*to >= now):
		err = fmt.Errorf("the database stands at %d: %d is not %s from there", now, *to, rest[0])
	default:
		applied, err = db.MigrateTo(ctx, *to)
	}
	if err == nil {
		now, err = db.Version(ctx)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return s.fail(err)
	}
	if *asJSON {
		if applied == nil {
			applied = []string{}
		}
		return s.json(map[string]any{"version": now, "done": applied})
	}
	for _, m := range applied {
		fmt.Fprintln(s.out, m)
	}
	fmt.Fprintln(s.out, "version", now)
	return exitOK
}

func (s stdio) json(v any) int {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return s.fail(err)
	}
	return exitOK
}

func runCheck(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "check", "Usage: motcua check --data DIR | --db URL\n\nExit code 0: everything is as the journals say. 1: something is not; each finding is a line.")
	var t target
	t.flags(f)
	asJSON := f.Bool("json", false, "print the report as JSON")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if len(rest) > 0 {
		return f.wrong("unexpected " + rest[0])
	}
	if err := t.must(); err != nil {
		return f.wrong(err.Error())
	}
	cfg := t.config(quiet(s))
	cfg.StatementTimeout = time.Hour
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return s.fail(err)
	}
	rep, err := a.Check(ctx)
	if err := errors.Join(err, a.Close()); err != nil {
		return s.fail(err)
	}
	if *asJSON {
		if code := s.json(rep); code != exitOK {
			return code
		}
	} else {
		for _, x := range rep.Findings {
			fmt.Fprintln(s.out, x)
		}
		fmt.Fprintf(s.out, "%d dossiers, %d events (%d sealed, %d not yet), %d erased: %d findings\n", rep.Dossiers, rep.Events, rep.Sealed, rep.Open, rep.Erased, len(rep.Findings))
	}
	if len(rep.Findings) > 0 {
		return exitWrong
	}
	return exitOK
}

func runBackup(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "backup", "Usage: motcua backup --data DIR | --db URL --to DIR\n\nCopies database, files and keys to an empty folder while the province is served.")
	var t target
	t.flags(f)
	to := f.String("to", "", "folder that is absent or empty")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if err := t.must(); err != nil {
		return f.wrong(err.Error())
	}
	if *to == "" || len(rest) > 0 {
		return f.wrong("give --to DIR")
	}
	a, err := app.Open(ctx, t.config(quiet(s)))
	if err != nil {
		return s.fail(err)
	}
	if err := errors.Join(a.Backup(ctx, *to), a.Close()); err != nil {
		return s.fail(err)
	}
	fmt.Fprintln(s.out, "backed up to", *to)
	return exitOK
}

func runRestore(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "restore", "Usage: motcua restore --from DIR --data DIR [--db URL]\n\nFills an empty folder (and an empty database) from a backup.")
	var t target
	t.flags(f)
	from := f.String("from", "", "folder that backup wrote")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if *from == "" || t.data == "" || len(rest) > 0 {
		return f.wrong("give --from DIR and --data DIR")
	}
	if err := app.Restore(ctx, *from, t.data, t.db, quiet(s)); err != nil {
		return s.fail(err)
	}
	fmt.Fprintln(s.out, "restored to", t.data)
	return exitOK
}

func runPack(ctx context.Context, args []string, s stdio) int {
	return packcli.Run(ctx, args, s.out, s.err, func(ctx context.Context, pt packcli.Target) (*proceduredb.Store, func() error, error) {
		t := target{data: pt.Data, db: pt.DB}
		if err := t.check(); err != nil {
			return nil, nil, err
		}
		a, err := app.Open(ctx, t.config(quiet(s)))
		if err != nil {
			return nil, nil, err
		}
		return a.Catalogue(), a.Close, nil
	})
}

func runSearch(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "search", "Usage: motcua search --data DIR | --db URL [--json] [-n N] QUESTION\n\nPrints procedures, best first, and why each matched.")
	var t target
	t.flags(f)
	asJSON := f.Bool("json", false, `print a JSON list of {"code", "name", "why"}`)
	n := f.Int("n", 10, "how many at most")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if err := t.must(); err != nil {
		return f.wrong(err.Error())
	}
	q := strings.TrimSpace(strings.Join(rest, " "))
	if q == "" || *n < 1 {
		return f.wrong("ask something")
	}
	a, err := app.Open(ctx, t.config(quiet(s)))
	if err != nil {
		return s.fail(err)
	}
	hits := a.Find(q, *n)
	if err := a.Close(); err != nil {
		return s.fail(err)
	}
	if *asJSON {
		if hits == nil {
			hits = []find.Hit{}
		}
		return s.json(hits)
	}
	for _, h := range hits {
		fmt.Fprintf(s.out, "%-12s %s\n             %s\n", h.Code, h.Name, h.Why)
	}
	return exitOK
}

func runAdmin(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "admin", `Usage:
  motcua admin create --data DIR | --db URL --name NAME --sign-in NAME [--post ID] [--password-stdin]
  motcua admin reset  --data DIR | --db URL --sign-in NAME [--password-stdin]
  motcua admin people --data DIR | --db URL [--json]
  motcua admin onboard FILE.xlsx --check --data DIR | --db URL [--json]

onboard tells every fault of a workbook that brings agencies, and keeps nothing: it is proposed on the page /co-quan/them.
create makes the first administrator, reset gives a new password and ends all sessions. Without
--password-stdin a password is made and printed once; it must be changed at the first sign-in.`)
	var t target
	t.flags(f)
	name := f.String("name", "", "name of the person")
	signIn := f.String("sign-in", "", "sign-in name")
	post := f.String("post", "", "post of the administrator (default: the built-in one)")
	stdin := f.Bool("password-stdin", false, "read the password from standard input")
	check := f.Bool("check", false, "onboard: only tell the faults of the workbook")
	asJSON := f.Bool("json", false, "print JSON")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if len(rest) == 2 && rest[0] == "onboard" && *check {
		return checkWorkbook(ctx, s, t, rest[1], *asJSON)
	}
	if len(rest) != 1 {
		return f.wrong("say create, reset, people, or onboard FILE.xlsx --check")
	}
	if err := t.check(); err != nil {
		return f.wrong(err.Error())
	}
	password := ""
	if *stdin {
		raw, err := io.ReadAll(io.LimitReader(s.in, 1024))
		if err != nil {
			return s.fail(err)
		}
		if password = strings.TrimRight(string(raw), "\r\n"); password == "" {
			return f.wrong("no password on standard input")
		}
	}
	a, err := app.Open(ctx, t.config(quiet(s)))
	if err != nil {
		return s.fail(err)
	}
	var generated string
	switch {
	case rest[0] == "create" && *signIn != "" && *name != "":
		generated, err = a.Accounts().CreateAdministrator(ctx, *name, *signIn, password, *post)
	case rest[0] == "reset" && *signIn != "":
		generated, err = a.Accounts().Reset(ctx, *signIn, password)
	case rest[0] == "people":
		err = people(ctx, s, a, *asJSON)
	default:
		err = errors.Join(a.Close())
		if err != nil {
			return s.fail(err)
		}
		return f.wrong("create wants --name and --sign-in, reset wants --sign-in")
	}
	if err := errors.Join(err, a.Close()); err != nil {
		return s.fail(err)
	}
	switch {
	case rest[0] == "people":
	case *asJSON:
		return s.json(map[string]string{"sign_in": *signIn, "password": generated})
	case generated != "":
		fmt.Fprintf(s.out, "%s: password %s (shown once)\n", *signIn, generated)
	default:
		fmt.Fprintf(s.out, "%s: done\n", *signIn)
	}
	return exitOK
}

// checkWorkbook tells every fault of a workbook that brings agencies.
func checkWorkbook(ctx context.Context, s stdio, t target, name string, asJSON bool) int {
	if err := t.check(); err != nil {
		return s.fail(err)
	}
	in, err := os.Open(name)
	if err != nil {
		return s.fail(err)
	}
	defer func() { _ = in.Close() }()
	a, err := app.Open(ctx, t.config(quiet(s)))
	if err != nil {
		return s.fail(err)
	}
	faults, err := a.CheckWorkbook(ctx, in)
	if err := errors.Join(err, a.Close()); err != nil {
		return s.fail(err)
	}
	if asJSON {
		if code := s.json(faults); len(faults) == 0 {
			return code
		}
		return exitWrong
	}
	for _, f := range faults {
		fmt.Fprintf(s.out, "%s, %d, %s (%s): %s\n", f.Sheet, f.Row, f.Column, f.Cell, reorgweb.FaultText(lang.With(ctx, lang.VI), f))
	}
	if len(faults) > 0 {
		return exitWrong
	}
	fmt.Fprintln(s.out, "0 faults")
	return exitOK
}

func people(ctx context.Context, s stdio, a *app.App, asJSON bool) error {
	type line struct {
		SignIn string   `json:"sign_in"`
		Name   string   `json:"name"`
		Kind   string   `json:"kind"`
		Posts  []string `json:"posts"`
	}
	after := ""
	for {
		page, err := a.Accounts().People(ctx, account.Officer, after, 200)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			l := line{SignIn: p.SignIn, Name: p.Name, Kind: string(p.Kind), Posts: []string{}}
			for _, h := range p.Posts {
				l.Posts = append(l.Posts, h.Post)
			}
			if asJSON {
				s.json(l)
			} else {
				fmt.Fprintf(s.out, "%-24s %-30s %s\n", l.SignIn, l.Name, strings.Join(l.Posts, ", "))
			}
			after = p.SignIn
		}
	}
}

func runDeadline(_ context.Context, args []string, s stdio) int {
	f := newFlags(s, "deadline", `Usage:
  motcua deadline --start 2026-02-13T15:30 --limit 8wh [--calendar FILE.csv] [--hours 07:30-11:30,13:00-17:00] [--explain] [--json]
  motcua deadline --batch FILE [--calendar FILE.csv] [--hours …] [--explain]

Limits: 8wh working hours, 5wd working days, 15d days, 1m months, same-day, same-visit; half: 0.5wd, 0.5wh. A cutoff and
fixed days of return may follow: "same-day after 15:00", "5wd on thu", "10wd on 1+15".

--batch reads start,limit lines (- is standard input) and prints one JSON object a line, refused lines with their number
and reason; the exit code is 1 when a line was refused.`)
	start := f.String("start", "", "instant the limit starts, local time (+07:00) unless it says otherwise")
	limit := f.String("limit", "", "time limit")
	file := f.String("calendar", "", "CSV file of days off and made-up days: date,kind,name[,source,confirmed] (default: the civil calendar of 2018 to 2026)")
	hours := f.String("hours", "", "sessions of a working day, Monday to Friday; or of a week: \"mon-fri 07:30-11:30,13:00-17:00; sat 07:30-11:30\"")
	dueTime := f.String("due-time", "session_end", "when a limit in working days ends on its last day: session_end or same_clock")
	explain := f.Bool("explain", false, "add the derivation")
	asJSON := f.Bool("json", false, "print JSON")
	language := f.String("lang", "vi", "language of the sentences: vi or en")
	batch := f.String("batch", "", "file of start,limit lines")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	switch {
	case len(rest) > 0:
		return f.wrong("unexpected " + rest[0])
	case *batch != "" && (*start != "" || *limit != ""):
		return f.wrong("--batch reads start and limit from its file: give neither --start nor --limit")
	case *batch == "" && (*start == "" || *limit == ""):
		return f.wrong("give --start and --limit, or --batch")
	case *language != string(lang.VI) && *language != string(lang.EN):
		return f.wrong("--lang is vi or en")
	}
	env, err := clockOf(*file, *hours, *dueTime)
	if err != nil {
		for _, row := range calendar.BadRows(err) {
			fmt.Fprintf(s.err, "motcua: %s:%d: %s %q\n", row.File, row.Line, lang.Text(lang.EN, "error."+row.Code), row.Detail)
		}
		if len(calendar.BadRows(err)) > 0 {
			return exitWrong
		}
		return s.fail(err)
	}
	if *batch != "" {
		in := s.in
		if *batch != "-" {
			r, err := os.Open(*batch)
			if err != nil {
				return s.fail(err)
			}
			defer r.Close()
			in = r
		}
		b, err := deadline.AskAll(in, s.out, env, *explain, func(f *fault.Error) string { text, _ := refusal(f); return text })
		if err != nil {
			return s.fail(err)
		}
		if b.Refused > 0 {
			fmt.Fprintf(s.err, "motcua: %d lines answered, %d refused\n", b.Answered, b.Refused)
			return exitWrong
		}
		return exitOK
	}
	answer, err := deadline.Ask(*start, *limit, env, *explain)
	if err != nil {
		return s.fail(err)
	}
	if *asJSON {
		return s.json(answer)
	}
	fmt.Fprintln(s.out, answer.Due.Format(time.RFC3339))
	for _, x := range answer.Explain {
		text := x.Vi
		if *language == string(lang.EN) {
			text = x.En
		}
		fmt.Fprintln(s.out, "  "+text)
	}
	return exitOK
}

// clockOf reads what a due date is computed with; what is not named is the civil calendar and the standard hours.
func clockOf(file, hours, dueTime string) (env deadline.Env, err error) {
	if err := env.Policy.DueTime.UnmarshalText([]byte(dueTime)); err != nil {
		return env, err
	}
	if file != "" {
		r, err := os.Open(file)
		if err != nil {
			return env, err
		}
		env.Calendar, err = calendar.ParseCSV(file, r)
		if cerr := r.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return env, err
		}
	}
	if hours == "" {
		return env, nil
	}
	h, err := calendar.ParseHours(hours)
	if err == nil {
		env.Office, err = calendar.WeekdaysOffice(h)
		return env, err
	}
	if week, werr := calendar.ParseWeek(hours); werr == nil {
		env.Office, err = calendar.NewOffice(calendar.Plan{Week: week})
	}
	return env, err
}
