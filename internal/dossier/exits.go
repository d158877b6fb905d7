package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/journal"
)

// turn carries out a turn that needs nothing but the state and the facts.
func (s *Service) turn(ctx context.Context, r Request, op string, cmd any, decide func(*Dossier, Facts) (journal.Event, error)) (*Dossier, error) {
	return s.act(ctx, r, op, cmd, func(d *Dossier, f Facts, _ Tx) ([]journal.Event, error) { return one(decide(d, f)) })
}

// approver checks that a named approver is a post of a head in an agency that takes part, in force today.
func (s *Service) approver(d *Dossier, f Facts, post string) error {
	if post == "" {
		return nil
	}
	p, ok := s.env.Catalogue().Tree().Post(post, day(f.Now))
	if !ok || !slices.Contains(d.Agencies(), p.Agency) || !slices.ContainsFunc(p.Roles, func(r string) bool { return r == access.RoleHead || r == access.RoleDivision }) {
		return ErrApproverNeeded
	}
	return nil
}

// Approvers lists the posts of heads who may approve a pause or a second request of d.
func (s *Service) Approvers(d *Dossier, at time.Time) []agency.Post {
	var out []agency.Post
	tree, today := s.env.Catalogue().Tree(), day(at)
	for _, a := range d.Agencies() {
		for _, role := range []string{access.RoleDivision, access.RoleHead} {
			out = append(out, tree.Holders(a, "", role, today)...)
		}
	}
	return out
}

// Pause lets the clock stand for a case that the procedure version names.
func (s *Service) Pause(ctx context.Context, r Request, c PauseCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActPause, c, func(d *Dossier, f Facts) (journal.Event, error) {
		if err := s.approver(d, f, c.Approver); err != nil {
			return journal.Event{}, err
		}
		return d.Pause(f, r.By, c)
	})
}

// Resume lets the clock go on.
func (s *Service) Resume(ctx context.Context, r Request) (*Dossier, error) {
	return s.turn(ctx, r, ActResume, nil, func(d *Dossier, f Facts) (journal.Event, error) { return d.Resume(f, r.By) })
}

// Apologise tells the applicant that the date cannot be kept, and the new one.
func (s *Service) Apologise(ctx context.Context, r Request, c ApologyCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActApologise, []string{c.Reason, c.Fault, c.Date.String()}, func(d *Dossier, f Facts) (journal.Event, error) { return d.Apologise(f, r.By, c) })
}

// ExplainLateness records why the dossier is late.
func (s *Service) ExplainLateness(ctx context.Context, r Request, reason, note string) (*Dossier, error) {
	return s.turn(ctx, r, ActExplain, []string{reason, note}, func(d *Dossier, f Facts) (journal.Event, error) { return d.ExplainLateness(f, r.By, reason, note) })
}

// Obligate records a financial obligation of the applicant.
func (s *Service) Obligate(ctx context.Context, r Request, c ObligationCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActObligate, c, func(d *Dossier, f Facts) (journal.Event, error) { return d.Obligate(f, r.By, c) })
}

// MeetObligation records that the obligation was settled.
func (s *Service) MeetObligation(ctx context.Context, r Request, proof string) (*Dossier, error) {
	return s.turn(ctx, r, ActMeet, proof, func(d *Dossier, f Facts) (journal.Event, error) { return d.MeetObligation(f, r.By, proof) })
}

// Withdraw takes a dossier back before it was accepted.
func (s *Service) Withdraw(ctx context.Context, r Request, reason string) (*Dossier, error) {
	return s.turn(ctx, r, ActWithdraw, reason, func(d *Dossier, f Facts) (journal.Event, error) { return d.Withdraw(f, r.By, reason) })
}

// RequestWithdrawal asks to have an accepted dossier back.
func (s *Service) RequestWithdrawal(ctx context.Context, r Request, reason string) (*Dossier, error) {
	return s.turn(ctx, r, ActRequestWithdrawal, reason, func(d *Dossier, f Facts) (journal.Event, error) { return d.RequestWithdrawal(f, r.By, reason) })
}

// DropWithdrawal takes the request to withdraw back.
func (s *Service) DropWithdrawal(ctx context.Context, r Request) (*Dossier, error) {
	return s.turn(ctx, r, ActDropWithdrawal, nil, func(d *Dossier, f Facts) (journal.Event, error) { return d.DropWithdrawal(f, r.By) })
}

// Stop ends a dossier at the applicant's wish.
func (s *Service) Stop(ctx context.Context, r Request, c StopCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActStop, c, func(d *Dossier, f Facts) (journal.Event, error) { return d.Stop(f, r.By, c) })
}

// Close ends a dossier that nobody completed in time.
func (s *Service) Close(ctx context.Context, r Request) (*Dossier, error) {
	return s.turn(ctx, r, ActClose, nil, func(d *Dossier, f Facts) (journal.Event, error) { return d.Close(f, r.By) })
}

// Redirect passes a submission on to the agency that is competent.
func (s *Service) Redirect(ctx context.Context, r Request, c RedirectCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActRedirect, c, func(d *Dossier, f Facts) (journal.Event, error) {
		tree, today := s.env.Catalogue().Tree(), day(f.Now)
		if _, ok := tree.At(c.Competent, today); !ok {
			return journal.Event{}, ErrRedirect
		}
		return d.Redirect(f, r.By, c, tree.DeskOf(c.Competent, today))
	})
}

// Undo takes back the actor's own last act, while nothing followed it.
func (s *Service) Undo(ctx context.Context, r Request) (*Dossier, error) {
	return s.turn(ctx, r, ActUndo, nil, func(d *Dossier, f Facts) (journal.Event, error) { return d.Undo(f, r.By) })
}

// OpenCorrection sends a wrong result back to the agency.
func (s *Service) OpenCorrection(ctx context.Context, r Request, reason, whose string) (*Dossier, error) {
	return s.turn(ctx, r, ActOpenCorrection, []string{reason, whose}, func(d *Dossier, f Facts) (journal.Event, error) { return d.OpenCorrection(f, r.By, reason, whose) })
}

// Correct issues the corrected result.
func (s *Service) Correct(ctx context.Context, r Request, c CorrectCommand) (*Dossier, error) {
	return s.turn(ctx, r, ActCorrect, c, func(d *Dossier, f Facts) (journal.Event, error) { return d.Correct(f, r.By, c) })
}

// Reissue records that the result was made again.
func (s *Service) Reissue(ctx context.Context, r Request, reason, whose string) (*Dossier, error) {
	return s.turn(ctx, r, ActReissue, []string{reason, whose}, func(d *Dossier, f Facts) (journal.Event, error) { return d.Reissue(f, r.By, reason, whose) })
}

// closeBatch is how many dossiers one round of CloseExpired looks at.
const closeBatch = 200

// CloseExpired closes dossiers whose applicants let the time for completion pass, and returns how many. The product
// itself acts; a dossier that was completed meanwhile is left alone.
// law: ND118-2025 19.5
func (s *Service) CloseExpired(ctx context.Context) (int, error) {
	n := 0
	system := access.Actor{System: true}
	for after := ""; ; {
		ids, next, err := s.store.AwaitingSupplement(ctx, after, closeBatch)
		if err != nil {
			return n, fmt.Errorf("list dossiers that wait for completion: %w", err)
		}
		for _, id := range ids {
			d, _, err := s.Dossier(ctx, system, id)
			if err != nil {
				return n, err
			}
			f, err := s.facts(d, s.now())
			if err != nil {
				return n, err
			}
			if d.mayClose(f, system) != nil {
				continue
			}
			r := Request{By: system, Dossier: id, Version: d.Version, Key: fmt.Sprintf("close|%s|%d", id, d.Version)}
			switch _, err := s.Close(ctx, r); {
			case err == nil:
				n++
			case fault.KindOf(err) == fault.Internal || errors.Is(err, context.Canceled):
				return n, err
			}
		}
		if next == "" {
			return n, nil
		}
		after = next
	}
}
