// Package app wires the product: it opens the store, builds services and pages, runs
// the workers and the server. It is the one package that imports everything, and it
// holds no rule.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accountdb"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/dossier/register"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/holiday/holidaydb"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/mail"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/notice/noticedb"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/reorg"
	"github.com/motcua/motcua/internal/reorg/reorgdb"
	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/studio/studiodb"
)

// Config says where a province lives and how it is served.
type Config struct {
	Data string // folder: database (unless DB is set), files, signing keys
	DB   string // postgres://… ; empty: SQLite in Data

	Now    func() time.Time // the one clock
	Log    *slog.Logger
	Access *slog.Logger // one line per request; nil writes none

	// StatementTimeout ends a single statement that runs longer; 0: the store's default. Check reads whole tables.
	StatementTimeout time.Duration

	Serve ServeConfig
	Sign  SignConfig
	Mail  mail.Config // mail server for notices; the zero Config: none, letters are held
	Demo  *Demo       // not nil: a demo province
}

// DatabaseName is the file of the embedded database within the data folder.
const DatabaseName = "motcua.db"

// DefaultData is the folder used where a command names none beside --db.
const DefaultData = "motcua-data"

// App is an open province.
type App struct {
	cfg       Config
	db        *sqldb.DB
	keys      *keys
	queue     *jobs.Queue
	files     *filestore.Store
	catalog   *proceduredb.Store
	province  *province
	finder    *finder
	accounts  *account.Service
	store     *dossierdb.Store
	dossiers  *dossier.Service
	registers *register.Service
	views     *casefiledb.Views
	keyring   sign.Keyring // nil: nothing is signed
	believed  *authorities
	notices   *noticedb.Store

	noticeBook func(day string) *notice.Book

	holidayStore *holidaydb.Store
	holidays     *holiday.Service

	reorgStore *reorgdb.Store
	reorgs     *reorg.Service

	codesRevision atomic.Pointer[[2]int64] // last seen: of the catalogue, of the administrative units
	studio        *studio.Service
}

// Open opens a province, bringing its database to the newest form first.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Data == "" {
		cfg.Data = DefaultData
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	db, err := openDB(ctx, cfg.Data, sqldb.Config{URL: cfg.DB, Log: cfg.Log, StatementTimeout: cfg.StatementTimeout})
	if err != nil {
		return nil, err
	}
	a, err := open(ctx, cfg, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// OpenDB opens the database of a province as it is.
func OpenDB(ctx context.Context, data, url string, log *slog.Logger) (*sqldb.DB, error) {
	return openDB(ctx, data, sqldb.Config{URL: url, Log: log})
}

func openDB(ctx context.Context, data string, dbc sqldb.Config) (*sqldb.DB, error) {
	if dbc.URL == "" {
		dbc.Path = filepath.Join(data, DatabaseName)
	}
	db, err := sqldb.Open(ctx, dbc)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}

// LawName is the file in the data folder by which a province corrects facts of the rule sets that are listed as
// unsure: a JSON list of {"id": rule set, members}.
const LawName = "law.json"

// configureLaw reads the province's corrections, if it has any. A file that cannot be understood stops the start:
// half a law is worse than none.
func configureLaw(data string) error {
	patch, err := os.ReadFile(filepath.Join(data, LawName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = law.Configure(patch)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", LawName, err)
	}
	return nil
}

func open(ctx context.Context, cfg Config, db *sqldb.DB) (*App, error) {
	if err := configureLaw(cfg.Data); err != nil {
		return nil, err
	}
	applied, err := db.MigrateUp(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if len(applied) > 0 {
		cfg.Log.Info("database migrated", "applied", len(applied))
	}
	if n, err := dossierdb.Reproject(ctx, db); err != nil {
		return nil, err
	} else if n > 0 {
		cfg.Log.Info("rows projected again", "dossiers", n)
	}
	a := &App{cfg: cfg, db: db}
	if a.keys, err = openKeys(cfg.Data); err != nil {
		return nil, err
	}
	if a.files, err = filestore.Open(filepath.Join(cfg.Data, "files")); err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	if err := a.openSigning(cfg.Sign); err != nil {
		return nil, err
	}
	a.queue = jobs.New(db, cfg.Now, jobs.Options{Log: cfg.Log})
	a.catalog = proceduredb.New(db, cfg.Now)
	a.catalog.Declares(holidaydb.Days)
	if a.province, err = newProvince(ctx, a.catalog, cfg.Now, cfg.Log); err != nil {
		return nil, err
	}
	a.finder = &finder{p: a.province}
	a.accounts = account.New(accountdb.New(db), posts{a.province}, cfg.Serve.Accounts, cfg.Now, journal.NewID)
	a.store = dossierdb.New(db, a.keys.signer, a.queue, cfg.Now)
	a.views = casefiledb.NewViews(db, cfg.Now, cfg.Log)
	a.dossiers = dossier.NewService(a.store, a.province, cfg.Now)
	a.registers = register.NewService(a.store.Registers(), a.province.Clock, cfg.Now)
	if err := a.openNotices(); err != nil {
		return nil, err
	}
	a.calendars()
	a.reorganisations()
	a.studio = studio.NewService(studiodb.New(a.db, a.keys.signer, a.catalog), a.province.Catalogue, a.cfg.Now)
	a.queue.Handle(dossierdb.PaperJob, a.handlePaper)
	a.housekeeping()
	return a, nil
}

// Close ends the province's connections. Run must have returned.
func (a *App) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	return errors.Join(a.views.Close(ctx), a.db.Close())
}

// Kinds of periodic jobs.
const (
	sweepJob  = "account.sweep"
	expireJob = "draft.expire"
	closeJob  = "dossier.close_expired"
	lockJob   = "register.lock"
	wakeJob   = "dossier.wake"
)

func (a *App) housekeeping() {
	a.queue.Handle(sweepJob, func(ctx context.Context, _ *jobs.Run) error {
		_, err := a.accounts.Sweep(ctx)
		return err
	})
	a.queue.Handle(expireJob, func(ctx context.Context, _ *jobs.Run) error {
		_, err := a.dossiers.ExpireDrafts(ctx)
		return err
	})
	a.queue.Handle(dossierdb.RemoveFilesJob, a.removeFiles)
	a.queue.Handle(closeJob, func(ctx context.Context, _ *jobs.Run) error {
		_, err := a.dossiers.CloseExpired(ctx)
		return err
	})
	a.queue.Handle(lockJob, func(ctx context.Context, _ *jobs.Run) error {
		_, err := a.registers.LockDue(ctx)
		return err
	})
	a.queue.Handle(wakeJob, func(ctx context.Context, _ *jobs.Run) error {
		_, err := a.dossiers.WakeDue(ctx)
		return err
	})
	a.queue.Every(wakeJob, time.Minute, 0, jobs.Job{Kind: wakeJob, Key: wakeJob})
	a.queue.Every(lockJob, 24*time.Hour, 3*time.Hour, jobs.Job{Kind: lockJob, Key: lockJob})
	a.queue.Every(closeJob, time.Hour, 10*time.Minute, jobs.Job{Kind: closeJob, Key: closeJob})
	a.queue.Every(sweepJob, time.Hour, 0, jobs.Job{Kind: sweepJob, Key: sweepJob})
	a.queue.Every(expireJob, 24*time.Hour, 2*time.Hour, jobs.Job{Kind: expireJob, Key: expireJob})
}

// Accounts is the service behind the admin commands.
func (a *App) Accounts() *account.Service { return a.accounts }

// Catalogue is the store behind the pack commands.
func (a *App) Catalogue() *proceduredb.Store { return a.catalog }
