package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/app"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/sqldb"
)

// province is a filled province on disk.
type province struct {
	data, db string                     // folder; URL, or empty for SQLite
	accounts map[string]app.DemoAccount // by sign-in name
	filled   time.Duration
	busy     time.Duration // processor time of the filling
	had      bool          // it was there before
}

var quiet = slog.New(slog.DiscardHandler)

// fill makes a demo province of n dossiers, or takes the one that is there.
func fill(ctx context.Context, data, db string, n int) (*province, error) {
	p := &province{data: data, db: db, accounts: map[string]app.DemoAccount{}}
	a, err := app.Open(ctx, app.Config{Data: data, DB: db, Now: time.Now, Log: quiet})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if err := a.SetUpDemo(ctx); err != nil {
		return nil, err
	}
	began, before := time.Now(), ownProcessor()
	added, err := a.FillDemo(ctx, n)
	if err != nil {
		return nil, err
	}
	p.filled, p.busy, p.had = time.Since(began), ownProcessor()-before, added < n
	for _, d := range a.DemoAccounts() {
		p.accounts[d.Name] = d
	}
	return p, nil
}

func (p *province) open(ctx context.Context) (*sqldb.DB, error) {
	return app.OpenDB(ctx, p.data, p.db, quiet)
}

// lodged is a submission that waits at a desk.
type lodged struct{ id, ref, secret string }

// kind is a procedure that is filed at the centre.
type kind struct {
	offer  procedure.Offer
	facts  dossier.Facts
	papers []dossier.Paper
}

// centre is the desk whose officer signs in.
const centre agency.ID = "trung-tam-pvhcc-tinh"

// lodge submits n applications that wait to be accepted at the province's centre.
func (p *province) lodge(ctx context.Context, n int) ([]lodged, error) {
	db, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	text, err := os.ReadFile(filepath.Join(p.data, "keys", "journal.seed"))
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, err
	}
	signer, err := journal.NewSigner(seed)
	if err != nil {
		return nil, err
	}
	store := dossierdb.New(db, signer, jobs.New(db, time.Now, jobs.Options{}), time.Now)
	cat, err := proceduredb.New(db, time.Now).Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	today := calendar.DateOf(now).String()
	// The centre receives for many agencies; each numbers its own codes.
	var kinds []kind
	for _, v := range cat.All(today) {
		o := cat.OfferOf(v, today)
		if len(o.Agencies) != 1 || o.ByCommune || v.SameVisit || cat.Tree().DeskOf(o.Agencies[0], today) != centre || !acceptable(cat, *v, now) {
			continue
		}
		k := kind{offer: o}
		office, err := cat.Office(centre, today)
		if err != nil {
			return nil, err
		}
		days, err := cat.Calendar(today)
		if err != nil {
			return nil, err
		}
		env := deadline.Env{Calendar: days, Office: office}
		k.facts = dossier.Facts{Now: now, Rules: law.At(calendar.DateOf(now)), Clock: env, DeskClock: env, Procedure: *v, Process: *o.Process.Value}
		for _, c := range v.Components {
			if !c.Note {
				k.papers = append(k.papers, dossier.Paper{Component: c.ID, Name: "giay-to.pdf", Form: "paper", Count: 1})
			}
		}
		kinds = append(kinds, k)
	}
	if len(kinds) == 0 {
		return nil, fmt.Errorf("no procedure is received at %s", centre)
	}
	var out []lodged
	for from := 0; from < n; from += 100 {
		batch := store.NewBatch()
		for i := from; i < min(n, from+100); i++ {
			answers, err := json.Marshal(map[string]any{"applicant": map[string]any{"kind": "ca-nhan", "name": "Nguyễn Văn Kiểm Thử", "number": fmt.Sprintf("001090%06d", i), "phone": "0900000999"}, "request": map[string]any{"content": "Đề nghị giải quyết theo quy định."}})
			if err != nil {
				return nil, err
			}
			k := kinds[i%len(kinds)]
			o := k.offer
			e, err := dossier.Submit(k.facts, access.Actor{System: true}, dossier.Submission{
				Channel: procedure.Online, Form: dossier.Pin{ID: o.Form.ID, Digest: o.Form.Digest}, Process: dossier.Pin{ID: o.Process.ID, Digest: o.Process.Digest},
				Desk: centre, Competent: o.Agencies[0], Owner: dossier.Party{Name: "Nguyễn Văn Kiểm Thử", Number: fmt.Sprintf("001090%06d", i), Phone: "0900000999"}, Answers: answers, Papers: k.papers,
			})
			if err != nil {
				return nil, err
			}
			l := dossier.NewLife(journal.NewID(now))
			if err := l.Append(e); err != nil {
				return nil, err
			}
			if err := batch.Add(l, false); err != nil {
				return nil, err
			}
			d := l.State()
			out = append(out, lodged{d.ID, d.Ref, d.Secret})
		}
		batch.Ready()
		if err := store.RecordBatch(ctx, batch); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// acceptable reports whether the version's limit can be promised today.
func acceptable(cat *procedure.Catalogue, v procedure.Version, now time.Time) bool {
	limits := dossier.Limits(v, procedure.Online)
	if len(limits) == 0 {
		return false
	}
	l, err := deadline.ParseLimit(limits[0].Limit)
	if err != nil {
		return false
	}
	_, err = deadline.At(now, l, deadline.Env{Calendar: calendar.Civil})
	return err == nil
}

// found is a dossier as people look for it.
type found struct {
	id, code, name, secret string
}

// some reads n accepted dossiers spread over the province.
func (p *province) some(ctx context.Context, scope agency.ID, n int) ([]found, error) {
	db, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	r := rand.New(rand.NewPCG(7, 7))
	var out []found
	for range 40 {
		// Identifiers sort by time: jump to random instants of the two years.
		at := time.Now().Add(-time.Duration(r.Int64N(int64(300 * 24 * time.Hour))))
		rows, err := db.Query(ctx, `SELECT d.id, d.code, d.owner, p.value FROM dossier d JOIN journal_private p ON p.case_id = d.id AND p.seq = 1 AND p.name = 'secret'
			WHERE d.id > $1 AND d.code <> '' AND (d.desk = $2 OR d.competent = $2) ORDER BY d.id LIMIT $3`, journal.NewID(at)[:8], string(scope), n/40+1)
		list, err := sqldb.Collect(rows, err, func(rows *sqldb.Rows) (f found, err error) {
			err = rows.Scan(&f.id, &f.code, &f.name, &f.secret)
			f.secret = strings.Trim(f.secret, `"`)
			return f, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no dossier of %s", scope)
	}
	return out, nil
}

// server is a running motcua.
type server struct {
	site
	cmd   *exec.Cmd
	ready time.Duration // from start to the first answer of /readyz
	log   *bytes.Buffer
}

// serve starts the binary on the province.
func (b *bench) serve(p *province) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	addr := "127.0.0.1:" + strconv.Itoa(port)
	args := []string{"serve", "--addr", addr, "--data", p.data, "--in-flight", "2000"}
	if p.db != "" {
		args = append(args, "--db", p.db)
	}
	for _, class := range []string{"write", "search", "track", "sign-in", "upload"} {
		args = append(args, "--rate", class+"=1e9/1e9")
	}
	return start(addr, b.binary, args...)
}

func start(addr, binary string, args ...string) (*server, error) {
	s := &server{site: site{addr: addr}, log: &bytes.Buffer{}}
	s.cmd = exec.Command(binary, args...)
	s.cmd.Stderr, s.cmd.Stdout = s.log, s.log
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 60*time.Second {
		r, err := http.Get("http://" + addr + "/readyz") //nolint:noctx // bounded by the loop
		if err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				s.ready = time.Since(began)
				return s, nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("not ready after a minute: %s", s.log)
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// memory is the resident set in MB.
func (s *server) memory() float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	for l := range strings.SplitSeq(string(text), "\n") {
		if rest, ok := strings.CutPrefix(l, "VmRSS:"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return n / 1024
		}
	}
	return 0
}

// ownProcessor is the processor time of this process.
func ownProcessor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// processor is the processor time the server has used: what a busy machine does not change much.
func (s *server) processor() time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 1/100 s
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // it is a TCP listener
}
