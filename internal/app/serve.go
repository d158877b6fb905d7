package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/casefile/casefiledb"
	"github.com/motcua/motcua/internal/web"
)

// ServeConfig is how a province is served.
type ServeConfig struct {
	Secure      bool           // people reach the service by TLS
	Proxies     []netip.Prefix // whose X-Forwarded-For is believed
	Limits      web.Limits     // rate limits; nil: the defaults
	MaxInFlight int
	Address     string         // public address without a slash at its end, for QR codes on papers; empty: that of the request
	Accounts    account.Config // sessions and throttling
}

const (
	sealEvery = time.Second
	stopGrace = 20 * time.Second
)

// Run serves on l until ctx ends, then finishes what was begun: requests, jobs, the last seal.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: a.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ReadTimeout: 15 * time.Minute, // a slow phone may send 50 MB; routes have deadlines of their own
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	workers := make(chan error, 2)
	go func() { a.queue.Run(work); workers <- nil }()
	go func() { workers <- a.sealing(work) }()

	// Letters held because there was no mail server may go now.
	if err := a.notices.Started(work); err != nil {
		a.cfg.Log.Warn("letters held are looked at tomorrow", "err", err)
	}
	go a.finder.current() // the first question should not wait for the index

	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	shut := srv.Shutdown(grace)
	stopWork()
	for range 2 {
		if e := <-workers; e != nil && !errors.Is(e, context.Canceled) {
			err = errors.Join(err, e)
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, shut, a.views.Flush(grace), a.Seal(grace))
}

// sealing binds new events into the signed log every second.
func (a *App) sealing(ctx context.Context) error {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := a.Seal(ctx); err != nil && ctx.Err() == nil {
				a.cfg.Log.Warn("log not sealed, tried again in a moment", "err", err)
			}
		}
	}
}

// Seal binds every event written so far into the signed log and publishes the head beside the database.
func (a *App) Seal(ctx context.Context) error {
	for {
		last, more, err := casefiledb.Seal(ctx, a.db, a.keys.signer, a.cfg.Now())
		if err != nil {
			return err
		}
		if err := a.keys.publish(last); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

// Handler is the whole product as one HTTP handler.
func (a *App) Handler() http.Handler { return a.mux() }

// Routes lists the route table, for the access test.
func (a *App) Routes() []web.Route { return a.mux().Routes() }

func (a *App) ready(ctx context.Context) error {
	if err := a.db.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}
