package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/app"
	"github.com/motcua/motcua/internal/web"
)

// target is where a province lives: --data DIR, or --db URL with --data for its files and keys.
type target struct{ data, db string }

func (t *target) flags(f *flags) {
	f.StringVar(&t.data, "data", "", "folder of the province: embedded database, files, signing keys")
	f.StringVar(&t.db, "db", "", "postgres://… database; files and keys stay in --data (default "+app.DefaultData+")")
}

func (t *target) check() error {
	if t.data == "" && t.db == "" {
		return errors.New("give --data DIR or --db URL")
	}
	if t.db != "" && !strings.HasPrefix(t.db, "postgres://") && !strings.HasPrefix(t.db, "postgresql://") {
		return errors.New("--db wants postgres://…")
	}
	return nil
}

// must refuses a folder that holds no province, so that a mistyped name does not make an empty one.
func (t *target) must() error {
	if err := t.check(); err != nil {
		return err
	}
	if t.db == "" {
		if _, err := os.Stat(t.data + string(os.PathSeparator) + app.DatabaseName); err != nil {
			return fmt.Errorf("%s holds no province", t.data)
		}
	}
	return nil
}

func (t *target) config(log *slog.Logger) app.Config {
	return app.Config{Data: t.data, DB: t.db, Now: time.Now, Log: log}
}

func quiet(s stdio) *slog.Logger {
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// rates reads --rate class=perMinute/burst over the default limits.
type rates struct{ limits web.Limits }

func (r *rates) String() string { return "" }

func (r *rates) Set(text string) error {
	class, numbers, ok := strings.Cut(text, "=")
	per, burst, ok2 := strings.Cut(numbers, "/")
	p, err := strconv.ParseFloat(per, 64)
	b, err2 := strconv.ParseFloat(burst, 64)
	if _, known := web.DefaultLimits()[class]; !ok || !ok2 || err != nil || err2 != nil || !known {
		return errors.New("want CLASS=PERMINUTE/BURST; classes: write, sign-in, track, search, upload")
	}
	if r.limits == nil {
		r.limits = web.DefaultLimits()
	}
	r.limits[class] = web.Rate{PerMinute: p, Burst: b}
	return nil
}

var _ flag.Value = (*rates)(nil)

func runServe(ctx context.Context, args []string, s stdio) int {
	f := newFlags(s, "serve", "Usage: motcua serve --addr HOST:PORT --data DIR | --db URL [flags]\n\nServes a province until it is told to stop (SIGTERM, SIGINT); then it finishes what was begun.")
	var t target
	t.flags(f)
	var r rates
	var post mailFlags
	post.flags(f)
	addr := f.String("addr", "localhost:8080", "address to listen on")
	secure := f.Bool("secure", false, "people reach the service by TLS: Secure cookies, HSTS")
	proxies := f.String("proxies", "", "networks whose X-Forwarded-For is believed, comma separated")
	address := f.String("address", "", "public address people use, for QR codes and the site map: https://… (default: as asked for)")
	inflight := f.Int("in-flight", 0, "requests answered at once before more are refused (0 = default)")
	access := f.Bool("access-log", false, "one line per request on stderr")
	f.Var(&r, "rate", "rate limit `CLASS=PERMINUTE/BURST`, repeated; classes: write, sign-in, track, search, upload")
	signing := signFlags(f)
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if len(rest) > 0 {
		return f.wrong("unexpected " + rest[0])
	}
	if err := t.check(); err != nil {
		return f.wrong(err.Error())
	}
	log := slog.New(slog.NewJSONHandler(s.err, nil))
	cfg := t.config(log)
	cfg.Serve = app.ServeConfig{Secure: *secure, Limits: r.limits, MaxInFlight: *inflight, Address: strings.TrimRight(*address, "/")}
	if err := signing.read(&cfg.Sign); err != nil {
		return f.wrong(err.Error())
	}
	if cfg.Serve.Address == "" {
		if cfg.Sign.KeyFile != "" || cfg.Sign.PKCS11.Module != "" {
			return f.wrong("signed papers carry the address that answers for them: say --address")
		}
		log.Warn("printed papers carry no QR code: say --address")
	}
	for p := range strings.SplitSeq(*proxies, ",") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		n, err := netip.ParsePrefix(p)
		if err != nil {
			return f.wrong("--proxies: " + err.Error())
		}
		cfg.Serve.Proxies = append(cfg.Serve.Proxies, n)
	}
	if *access {
		cfg.Access = log
	}
	var err error
	if cfg.Mail, err = post.config(); err != nil {
		return f.wrong(err.Error())
	}
	if cfg.Mail.Server != "" && cfg.Serve.Address == "" {
		log.Warn("letters hold no links and addresses cannot be confirmed: say --address")
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return s.fail(err)
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return s.fail(errors.Join(err, a.Close()))
	}
	log.Info("serving", "addr", l.Addr().String())
	if err := errors.Join(a.Run(ctx, l), a.Close()); err != nil {
		return s.fail(err)
	}
	return exitOK
}

func runDemo(ctx context.Context, args []string, s stdio) (code int) {
	f := newFlags(s, "demo", "Usage: motcua demo [flags]\n\nStarts an invented province on this machine. Its people and cases are made up.")
	data := f.String("data", "", "keep the province in this folder (default: forgotten at the end)")
	url := f.String("db", "", "keep it in this empty postgres://… database; files and keys stay in --data")
	port := f.Int("port", 8080, "port on localhost; 0 takes a free one")
	addr := f.String("addr", "", "`HOST:PORT` to listen on instead of --port on localhost")
	dossiers := f.Int("dossiers", 0, "fill the province with so many dossiers in every state")
	asJSON := f.Bool("json", false, "print one JSON line when ready")
	offset := f.Duration("clock-offset", 0, "shift the demo's clock")
	access := f.Bool("access-log", false, "one line per request on stderr")
	var r rates
	var post mailFlags
	post.flags(f)
	f.Var(&r, "rate", "rate limit `CLASS=PERMINUTE/BURST`, repeated; classes: write, sign-in, track, search, upload")
	rest, code, done := f.parse(args)
	if done {
		return code
	}
	if len(rest) > 0 || *dossiers < 0 || *port < 0 || *port > 65535 {
		return f.wrong("a flag is out of range, or something is not a flag")
	}
	if *url != "" {
		t := target{data: *data, db: *url}
		if err := t.check(); err != nil {
			return f.wrong(err.Error())
		}
		if *data == "" {
			*data = app.DefaultData // a database that stays needs keys that stay
		}
	}
	if *addr == "" {
		*addr = net.JoinHostPort("localhost", strconv.Itoa(*port))
	}
	if *data == "" {
		dir, err := os.MkdirTemp("", "motcua-demo-")
		if err != nil {
			return s.fail(err)
		}
		*data = dir
		defer func() {
			if err := os.RemoveAll(dir); err != nil {
				code = s.fail(err)
			}
		}()
	}
	log := quiet(s)
	cfg := app.Config{Data: *data, DB: *url, Now: func() time.Time { return time.Now().Add(*offset) }, Log: log, Serve: app.ServeConfig{Limits: r.limits}}
	if cfg.Serve.Limits == nil {
		cfg.Serve.Limits = app.DemoLimits()
	}
	if *access {
		cfg.Access = slog.New(slog.NewTextHandler(s.err, nil))
	}
	var err error
	if cfg.Mail, err = post.config(); err != nil {
		return f.wrong(err.Error())
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return s.fail(fmt.Errorf("%w (another port: --port 0)", err))
	}
	base := fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
	cfg.Serve.Address = base // letters and the QR of printed papers lead back here
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return s.fail(errors.Join(err, l.Close()))
	}
	if err := a.SetUpDemo(ctx); err != nil {
		return s.fail(errors.Join(err, a.Close(), l.Close()))
	}
	if *dossiers > 0 {
		began := time.Now()
		n, err := a.FillDemo(ctx, *dossiers)
		if err != nil {
			return s.fail(errors.Join(err, a.Close(), l.Close()))
		}
		if !*asJSON {
			fmt.Fprintf(s.out, "%d dossiers in %s\n", n, time.Since(began).Round(time.Millisecond))
		}
	}
	running := make(chan error, 1)
	go func() { running <- a.Run(ctx, l) }()
	if *asJSON {
		if err := json.NewEncoder(s.out).Encode(map[string]any{"base_url": base, "accounts": a.DemoAccounts()}); err != nil {
			return s.fail(err)
		}
	} else {
		welcome(s, base, a.DemoAccounts())
	}
	if err := errors.Join(<-running, a.Close()); err != nil {
		return s.fail(err)
	}
	return exitOK
}

func welcome(s stdio, base string, accounts []app.DemoAccount) {
	fmt.Fprintf(s.out, "Motcua demo: %s\n\n%-18s %-20s %-20s %s\n", base, "role", "sign-in", "password", "person")
	for _, d := range accounts {
		who := d.Person
		if d.Post != "" {
			who += ", " + d.Post + ", " + d.Agency
		}
		fmt.Fprintf(s.out, "%-18s %-20s %-20s %s\n", d.Role, d.Name, d.Password, who)
	}
	fmt.Fprintln(s.out, "\nPeople and cases are invented. Ctrl-C ends the demo.")
}
