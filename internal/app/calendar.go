package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/holiday"
	"github.com/motcua/motcua/internal/holiday/holidaydb"
	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/sqldb"
)

// promises hands the register of dossiers to changes of the calendar.
type promises struct {
	store   *dossierdb.Store
	service *dossier.Service
	log     *slog.Logger
}

// Running hands over every dossier whose clock runs and whose promised time touches the span.
func (p promises) Running(ctx context.Context, from, until time.Time, visit func(holiday.Candidate) error) error {
	return p.store.Running(ctx, from, until, func(d *dossier.Dossier) error {
		return visit(holiday.Candidate{Dossier: d.ID, Code: d.Code, Agency: d.Competent, Clock: d.Clock, Due: *d.Due})
	})
}

// Revise gives a dossier its new date.
func (p promises) Revise(ctx context.Context, m holiday.Move) (holiday.Outcome, error) {
	_, err := p.service.ReviseDue(ctx, m.Dossier, dossier.ReviseCommand{
		Change: m.Change, Name: m.Name, Basis: m.Basis, Decided: m.At, By: m.By, From: m.Old, To: m.New,
	})
	switch {
	case err == nil, errors.Is(err, dossier.ErrRevised):
		return holiday.Done, nil
	case errors.Is(err, dossier.ErrNotRunning):
		return holiday.Ended, nil
	case errors.Is(err, dossier.ErrClockStands):
		return holiday.Stood, nil
	case errors.Is(err, dossier.ErrDateChanged):
		return holiday.Changed, nil
	case ctx.Err() != nil, errors.Is(err, sqldb.ErrUnavailable), fault.KindOf(err) == fault.Stale:
		return "", err
	}
	// One dossier that cannot be moved must not keep the others waiting: it is said in the record.
	p.log.ErrorContext(ctx, "due date not moved after a change of the calendar", "dossier", m.Dossier, "change", m.Change, "err", err)
	return holiday.Failed, nil
}

// Days is the working calendar in force.
func (p *province) Days() (*calendar.Calendar, error) { return p.calendar(p.Catalogue()) }

const previewJob = "calendar_change.expire"

// calendars wires changes of the working calendar.
func (a *App) calendars() {
	a.holidayStore = holidaydb.New(a.db, a.keys.signer, a.queue, a.catalog, a.cfg.Now)
	a.holidays = holiday.NewService(a.holidayStore, promises{a.store, a.dossiers, a.cfg.Log}, a.province, a.cfg.Now)
	a.queue.Handle(holidaydb.ApplyJob, a.holidayStore.Handler(a.holidays))
	a.queue.Handle(previewJob, func(ctx context.Context, _ *jobs.Run) error { return a.holidayStore.Expire(ctx) })
	a.queue.Every(previewJob, 24*time.Hour, 3*time.Hour, jobs.Job{Kind: previewJob, Key: previewJob})
}
