// Command motcua runs a province's one door: demo and server, and the tools an
// operator needs. It holds no logic: each command reads its flags and calls a package.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/lang"
)

// Exit codes. Commands that find something wrong say what, then exit with 1.
const (
	exitOK    = 0
	exitWrong = 1
	exitUsage = 2
)

type command struct {
	name, about string
	run         func(ctx context.Context, args []string, io stdio) int
}

type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// fail prints why a command ended: a refusal in words, anything else as it is.
func (s stdio) fail(err error) int {
	why := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		if text, ok := refusal(f); ok {
			why = text + " (" + err.Error() + ")"
		}
	}
	fmt.Fprintln(s.err, "motcua: "+why)
	return exitWrong
}

// refusal puts a refusal into words.
func refusal(f *fault.Error) (string, bool) {
	if text, ok := lang.Lookup(lang.EN, "error."+f.Code); !ok || text == "" {
		return f.Code, false
	}
	return lang.TextMap(lang.EN, "error."+f.Code, f.Args), true
}

var commands = []command{
	{"demo", "start an invented province to try everything", runDemo},
	{"serve", "serve a province", runServe},
	{"migrate", "bring the database up to the newest form, or down to an older one", runMigrate},
	{"check", "fold every journal again and compare every row, chain, signature and seal", runCheck},
	{"backup", "copy a province while it is served", runBackup},
	{"restore", "fill an empty folder from a backup", runRestore},
	{"pack", "check, import, compare and publish the catalogue", runPack},
	{"search", "find procedures as people ask for them", runSearch},
	{"admin", "first administrator, reset of a sign-in, people", runAdmin},
	{"deadline", "compute and explain a due date", runDeadline},
	{"verify", "judge the digital signatures of PDF files", runVerify},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, s stdio) int {
	if len(args) == 0 {
		usage(s.err)
		return exitUsage
	}
	switch args[0] {
	case "help", "--help", "-h", "-help":
		usage(s.out)
		return exitOK
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:], s)
		}
	}
	fmt.Fprintf(s.err, "motcua: unknown command %q\n", args[0])
	usage(s.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Usage: motcua COMMAND [flags]\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.about)
	}
	fmt.Fprint(w, "\nmotcua COMMAND --help shows the flags of a command.\nExit codes: 0 done, 1 something is wrong (it is printed), 2 wrong usage.\n")
}

// flags is a flag set that prints its help to stdout and reads flags anywhere among the arguments.
type flags struct {
	*flag.FlagSet
	s    stdio
	head string
}

func newFlags(s stdio, name, head string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), s: s, head: head}
	f.SetOutput(io.Discard)
	return f
}

// parse returns the arguments that are no flags; done is true when the command should end with code.
func (f *flags) parse(args []string) (rest []string, code int, done bool) {
	for {
		err := f.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			f.help(f.s.out)
			return nil, exitOK, true
		case err != nil:
			fmt.Fprintln(f.s.err, "motcua "+f.Name()+": "+err.Error())
			f.help(f.s.err)
			return nil, exitUsage, true
		case f.NArg() == 0:
			return rest, 0, false
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

func (f *flags) help(w io.Writer) {
	fmt.Fprintln(w, f.head)
	f.SetOutput(w)
	f.PrintDefaults()
	f.SetOutput(io.Discard)
}

// wrong ends a command that was called wrongly.
func (f *flags) wrong(why string) int {
	fmt.Fprintln(f.s.err, "motcua "+f.Name()+": "+why)
	f.help(f.s.err)
	return exitUsage
}
